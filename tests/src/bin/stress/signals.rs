//! Sends a signal that does nothing but interrupt whatever sleeps.

/// Sends the process `SIGALRM` every millisecond from now on. The handler is installed without
/// `SA_RESTART`, so that every wait in the kernel that can be interrupted is.
#[cfg(unix)]
pub(crate) fn interrupt_every_millisecond() {
    extern "C" fn ignore(_signal: libc::c_int) {}
    let timer = tl_tests::every_millisecond();
    // SAFETY: both structures are filled as the calls want them (an all-zero `sigaction` is one
    // without flags and with an empty mask) and are only read; the handler does nothing, so it may
    // run at any point of any thread.
    let done = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = ignore as extern "C" fn(libc::c_int) as usize;
        libc::sigaction(libc::SIGALRM, &action, std::ptr::null_mut()) == 0
            && libc::setitimer(libc::ITIMER_REAL, &timer, std::ptr::null_mut()) == 0
    };
    assert!(
        done,
        "the signal can't be set up: {}",
        std::io::Error::last_os_error()
    );
}

/// Does nothing, since there are no signals.
#[cfg(not(unix))]
pub(crate) fn interrupt_every_millisecond() {}
