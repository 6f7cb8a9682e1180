//! What the thread of a call has of the thread that started the timer, though the scheduler makes
//! it.

use std::cell::RefCell;
use std::sync::Arc;

use tl_core::sys::Inherited;

thread_local! {
    /// What the thread had at its last start of a timer: mostly it still has it, and its timers
    /// share one.
    static LAST: RefCell<Option<Arc<Inherited>>> = const { RefCell::new(None) };
}

/// What a thread that the calling one made now would begin with.
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

/// Makes the calling thread, the scheduler, one that serves all others, whichever thread made it:
/// as the main thread is, or better if it was made by one that goes before that. Returns its rank.
pub(crate) fn serve_the_process() -> i32 {
    let mut inherited = Inherited::of_main();
    let mine = Inherited::of_current();
    if mine.rank() > inherited.rank() {
        inherited = inherited.with_rank_of(&mine);
    }
    inherited.take_on();
    Inherited::of_current().rank()
}
