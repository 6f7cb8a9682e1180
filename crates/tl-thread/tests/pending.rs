//! Threads that are listed before they run: what timers are made of.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tl_thread::{
    JoinError, SetDaemonError, StartError, Thread, current_thread, enumerate, pending, spawn,
};

#[test]
fn a_pending_thread_is_alive_listed_and_has_its_identity() {
    let thread = Thread::new(|| ());
    pending::register(&thread).unwrap();
    assert!(pending::is_pending(&thread));
    assert!(thread.is_alive());
    assert!(thread.ident().is_some());
    assert_eq!(thread.native_id(), None);
    assert!(enumerate().contains(&thread));
    assert!(matches!(thread.start(), Err(StartError::AlreadyStarted)));
    assert!(matches!(
        pending::register(&thread),
        Err(StartError::AlreadyStarted)
    ));
    assert_eq!(thread.join_timeout(Duration::ZERO), Ok(false));
    assert!(pending::cancel(&thread));
}

#[test]
fn a_started_thread_cannot_be_registered_fired_or_cancelled() {
    let (finish, finished) = mpsc::channel::<()>();
    let runs = Arc::new(AtomicU32::new(0));
    let thread = Thread::new({
        let runs = Arc::clone(&runs);
        move || {
            runs.fetch_add(1, Ordering::Relaxed);
            let _ = finished.recv();
        }
    });
    assert!(!pending::is_pending(&thread));
    fire_and_wait(&thread);
    assert!(!pending::cancel(&thread));
    thread.start().unwrap();
    assert!(matches!(
        pending::register(&thread),
        Err(StartError::AlreadyStarted)
    ));
    fire_and_wait(&thread);
    assert!(!pending::cancel(&thread));
    drop(finish);
    thread.join().unwrap();
    fire_and_wait(&thread);
    assert!(!pending::cancel(&thread));
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

/// Fires, and returns when the new thread has decided and, if it runs the function, has ended.
fn fire_and_wait(thread: &Thread) {
    struct Decided(mpsc::Sender<()>);
    impl Drop for Decided {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let (send, decided) = mpsc::channel();
    pending::fire(thread, move || Some(Decided(send))).unwrap();
    decided.recv().unwrap();
}

#[test]
fn it_fires_once_with_the_identity_it_has_and_the_name_and_flag_it_then_has() {
    let (send, receive) = mpsc::channel();
    let thread = Thread::new(move || {
        let child = Thread::new(|| ());
        send.send((
            current_thread(),
            tl_core::current_name(),
            tl_core::sys::os_name(),
            child.is_daemon(),
        ))
        .unwrap();
    });
    pending::register(&thread).unwrap();
    let ident = thread.ident();
    // What it is called when the system's thread is made does not count, only what it is called
    // when it begins.
    let (make_ready, is_ready) = mpsc::channel::<()>();
    pending::fire(&thread, move || Some(is_ready.recv())).unwrap();
    thread.set_name("fired");
    thread.set_daemon(true).unwrap();
    assert!(pending::is_pending(&thread));
    make_ready.send(()).unwrap();
    let (seen, name, os_name, child_is_daemon) = receive.recv().unwrap();
    assert_eq!((&seen, &*name, &*os_name), (&thread, "fired", "fired"));
    assert!(child_is_daemon);
    thread.join().unwrap();
    assert_eq!(thread.ident(), ident);
    assert!(!enumerate().contains(&thread));
    assert_eq!(
        thread.set_daemon(false),
        Err(SetDaemonError::AlreadyStarted)
    );
    fire_and_wait(&thread);
    assert!(receive.try_recv().is_err());
}

#[test]
fn without_a_permit_it_stays_pending_and_can_be_fired_again() {
    let thread = Thread::new(|| ());
    pending::register(&thread).unwrap();
    let (decline, declined) = mpsc::channel();
    pending::fire(&thread, move || {
        decline.send(()).unwrap();
        None::<()>
    })
    .unwrap();
    declined.recv().unwrap();
    assert!(pending::is_pending(&thread));
    assert!(enumerate().contains(&thread));
    // A join that comes now must not take the end of that attempt for the end of the thread.
    let joiner = spawn({
        let thread = thread.clone();
        move || {
            thread.join().unwrap();
            assert!(!thread.is_alive());
        }
    });
    assert_eq!(thread.join_timeout(Duration::from_millis(10)), Ok(false));
    fire_and_wait(&thread);
    joiner.join().unwrap();
}

#[test]
fn it_can_be_cancelled_until_its_function_begins() {
    let thread = Thread::new(|| unreachable!());
    pending::register(&thread).unwrap();
    let (make_ready, is_ready) = mpsc::channel::<()>();
    let (send, decided) = mpsc::channel::<()>();
    pending::fire(&thread, move || {
        is_ready.recv().unwrap();
        Some(send)
    })
    .unwrap();
    assert!(pending::cancel(&thread));
    assert_eq!(thread.join(), Ok(()));
    make_ready.send(()).unwrap();
    decided.recv().unwrap_err();
}

#[test]
fn a_cancelled_thread_has_ended_without_running_and_its_function_is_dropped() {
    let owned = Arc::new(());
    let thread = Thread::new({
        let owned = Arc::clone(&owned);
        move || panic!("runs though cancelled: {owned:?}")
    });
    pending::register(&thread).unwrap();
    let joiner = spawn({
        let thread = thread.clone();
        move || {
            assert_eq!(thread.join(), Ok(()));
            assert!(!enumerate().contains(&thread));
        }
    });
    assert!(pending::cancel(&thread));
    assert!(!pending::cancel(&thread));
    assert_eq!(Arc::strong_count(&owned), 1);
    assert!(!thread.is_alive());
    assert!(!enumerate().contains(&thread));
    joiner.join().unwrap();
    assert!(matches!(thread.start(), Err(StartError::AlreadyStarted)));
}

#[cfg_attr(
    target_pointer_width = "32",
    ignore = "the system has the largest stack that may be asked for"
)]
#[test]
fn a_refused_thread_is_pending_as_before() {
    let thread = Thread::new(|| ()).with_stack_size(usize::MAX);
    // No thread can have that, which is said at once; what the system has no room for comes to
    // light later.
    assert!(matches!(
        pending::register(&thread),
        Err(StartError::Refused(_))
    ));
    assert!(!thread.is_alive() && !enumerate().contains(&thread));
    let thread = thread.with_stack_size(isize::MAX as usize / 2);
    pending::register(&thread).unwrap();
    let ident = thread.ident();
    assert!(pending::fire(&thread, || Some(())).is_err());
    assert!(pending::is_pending(&thread));
    assert!(enumerate().contains(&thread));
    assert_eq!(thread.ident(), ident);
    let thread = thread.with_stack_size(0);
    pending::fire(&thread, || Some(())).unwrap();
    thread.join().unwrap();
}

#[test]
fn a_pending_thread_can_join_neither_itself_nor_be_missed_by_others() {
    let (send, receive) = mpsc::channel();
    let thread = Thread::new(move || send.send(current_thread().join()).unwrap());
    pending::register(&thread).unwrap();
    let joiners = [(); 3].map(|()| {
        let thread = thread.clone();
        spawn(move || thread.join_timeout(Duration::MAX))
    });
    pending::fire(&thread, || Some(())).unwrap();
    assert_eq!(receive.recv().unwrap(), Err(JoinError::CurrentThread));
    for joiner in joiners {
        assert_eq!(joiner.join().unwrap(), Ok(true));
    }
}

#[test]
fn of_firing_and_cancelling_at_once_exactly_one_succeeds() {
    let runs = Arc::new(AtomicU32::new(0));
    let mut fired = 0;
    let rounds = 1_000;
    for _ in 0..rounds {
        let thread = Thread::new({
            let runs = Arc::clone(&runs);
            move || {
                runs.fetch_add(1, Ordering::Relaxed);
            }
        });
        pending::register(&thread).unwrap();
        let canceller = std::thread::spawn({
            let thread = thread.clone();
            move || pending::cancel(&thread)
        });
        fire_and_wait(&thread);
        fired += u32::from(!canceller.join().unwrap());
        assert_eq!(thread.join(), Ok(()));
        assert!(!enumerate().contains(&thread));
    }
    assert_eq!(runs.load(Ordering::Relaxed), fired);
}

#[test]
fn a_hundred_thousand_pending_threads_are_listed_in_order_and_leave_in_any() {
    let threads: Vec<_> = (0..100_000).map(|_| Thread::new(|| ())).collect();
    for thread in &threads {
        pending::register(thread).unwrap();
    }
    let listed = enumerate();
    let mut expected = threads.iter().peekable();
    for thread in &listed {
        expected.next_if(|next| *next == thread);
    }
    assert!(expected.peek().is_none());
    drop(listed);
    // In an order that is neither that of the start nor its reverse: 77,777 and 100,000 have no
    // common divisor.
    let count = threads.len() as u64;
    for turn in 0..count {
        assert!(pending::cancel(&threads[(turn * 77_777 % count) as usize]));
    }
    assert!(enumerate().len() < 1_000);
}

#[test]
fn who_cancels_a_thread_as_soon_as_it_is_pending_leaves_nothing_listed() {
    let threads: Arc<Vec<_>> = Arc::new((0..20_000).map(|_| Thread::new(|| ())).collect());
    let canceller = std::thread::spawn({
        let threads = Arc::clone(&threads);
        move || {
            for thread in threads.iter() {
                while !pending::cancel(thread) {
                    std::hint::spin_loop();
                }
            }
        }
    });
    for thread in threads.iter() {
        pending::register(thread).unwrap();
    }
    canceller.join().unwrap();
    assert!(threads.iter().all(|thread| !thread.is_alive()));
    let ours: HashSet<_> = threads.iter().map(Thread::ident).collect();
    let listed = enumerate();
    let left = listed
        .iter()
        .filter(|thread| ours.contains(&thread.ident()));
    assert_eq!(left.count(), 0);
}
