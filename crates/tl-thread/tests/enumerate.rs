//! The list of live threads, and the threads that the library did not start.

use std::cell::RefCell;
use std::sync::{Arc, Barrier, Mutex, mpsc};

use tl_thread::{Thread, active_count, current_thread, enumerate, get_ident, main_thread, spawn};

#[test]
fn the_main_thread_is_the_first() {
    assert_eq!(enumerate().first(), Some(&main_thread()));
}

#[test]
fn threads_are_listed_in_the_order_of_their_start() {
    let threads: Vec<(Thread, mpsc::Sender<()>)> = (0..20)
        .map(|_| {
            let (finish, finished) = mpsc::channel::<()>();
            let thread = Thread::new(move || {
                let _ = finished.recv();
            });
            (thread, finish)
        })
        .collect();
    for (thread, _) in threads.iter().rev() {
        thread.start().unwrap();
    }
    let expected: Vec<_> = threads.iter().rev().map(|(thread, _)| thread).collect();
    let listed = enumerate();
    let ours: Vec<_> = listed
        .iter()
        .filter(|thread| expected.contains(thread))
        .collect();
    assert_eq!(ours, expected);
    // Leaving from the middle changes the order of nobody.
    let mut left = Vec::new();
    for (number, (thread, finish)) in threads.into_iter().enumerate() {
        if number % 3 == 0 {
            drop(finish);
            thread.join().unwrap();
        } else {
            left.push((thread, finish));
        }
    }
    let expected: Vec<_> = left.iter().rev().map(|(thread, _)| thread).collect();
    let listed = enumerate();
    let ours: Vec<_> = listed
        .iter()
        .filter(|thread| expected.contains(thread))
        .collect();
    assert_eq!(ours, expected);
}

#[test]
fn the_count_is_at_least_what_is_certain() {
    // Other tests run beside this one.
    let handle = spawn(active_count);
    assert!(handle.join().unwrap() >= 2);
}

#[test]
fn a_foreign_thread_is_a_dummy_listed_while_it_lives_and_gone_after() {
    let (send, receive) = mpsc::channel();
    let (finish, finished) = mpsc::channel::<()>();
    let foreign = std::thread::spawn(move || {
        send.send((current_thread(), get_ident())).unwrap();
        finished.recv().unwrap_err();
    });
    let (thread, ident) = receive.recv().unwrap();
    assert!(thread.name().starts_with("Dummy-"));
    assert_eq!(thread.ident(), Some(ident));
    assert!(thread.native_id().is_some());
    assert!(thread.is_alive());
    assert!(enumerate().contains(&thread));
    drop(finish);
    foreign.join().unwrap();
    assert!(!thread.is_alive());
    assert!(!enumerate().contains(&thread));
}

#[test]
fn a_foreign_thread_with_a_name_has_that_name() {
    let foreign = std::thread::Builder::new().name("foreign".into());
    let name = foreign.spawn(|| current_thread().name()).unwrap();
    assert_eq!(&*name.join().unwrap(), "foreign");
}

#[test]
fn every_call_makes_a_foreign_thread_known() {
    let calls: [fn(); 5] = [
        || assert!(get_ident() > tl_thread::ThreadIdent::MAIN),
        || assert!(active_count() > 1),
        || drop(Thread::new(|| ())),
        || drop(spawn(|| ()).join()),
        || assert!(tl_thread::get_native_id() > 1),
    ];
    for call in calls {
        let listed = std::thread::spawn(move || {
            call();
            let native_id = tl_core::sys::native_id();
            enumerate_from_elsewhere()
                .iter()
                .any(|thread| thread.native_id() == Some(native_id))
        });
        assert!(listed.join().unwrap());
    }

    /// Calls `enumerate` in another thread, since the calling one would become known by that.
    fn enumerate_from_elsewhere() -> Vec<Thread> {
        std::thread::spawn(enumerate).join().unwrap()
    }
}

#[test]
fn a_foreign_thread_is_one_thread_also_while_its_thread_locals_are_dropped() {
    static SEEN: Mutex<Vec<Thread>> = Mutex::new(Vec::new());
    struct Ask;
    impl Drop for Ask {
        fn drop(&mut self) {
            let thread = current_thread();
            assert!(enumerate().contains(&thread));
            SEEN.lock().unwrap().push(thread);
        }
    }
    thread_local! {
        static EARLY: RefCell<Option<Ask>> = const { RefCell::new(None) };
        static LATE: RefCell<Option<Ask>> = const { RefCell::new(None) };
    }

    let known = std::thread::spawn(|| {
        EARLY.set(Some(Ask));
        let thread = current_thread();
        LATE.set(Some(Ask));
        thread
    });
    let thread = known.join().unwrap();
    // One whose first call is made while it ends.
    std::thread::spawn(|| EARLY.set(Some(Ask))).join().unwrap();
    let seen = SEEN.lock().unwrap();
    assert_eq!(seen.len(), 3);
    assert_eq!((&seen[0], &seen[1]), (&thread, &thread));
    assert_ne!(seen[2], thread);
    for thread in &*seen {
        assert!(!thread.is_alive());
        assert!(!enumerate().contains(thread));
    }
}

#[test]
fn current_thread_while_thread_locals_are_dropped() {
    static SEEN: Mutex<Option<Thread>> = Mutex::new(None);
    struct Ask;
    impl Drop for Ask {
        fn drop(&mut self) {
            *SEEN.lock().unwrap() = Some(current_thread());
        }
    }
    thread_local!(static ASK: RefCell<Option<Ask>> = const { RefCell::new(None) });

    let handle = spawn(|| ASK.set(Some(Ask)));
    let thread = handle.thread().clone();
    handle.join().unwrap();
    assert_eq!(SEEN.lock().unwrap().as_ref(), Some(&thread));
}

#[test]
fn the_list_is_right_while_many_threads_come_and_go() {
    let start = Arc::new(Barrier::new(5));
    let churners: Vec<_> = (0..4)
        .map(|_| {
            let start = Arc::clone(&start);
            spawn(move || {
                start.wait();
                for _ in 0..500 {
                    let handle = spawn(|| assert!(enumerate().contains(&current_thread())));
                    let thread = handle.thread().clone();
                    assert!(thread.ident().is_some());
                    handle.join().unwrap();
                    assert!(!enumerate().contains(&thread));
                }
            })
        })
        .collect();
    start.wait();
    for churner in churners {
        churner.join().unwrap();
    }
}
