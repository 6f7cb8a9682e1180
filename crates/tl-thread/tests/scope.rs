//! Scoped threads.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use tl_thread::{Builder, JoinError, enumerate, scope};

#[test]
fn scoped_threads_borrow_and_return() {
    let mut numbers = vec![1, 2, 3];
    let total = AtomicU32::new(0);
    let longest = scope(|s| {
        for number in &numbers {
            let total = &total;
            s.spawn(move || total.fetch_add(*number, Ordering::Relaxed));
        }
        let handle = s.spawn(|| numbers.iter().max());
        handle.join().unwrap().copied()
    });
    numbers.push(4);
    assert_eq!((longest, total.load(Ordering::Relaxed)), (Some(3), 6));
}

#[test]
fn a_scope_of_the_standard_library_takes_threads_too() {
    let words = ["one", "two"];
    let names = std::thread::scope(|s| {
        let handles = words.map(|word| {
            let builder = Builder::new().name(word.into());
            builder
                .spawn_scoped(s, || tl_thread::current_thread().name())
                .unwrap()
        });
        handles.map(|handle| {
            assert_eq!(handle.thread().join(), Ok(()));
            assert!(handle.is_finished());
            handle.join().unwrap().to_string()
        })
    });
    assert_eq!(names, words);
}

#[test]
fn scoped_threads_change_what_they_borrow() {
    let mut numbers = [0; 4];
    scope(|s| {
        for (index, number) in numbers.iter_mut().enumerate() {
            s.spawn(move || *number = index * 2);
        }
    });
    assert_eq!(numbers, [0, 2, 4, 6]);
}

#[test]
fn a_scoped_thread_starts_others_also_when_the_scopes_own_part_is_over() {
    let count = AtomicU32::new(0);
    let scope_is_over = AtomicU32::new(0);
    scope(|s| {
        s.spawn(|| {
            while scope_is_over.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
            s.spawn(|| {
                s.spawn(|| count.fetch_add(1, Ordering::Relaxed));
                count.fetch_add(1, Ordering::Relaxed);
            });
            count.fetch_add(1, Ordering::Relaxed);
        });
        scope_is_over.store(1, Ordering::Relaxed);
    });
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

#[test]
fn scopes_can_be_nested_and_open_side_by_side() {
    let sum = AtomicU32::new(0);
    scope(|outer| {
        for _ in 0..3 {
            outer.spawn(|| {
                scope(|inner| {
                    for _ in 0..3 {
                        inner.spawn(|| sum.fetch_add(1, Ordering::Relaxed));
                    }
                });
            });
        }
    });
    assert_eq!(sum.load(Ordering::Relaxed), 9);
}

#[test]
fn the_scope_ends_after_the_thread_locals_were_dropped() {
    struct Slow;
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    impl Drop for Slow {
        fn drop(&mut self) {
            std::thread::sleep(Duration::from_millis(20));
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }
    thread_local!(static SLOW: RefCell<Option<Slow>> = const { RefCell::new(None) });

    let threads = scope(|s| {
        [(); 3].map(|()| {
            let handle = s.spawn(|| SLOW.set(Some(Slow)));
            handle.thread().clone()
        })
    });
    assert_eq!(DROPPED.load(Ordering::Relaxed), 3);
    for thread in threads {
        assert!(!thread.is_alive());
        assert!(!enumerate().contains(&thread));
        thread.join().unwrap();
    }
}

#[test]
fn a_panic_of_a_thread_that_is_joined_is_in_its_result() {
    let value = scope(|s| {
        let handle = s.spawn(|| -> u32 { panic!("joined") });
        let thread = handle.thread().clone();
        assert_eq!(handle.join().unwrap_err().downcast_ref(), Some(&"joined"));
        assert_eq!(thread.join(), Err(JoinError::Panicked("joined".into())));
        9
    });
    assert_eq!(value, 9);
}

#[test]
fn a_panic_of_a_thread_that_is_not_joined_is_the_scopes_and_the_others_end_first() {
    let ended = AtomicU32::new(0);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        scope(|s| {
            s.spawn(|| panic!("not joined"));
            s.spawn(|| {
                std::thread::sleep(Duration::from_millis(20));
                ended.fetch_add(1, Ordering::Relaxed);
            });
        });
    }));
    assert!(outcome.is_err());
    assert_eq!(ended.load(Ordering::Relaxed), 1);
}

#[test]
fn a_panic_in_the_scope_itself_still_waits_for_the_threads() {
    let ended = AtomicU32::new(0);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        scope(|s| {
            s.spawn(|| {
                std::thread::sleep(Duration::from_millis(20));
                ended.fetch_add(1, Ordering::Relaxed);
            });
            panic!("in the scope");
        });
    }));
    assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"in the scope"));
    assert_eq!(ended.load(Ordering::Relaxed), 1);
}

#[test]
fn a_scoped_thread_has_a_name_is_listed_and_is_joined_in_time() {
    scope(|s| {
        let (finish, finished) = mpsc::channel::<()>();
        let handle = Builder::new()
            .name("scoped".into())
            .daemon(true)
            .spawn_scoped(s, move || finished.recv().is_err())
            .unwrap();
        assert_eq!(&*handle.thread().name(), "scoped");
        assert!(handle.thread().is_daemon());
        assert!(enumerate().contains(handle.thread()));
        assert!(!handle.is_finished());
        let handle = handle.join_timeout(Duration::from_millis(5)).unwrap_err();
        drop(finish);
        assert!(handle.join_timeout(Duration::MAX).unwrap().unwrap());
    });
}

#[test]
fn a_refused_thread_does_not_hold_the_scope() {
    scope(|s| {
        let refused = Builder::new().stack_size(usize::MAX).spawn_scoped(s, || ());
        assert!(refused.is_err());
    });
}
