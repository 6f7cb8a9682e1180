//! The features `arc_lock` and `serde`, passed on to `lock_api`.
//!
//! `cargo test -p tl-locks --all-features --test features`
#![cfg(all(feature = "arc_lock", feature = "serde"))]

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tl_locks::{Mutex, ReentrantMutex, RwLock};

#[test]
fn guards_keep_their_lock_alive() {
    let (mutex, lock) = (Arc::new(Mutex::new(1)), Arc::new(RwLock::new(1)));
    let guards = (
        mutex.lock_arc(),
        lock.read_arc(),
        lock.upgradable_read_arc(),
    );
    assert!(mutex.try_lock_arc_for(Duration::ZERO).is_none());
    assert!(lock.try_write_arc().is_none());
    drop((mutex, lock));
    let sum = thread::spawn(move || *guards.0 + *guards.1 + *guards.2);
    assert_eq!(sum.join().unwrap(), 3);
    let reentrant = Arc::new(ReentrantMutex::new(1));
    let (first, second) = (reentrant.lock_arc(), reentrant.lock_arc());
    assert_eq!(*first + *second, 2);
}

#[test]
fn locks_are_serialised_as_what_they_hold() {
    let text = serde_json::to_string(&(Mutex::new(1), RwLock::new([2, 3]))).unwrap();
    assert_eq!(text, "[1,[2,3]]");
    let (mutex, lock): (Mutex<u32>, RwLock<[u32; 2]>) = serde_json::from_str(&text).unwrap();
    assert_eq!((mutex.into_inner(), lock.into_inner()), (1, [2, 3]));
    assert_eq!(
        serde_json::to_string(&ReentrantMutex::new("x")).unwrap(),
        "\"x\""
    );
}
