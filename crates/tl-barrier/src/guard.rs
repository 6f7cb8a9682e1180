//! A guard for threads that may panic before they arrive.

use std::thread;

use crate::Barrier;

/// Aborts a barrier when it is dropped by a panic. See [`Barrier::abort_on_panic`].
///
/// # Examples
///
/// ```
/// use tl_barrier::{AbortOnPanic, Barrier};
///
/// let barrier = Barrier::new(2);
/// let guard: AbortOnPanic<'_> = barrier.abort_on_panic();
/// drop(guard); // Nobody panics.
/// assert!(!barrier.is_broken());
/// ```
#[derive(Debug)]
#[must_use = "it watches as long as it lives: keep it in a variable, as in `let _guard = …`"]
pub struct AbortOnPanic<'a> {
    barrier: &'a Barrier,
    /// A guard that is made while a panic unwinds waits for another one.
    was_panicking: bool,
}

impl Barrier {
    /// Returns a guard that [aborts](Barrier::abort) the barrier if its holder panics, so that the
    /// other parties do not wait forever for one that never comes.
    ///
    /// The parties get a [`BrokenBarrier`](crate::BrokenBarrier) of kind
    /// [`Aborted`](crate::BrokenBarrierKind::Aborted). If the barrier is broken already, perhaps by
    /// an action that panicked, it keeps the reason it has. A guard that is dropped without a panic
    /// does nothing, nor does a panic that is caught while the guard lives: a thread that leaves
    /// for another reason calls `abort`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_barrier::{Barrier, BrokenBarrierKind};
    ///
    /// let barrier = Barrier::new(2);
    /// thread::scope(|scope| {
    ///     let clumsy = scope.spawn(|| {
    ///         let _guard = barrier.abort_on_panic();
    ///         let half: i32 = "not a number".parse().expect("it is none");
    ///         barrier.wait().map(|_| half)
    ///     });
    ///     let error = barrier.wait().unwrap_err();
    ///     assert_eq!(error.kind(), BrokenBarrierKind::Aborted);
    ///     assert!(clumsy.join().is_err());
    /// });
    /// ```
    pub fn abort_on_panic(&self) -> AbortOnPanic<'_> {
        AbortOnPanic {
            barrier: self,
            was_panicking: thread::panicking(),
        }
    }
}

impl Drop for AbortOnPanic<'_> {
    fn drop(&mut self) {
        if !self.was_panicking && thread::panicking() {
            self.barrier.abort();
        }
    }
}
