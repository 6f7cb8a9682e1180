//! A call at the very end of a thread.

use std::ffi::c_void;
use std::io;
use std::ptr;
use std::sync::OnceLock;

/// A function to be called at the very end of each thread that [`arm`](ThreadEnd::arm)s it, after the destructors of all its
/// thread-locals have run, whichever were used first.
///
/// The destructor of a thread-local cannot do that: it runs before those of thread-locals that were used earlier. This is a
/// `pthread` key: the C runtime first drops what `thread_local!` and C++'s `thread_local` hold, those that came into being
/// meanwhile included, and then runs the destructors of keys.
///
/// - In that function thread-locals without a destructor are still there; others must not be used.
/// - It does not run in the main thread, nor in any thread that lives when the process exits.
/// - Among several keys the order is open.
/// - A panic in the function aborts the process.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use tl_core::sys::ThreadEnd;
///
/// static ENDED: AtomicU32 = AtomicU32::new(0);
/// static COUNT: ThreadEnd = ThreadEnd::new(|| {
///     ENDED.fetch_add(1, Ordering::Relaxed);
/// });
///
/// COUNT.prepare()?;
/// std::thread::spawn(|| COUNT.arm().unwrap()).join().unwrap();
/// assert_eq!(ENDED.load(Ordering::Relaxed), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ThreadEnd {
    key: OnceLock<Result<libc::pthread_key_t, i32>>,
    at_end: fn(),
}

impl ThreadEnd {
    /// Calls `at_end` at the end of each thread that arms it.
    pub const fn new(at_end: fn()) -> ThreadEnd {
        ThreadEnd {
            key: OnceLock::new(),
            at_end,
        }
    }

    /// Asks for the call at the end of the calling thread. A second time changes nothing, except in the function itself: it is
    /// then called once more.
    ///
    /// # Errors
    ///
    /// When the process has used up its keys (1,024) or its memory. What [`prepare`](ThreadEnd::prepare) has said does not
    /// change: if it has succeeded once, only the lack of memory for a thread is left to fail here.
    pub fn arm(&'static self) -> io::Result<()> {
        let key = self.key()?;
        // SAFETY: the key was created and is never deleted. Its value is only read by `run`, which expects what is stored here:
        // a pointer to a `ThreadEnd` that lives forever.
        let error = unsafe { libc::pthread_setspecific(key, ptr::from_ref(self).cast()) };
        match error {
            0 => Ok(()),
            error => Err(io::Error::from_raw_os_error(error)),
        }
    }

    /// Creates the key, so that an error comes to light before threads are started that need it.
    ///
    /// # Errors
    ///
    /// When the process has used up its keys (1,024), now or at the first call.
    pub fn prepare(&'static self) -> io::Result<()> {
        self.key().map(|_| ())
    }

    fn key(&self) -> io::Result<libc::pthread_key_t> {
        let key = self.key.get_or_init(|| {
            let mut key = 0;
            // SAFETY: the pointer is to a place for one key, and `run` is a destructor for the values that `arm` stores.
            match unsafe { libc::pthread_key_create(&mut key, Some(run)) } {
                0 => Ok(key),
                error => Err(error),
            }
        });
        key.map_err(io::Error::from_raw_os_error)
    }
}

extern "C" fn run(value: *mut c_void) {
    // SAFETY: the C runtime passes the value of a key whose destructor this is. All of them are stored by `arm`, as pointers to
    // a `ThreadEnd` that lives forever and is only ever shared.
    let hook = unsafe { &*value.cast::<ThreadEnd>().cast_const() };
    (hook.at_end)();
}
