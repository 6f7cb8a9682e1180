//! The contract of the local within threads that run, call by call.

mod support;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
#[cfg(not(sanitize_thread))]
use std::thread;

#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_local::{Drain, Local};

use support::unshared;

// Compile-time promises.
const _: () = {
    const fn shared<T: Send + Sync + UnwindSafe + RefUnwindSafe + std::fmt::Debug>() {}
    shared::<Local<u32>>();
    // What one thread has, no other sees: `Sync` is not asked of it.
    shared::<Local<Cell<u32>>>();
    const fn iterator<T: Send + ExactSizeIterator + std::fmt::Debug>() {}
    iterator::<Drain<u32>>();
};
const _: Local<u32> = Local::new();
static STATIC: Local<String> = Local::new();
static FROM_FUNCTION: Local<Vec<u32>> = Local::with_init_fn(|| vec![7]);

/// Returns the message of the panic of `f`.
#[track_caller]
fn panic_of<R>(f: impl FnOnce() -> R) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| drop(f()))).expect_err("it should have panicked");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().expect("a message")).to_owned(),
    }
}

#[test]
fn each_thread_has_a_value_of_its_own() {
    let local = Local::new();
    let barrier = Barrier::new(8);
    thread::scope(|scope| {
        for number in 0..8 {
            let (local, barrier) = (&local, &barrier);
            scope.spawn(move || {
                assert_eq!(local.get(), None);
                assert_eq!(local.set(number), None);
                barrier.wait();
                for round in 1..1_000 {
                    assert_eq!(local.get(), Some(number + round - 1));
                    assert_eq!(local.set(number + round), Some(number + round - 1));
                }
            });
        }
    });
    assert_eq!(local.get(), None);
}

#[test]
fn set_and_take_give_the_former_value_back() {
    let local = Local::new();
    assert!(!local.is_set());
    assert_eq!(local.take(), None);
    assert_eq!(local.set("a".to_owned()), None);
    assert!(local.is_set());
    assert_eq!(local.set("b".to_owned()).as_deref(), Some("a"));
    assert_eq!(local.take().as_deref(), Some("b"));
    assert_eq!(
        (local.is_set(), local.get(), local.take()),
        (false, None, None)
    );
    assert_eq!(local.set("c".to_owned()), None);
    assert_eq!(local.get().as_deref(), Some("c"));
}

#[test]
fn with_and_with_mut_see_the_value_or_none() {
    let local = Local::new();
    assert!(local.with(|value: Option<&Vec<u32>>| value.is_none()));
    assert!(local.with_mut(|value| value.is_none()));
    local.set(vec![1]);
    local.with_mut(|value| value.unwrap().push(2));
    assert_eq!(local.with(|value| value.unwrap().len()), 2);
    assert_eq!(local.take(), Some(vec![1, 2]));
    assert!(local.with_mut(|value| value.is_none()));
}

#[test]
fn with_or_init_sets_what_is_missing() {
    let local = Local::new();
    assert_eq!(local.with_or_init(|| 1, |value| *value), 1);
    assert_eq!(local.with_or_init(|| 2, |value| *value), 1);
    local.take();
    assert_eq!(local.with_or_init(|| 3, |value| *value), 3);
    // The initialiser of the local comes first, once.
    let local = Local::with_init(|| 10);
    assert_eq!(local.with_or_init(|| 20, |value| *value), 10);
    local.take();
    assert_eq!(local.with_or_init(|| 20, |value| *value), 20);
}

#[test]
fn an_initialiser_runs_once_in_each_thread_at_first_use() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let local = Local::with_init(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        thread::current().id()
    });
    assert!(!local.is_set());
    assert_eq!(runs.load(Ordering::Relaxed), 0);
    type Use = fn(&Local<thread::ThreadId>) -> Option<thread::ThreadId>;
    let uses: [Use; 4] = [
        |local| local.get(),
        |local| local.with(|id| id.copied()),
        |local| local.with_mut(|id| id.copied()),
        |local| Some(local.with_or_init(|| unreachable!(), |id| *id)),
    ];
    for (before, first_use) in uses.into_iter().enumerate() {
        thread::scope(|scope| {
            scope
                .spawn(|| {
                    assert_eq!(first_use(&local), Some(thread::current().id()));
                    assert!(local.is_set());
                    for again in uses {
                        assert_eq!(again(&local), Some(thread::current().id()));
                    }
                    // Once is once, also when the value is taken away.
                    local.take();
                    assert_eq!(local.get(), None);
                })
                .join()
                .unwrap();
        });
        assert_eq!(runs.load(Ordering::Relaxed), before + 1);
    }
}

#[test]
fn a_value_that_is_set_first_needs_no_initialiser() {
    let local = Local::with_init(|| unreachable!());
    assert_eq!(local.take(), None);
    assert_eq!(local.set(5), None);
    assert_eq!(local.get(), Some(5));
    assert_eq!(local.take(), Some(5));
    assert_eq!(local.get(), None);
}

#[test]
fn an_initialiser_may_use_other_locals() {
    let first = Arc::new(Local::with_init(|| 1));
    let inner = Arc::clone(&first);
    let second = Local::with_init(move || {
        let value = inner.get().unwrap() + 1;
        inner.set(10);
        value
    });
    assert_eq!(second.get(), Some(2));
    assert_eq!(first.get(), Some(10));
}

#[test]
fn an_initialiser_that_uses_its_own_local_is_told_so() {
    static OWN: Local<u32> = Local::with_init_fn(|| OWN.get().unwrap_or(0));
    static OTHER: Local<u32> = Local::with_init_fn(|| OTHER.with_or_init(|| 0, |value| *value));
    static SETS: Local<u32> = Local::with_init_fn(|| SETS.set(1).unwrap_or(0));
    static ASKS: Local<bool> = Local::with_init_fn(|| ASKS.is_set());
    for panic in [panic_of(|| OWN.get()), panic_of(|| OTHER.get())] {
        assert!(
            panic.contains("the initialiser of a `Local` used the same `Local`"),
            "{panic}"
        );
    }
    assert!(
        panic_of(|| SETS.get()).contains("set the value of a `Local` inside its own initialiser")
    );
    assert_eq!(ASKS.get(), Some(false));
    for local in [&OWN, &OTHER, &SETS] {
        assert!(!local.is_set());
        local.set(3);
        assert_eq!(local.get(), Some(3));
    }
}

#[test]
fn an_initialiser_that_panics_leaves_nothing_set_and_is_tried_again() {
    let attempts = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&attempts);
    let local = Local::with_init(move || match counter.fetch_add(1, Ordering::Relaxed) {
        2 => 7,
        attempt => panic!("attempt {attempt}"),
    });
    assert_eq!(panic_of(|| local.get()), "attempt 0");
    assert!(!local.is_set());
    assert_eq!(panic_of(|| local.with(|_| ())), "attempt 1");
    assert_eq!(local.take(), None);
    assert_eq!(local.get(), Some(7));

    let local = Local::<u32>::new();
    assert_eq!(
        panic_of(|| local.with_or_init(|| panic!("no"), |_| ())),
        "no"
    );
    assert!(!local.is_set());
    assert_eq!(local.with_or_init(|| 1, |value| *value), 1);
}

#[test]
fn within_with_the_value_may_be_looked_at_but_not_changed() {
    let local = Local::new();
    local.set(1);
    local.with(|outer| {
        assert_eq!(local.get(), Some(1));
        local.with(|inner| assert_eq!(inner, outer));
        assert!(local.is_set());
        assert!(
            panic_of(|| local.set(2)).contains("set the value of a `Local` inside its own `with`")
        );
        assert!(
            panic_of(|| local.take()).contains("take the value of a `Local` inside its own `with`")
        );
        assert!(
            panic_of(|| local.with_mut(|_| ()))
                .contains("change the value of a `Local` inside its own `with`")
        );
        // Other threads are free.
        thread::scope(|scope| scope.spawn(|| local.set(5)).join().unwrap());
        assert_eq!(outer, Some(&1));
    });
    assert_eq!(local.set(2), Some(1));
}

#[test]
fn within_with_mut_the_value_is_out_of_reach() {
    let local = Local::new();
    local.set(1);
    local.with_mut(|value| {
        let uses: [&dyn Fn(); 6] = [
            &|| assert_ne!(local.get(), local.get()),
            &|| local.with(|_| ()),
            &|| local.with_or_init(|| 0, |_| ()),
            &|| assert_ne!(local.set(2), local.get()),
            &|| assert_ne!(local.take(), local.get()),
            &|| local.with_mut(|_| ()),
        ];
        for again in uses {
            assert!(panic_of(again).contains("inside its own `with_mut`"));
        }
        assert!(local.is_set());
        assert_eq!(format!("{local:?}"), "Local { value: <borrowed> }");
        *value.unwrap() += 1;
    });
    assert_eq!(local.get(), Some(2));
}

#[test]
fn a_clone_cannot_change_the_value_under_its_own_feet() {
    static LOCAL: Local<Meddler> = Local::new();
    struct Meddler;
    impl Clone for Meddler {
        fn clone(&self) -> Meddler {
            LOCAL.set(Meddler);
            Meddler
        }
    }
    LOCAL.set(Meddler);
    assert!(panic_of(|| LOCAL.get()).contains("while its value was being cloned"));
    assert!(LOCAL.take().is_some());
}

#[test]
fn a_closure_that_panics_leaves_the_value_usable() {
    let local = Local::new();
    local.set(vec![1]);
    assert_eq!(panic_of(|| local.with(|_| panic!("no"))), "no");
    assert_eq!(
        panic_of(|| local.with_mut(|value| {
            value.unwrap().push(2);
            panic!("no")
        })),
        "no"
    );
    assert_eq!(local.set(Vec::new()), Some(vec![1, 2]));
}

#[test]
fn many_locals_may_be_set_within_with() {
    // The table of the thread grows under the borrow.
    let local = Local::new();
    local.set("kept".to_owned());
    let others: Vec<Local<usize>> = (0..1_000).map(|_| Local::new()).collect();
    local.with(|value| {
        for (number, other) in others.iter().enumerate() {
            other.set(number);
        }
        assert_eq!(value.unwrap(), "kept");
    });
    local.with_mut(|value| {
        let more: Vec<Local<usize>> = (0..5_000).map(|_| Local::new()).collect();
        for other in &more {
            other.set(1);
        }
        value.unwrap().push('!');
    });
    assert_eq!(local.get().unwrap(), "kept!");
    for (number, other) in others.iter().enumerate() {
        assert_eq!(other.get(), Some(number));
    }
}

#[test]
fn a_local_may_be_a_static() {
    assert_eq!(STATIC.get(), None);
    STATIC.set("main".to_owned());
    thread::spawn(|| {
        assert_eq!(STATIC.get(), None);
        assert_eq!(FROM_FUNCTION.get(), Some(vec![7]));
        FROM_FUNCTION.with_mut(|value| value.unwrap().push(8));
        assert_eq!(FROM_FUNCTION.get(), Some(vec![7, 8]));
    })
    .join()
    .unwrap();
    assert_eq!(STATIC.get().unwrap(), "main");
    assert_eq!(FROM_FUNCTION.get(), Some(vec![7]));
}

#[test]
fn the_owner_visits_the_values_of_all_threads() {
    let mut local = Local::new();
    let (set, seen) = (Barrier::new(4), Barrier::new(4));
    let shared = Arc::new(());
    local.for_each_mut(|_: &mut u32| unreachable!());
    local.set(1);
    // Scoped threads would have to borrow it as long as they live, so they get it, and give it
    // back, in an `Arc`.
    let local = Arc::new(local);
    let threads: Vec<_> = (2..5)
        .map(|number| {
            let local = Arc::clone(&local);
            let shared = Arc::clone(&shared);
            (number, local, shared)
        })
        .collect();
    thread::scope(|scope| {
        for (number, local, shared) in threads {
            let (set, seen) = (&set, &seen);
            scope.spawn(move || {
                local.set(number);
                drop((local, shared));
                set.wait();
                seen.wait();
            });
        }
        set.wait();
        let mut local = unshared(local);
        let mut values = Vec::new();
        local.for_each_mut(|value| {
            values.push(*value);
            *value *= 10;
        });
        values.sort_unstable();
        assert_eq!(values, [1, 2, 3, 4]);
        assert_eq!(local.get(), Some(10));
        let drain = local.drain();
        assert_eq!(drain.len(), 4);
        let mut values: Vec<_> = drain.collect();
        values.sort_unstable();
        assert_eq!(values, [10, 20, 30, 40]);
        assert!(!local.is_set());
        assert_eq!(local.drain().len(), 0);
        assert_eq!(local.set(6), None);
        assert_eq!(local.drain().collect::<Vec<_>>(), [6]);
        seen.wait();
    });
}

#[test]
fn a_drained_local_is_as_new() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    let mut local = Local::with_init(move || counter.fetch_add(1, Ordering::Relaxed));
    assert_eq!(local.get(), Some(0));
    drop(local.drain());
    assert_eq!(local.get(), Some(1));
    local.take();
    assert_eq!(local.drain().len(), 0);
    assert_eq!(local.get(), Some(2));
}

#[test]
fn a_visitor_that_panics_leaves_all_values() {
    let mut local = Local::new();
    local.set(1);
    assert_eq!(
        panic_of(|| local.for_each_mut(|value| {
            *value = 2;
            panic!("no")
        })),
        "no"
    );
    assert_eq!(local.get(), Some(2));
    local.for_each_mut(|value| *value = 3);
    assert_eq!(local.get(), Some(3));
}

#[test]
fn a_value_of_no_size_and_one_of_great_alignment() {
    #[repr(align(128))]
    #[derive(Debug, Clone, PartialEq)]
    struct Aligned(u8);
    let (unit, aligned) = (Local::new(), Local::new());
    assert_eq!(unit.set(()), None);
    assert_eq!(unit.get(), Some(()));
    aligned.set(Aligned(3));
    aligned.with(|value| assert_eq!(std::ptr::from_ref(value.unwrap()).addr() % 128, 0));
    assert_eq!(aligned.get(), Some(Aligned(3)));
}

#[test]
fn debug_shows_the_value_of_this_thread_and_runs_no_initialiser() {
    let local = Local::with_init(|| unreachable!());
    assert_eq!(format!("{local:?}"), "Local { value: None }");
    local.set(3);
    assert_eq!(format!("{local:?}"), "Local { value: Some(3) }");
    assert_eq!(
        format!("{:?}", Local::<u8>::default()),
        "Local { value: None }"
    );
}

#[test]
fn a_new_thread_never_sees_a_value_of_an_old_one() {
    let (local, seen) = (Local::new(), AtomicBool::new(false));
    for number in 0..1_000 {
        thread::scope(|scope| {
            scope.spawn(|| {
                seen.fetch_or(local.set(number).is_some(), Ordering::Relaxed);
            });
        });
    }
    assert!(!seen.into_inner());
}

#[test]
fn a_new_local_never_shows_a_value_of_an_old_one() {
    for number in 0..1_000 {
        let local = Local::new();
        assert_eq!(local.get(), None);
        assert!(!local.is_set());
        assert_eq!(local.set(number), None);
        assert_eq!(local.get(), Some(number));
    }
}

#[test]
fn a_thread_that_lives_on_does_not_find_the_value_of_a_dropped_local_in_a_new_one() {
    // The new local gets the index of the old one, but not its key.
    let (send, receive) = std::sync::mpsc::sync_channel::<Arc<Local<u64>>>(0);
    let (answer, answers) = std::sync::mpsc::sync_channel(0);
    let worker = thread::spawn(move || {
        for local in receive {
            let found = (local.get(), local.is_set(), local.set(1));
            drop(local);
            answer.send(found).unwrap();
        }
    });
    for _ in 0..100 {
        let local = Arc::new(Local::new());
        local.set(2);
        send.send(Arc::clone(&local)).unwrap();
        assert_eq!(answers.recv().unwrap(), (None, false, None));
    }
    drop(send);
    worker.join().unwrap();
}
