//! The threads around a `fork`: in the child there is one, and it is the main thread.
//!
//! As Python's `threading` does it, in `_after_fork`.

#[cfg(not(loom))]
pub(crate) use hooks::be_ready;

#[cfg(not(loom))]
mod hooks {
    use std::cell::RefCell;
    use std::thread::JoinHandle;

    use tl_core::door::MutexGuard;
    use tl_core::sys::{ForkHooks, ForkRank, Kept, at_fork};

    use crate::registry::Registry;
    use crate::thread::{OsThread, lock_discarded};
    use crate::{crews, excepthook, own, process_end, registry, transit};

    struct Held {
        registry: MutexGuard<'static, Registry>,
        /// The count of threads in transit, of which none is there in the child.
        transit: MutexGuard<'static, usize>,
        _crews: MutexGuard<'static, crews::Crews>,
        _hook: MutexGuard<'static, Option<excepthook::Hook>>,
        _discarded: MutexGuard<'static, Vec<OsThread<JoinHandle<()>>>>,
    }

    thread_local! {
        static HELD: RefCell<Kept<Option<Held>>> = const { RefCell::new(Kept::new(None)) };
    }

    fn replace_held(held: Option<Held>) -> Option<Held> {
        HELD.replace(Kept::new(held)).into_inner()
    }

    /// Sees to it that a fork finds the threads as it should. A second call changes nothing.
    pub(crate) fn be_ready() {
        // Without memory for that, a fork is what it is in most libraries.
        let _ = at_fork(
            ForkRank::Threads,
            ForkHooks {
                before,
                in_parent: || drop(replace_held(None)),
                in_child,
            },
        );
    }

    fn before() {
        // So that no other thread is in the middle of installing it.
        process_end::install();
        // First, since a thread that starts or ends may have to do with the rest.
        let transit = transit::hold();
        replace_held(Some(Held {
            transit,
            registry: registry::lock(),
            _crews: crews::lock(),
            _hook: excepthook::lock(),
            _discarded: lock_discarded(),
        }));
    }

    fn in_child() {
        process_end::is_another_process();
        if let Some(mut held) = replace_held(None) {
            *held.transit = 0;
            held.registry.forget_others(own::become_main());
        }
    }
}

/// Does nothing: the model checker has no forks.
#[cfg(loom)]
pub(crate) fn be_ready() {}
