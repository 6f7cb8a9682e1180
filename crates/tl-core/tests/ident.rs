//! Identities: unique, never reused, there at every time.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Mutex;
use std::thread;

use tl_core::{ThreadIdent, current_ident};

#[test]
fn a_thread_keeps_its_identity() {
    let first = current_ident();
    thread::yield_now();
    assert_eq!(current_ident(), first);
}

#[test]
fn identities_are_never_reused_over_many_threads() {
    let count = 10_000;
    let mut seen = HashSet::from([current_ident()]);
    for _ in 0..count / 8 {
        let started: Vec<_> = (0..8).map(|_| thread::spawn(current_ident)).collect();
        for thread in started {
            assert!(seen.insert(thread.join().unwrap()));
        }
    }
    assert_eq!(seen.len(), count + 1);
}

#[test]
fn a_later_identity_is_greater_and_the_main_threads_is_the_least() {
    let first = thread::spawn(current_ident).join().unwrap();
    let second = thread::spawn(current_ident).join().unwrap();
    assert!(ThreadIdent::MAIN < first && first < second);
    // Tests do not run in the main thread.
    assert_ne!(current_ident(), ThreadIdent::MAIN);
}

#[test]
fn an_identity_shows_its_number() {
    let ident = current_ident();
    assert_eq!(ident.to_string(), ident.as_u64().to_string());
    assert_eq!(format!("{ident:>8}").len(), 8);
    assert_eq!(ThreadIdent::MAIN.to_string(), "1");
}

#[test]
fn the_identity_is_there_while_thread_locals_are_dropped() {
    static SEEN: Mutex<Vec<ThreadIdent>> = Mutex::new(Vec::new());
    struct Ask;
    impl Drop for Ask {
        fn drop(&mut self) {
            SEEN.lock().unwrap().push(current_ident());
        }
    }
    thread_local!(static ASK: RefCell<Option<Ask>> = const { RefCell::new(None) });

    let known = thread::spawn(|| {
        ASK.set(Some(Ask));
        current_ident()
    });
    let known = known.join().unwrap();
    // A thread whose first call is in the destructor.
    thread::spawn(|| ASK.set(Some(Ask))).join().unwrap();
    let seen = SEEN.lock().unwrap();
    assert_eq!(seen[0], known);
    assert!(seen[1] > known);
}
