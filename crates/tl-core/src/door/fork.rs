//! What the door does around a `fork`: no thread is inside the door at that moment, and in the
//! child no thread waits there.
//!
//! Each part of the door has locks of its own, and says here what a fork is to do with them, before
//! it takes one of them for the first time. This file knows none of the parts. If a part is used
//! for the first time while another thread forks, it waits until that fork is over.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};

use super::mutex::Mutex;
use crate::sys::{ForkHooks, ForkRank, at_fork};

/// The parts, in the order in which a fork takes their locks: a part whose threads may hold its
/// lock while they wait for the lock of another part comes before that part.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// The orders of locks. Memory is allocated with the graph locked, and the allocator of a
    /// program may wait in a queue.
    Orders,
    /// The values behind the locks of the pool.
    Pool,
    /// The queues. With one locked, a look at those that wait asks which thread holds a lock.
    Queues,
    /// Which thread holds which lock.
    Held,
    /// The recorder, which has no lock.
    Tracer,
}

const PARTS: usize = Part::Tracer as usize + 1;

/// What is to be done for each part that has said so.
type Hooks = [Option<ForkHooks>; PARTS];

/// Locked during a fork.
static HOOKS: Mutex<Hooks> = Mutex::new([None; PARTS]);

/// Which parts have said what is to be done.
static IS_READY: [AtomicBool; PARTS] = [const { AtomicBool::new(false) }; PARTS];

/// Sees to it that these functions are called around each fork.
///
/// To be called before the part's locks are taken for the first time. Later calls change nothing,
/// and cost a load.
#[inline]
pub(super) fn be_ready(part: Part, hooks: &ForkHooks) {
    // Relaxed: to say it twice changes nothing.
    if !IS_READY[part as usize].load(Ordering::Relaxed) {
        register(part, hooks);
    }
}

#[cold]
fn register(part: Part, hooks: &ForkHooks) {
    // Without memory for that, a fork is what it is in most libraries.
    let _ = at_fork(
        ForkRank::Door,
        ForkHooks {
            before: || take_all(&HOOKS),
            in_parent: || let_all_go(&HOOKS, |hooks| hooks.in_parent),
            in_child: || let_all_go(&HOOKS, |hooks| hooks.in_child),
        },
    );
    HOOKS.lock()[part as usize] = Some(*hooks);
    IS_READY[part as usize].store(true, Ordering::Relaxed);
}

/// Takes the locks of all parts, and then the list of parts: until [`let_all_go`] no part gets
/// ready, so that no lock is taken that was not taken here.
fn take_all(hooks: &Mutex<Hooks>) {
    loop {
        let known = *hooks.lock();
        known.iter().flatten().for_each(|hooks| (hooks.before)());
        let now = hooks.lock();
        if now.iter().flatten().count() == known.iter().flatten().count() {
            return mem::forget(now);
        }
        // A part got ready meanwhile, whose turn may be before that of one whose locks are taken.
        drop(now);
        call_in_reverse(&known, |hooks| hooks.in_parent);
    }
}

fn let_all_go(hooks: &Mutex<Hooks>, which: fn(&ForkHooks) -> fn()) {
    // SAFETY: this is the thread that has taken it in `take_all`, and it has no guard.
    let known = *unsafe { hooks.take_back() };
    call_in_reverse(&known, which);
}

fn call_in_reverse(known: &Hooks, which: fn(&ForkHooks) -> fn()) {
    let hooks = known.iter().flatten().rev();
    hooks.for_each(|hooks| which(hooks)());
}

#[cfg(test)]
mod tests {
    use super::*;

    static CALLS: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    static SOME: Mutex<Hooks> = Mutex::new([None; PARTS]);

    const HELD: ForkHooks = ForkHooks {
        before: || {
            CALLS.lock().push("take held");
            // As another thread does that uses the queues for the first time just now.
            SOME.lock()[Part::Queues as usize].get_or_insert(QUEUES);
        },
        in_parent: || CALLS.lock().push("let held go"),
        in_child: || CALLS.lock().push("let held go in the child"),
    };
    const QUEUES: ForkHooks = ForkHooks {
        before: || CALLS.lock().push("take queues"),
        in_parent: || CALLS.lock().push("let queues go"),
        in_child: || CALLS.lock().push("let queues go in the child"),
    };

    #[test]
    fn a_part_that_gets_ready_meanwhile_is_taken_in_its_turn_and_later_ones_wait() {
        SOME.lock()[Part::Held as usize] = Some(HELD);
        take_all(&SOME);
        assert!(SOME.try_lock().is_none());
        let_all_go(&SOME, |hooks| hooks.in_child);
        assert!(SOME.try_lock().is_some());
        assert_eq!(
            *CALLS.lock(),
            [
                "take held",
                "let held go",
                "take queues",
                "take held",
                "let held go in the child",
                "let queues go in the child",
            ]
        );
    }
}
