//! The end of the process.

use std::io;

/// Asks the C runtime to call `hook` when the process exits: when `main` returns or panics, or when
/// a thread calls [`std::process::exit`] or C's `exit`; not when the process aborts, is killed by a
/// signal, or is ended by `_exit`.
///
/// The hooks run on the thread that exits, the last one registered first, after that thread's
/// thread-locals were dropped and while all other threads go on. A panic in a hook aborts the
/// process.
///
/// # Errors
///
/// When the C runtime has no room for another hook, or has already run all of them.
///
/// # Examples
///
/// ```
/// extern "C" fn say_goodbye() {
///     println!("goodbye");
/// }
///
/// tl_core::sys::at_exit(say_goodbye)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn at_exit(hook: extern "C" fn()) -> io::Result<()> {
    // SAFETY: the function is safe to call, takes nothing and lives as long as the code of this
    // program; that the code is still there when the process exits is up to the loader, which runs
    // the hooks of a library before it unloads it.
    match unsafe { libc::atexit(hook) } {
        0 => Ok(()),
        _ => Err(io::Error::from(io::ErrorKind::OutOfMemory)),
    }
}

/// Calls C's `exit`: runs the exit hooks that have not been run, flushes C's streams, and ends the
/// process with the lowest eight bits of `code`.
///
/// Unlike [`std::process::exit`] it may be called in the destructor of a thread-local that `exit`
/// itself drops. In an exit hook it is [`exit_again`] that can be called everywhere. It does not
/// flush [`std::io::stdout`].
///
/// When two threads exit at once, each runs some of the hooks, and either code may count. Callers
/// see to it that this does not happen.
///
/// # Examples
///
/// ```
/// tl_core::sys::exit(0)
/// ```
pub fn exit(code: i32) -> ! {
    // SAFETY: `exit` takes any code. glibc documents that a call from within an exit hook is fine,
    // and guards its list of hooks with a lock that it does not hold while a hook runs.
    unsafe { libc::exit(code) }
}

/// Ends the process from within an exit hook: flushes C's streams, and the lowest eight bits of
/// `code` are the process's, whatever code it was to end with.
///
/// The exit hooks that have not been run are run now, by another call of C's `exit`, except on two
/// systems: Windows skips them, and musl from 1.2.6 on crashes at such a call, so with musl they
/// are skipped, too.
///
/// # Examples
///
/// ```
/// extern "C" fn end_well() {
///     tl_core::sys::exit_again(0);
/// }
///
/// tl_core::sys::at_exit(end_well)?;
/// tl_core::sys::exit(1);
/// # #[allow(unreachable_code)]
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn exit_again(code: i32) -> ! {
    #[cfg(target_env = "musl")]
    {
        // SAFETY: no stream stands for all of them.
        unsafe { libc::fflush(std::ptr::null_mut()) };
        exit_now(code)
    }
    #[cfg(not(target_env = "musl"))]
    exit(code)
}

/// Ends the process at once with the lowest eight bits of `code`: no hook is run, and nothing is
/// flushed.
///
/// # Examples
///
/// ```
/// tl_core::sys::exit_now(0)
/// ```
pub fn exit_now(code: i32) -> ! {
    // SAFETY: `_exit` takes any code, from any thread at any time.
    unsafe { libc::_exit(code) }
}
