//! `park` and `unpark`, and hearing that a thread has begun.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use tl_thread::Builder;
use tl_thread::{
    Thread, current_thread, main_thread, park, park_deadline, park_timeout, pending, spawn,
};

const LONG: Duration = Duration::from_secs(60);

#[test]
fn a_token_is_kept_and_there_is_never_more_than_one() {
    let worker = spawn(|| {
        let own = current_thread();
        own.unpark();
        own.unpark();
        park();
        assert!(!park_timeout(Duration::ZERO));
        own.unpark();
        assert!(park_timeout(Duration::ZERO));
        own.unpark();
        assert!(park_deadline(Instant::now()));
        assert!(!park_deadline(Instant::now()));
    });
    worker.join().unwrap();
}

#[test]
fn a_park_without_a_token_lasts_as_long_as_it_should() {
    let worker = spawn(|| {
        let begin = Instant::now();
        assert!(!park_timeout(Duration::from_millis(20)));
        assert!(!park_deadline(begin + Duration::from_millis(40)));
        begin.elapsed()
    });
    assert!(worker.join().unwrap() >= Duration::from_millis(40));
}

#[test]
fn a_token_may_be_left_before_the_thread_is_started_and_after_it_has_ended() {
    let (said, heard) = mpsc::channel();
    let thread = Thread::new(move || said.send(park_timeout(LONG)).unwrap());
    thread.unpark();
    thread.start().unwrap();
    assert_eq!(heard.recv(), Ok(true));
    thread.join().unwrap();
    thread.unpark();
}

#[test]
fn threads_that_the_library_did_not_start_park_too() {
    let (said, heard) = mpsc::channel();
    let foreign = thread::spawn(move || {
        said.send(current_thread()).unwrap();
        park_timeout(LONG)
    });
    heard.recv().unwrap().unpark();
    assert!(foreign.join().unwrap());
}

#[test]
fn the_token_of_the_standard_library_is_another() {
    let worker = spawn(|| {
        thread::current().unpark();
        assert!(!park_timeout(Duration::from_millis(1)));
        current_thread().unpark();
        thread::park();
        park();
    });
    worker.join().unwrap();
}

#[test]
fn two_threads_pass_a_turn_back_and_forth() {
    const TURNS: u32 = 10_000;
    let turn = Arc::new(AtomicU32::new(0));
    let play = |mine: u32, other: Thread, turn: Arc<AtomicU32>| {
        loop {
            match turn.load(Ordering::Relaxed) {
                TURNS => break,
                now if now % 2 == mine => turn.store(now + 1, Ordering::Relaxed),
                _ => {
                    park();
                    continue;
                }
            }
            other.unpark();
        }
        other.unpark();
    };
    let (give, take) = mpsc::channel();
    let first = spawn({
        let turn = Arc::clone(&turn);
        move || play(0, take.recv().unwrap(), turn)
    });
    let second = spawn({
        let (turn, first) = (Arc::clone(&turn), first.thread().clone());
        move || play(1, first, turn)
    });
    give.send(second.thread().clone()).unwrap();
    first.join().unwrap();
    second.join().unwrap();
    assert_eq!(turn.load(Ordering::Relaxed), TURNS);
}

#[test]
fn who_waits_for_the_beginning_hears_of_it() {
    for _ in 0..100 {
        let thread = Thread::new(|| ());
        assert!(!thread.has_begun() && !thread.wait_begun());
        assert_eq!(thread.std_thread().map(|own| own.id()), None);
        thread.start().unwrap();
        let waiters = [(); 2].map(|()| {
            let thread = thread.clone();
            spawn(move || thread.wait_begun_timeout(LONG))
        });
        assert!(thread.wait_begun());
        assert!(thread.has_begun());
        assert!(thread.native_id().is_some() && thread.std_thread().is_some());
        for waiter in waiters {
            assert!(waiter.join().unwrap());
        }
        thread.join().unwrap();
        assert!(thread.wait_begun() && thread.has_begun());
    }
}

#[test]
fn a_pending_thread_begins_when_it_is_fired_or_never() {
    let fired = Thread::new(|| ());
    pending::register(&fired).unwrap();
    assert!(!fired.wait_begun_timeout(Duration::from_millis(1)));
    assert!(!fired.wait_begun_deadline(Instant::now()));
    pending::fire(&fired, || Some(())).unwrap();
    assert!(fired.wait_begun());
    fired.join().unwrap();

    let cancelled = Thread::new(|| ());
    pending::register(&cancelled).unwrap();
    let waiter = spawn({
        let cancelled = cancelled.clone();
        move || cancelled.wait_begun()
    });
    assert!(waiter.thread().wait_begun());
    assert!(pending::cancel(&cancelled));
    assert!(!waiter.join().unwrap());
    assert!(!cancelled.has_begun());
}

#[test]
fn a_handle_leads_to_that_of_the_standard_library() {
    let (said, heard) = mpsc::channel();
    let handle = spawn(move || said.send(thread::current().id()).unwrap());
    let id = heard.recv().unwrap();
    assert_eq!(handle.thread().std_thread().map(|own| own.id()), Some(id));
    handle.join().unwrap();
}

#[cfg_attr(not(unix), ignore = "there are no pthreads")]
#[test]
fn a_handle_leads_to_that_of_c() {
    #[cfg(unix)]
    to_pthread();
}

#[cfg(unix)]
fn to_pthread() {
    let (finish, finished) = mpsc::channel::<()>();
    let (said, heard) = mpsc::channel();
    let handle = spawn(move || {
        said.send(tl_core::sys::current_pthread()).unwrap();
        let _ = finished.recv();
    });
    let pthread = heard.recv().unwrap();
    let thread = handle.thread().clone();
    assert_eq!(thread.as_pthread_t().map(|own| own as usize), Some(pthread));
    drop(finish);
    handle.join().unwrap();
    assert!(thread.as_pthread_t().is_none());
}

#[test]
fn who_started_a_thread_is_known() {
    assert!(!main_thread().is_foreign());
    assert!(!spawn(|| current_thread().is_foreign()).join().unwrap());
    assert!(
        thread::spawn(|| current_thread().is_foreign())
            .join()
            .unwrap()
    );
    assert!(!Thread::new(|| ()).is_foreign());
}

#[cfg(target_os = "linux")]
#[test]
fn the_system_is_told_no_half_of_a_character_whatever_is_in_the_name() {
    // The fifteenth byte is the first of two.
    for name in [
        "fourteen bytesé",
        "with a zero \0 é",
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0é",
    ] {
        let builder = Builder::new().name(name.into());
        let seen = builder.spawn(|| std::fs::read("/proc/thread-self/comm").unwrap());
        let seen = seen.unwrap().join().unwrap();
        let seen = String::from_utf8(seen).expect("the name is cut at a character");
        assert_eq!(seen.trim_end(), tl_core::sys::os_name_form(name).trim_end());
    }
}
