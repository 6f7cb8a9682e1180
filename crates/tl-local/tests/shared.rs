//! The local whose values all threads may look at.

mod support;

use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
#[cfg(not(sanitize_thread))]
use std::thread;

#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_local::{SharedIter, SharedLocal, SharedRef};

use support::unshared;

/// Fewer under the interpreter, which is slow.
const ROUNDS: u32 = if cfg!(miri) { 3 } else { 200 };

const _: () = {
    const fn shared<T: Send + Sync + UnwindSafe + RefUnwindSafe + std::fmt::Debug>() {}
    shared::<SharedLocal<AtomicU32>>();
    const fn iterator<'a, T: Iterator<Item = SharedRef<'a, AtomicU32>> + std::fmt::Debug>() {}
    iterator::<SharedIter<'_, AtomicU32>>();
};

/// A value that counts its drops.
struct Value {
    number: AtomicU32,
    drops: Arc<AtomicUsize>,
}

impl Value {
    fn new(number: u32, drops: &Arc<AtomicUsize>) -> Value {
        Value {
            number: AtomicU32::new(number),
            drops: Arc::clone(drops),
        }
    }

    fn number(&self) -> u32 {
        self.number.load(Ordering::Relaxed)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

fn sorted(values: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    values
}

#[test]
fn all_threads_see_the_values_of_all_that_live() {
    let shared = Arc::new(SharedLocal::new());
    let (set, seen) = (Arc::new(Barrier::new(5)), Arc::new(Barrier::new(5)));
    let threads: Vec<_> = (1..5)
        .map(|number| {
            let (shared, set, seen) = (Arc::clone(&shared), Arc::clone(&set), Arc::clone(&seen));
            thread::spawn(move || {
                shared.set(AtomicU32::new(number)).unwrap();
                set.wait();
                let all = sorted(shared.iter().map(|value| value.load(Ordering::Relaxed)));
                seen.wait();
                // What its own thread changes in it, the others see.
                shared.with(|value| value.unwrap().fetch_add(10, Ordering::Relaxed));
                set.wait();
                seen.wait();
                all
            })
        })
        .collect();
    set.wait();
    seen.wait();
    set.wait();
    // One without a value of its own looks too.
    assert!(!shared.is_set());
    let all = sorted(shared.iter().map(|value| value.load(Ordering::Relaxed)));
    seen.wait();
    assert_eq!(all, [11, 12, 13, 14]);
    for thread in threads {
        assert_eq!(thread.join().unwrap(), [1, 2, 3, 4]);
    }
    assert_eq!(shared.iter().count(), 0);
    assert_eq!(unshared(shared).drain().len(), 0);
}

#[test]
fn a_value_is_set_once() {
    let shared = SharedLocal::new();
    assert_eq!(shared.get(), None);
    assert_eq!(shared.with(|value: Option<&u32>| value.copied()), None);
    assert_eq!(shared.set(1), Ok(()));
    assert_eq!(shared.set(2), Err(2));
    assert_eq!((shared.get(), shared.is_set()), (Some(1), true));
    // Within a look too.
    shared.with(|value| {
        assert_eq!(shared.set(3), Err(3));
        assert_eq!(value, Some(&1));
    });
    let look = shared.iter().next().unwrap();
    assert_eq!(shared.set(4), Err(4));
    assert_eq!(*look, 1);
    assert_eq!(shared.with_or_init(|| 5, |value| *value), 1);
}

#[test]
fn what_an_initialiser_makes_is_seen() {
    let runs = Arc::new(AtomicUsize::new(0));
    let shared = SharedLocal::with_init({
        let runs = Arc::clone(&runs);
        move || runs.fetch_add(1, Ordering::Relaxed)
    });
    // To look at all makes none.
    assert_eq!(shared.iter().count(), 0);
    assert!(!shared.is_set());
    assert_eq!(shared.get(), Some(0));
    assert_eq!(shared.iter().map(|value| *value).collect::<Vec<_>>(), [0]);
    assert_eq!(runs.load(Ordering::Relaxed), 1);

    let other = SharedLocal::new();
    assert_eq!(other.with_or_init(|| 7, |value| *value), 7);
    assert_eq!(other.iter().map(|value| *value).collect::<Vec<_>>(), [7]);

    static THIRD: SharedLocal<u32> = SharedLocal::with_init_fn(|| 9);
    assert_eq!(THIRD.with(|value| value.copied()), Some(9));
    assert_eq!((&THIRD).into_iter().map(|value| *value).sum::<u32>(), 9);
}

#[test]
fn an_initialiser_that_panics_shows_nothing_and_is_tried_again() {
    let fail = Arc::new(AtomicBool::new(true));
    let shared = SharedLocal::with_init({
        let fail = Arc::clone(&fail);
        move || {
            assert!(!fail.load(Ordering::Relaxed), "not yet");
            1
        }
    });
    assert!(catch_unwind(AssertUnwindSafe(|| shared.get())).is_err());
    assert_eq!(shared.iter().count(), 0);
    fail.store(false, Ordering::Relaxed);
    assert_eq!(shared.get(), Some(1));
    assert_eq!(shared.iter().count(), 1);
}

#[test]
fn an_initialiser_that_uses_its_own_is_told_so() {
    type Used = SharedLocal<u32>;
    static SET: Used = Used::with_init_fn(|| SET.set(1).map_or(1, |()| 2));
    static LOOK: Used = Used::with_init_fn(|| LOOK.with(|value| value.copied().unwrap_or(1)));
    // To look at all is free, and does not come upon what is not made yet.
    static ALL: Used = Used::with_init_fn(|| ALL.iter().count() as u32);
    for wrong in [&SET, &LOOK] {
        let payload = catch_unwind(|| wrong.get()).unwrap_err();
        let message = payload.downcast_ref::<String>().cloned();
        let message = message.or(payload.downcast_ref::<&str>().map(ToString::to_string));
        assert!(message.unwrap().contains("initialiser"));
        assert_eq!(wrong.iter().count(), 0);
    }
    assert_eq!(ALL.get(), Some(0));
    assert_eq!(ALL.iter().count(), 1);
}

#[test]
fn a_thread_that_ends_does_not_wait_for_those_that_look() {
    for lookers in 1..4 {
        let drops = Arc::new(AtomicUsize::new(0));
        let shared = Arc::new(SharedLocal::new());
        let (set, go) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let thread = thread::spawn({
            let (shared, set, go) = (Arc::clone(&shared), Arc::clone(&set), Arc::clone(&go));
            let value = Value::new(5, &drops);
            move || {
                assert!(shared.set(value).is_ok());
                set.wait();
                go.wait();
            }
        });
        set.wait();
        let looks: Vec<_> = (0..lookers)
            .map(|_| shared.iter().next().unwrap())
            .collect();
        go.wait();
        thread.join().unwrap();
        // The thread is over, and its value is still there for those that look, but not for others.
        assert_eq!(drops.load(Ordering::Relaxed), 0);
        assert_eq!(shared.iter().count(), 0);
        for (number, look) in looks.into_iter().enumerate() {
            assert_eq!(drops.load(Ordering::Relaxed), 0, "after {number}");
            assert_eq!(look.number(), 5);
            drop(look);
        }
        // Dropped by the last one, and not with the local.
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        drop(shared);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn a_look_that_is_forgotten_costs_its_value_no_more_than_the_life_of_the_local() {
    let drops = Arc::new(AtomicUsize::new(0));
    let shared = Arc::new(SharedLocal::new());
    for _ in 0..2 {
        let (shared, value) = (Arc::clone(&shared), Value::new(1, &drops));
        thread::spawn(move || {
            assert!(shared.set(value).is_ok());
            std::mem::forget(shared.iter().next().unwrap());
        })
        .join()
        .unwrap();
    }
    assert_eq!(drops.load(Ordering::Relaxed), 0);
    assert_eq!(shared.iter().count(), 0);
    drop(shared);
    assert_eq!(drops.load(Ordering::Relaxed), 2);
}

#[test]
fn a_closure_that_panics_with_a_look_leaves_the_value() {
    let shared = SharedLocal::new();
    shared.set(3).unwrap();
    let panicked = catch_unwind(|| {
        let value = shared.iter().next().unwrap();
        panic!("with {value}");
    });
    assert!(panicked.is_err());
    assert_eq!(shared.iter().map(|value| *value).collect::<Vec<_>>(), [3]);
    assert_eq!(shared.get(), Some(3));
}

#[test]
fn the_owner_takes_all_values_out() {
    let mut shared = SharedLocal::new();
    shared.set(1).unwrap();
    let values: Vec<i32> = shared.drain().collect();
    assert_eq!(values, [1]);
    assert_eq!((shared.iter().count(), shared.get()), (0, None));
    shared.set(2).unwrap();
    assert_eq!(format!("{shared:?}"), "SharedLocal { values: [2] }");
}

#[test]
fn looks_while_threads_begin_and_end_find_only_whole_values_and_each_is_dropped_once() {
    let drops = Arc::new(AtomicUsize::new(0));
    let shared = Arc::new(SharedLocal::new());
    let end = Arc::new(AtomicBool::new(false));
    let lookers: Vec<_> = (0..2)
        .map(|_| {
            let (shared, end) = (Arc::clone(&shared), Arc::clone(&end));
            thread::spawn(move || {
                while !end.load(Ordering::Relaxed) {
                    for value in shared.iter() {
                        let value: &Value = &value;
                        assert!((1..=ROUNDS).contains(&value.number()));
                    }
                    thread::yield_now();
                }
            })
        })
        .collect();
    for round in 1..=ROUNDS {
        let threads = [(); 2].map(|()| {
            let (shared, drops) = (Arc::clone(&shared), Arc::clone(&drops));
            thread::spawn(move || {
                shared.with_or_init(
                    || Value::new(round, &drops),
                    |value| assert_eq!(value.number(), round),
                );
                assert!(shared.iter().any(|value| value.number() == round));
            })
        });
        for thread in threads {
            thread.join().unwrap();
        }
    }
    end.store(true, Ordering::Relaxed);
    for looker in lookers {
        looker.join().unwrap();
    }
    assert_eq!(drops.load(Ordering::Relaxed), 2 * ROUNDS as usize);
    assert_eq!(unshared(shared).drain().len(), 0);
}
