//! The guard that aborts a barrier when its holder panics.
#![cfg(not(loom))]

#[path = "../../../tests/support/sleepers.rs"]
mod sleepers;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
#[cfg(not(sanitize_thread))]
use std::thread;

use sleepers::Sleepers;
use tl_barrier::{AbortOnPanic, Barrier, BrokenBarrierKind};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;

const _: fn() = || {
    fn check<T: Send + Sync>() {}
    check::<AbortOnPanic<'_>>();
};

/// Panics, without a word.
fn panics() {
    resume_unwind(Box::new("on purpose"));
}

fn is_aborted(barrier: &Barrier) -> bool {
    let error = barrier.wait_timeout(std::time::Duration::ZERO).unwrap_err();
    error.kind() == BrokenBarrierKind::Aborted
}

#[test]
fn a_panic_of_the_holder_sends_those_away_that_wait_and_that_come() {
    let (barrier, sleepers) = (Arc::new(Barrier::new(4)), Sleepers::new(2));
    thread::scope(|scope| {
        let waiters = [(); 2].map(|()| {
            scope.spawn(|| {
                sleepers.enter();
                barrier.wait().unwrap_err().kind()
            })
        });
        sleepers.until(2);
        let clumsy = {
            let barrier = Arc::clone(&barrier);
            scope.spawn(move || {
                catch_unwind(AssertUnwindSafe(|| {
                    let _guard = barrier.abort_on_panic();
                    panics();
                }))
                .is_err()
            })
        };
        assert!(clumsy.join().unwrap());
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), BrokenBarrierKind::Aborted);
        }
    });
    assert!(is_aborted(&barrier));
    barrier.reset();
    assert!(!barrier.is_broken());
}

#[test]
fn without_a_panic_the_guard_does_nothing() {
    let barrier = Barrier::new(1);
    {
        let _guard = barrier.abort_on_panic();
        assert!(barrier.wait().is_ok());
    }
    assert!(barrier.wait().is_ok());
    // Nor does a panic that is caught before the guard is dropped.
    let guard = barrier.abort_on_panic();
    assert!(catch_unwind(panics).is_err());
    drop(guard);
    assert!(barrier.wait().is_ok());
}

#[test]
fn a_guard_that_is_made_and_dropped_while_a_panic_unwinds_does_nothing() {
    struct CleansUp<'a>(&'a Barrier);
    impl Drop for CleansUp<'_> {
        fn drop(&mut self) {
            let _guard = self.0.abort_on_panic();
            assert!(self.0.wait().is_ok());
        }
    }
    let barrier = Barrier::new(1);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _cleans_up = CleansUp(&barrier);
        panics();
    }));
    assert!(panicked.is_err());
    assert!(barrier.wait().is_ok());
}

#[test]
fn a_barrier_that_is_broken_keeps_its_reason() {
    let barrier = Barrier::new(1).with_action(panics);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _guard = barrier.abort_on_panic();
        barrier.wait()
    }));
    assert!(panicked.is_err());
    let kind = barrier.wait().unwrap_err().kind();
    assert_eq!(kind, BrokenBarrierKind::ActionPanicked);
}
