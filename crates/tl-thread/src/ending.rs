//! How a program waits for what the end of the process waits for, and how it ends the process.

use tl_core::door::{Call, Operation};

use crate::{current, current_thread, process_end, registry};

const SHUTDOWN: &Operation = &Operation::new("tl_thread", "shutdown");

/// Waits until all threads that the end of the process waits for have ended, other than the calling
/// one: those that are not daemons, with those that they start meanwhile, and timers that are
/// pending.
///
/// The end of the process does this by itself. A program calls it to do something after that, still
/// in `main`. In the main thread it is the end of `main` as far as others can tell, as in Python's
/// own `threading._shutdown`: from then on the main thread is not alive, not listed, and joining it
/// returns.
///
/// It returns early if [`exit`] is called meanwhile.
///
/// # Blocking
///
/// Waits until those threads have ended. Two workers that both call this wait for each other
/// forever.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
/// static DONE: AtomicBool = AtomicBool::new(false);
///
/// tl_thread::spawn(|| DONE.store(true, Ordering::Relaxed));
/// tl_thread::shutdown();
/// assert!(DONE.load(Ordering::Relaxed));
/// ```
#[track_caller]
pub fn shutdown() {
    let call = Call::here(SHUTDOWN);
    let own = current_thread();
    if own.is_main() {
        own.main_is_over();
    }
    let own = usize::from(own.is_awaited());
    registry::wait_for_others(call, own, || process_end::asked_code().is_some());
}

/// Ends the process with this exit code (of which the system keeps the lowest eight bits), from any
/// thread, at any time, and waits for nobody.
///
/// Unlike [`std::process::exit`] it also works in a thread after `main` has returned, where that
/// would sleep forever while the process waits for the thread, and in the exit hooks of the C
/// runtime and the destructors of the main thread's thread-locals, where that would abort. (With
/// one exception: with musl and in static programs, in a hook that [`std::process::exit`] runs in
/// another thread than the main one, it aborts, too.) The first call decides the code.
///
/// If the process is ending already, since `main` has returned, and is at something that does not
/// end, such as the destructor of a thread-local or an exit hook that waits for the caller, the end
/// is forced after five seconds: the exit hooks that have not run by then never do.
///
/// In a program that is linked statically C's `exit` drops no thread-locals, and so a thread cannot
/// tell that it is there: if another thread than the main one has called [`std::process::exit`], a
/// call in an exit hook that was registered late aborts the process, as std's own does.
///
/// Standard output is flushed, unless a thread has it locked for longer than a second, and the exit
/// hooks of the C runtime run (on Windows only if the main thread ends the process). No other
/// thread is stopped before the process is gone, and nothing of theirs is dropped. Of several
/// threads that call it one ends the process, and the others sleep. (If it is the main thread, and
/// another calls [`std::process::exit`] just then, C's `exit` is called twice, and may run some of
/// the hooks on the one and some on the other.)
///
/// # Examples
///
/// ```no_run
/// tl_thread::spawn(|| {
///     eprintln!("cannot go on");
///     tl_thread::exit(2)
/// });
/// ```
#[track_caller]
pub fn exit(code: i32) -> ! {
    current::ensure_main_listed();
    process_end::exit(code, current::has_lost_its_locals())
}
