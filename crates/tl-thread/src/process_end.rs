//! The end of the process: which threads it waits for, and how it can be ended at once.

use std::cell::Cell;
use std::io::{self, Write};
use std::process;
use std::sync::Arc;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU32 as PlainAtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tl_core::door::{Backoff, Call, Deadline, Note, Operation, WaitQueue};
use tl_core::sync::atomic::AtomicU32;
use tl_core::{current_ident, sys};

use crate::statics::model_static;
use crate::{Thread, registry};

const EXIT_CALL: &Operation = &Operation::new("tl_thread", "exit");
/// The main thread, after `main`.
const END: &Operation = &Operation::new("process", "end");

/// How long the end of the process waits for standard output: a daemon may hold it locked.
const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// How long the main thread waits for another thread to end the process, when both have called
/// [`exit`].
const OTHER_LIMIT: Duration = Duration::from_secs(5);

/// How long [`exit`] waits for a process that is ending already, before it forces the end.
const ENDING_LIMIT: Duration = Duration::from_secs(5);

/// The identity of the thread, other than the main one, whose [`exit`] goes on to C's `exit`; 0 if
/// there is none.
static EXITER: AtomicU64 = AtomicU64::new(0);

model_static! {
    // 1 once that thread has come to the exit hooks, else 0.
    static HOOKS_REACHED: AtomicU32 = AtomicU32::new(0);
}

fn hooks_reached() -> &'static AtomicU32 {
    &HOOKS_REACHED
}

/// What the first call of [`exit`] asked for: `ASKED`, with the code in the lower half; 0 if there
/// was no call. With `DIRECTLY` its thread calls C's `exit`, whatever the others do; without it,
/// `std::process::exit`, which lets one thread through.
static EXIT: AtomicU64 = AtomicU64::new(0);
const ASKED: u64 = 1 << 32;
const DIRECTLY: u64 = 1 << 33;

/// The process whose threads are listed. A child that was made in another way than by C's `fork`
/// has the list, but not the threads.
static PROCESS: PlainAtomicU32 = PlainAtomicU32::new(0);

/// Whether the hook has begun to run.
static HAS_BEGUN: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread is in C's `exit`, as far as is known: it has called [`exit`], or the
    /// hook has run on it.
    static IS_EXITING: Cell<bool> = const { Cell::new(false) };
}

/// Registers the hook that makes the end of the process wait. A second call changes nothing.
pub(crate) fn install() {
    static IS_INSTALLED: Once = Once::new();

    IS_INSTALLED.call_once(|| {
        // Relaxed: read in the hook, which comes after this.
        PROCESS.store(process::id(), Ordering::Relaxed);
        // Without memory for the hook the process just ends.
        let _ = sys::at_exit(at_exit);
    });
}

/// Begins anew, in a child made by `fork`: no thread of it has called [`exit`], and it has a list
/// of its own.
#[cfg(not(loom))]
pub(crate) fn is_another_process() {
    PROCESS.store(process::id(), Ordering::Relaxed);
    EXIT.store(0, Ordering::Relaxed);
    EXITER.store(0, Ordering::Relaxed);
    hooks_reached().store(0, Ordering::Relaxed);
    IS_EXITING.set(false);
    if HAS_BEGUN.swap(false, Ordering::Relaxed) {
        // The C runtime will not call it again, not in the child either.
        let _ = sys::at_exit(at_exit);
    }
}

/// Runs on the thread that ends the process, when its thread-locals are gone.
extern "C" fn at_exit() {
    HAS_BEGUN.store(true, Ordering::Relaxed);
    let is_ours = IS_EXITING.replace(true);
    if is_ours || PROCESS.load(Ordering::Relaxed) != process::id() {
        return;
    }
    yield_to_direct_exit();
    if !sys::is_main_thread() {
        return;
    }
    if asked_code().is_none() {
        let main = registry::main().unwrap_or_else(|| registry::note_main(Thread::main()));
        main.main_is_over();
        registry::wait_for_others(Call::here(END), 0, || asked_code().is_some());
    }
    yield_to_direct_exit();
    match asked_code() {
        Some(code) => {
            // The thread that called `exit` sleeps inside std's `exit`, behind this one.
            flush_standard_output();
            sys::exit_again(code);
        }
        // std has flushed it when `main` returned, unless a thread had it locked at that moment.
        // That thread may have ended since.
        None if registry::has_awaited() => flush_standard_output(),
        None => {}
    }
}

/// Ends the process, for [`crate::exit`], which says what there is to know of it.
/// `has_lost_its_locals` says that the thread-locals of the calling thread have been dropped.
#[track_caller]
pub(crate) fn exit(code: i32, has_lost_its_locals: bool) -> ! {
    let is_main = sys::is_main_thread();
    // A thread without thread-locals may be in `exit` already, where std's would abort. (Not so on
    // Windows: there std's does not ask for that, and C's would wait for the main thread if it is
    // in C's `exit`.)
    let goes_directly = is_main || !cfg!(windows) && (IS_EXITING.get() || has_lost_its_locals);
    let asked = ASKED | if goes_directly { DIRECTLY } else { 0 } | u64::from(code as u32);
    // Relaxed: the word is all there is to see.
    let is_first = EXIT
        .compare_exchange(0, asked, Ordering::Relaxed, Ordering::Relaxed)
        .is_ok();
    let code = asked_code().unwrap_or(code);
    registry::announce_change();
    let is_exiting = IS_EXITING.get() || is_main && has_lost_its_locals;
    if !is_first && !is_exiting {
        // In C's `exit` one thread is enough: two would share the hooks between them, and the first
        // one to finish would end the process while the other still runs a hook.
        yield_to_direct_exit();
        // Not forever: if this is a destructor of the main thread, after `main`, the other sleeps
        // inside std, behind this thread.
        sleep_until(Deadline::after(OTHER_LIMIT));
    }
    // On Windows a thread that is not the main one ends the process at once. What this does would
    // wait for the main thread if that is in C's exit.
    if !is_main && !cfg!(windows) {
        force_after_a_limit();
    }
    if goes_directly {
        let is_in_hook = IS_EXITING.replace(true);
        flush_standard_output();
        if is_in_hook {
            sys::exit_again(code)
        }
        sys::exit(code)
    } else {
        // If the main thread has left `main` this sleeps forever, and the hook there ends the
        // process.
        process::exit(code)
    }
}

/// Makes sure that the process ends, even if the main thread, which is ending it, never finishes.
/// The calling thread is another one, and is about to exit.
fn force_after_a_limit() {
    let ident = current_ident().as_u64().get();
    // Relaxed, both: a number that refers to nothing.
    let is_first = EXITER.compare_exchange(0, ident, Ordering::Relaxed, Ordering::Relaxed);
    if is_first.is_err() {
        return;
    }
    // The hook that was registered last runs first: as soon as this thread comes to the hooks. A
    // failure means that the end may be forced though that is not needed.
    let _ = sys::at_exit(note_hooks_reached);
    // If the system refuses the thread, nothing is forced.
    let _ = sys::spawn_bare(Box::new(|| {
        let locked = WaitQueue::of(hooks_reached()).lock();
        let limit = Deadline::after(ENDING_LIMIT);
        let is_in_time = locked.wait_if(&mut Backoff::none(), limit, || {
            hooks_reached().load(Ordering::Relaxed) == 0
        });
        if !is_in_time {
            flush_standard_output();
            sys::exit_now(asked_code().unwrap_or_default());
        }
    }));
}

extern "C" fn note_hooks_reached() {
    if EXITER.load(Ordering::Relaxed) == current_ident().as_u64().get() {
        let mut queue = WaitQueue::of(hooks_reached()).lock();
        hooks_reached().store(1, Ordering::Relaxed);
        queue.wake_all(0);
    }
}

/// Sleeps forever if another thread has called [`exit`] and ends the process directly.
#[track_caller]
fn yield_to_direct_exit() {
    while EXIT.load(Ordering::Relaxed) & DIRECTLY != 0 {
        sleep_until(Deadline::NEVER);
    }
}

#[track_caller]
fn sleep_until(deadline: Deadline) {
    // Nobody else knows the word.
    let word = AtomicU32::new(0);
    let note = Note::new(Call::here(EXIT_CALL));
    let locked = WaitQueue::of(&word).lock().noting(&note);
    locked.wait_if(&mut Backoff::none(), deadline, || true);
}

/// Returns the code that [`exit`] was called with first, if it was called.
pub(crate) fn asked_code() -> Option<i32> {
    let word = EXIT.load(Ordering::Relaxed);
    (word & ASKED != 0).then_some(word as u32 as i32)
}

/// Flushes standard output from another thread, since this one must not wait forever for a thread
/// that has it locked.
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
    if sys::spawn_bare(Box::new(flusher)).is_err() {
        return;
    }
    let queue = WaitQueue::of(&*is_done);
    let limit = Deadline::after(FLUSH_LIMIT);
    queue.lock().wait_if(&mut queue.backoff(), limit, || {
        is_done.load(Ordering::Relaxed) == 0
    });
}
