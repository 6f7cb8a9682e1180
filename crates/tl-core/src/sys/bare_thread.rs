//! Threads that the standard library does not know of.

use std::io;

/// Starts a thread that has nothing of the standard library's that the calling thread has: what it
/// prints, and what the threads print that it starts, is never captured as the output of the test
/// that happened to start it.
///
/// Nobody can join it. A panic in `function` aborts the process.
///
/// What the system passes on it takes over all the same: see [`Inherited`](super::Inherited). A
/// system without such threads gives one of the standard library's.
///
/// # Errors
///
/// When the system refuses the thread.
///
/// # Examples
///
/// ```
/// let (said, heard) = std::sync::mpsc::channel();
/// tl_core::sys::spawn_bare(Box::new(move || said.send(2 + 2).unwrap()))?;
/// assert_eq!(heard.recv(), Ok(4));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn spawn_bare(function: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    imp::spawn(function)
}

#[cfg(unix)]
mod imp {
    use std::ffi::c_void;
    use std::io;
    use std::mem::MaybeUninit;
    use std::ptr;

    /// What the standard library gives a thread, too.
    const STACK_BYTES: usize = 2 * 1024 * 1024;

    type Function = Box<dyn FnOnce() + Send>;

    pub(super) fn spawn(function: Function) -> io::Result<()> {
        let function = Box::into_raw(Box::new(function));
        let mut attributes = MaybeUninit::uninit();
        let mut thread = MaybeUninit::uninit();
        // SAFETY: the attributes are initialised before they are used, and not used after they are
        // destroyed; the numbers are ones that `pthread_attr_*` takes. `run` is given what it
        // expects: a function that nobody else has.
        let error = unsafe {
            let mut error = libc::pthread_attr_init(attributes.as_mut_ptr());
            if error == 0 {
                let attributes = attributes.assume_init_mut();
                libc::pthread_attr_setstacksize(attributes, STACK_BYTES);
                libc::pthread_attr_setdetachstate(attributes, libc::PTHREAD_CREATE_DETACHED);
                error = libc::pthread_create(thread.as_mut_ptr(), attributes, run, function.cast());
                libc::pthread_attr_destroy(attributes);
            }
            error
        };
        if error == 0 {
            return Ok(());
        }
        // SAFETY: there is no thread that has it.
        drop(unsafe { Box::from_raw(function) });
        Err(io::Error::from_raw_os_error(error))
    }

    extern "C" fn run(function: *mut c_void) -> *mut c_void {
        // SAFETY: it comes from `spawn`, which made it from such a box and has given it away.
        let function = unsafe { Box::from_raw(function.cast::<Function>()) };
        function();
        ptr::null_mut()
    }
}

#[cfg(not(unix))]
mod imp {
    use std::io;
    use std::thread;

    pub(super) fn spawn(function: Box<dyn FnOnce() + Send>) -> io::Result<()> {
        thread::Builder::new().spawn(function).map(drop)
    }
}
