//! When and where values are dropped: once, in their thread when it ends, or with the local.

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
#[cfg(not(sanitize_thread))]
use std::thread::{self, ThreadId};

use tl_core::door::Mutex;
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread::{self, ThreadId};
use tl_local::Local;

use support::unshared;

/// What a value tells when it is dropped: in which thread.
type Drops = Arc<Mutex<Vec<ThreadId>>>;

fn drops() -> Drops {
    Arc::new(Mutex::new(Vec::new()))
}

struct Value(Drops);

impl Drop for Value {
    fn drop(&mut self) {
        self.0.lock().push(thread::current().id());
    }
}

/// Runs something when it is dropped.
struct AtDrop(Option<Box<dyn FnOnce() + Send>>);

impl AtDrop {
    fn new(f: impl FnOnce() + Send + 'static) -> AtDrop {
        AtDrop(Some(Box::new(f)))
    }
}

impl Drop for AtDrop {
    fn drop(&mut self) {
        self.0.take().expect("it is dropped once")();
    }
}

#[test]
fn a_value_is_dropped_in_its_thread_before_join_returns() {
    let (local, drops) = (Arc::new(Local::new()), drops());
    for round in 0..100 {
        let (local, value) = (Arc::clone(&local), Value(Arc::clone(&drops)));
        let id = thread::spawn(move || {
            local.set(value);
            thread::current().id()
        })
        .join()
        .unwrap();
        let drops = drops.lock();
        assert_eq!((drops.len(), drops[round]), (round + 1, id));
    }
}

#[test]
fn a_value_is_dropped_with_its_local_if_that_goes_first() {
    let drops = drops();
    let local = Arc::new(Local::new());
    let (set, dropped) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let other = thread::spawn({
        let (local, set, dropped) = (Arc::clone(&local), Arc::clone(&set), Arc::clone(&dropped));
        let value = Value(Arc::clone(&drops));
        move || {
            local.set(value);
            drop(local);
            set.wait();
            dropped.wait();
        }
    });
    set.wait();
    local.set(Value(Arc::clone(&drops)));
    drop(unshared(local));
    assert_eq!(*drops.lock(), [thread::current().id(); 2]);
    dropped.wait();
    other.join().unwrap();
    assert_eq!(drops.lock().len(), 2);
}

#[test]
fn set_and_take_drop_nothing_and_with_mut_may_replace() {
    let (local, drops) = (Local::new(), drops());
    let former = [
        local.set(Value(drops.clone())),
        local.set(Value(drops.clone())),
    ];
    let taken = local.take();
    assert_eq!(drops.lock().len(), 0);
    drop((former, taken));
    assert_eq!(drops.lock().len(), 2);
    local.set(Value(drops.clone()));
    local.with_mut(|value| *value.unwrap() = Value(drops.clone()));
    assert_eq!(drops.lock().len(), 3);
    drop(local);
    assert_eq!(drops.lock().len(), 4);
}

#[test]
fn an_arc_that_the_last_thread_drops() {
    for _ in 0..200 {
        let drops = drops();
        let local = Arc::new(Local::new());
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let (local, drops) = (Arc::clone(&local), Arc::clone(&drops));
                thread::spawn(move || drop(local.set(Value(drops))))
            })
            .collect();
        drop(local);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(drops.lock().len(), 3);
    }
}

#[test]
fn a_local_that_is_dropped_while_its_threads_end_drops_each_value_once() {
    for round in 0..500 {
        let drops = drops();
        let mut local = Local::new();
        let barrier = Arc::new(Barrier::new(3));
        let shared = Arc::new(local);
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (local, drops) = (Arc::clone(&shared), Arc::clone(&drops));
                let barrier = Arc::clone(&barrier);
                thread::spawn(move || {
                    local.set(Value(drops));
                    drop(local);
                    barrier.wait();
                })
            })
            .collect();
        barrier.wait();
        local = unshared(shared);
        match round % 4 {
            0 => drop(local),
            1 => drop(local.drain()),
            2 => local.for_each_mut(|value| assert!(Arc::strong_count(&value.0) > 1)),
            _ => local.for_each_mut(|_| thread::yield_now()),
        }
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(drops.lock().len(), 2, "round {round}");
    }
}

#[test]
fn a_thread_that_ends_does_not_wait_for_the_visitor_of_its_value() {
    let drops = drops();
    let (set, end) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let local = Arc::new(Local::new());
    let mut thread = Some(thread::spawn({
        let (local, set, end) = (Arc::clone(&local), Arc::clone(&set), Arc::clone(&end));
        let value = Value(Arc::clone(&drops));
        move || {
            local.set(value);
            drop(local);
            set.wait();
            end.wait();
        }
    }));
    set.wait();
    let mut local = unshared(local);
    local.for_each_mut(|value| {
        end.wait();
        thread.take().expect("one value").join().unwrap();
        assert!(value.0.lock().is_empty());
    });
    assert_eq!(*drops.lock(), [thread::current().id()]);
    local.for_each_mut(|_| unreachable!());
    assert_eq!(local.drain().len(), 0);
    drop(local);
    assert_eq!(drops.lock().len(), 1);
}

#[test]
fn a_destructor_of_a_value_may_use_other_locals() {
    // What the destructor finds is checked outside: a panic in it would go no further.
    for used_is_older in [false, true] {
        let (user, used) = (Arc::new(Local::new()), Arc::new(Local::new()));
        let (send, receive) = std::sync::mpsc::channel();
        thread::spawn({
            let (user, used) = (Arc::clone(&user), Arc::clone(&used));
            move || {
                let value = AtDrop::new({
                    let (user, used) = (Arc::clone(&user), Arc::clone(&used));
                    move || {
                        let found = (used.get(), used.set(6));
                        used.with_mut(|value| *value.unwrap() += 1);
                        send.send((found, used.get(), user.is_set())).unwrap();
                    }
                });
                // The younger is dropped later.
                if used_is_older {
                    used.set(5);
                    user.set(value);
                } else {
                    user.set(value);
                    used.set(5);
                }
            }
        })
        .join()
        .unwrap();
        let (found, then, own) = receive.recv().expect("the destructor came to its end");
        // The value is dropped already, or not yet; what is set then is there in any case.
        assert!(
            matches!(found, (None, None) | (Some(5), Some(5))),
            "{found:?}"
        );
        assert_eq!((then, own), (Some(7), false));
    }
}

#[test]
fn what_a_destructor_sets_is_dropped_in_its_turn() {
    static FIRST: Local<AtDrop> = Local::new();
    static SECOND: Local<Value> = Local::new();
    static UNUSED: Local<Value> = Local::new();
    let drops = drops();
    let id = thread::spawn({
        let drops = drops.clone();
        move || {
            SECOND.set(Value(drops.clone()));
            FIRST.set(AtDrop::new(move || {
                drop(SECOND.set(Value(drops.clone())));
                drop(UNUSED.set(Value(drops)));
            }));
            thread::current().id()
        }
    })
    .join()
    .unwrap();
    assert_eq!(*drops.lock(), [id; 3]);
}

#[test]
fn destructors_that_set_again_and_again_come_to_an_end() {
    static LOCAL: Local<Endless> = Local::new();
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Endless;
    impl Drop for Endless {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::Relaxed);
            if let Some(refused) = LOCAL.set(Endless) {
                // It would set, and be refused, in its turn.
                DROPS.fetch_add(1, Ordering::Relaxed);
                std::mem::forget(refused);
            }
        }
    }
    thread::spawn(|| drop(LOCAL.set(Endless))).join().unwrap();
    let drops = DROPS.load(Ordering::Relaxed);
    assert!((2..100).contains(&drops), "{drops} drops");
    thread::spawn(|| assert!(!LOCAL.is_set())).join().unwrap();
}

/// Makes a thread-local of the standard library that runs something when it is dropped, before or
/// after the values of the locals.
fn at_thread_exit(before: bool, make_values: impl FnOnce(), f: impl FnOnce() + Send + 'static) {
    thread_local! {
        static AT_EXIT: std::cell::RefCell<Option<AtDrop>> = const { std::cell::RefCell::new(None) };
    }
    // The standard library drops those first that were registered last; here either order is tried.
    let set = |f| AT_EXIT.with(|at_exit| *at_exit.borrow_mut() = Some(f));
    if before {
        make_values();
        set(AtDrop::new(f));
    } else {
        set(AtDrop::new(f));
        make_values();
    }
}

#[test]
fn a_destructor_of_a_thread_local_uses_locals() {
    static LOCAL: Local<u32> = Local::new();
    static INITIALISED: Local<u32> = Local::with_init_fn(|| 9);
    static SEEN: Mutex<Vec<(Option<u32>, Option<u32>)>> = Mutex::new(Vec::new());
    for before in [true, false] {
        thread::spawn(move || {
            at_thread_exit(
                before,
                || {
                    LOCAL.set(1);
                },
                || {
                    let got = LOCAL.get();
                    assert_eq!(LOCAL.is_set(), got.is_some());
                    let ended = got.is_none();
                    // `None`, and no initialiser, once the values are dropped.
                    assert_eq!(INITIALISED.get(), (!ended).then_some(9));
                    assert_eq!(LOCAL.with(|value| value.copied()), got);
                    assert_eq!(LOCAL.with_mut(|value| value.copied()), got);
                    SEEN.lock().push((got, LOCAL.set(2)));
                    // Handed back, or kept.
                    assert_eq!(LOCAL.get(), (!ended).then_some(2));
                    let value = LOCAL.with_or_init(|| 3, |value| *value);
                    assert_eq!(value, if ended { 3 } else { 2 });
                    assert_eq!(LOCAL.take(), (!ended).then_some(2));
                },
            );
        })
        .join()
        .unwrap();
    }
    let mut seen = SEEN.lock();
    seen.sort();
    // Both were met: after the values were dropped, where `set` hands back what it was given, and
    // before.
    assert_eq!(*seen, [(None, Some(2)), (Some(1), Some(1))]);
}

#[test]
fn a_thread_whose_first_value_is_set_by_a_destructor_drops_it() {
    static LOCAL: Local<Value> = Local::new();
    let drops = drops();
    let value = Value(drops.clone());
    thread::spawn(move || at_thread_exit(true, || (), move || drop(LOCAL.set(value))))
        .join()
        .unwrap();
    assert_eq!(drops.lock().len(), 1);
}

#[test]
fn a_drop_that_panics_when_the_thread_ends_loses_no_other_value() {
    let drops = drops();
    let locals: Arc<Vec<Local<AtDrop>>> = Arc::new((0..5).map(|_| Local::new()).collect());
    thread::spawn({
        let (locals, drops) = (Arc::clone(&locals), drops.clone());
        move || {
            for (number, local) in locals.iter().enumerate() {
                let drops = drops.clone();
                local.set(AtDrop::new(move || {
                    drops.lock().push(thread::current().id());
                    assert!(number % 2 == 0, "on purpose");
                }));
            }
        }
    })
    .join()
    .unwrap();
    assert_eq!(drops.lock().len(), 5);
}

#[test]
fn a_drop_that_panics_with_the_local_loses_no_other_value() {
    let drops = drops();
    let (set, dropped) = (Barrier::new(4), Barrier::new(4));
    let local = Arc::new(Local::new());
    let locals = [local.clone(), local.clone(), local.clone()];
    thread::scope(|scope| {
        for (number, local) in locals.into_iter().enumerate() {
            let (drops, set, dropped) = (drops.clone(), &set, &dropped);
            scope.spawn(move || {
                local.set(AtDrop::new(move || {
                    drops.lock().push(thread::current().id());
                    assert!(number != 1, "on purpose");
                }));
                drop(local);
                set.wait();
                dropped.wait();
            });
        }
        set.wait();
        let local = unshared(local);
        assert!(catch_unwind(AssertUnwindSafe(|| drop(local))).is_err());
        assert_eq!(drops.lock().len(), 3);
        dropped.wait();
    });
    assert_eq!(drops.lock().len(), 3);
}

#[test]
fn a_forgotten_local_still_drops_its_values_with_their_threads() {
    let drops = drops();
    let value = Value(drops.clone());
    thread::spawn(move || {
        let local = Local::new();
        local.set(value);
        std::mem::forget(local);
    })
    .join()
    .unwrap();
    assert_eq!(drops.lock().len(), 1);
}

#[test]
fn a_payload_that_panics_when_it_is_dropped_loses_no_other_value() {
    let drops = drops();
    let (bad, good) = (Arc::new(Local::new()), Arc::new(Local::new()));
    thread::spawn({
        let (bad, good, value) = (Arc::clone(&bad), Arc::clone(&good), Value(drops.clone()));
        move || {
            bad.set(AtDrop::new(|| {
                std::panic::panic_any(AtDrop::new(|| panic!("on purpose")));
            }));
            good.set(value);
        }
    })
    .join()
    .unwrap();
    assert_eq!(drops.lock().len(), 1);
}

/// `exit` drops the thread-locals of the thread that calls it while its calls are still on the
/// stack, and other threads go on: one may have been lent the value.
#[test]
fn a_value_in_use_is_not_dropped_when_its_thread_ends_the_process() {
    static LOCAL: Local<AtDrop> = Local::new();
    const CASE: &str = "TL_LOCAL_CASE";
    const EXIT_CODE: i32 = 7;

    if let Some(case) = std::env::var_os(CASE) {
        LOCAL.set(AtDrop::new(|| std::process::abort()));
        if case == "with" {
            LOCAL.with(|_| std::process::exit(EXIT_CODE));
        }
        LOCAL.with_mut(|_| std::process::exit(EXIT_CODE));
    }
    for case in ["with", "with_mut"] {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "a_value_in_use_is_not_dropped_when_its_thread_ends_the_process",
            ])
            .env(CASE, case)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(EXIT_CODE), "{case}: {output:?}");
    }
}

#[test]
fn a_first_value_that_comes_after_the_thread_locals_is_handed_back() {
    use tl_core::sys::ThreadEnd;

    static LATE: Local<String> = Local::new();
    static REFUSED: AtomicUsize = AtomicUsize::new(0);
    static AT_END: ThreadEnd = ThreadEnd::new(|| {
        if LATE.set("late".to_owned()).as_deref() == Some("late") && !LATE.is_set() {
            REFUSED.fetch_add(1, Ordering::Relaxed);
        }
    });

    for _ in 0..3 {
        thread::spawn(|| AT_END.arm().unwrap()).join().unwrap();
    }
    assert_eq!(REFUSED.load(Ordering::Relaxed), 3);
}
