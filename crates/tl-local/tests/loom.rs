//! Models of the local: a thread that ends against the owner that drops, empties or visits its value, explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p tl-local --release --test loom`
//!
//! loom's thread-locals are dropped when a thread of the model ends, as the real ones are; but it lets `join` return before
//! that, so that the models see the two at the same moment.
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use tl_core::model::explore;
use tl_local::Local;

/// Counts its drops, and is written by each of its users without any order of its own: loom fails the model if two of them
/// are not ordered.
struct Value {
    drops: Arc<AtomicUsize>,
    touched: UnsafeCell<u32>,
}

// SAFETY: the models order the accesses, or loom reports them.
unsafe impl Send for Value {}

impl Value {
    fn new(drops: &Arc<AtomicUsize>) -> Value {
        Value {
            drops: Arc::clone(drops),
            touched: UnsafeCell::new(0),
        }
    }

    fn touch(&self) {
        // SAFETY: one thread at a time has the value, or loom fails the model.
        self.touched.with_mut(|touched| unsafe { *touched += 1 });
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.touch();
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

/// Explores what happens when `threads` threads with a value each end while their owner does `act` with the local; each
/// value must be dropped once, by the end.
fn each_value_is_dropped_once(
    preemptions: Option<usize>,
    threads: usize,
    act: impl Fn(Local<Value>) + Send + Sync + 'static,
) {
    explore(preemptions, move || {
        let drops = Arc::new(AtomicUsize::new(0));
        let local = Arc::new(Local::new());
        let handles: Vec<_> = (0..threads)
            .map(|_| {
                let (local, drops) = (Arc::clone(&local), Arc::clone(&drops));
                thread::spawn(move || {
                    local.set(Value::new(&drops));
                    local.with(|value| value.expect("it was set").touch());
                })
            })
            .collect();
        for handle in handles {
            handle.join().unwrap();
        }
        let local = Arc::try_unwrap(local).unwrap_or_else(|_| unreachable!("the threads are done"));
        act(local);
        while drops.load(Ordering::Relaxed) < threads {
            thread::yield_now();
        }
        assert_eq!(drops.load(Ordering::Relaxed), threads);
    });
}

#[test]
fn a_thread_that_ends_against_the_drop_of_the_local() {
    each_value_is_dropped_once(None, 1, drop);
}

#[test]
fn two_threads_that_end_against_the_drop_of_the_local() {
    each_value_is_dropped_once(Some(2), 2, drop);
}

#[test]
fn a_thread_that_ends_against_the_drain() {
    each_value_is_dropped_once(None, 1, |mut local| {
        for value in local.drain() {
            value.touch();
        }
        assert_eq!(local.drain().len(), 0);
    });
}

#[test]
fn a_thread_that_ends_against_a_visitor() {
    each_value_is_dropped_once(None, 1, |mut local| {
        local.for_each_mut(|value| value.touch());
        local.for_each_mut(|value| value.touch());
    });
}

#[test]
fn two_threads_that_end_against_a_visitor() {
    each_value_is_dropped_once(Some(2), 2, |mut local| {
        local.for_each_mut(|value| value.touch());
    });
}

#[test]
fn threads_that_set_their_first_values_at_once_have_one_registry() {
    explore(None, || {
        let local = Arc::new(Local::new());
        let other = thread::spawn({
            let local = Arc::clone(&local);
            move || {
                assert_eq!(local.set(1), None);
                assert_eq!(local.get(), Some(1));
            }
        });
        assert_eq!(local.set(2), None);
        assert_eq!(local.get(), Some(2));
        other.join().unwrap();
        let mut local = Arc::try_unwrap(local).unwrap_or_else(|_| unreachable!());
        let mut values: Vec<u32> = local.drain().collect();
        values.sort_unstable();
        assert!(values == [2] || values == [1, 2]);
    });
}

#[test]
fn a_place_is_given_to_another_thread_while_the_owner_keeps_the_local() {
    explore(Some(2), || {
        let local = Arc::new(Local::new());
        for number in 0..2 {
            let local = Arc::clone(&local);
            thread::spawn(move || {
                assert_eq!(local.set(number), None);
                assert_eq!(local.get(), Some(number));
            })
            .join()
            .unwrap();
        }
        assert_eq!(local.get(), None);
    });
}
