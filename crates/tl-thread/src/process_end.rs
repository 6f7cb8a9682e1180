//! The end of the process: whom it waits for, and how it can be ended at once.

use std::cell::Cell;
use std::io::{self, Write};
use std::process;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tl_core::door::{Deadline, WaitQueue, Wake};
use tl_core::sync::atomic::AtomicU32;
use tl_core::sys;

use crate::{current, current_thread, main_thread, registry};

/// How long the end of the process waits for standard output, which a thread may hold locked that is not waited for.
const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// What [`exit`] was called with first: `ASKED` and the code in the lower half; 0 if it has not been called.
static EXIT: AtomicU64 = AtomicU64::new(0);
const ASKED: u64 = 1 << 32;

/// The process in which the hook was installed: a child made by `fork` has its threads on the list, but does not have them.
static PROCESS: OnceLock<u32> = OnceLock::new();

thread_local! {
    /// Whether this thread is in C's `exit`, as far as is known: it has called [`exit`], or the hook has run on it.
    static IS_EXITING: Cell<bool> = const { Cell::new(false) };
}

/// Sees to it that the end of the process waits. Called once, at the first use of the library.
pub(crate) fn install() {
    PROCESS.get_or_init(process::id);
    // Without memory for the hook the process just ends.
    let _ = sys::at_exit(at_exit);
}

/// Runs on the thread that ends the process, when its thread-locals are gone.
extern "C" fn at_exit() {
    let is_ours = IS_EXITING.replace(true);
    if is_ours || PROCESS.get() != Some(&process::id()) || !sys::is_main_thread() {
        return;
    }
    if asked_code().is_none() {
        main_thread().main_is_over();
        registry::wait_for_others(0, || asked_code().is_some());
    }
    match asked_code() {
        Some(code) => {
            // Who asked sleeps inside std's exit, behind this thread.
            flush_standard_output();
            sys::exit(code);
        }
        // std has flushed when `main` returned, unless a thread had it locked just then, which may be gone by now.
        None if registry::has_awaited() => flush_standard_output(),
        None => {}
    }
}

/// Waits until all threads that the end of the process waits for have ended, other than the calling one: those that are
/// not daemons, with those that they start meanwhile, and timers that are pending.
///
/// The end of the process does this by itself. A program calls it to do something after that, still in `main`.
/// It returns early if [`exit`] is called meanwhile.
///
/// # Blocking
///
/// Two threads that are not daemons and both call this wait for each other forever.
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
/// static DONE: AtomicBool = AtomicBool::new(false);
///
/// tl_thread::spawn(|| DONE.store(true, Ordering::Relaxed));
/// tl_thread::shutdown();
/// assert!(DONE.load(Ordering::Relaxed));
/// ```
pub fn shutdown() {
    let own = usize::from(current_thread().is_awaited());
    registry::wait_for_others(own, || asked_code().is_some());
}

/// Ends the process with this exit code (of which the system keeps the lowest eight bits), from any thread, at any time, and waits for nobody.
///
/// Unlike [`std::process::exit`] it also works in a thread after `main` has returned, where that would sleep forever while the process waits for the
/// thread, and in the exit hooks of the C runtime and the destructors of the main thread's thread-locals, where that would abort. The first call decides the code.
///
/// Standard output is flushed, unless a thread has it locked for longer than a second, and the exit hooks of the C runtime run. No other thread
/// is stopped before the process is gone, and nothing of theirs is dropped.
///
/// ```no_run
/// tl_thread::spawn(|| {
///     eprintln!("cannot go on");
///     tl_thread::exit(2)
/// });
/// ```
pub fn exit(code: i32) -> ! {
    current::know_main();
    let asked = ASKED | u64::from(code.cast_unsigned());
    // Relaxed: the word is all there is to see.
    let _ = EXIT.compare_exchange(0, asked, Ordering::Relaxed, Ordering::Relaxed);
    let code = asked_code().unwrap_or(code);
    registry::announce_change();
    if sys::is_main_thread() || IS_EXITING.get() || current::has_lost_its_locals() {
        // This thread may be in `exit` already, where std's would abort.
        IS_EXITING.set(true);
        flush_standard_output();
        sys::exit(code)
    } else {
        // If the main thread has left `main` this sleeps forever, and the hook there ends the process.
        process::exit(code)
    }
}

fn asked_code() -> Option<i32> {
    let word = EXIT.load(Ordering::Relaxed);
    (word & ASKED != 0).then_some((word as u32).cast_signed())
}

/// Flushes standard output from another thread, since this one must not wait forever for whoever has it locked.
fn flush_standard_output() {
    let is_done = Arc::new(AtomicU32::new(0));
    let flusher = {
        let is_done = Arc::clone(&is_done);
        move || {
            // The process ends: nobody is left to hear of an error.
            let _ = io::stdout().flush();
            let mut queue = WaitQueue::of(&*is_done).lock();
            is_done.store(1, Ordering::Relaxed);
            queue.wake_all(0);
        }
    };
    if thread::Builder::new().spawn(flusher).is_err() {
        return;
    }
    let queue = WaitQueue::of(&*is_done);
    let locked = queue.lock();
    if is_done.load(Ordering::Relaxed) == 0 {
        let (Wake::Woken { .. } | Wake::TimedOut(_)) =
            locked.wait(&mut queue.backoff(), Deadline::after(FLUSH_LIMIT));
    }
}
