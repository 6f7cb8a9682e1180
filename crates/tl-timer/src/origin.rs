//! What the thread of a call has of the thread that started the timer, though the scheduler makes
//! it.

use std::cell::RefCell;
use std::sync::Arc;

use tl_core::sys::Inherited;

thread_local! {
    /// What the thread had when it last started a timer. Mostly it still has the same, and its
    /// timers share one copy.
    static LAST: RefCell<Option<Arc<Inherited>>> = const { RefCell::new(None) };
}

/// Returns what a thread that the calling one made now would begin with.
pub(crate) fn of_current() -> Arc<Inherited> {
    let now = Inherited::of_current();
    let shared = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        match &*last {
            Some(last) if **last == now => Arc::clone(last),
            _ => Arc::clone(last.insert(Arc::new(now.clone()))),
        }
    });
    // In the destructor of another thread-local it may be gone.
    shared.unwrap_or_else(|_| Arc::new(now))
}

/// Makes the calling thread, the scheduler, one that serves the whole process, whichever thread
/// made it: it takes over what the main thread has, but keeps its own rank if that is higher.
/// Returns the rank that it has then.
pub(crate) fn serve_the_process() -> i32 {
    let mut inherited = Inherited::of_main();
    let mine = Inherited::of_current();
    if mine.rank() > inherited.rank() {
        inherited = inherited.with_rank_of(&mine);
    }
    inherited.take_on();
    Inherited::of_current().rank()
}
