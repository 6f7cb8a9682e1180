//! The records around a `fork`. In the child the thread that forked is the main thread.

use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

use super::ThreadRecord;
use super::own::{MAIN, RECORD, take};
use super::record::TELLING;
use crate::door::MutexGuard;
use crate::ident::{self, current_ident};
use crate::sys::{self, ForkHooks, ForkRank, Kept, at_fork};

type Held = (
    MutexGuard<'static, ()>,
    MutexGuard<'static, Option<Arc<ThreadRecord>>>,
);

thread_local! {
    static HELD: RefCell<Kept<Option<Held>>> = const { RefCell::new(Kept::new(None)) };
}

/// Sees to it that a fork finds the records as it should. To be called before there is one.
pub(super) fn be_ready() {
    // Without memory for that, a fork is what it is in most libraries.
    let _ = at_fork(
        ForkRank::Records,
        ForkHooks {
            before: || {
                // In the child it would be that of the main thread.
                current_ident();
                let held = (TELLING.lock(), MAIN.lock());
                HELD.set(Kept::new(Some(held)));
            },
            in_parent: || drop(take(&HELD)),
            in_child,
        },
    );
}

fn in_child() {
    ident::become_main();
    let own = RECORD.with_borrow(|own| own.as_ref().map(|own| Arc::clone(&own.0)));
    if let Some(own) = &own {
        own.run(Some(sys::native_id()));
    }
    if let Some((telling, mut main)) = take(&HELD) {
        // Not dropped: nothing is freed in a child.
        mem::forget(mem::replace(&mut *main, own));
        drop((telling, main));
    }
}
