//! Waiting for a signal, in a thread of one's own.

use std::fmt;
use std::io::{self, Read};
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, IntoRawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicI32, Ordering};

/// More than there are signals.
const SIGNALS: usize = 128;

/// Where the handler writes, by signal: the number of the file, and one more; 0 if the signal is
/// not caught.
static ENDS: [AtomicI32; SIGNALS] = [const { AtomicI32::new(0) }; SIGNALS];

/// A signal that is caught, for the rest of the process. See [`catch_signal`].
///
/// # Examples
///
/// ```
/// use tl_core::sys::{CaughtSignal, catch_signal};
///
/// /// Does `f` each time that somebody asks the process to read its settings again.
/// fn on_hangup(f: fn()) -> std::io::Result<()> {
///     const SIGHUP: i32 = 1;
///     let caught: CaughtSignal = catch_signal(SIGHUP)?;
///     loop {
///         caught.wait()?;
///         f();
///     }
/// }
/// # let _ = on_hangup;
/// ```
pub struct CaughtSignal {
    /// Never closed, since the handler writes to the other end.
    stream: ManuallyDrop<UnixStream>,
}

/// Catches a signal: instead of what it did until now, it wakes the thread that
/// [waits](CaughtSignal::wait) for it.
///
/// The handler does no more than write one byte. In a child made by `fork` it wakes the thread that
/// waits in the parent.
///
/// # Errors
///
/// If there is no such signal, it cannot be caught, or it is caught by this function already, and
/// when the system has no more files.
///
/// # Examples
///
/// ```
/// use tl_core::sys::catch_signal;
///
/// let signal = catch_signal(libc::SIGWINCH)?;
/// // SAFETY: the signal is caught.
/// unsafe { libc::raise(libc::SIGWINCH) };
/// signal.wait()?;
/// assert!(catch_signal(libc::SIGWINCH).is_err());
/// assert!(catch_signal(libc::SIGKILL).is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn catch_signal(signal: i32) -> io::Result<CaughtSignal> {
    let place = usize::try_from(signal).ok().and_then(|n| ENDS.get(n));
    let place = place.ok_or(io::ErrorKind::InvalidInput)?;
    let (reader, writer) = UnixStream::pair()?;
    writer.set_nonblocking(true)?;
    // Relaxed, as in the handler: the number is all that there is to see.
    if place
        .compare_exchange(0, -1, Ordering::Relaxed, Ordering::Relaxed)
        .is_err()
    {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    place.store(writer.as_raw_fd() + 1, Ordering::Relaxed);
    if let Err(error) = install(signal) {
        place.store(0, Ordering::Relaxed);
        return Err(error);
    }
    // Not closed any more: the handler has its number.
    let _ = writer.into_raw_fd();
    Ok(CaughtSignal {
        stream: ManuallyDrop::new(reader),
    })
}

fn install(signal: i32) -> io::Result<()> {
    // SAFETY: an all-zero `sigaction` is one without flags and with nothing blocked; the handler is
    // a function of the type that is called without `SA_SIGINFO`, and does only what a handler may.
    // The call reads `action`, which lives, and writes nothing.
    let result = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handle as extern "C" fn(libc::c_int) as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut())
    };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

extern "C" fn handle(signal: libc::c_int) {
    let end = ENDS[signal as usize].load(Ordering::Relaxed) - 1;
    if end < 0 {
        return;
    }
    // SAFETY: the file is open for the rest of the process. `write` may be called in a handler, and
    // so may `errno_place`, which gives the calling thread's `errno`, so that this leaves no trace
    // there. If there is no room, enough wake-ups are on their way.
    unsafe {
        let errno = *errno_place();
        libc::write(end, [0_u8].as_ptr().cast(), 1);
        *errno_place() = errno;
    }
}

#[cfg(any(target_os = "android", target_os = "netbsd", target_os = "openbsd"))]
use libc::__errno as errno_place;
#[cfg(not(any(
    target_os = "android",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "freebsd",
    target_vendor = "apple"
)))]
use libc::__errno_location as errno_place;
#[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
use libc::__error as errno_place;

impl CaughtSignal {
    /// Waits until the signal comes, or has come since the last wait. Several that came meanwhile
    /// may count as one.
    ///
    /// # Errors
    ///
    /// When the system cannot read the file.
    pub fn wait(&self) -> io::Result<()> {
        let mut bytes = [0; 64];
        loop {
            match (&*self.stream).read(&mut bytes) {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl fmt::Debug for CaughtSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaughtSignal").finish_non_exhaustive()
    }
}
