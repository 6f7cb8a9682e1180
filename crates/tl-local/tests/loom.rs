//! Models of the local: a thread that ends against the owner that drops, empties or visits its
//! value, and against those that look at a value of a shared local; explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p tl-local --release --test loom`
//!
//! loom's thread-locals are dropped when a thread of the model ends, as the real ones are; but it
//! lets `join` return before that, so that the models see the two at the same moment. A model must
//! not end before its threads have ([`Ends`]).
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use tl_core::model::explore;
use tl_local::{Local, SharedLocal};

/// Counts its drops, and is written by each of its users without any order of its own: loom fails
/// the model if two of them are not ordered.
struct Value {
    drops: Arc<AtomicUsize>,
    touched: UnsafeCell<u32>,
}

// SAFETY: the models order the accesses, or loom reports them.
unsafe impl Send for Value {}
// SAFETY: the same.
unsafe impl Sync for Value {}

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

    fn look(&self) -> u32 {
        // SAFETY: nobody writes it meanwhile, or loom fails the model.
        self.touched.with(|touched| unsafe { *touched })
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.touch();
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

/// Knows when the threads of a model have come to their very end: by a value that each drops last,
/// since it has it in the younger local.
struct Ends {
    last: Local<End>,
    ended: Arc<AtomicUsize>,
}

struct End(Arc<AtomicUsize>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Release);
    }
}

impl Ends {
    fn new() -> Arc<Ends> {
        Arc::new(Ends {
            last: Local::new(),
            ended: Arc::new(AtomicUsize::new(0)),
        })
    }

    /// Announces the calling thread, when it has set all its other values.
    fn announce(&self) {
        self.last.set(End(Arc::clone(&self.ended)));
    }

    fn wait_for(&self, threads: usize) {
        while self.ended.load(Ordering::Acquire) < threads {
            thread::yield_now();
        }
    }
}

/// Explores what happens when `threads` threads with a value each end while their owner does `act`
/// with the local; each value must be dropped once, by the end, and before the local, if `act`
/// gives that back.
fn each_value_is_dropped_once(
    preemptions: Option<usize>,
    threads: usize,
    act: impl Fn(Local<Value>) -> Option<Local<Value>> + Send + Sync + 'static,
) {
    explore(preemptions, move || {
        let (ends, drops) = (Ends::new(), Arc::new(AtomicUsize::new(0)));
        let local = Arc::new(Local::new());
        // A thread drops its values in the order in which their locals were first used, by any
        // thread: this one comes before the one that announces the end.
        local.set(Value::new(&Arc::new(AtomicUsize::new(0))));
        drop(local.take());
        let handles: Vec<_> = (0..threads)
            .map(|_| {
                let (local, drops) = (Arc::clone(&local), Arc::clone(&drops));
                let ends = Arc::clone(&ends);
                thread::spawn(move || {
                    local.set(Value::new(&drops));
                    local.with(|value| value.expect("it was set").touch());
                    ends.announce();
                })
            })
            .collect();
        for handle in handles {
            handle.join().unwrap();
        }
        let left =
            act(Arc::try_unwrap(local).unwrap_or_else(|_| unreachable!("the threads are done")));
        ends.wait_for(threads);
        assert_eq!(drops.load(Ordering::Relaxed), threads);
        if let Some(mut local) = left {
            assert_eq!(local.drain().len(), 0);
        }
    });
}

#[test]
fn a_thread_that_ends_against_the_drop_of_the_local() {
    each_value_is_dropped_once(Some(3), 1, |_| None);
}

#[test]
fn two_threads_that_end_against_the_drop_of_the_local() {
    each_value_is_dropped_once(Some(2), 2, |_| None);
}

#[test]
fn a_thread_that_ends_against_the_drain() {
    each_value_is_dropped_once(Some(3), 1, |mut local| {
        for value in local.drain() {
            value.touch();
        }
        Some(local)
    });
}

#[test]
fn a_thread_that_ends_against_a_visitor() {
    each_value_is_dropped_once(Some(3), 1, |mut local| {
        local.for_each_mut(|value| value.touch());
        local.for_each_mut(|value| value.touch());
        Some(local)
    });
}

#[test]
fn what_a_thread_leaves_to_a_visitor_goes_with_the_visit() {
    explore(Some(3), || {
        let (ends, drops) = (Ends::new(), Arc::new(AtomicUsize::new(0)));
        let local = Arc::new(Local::new());
        let thread = thread::spawn({
            let (local, drops, ends) = (Arc::clone(&local), Arc::clone(&drops), Arc::clone(&ends));
            move || {
                local.set(Value::new(&drops));
                ends.announce();
            }
        });
        thread.join().unwrap();
        let mut local =
            Arc::try_unwrap(local).unwrap_or_else(|_| unreachable!("the thread is done"));
        local.for_each_mut(|value| value.touch());
        ends.wait_for(1);
        // Now, and not with the local.
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        drop(local);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn two_threads_that_end_against_a_visitor() {
    each_value_is_dropped_once(Some(2), 2, |mut local| {
        local.for_each_mut(|value| value.touch());
        Some(local)
    });
}

#[test]
fn threads_that_set_their_first_values_at_once_have_one_registry() {
    explore(Some(2), || {
        let (ends, local) = (Ends::new(), Arc::new(Local::new()));
        let other = thread::spawn({
            let (ends, local) = (Arc::clone(&ends), Arc::clone(&local));
            move || {
                assert_eq!(local.set(1), None);
                assert_eq!(local.get(), Some(1));
                ends.announce();
            }
        });
        assert_eq!(local.set(2), None);
        assert_eq!(local.get(), Some(2));
        other.join().unwrap();
        let mut local =
            Arc::try_unwrap(local).unwrap_or_else(|_| unreachable!("the other is done"));
        let mut values: Vec<u32> = local.drain().collect();
        values.sort_unstable();
        assert!(values == [2] || values == [1, 2]);
        ends.wait_for(1);
    });
}

#[test]
fn a_thread_that_ends_against_one_that_sets_its_first_value() {
    explore(Some(2), || {
        let (ends, local) = (Ends::new(), Arc::new(Local::new()));
        for number in 0..2 {
            let (ends, local) = (Arc::clone(&ends), Arc::clone(&local));
            thread::spawn(move || {
                assert_eq!(local.set(number), None);
                assert_eq!(local.get(), Some(number));
                ends.announce();
            })
            .join()
            .unwrap();
        }
        assert_eq!(local.get(), None);
        ends.wait_for(2);
        let mut local =
            Arc::try_unwrap(local).unwrap_or_else(|_| unreachable!("the others are done"));
        assert_eq!(local.drain().len(), 0);
    });
}

#[test]
fn a_first_value_against_a_reader_of_all() {
    explore(Some(3), || {
        let (ends, drops) = (Ends::new(), Arc::new(AtomicUsize::new(0)));
        let shared = Arc::new(SharedLocal::new());
        let thread = thread::spawn({
            let (shared, drops) = (Arc::clone(&shared), Arc::clone(&drops));
            let ends = Arc::clone(&ends);
            move || {
                // The slot is there before the initialiser begins.
                let init = || {
                    let value = Value::new(&drops);
                    value.touch();
                    value
                };
                shared.with_or_init(init, |value| assert_eq!(value.look(), 1));
                ends.announce();
            }
        });
        for value in shared.iter() {
            assert_eq!(value.look(), 1);
        }
        thread.join().unwrap();
        ends.wait_for(1);
        assert_eq!(shared.iter().count(), 0);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    });
}

/// Explores a thread with a value that ends while `lookers` other threads, of which the model's
/// first is one, look at it.
fn a_thread_ends_against_lookers(preemptions: Option<usize>, lookers: usize) {
    explore(preemptions, move || {
        let (ends, drops) = (Ends::new(), Arc::new(AtomicUsize::new(0)));
        let shared = Arc::new(SharedLocal::new());
        let thread = thread::spawn({
            let (shared, drops) = (Arc::clone(&shared), Arc::clone(&drops));
            let ends = Arc::clone(&ends);
            move || {
                assert!(shared.set(Value::new(&drops)).is_ok());
                ends.announce();
            }
        });
        thread.join().unwrap();
        let look = |shared: &SharedLocal<Value>| {
            for value in shared.iter() {
                assert_eq!(value.look(), 0);
            }
        };
        let others: Vec<_> = (1..lookers)
            .map(|_| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || look(&shared))
            })
            .collect();
        look(&shared);
        for other in others {
            other.join().unwrap();
        }
        ends.wait_for(1);
        // By the thread or by the last looker, and not with the local.
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        assert_eq!(shared.iter().count(), 0);
        drop(shared);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_thread_that_ends_against_a_reader() {
    a_thread_ends_against_lookers(Some(3), 1);
}

#[test]
fn a_thread_that_ends_against_two_readers() {
    a_thread_ends_against_lookers(Some(3), 2);
}
