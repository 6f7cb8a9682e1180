//! `Thread`: names, the daemon flag, starting, and what it says at each stage.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tl_thread::{
    JoinError, Runnable, SetDaemonError, StartError, Thread, ThreadIdent, current_thread,
    enumerate, get_ident, get_native_id, main_thread,
};

/// Returns a thread that runs until the sender is dropped.
fn parked() -> (Thread, mpsc::Sender<()>) {
    let (finish, finished) = mpsc::channel::<()>();
    let thread = Thread::new(move || {
        let _ = finished.recv();
    });
    (thread, finish)
}

fn comm(thread: &Thread) -> String {
    let id = thread.native_id().unwrap();
    let name = std::fs::read_to_string(format!("/proc/self/task/{id}/comm")).unwrap();
    name.trim_end_matches('\n').to_owned()
}

#[test]
fn a_thread_runs_its_function_once() {
    let runs = Arc::new(AtomicU32::new(0));
    let thread = Thread::new({
        let runs = Arc::clone(&runs);
        move || {
            runs.fetch_add(1, Ordering::Relaxed);
        }
    });
    thread.start().unwrap();
    thread.join().unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    // What the function owned is gone with the thread, though the handle is not.
    assert_eq!(Arc::strong_count(&runs), 1);
}

#[test]
fn starting_twice_is_an_error_while_it_runs_and_afterwards() {
    let (thread, finish) = parked();
    thread.start().unwrap();
    assert!(matches!(thread.start(), Err(StartError::AlreadyStarted)));
    assert!(thread.is_alive());
    drop(finish);
    thread.join().unwrap();
    assert!(matches!(thread.start(), Err(StartError::AlreadyStarted)));
    assert!(!thread.is_alive());
}

#[test]
fn of_many_that_start_the_same_thread_one_succeeds() {
    for _ in 0..100 {
        let runs = Arc::new(AtomicU32::new(0));
        let thread = Thread::new({
            let runs = Arc::clone(&runs);
            move || {
                runs.fetch_add(1, Ordering::Relaxed);
            }
        });
        let starters = [(); 4].map(|()| {
            let thread = thread.clone();
            std::thread::spawn(move || thread.start().is_ok())
        });
        let successes = starters.map(|starter| usize::from(starter.join().unwrap()));
        assert_eq!(successes.iter().sum::<usize>(), 1);
        thread.join().unwrap();
        assert_eq!(runs.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn the_main_thread_and_the_current_one_have_been_started() {
    for thread in [main_thread(), current_thread()] {
        assert!(matches!(thread.start(), Err(StartError::AlreadyStarted)));
        assert_eq!(thread.set_daemon(true), Err(SetDaemonError::AlreadyStarted));
        assert!(thread.is_alive());
    }
}

#[test]
fn what_a_thread_says_at_each_stage() {
    let (thread, finish) = parked();
    assert!(!thread.is_alive());
    assert_eq!((thread.ident(), thread.native_id()), (None, None));
    assert!(!enumerate().contains(&thread));

    thread.start().unwrap();
    assert!(thread.is_alive());
    let ident = thread.ident().unwrap();
    assert!(enumerate().contains(&thread));

    drop(finish);
    thread.join().unwrap();
    assert!(!thread.is_alive());
    assert!(!enumerate().contains(&thread));
    assert_eq!(thread.ident(), Some(ident));
    assert!(thread.native_id().is_some());
}

#[test]
fn a_thread_knows_itself() {
    let (send, receive) = mpsc::channel();
    let thread = Thread::new(move || {
        send.send((current_thread(), get_ident(), get_native_id()))
            .unwrap();
    });
    thread.start().unwrap();
    let (seen, ident, native_id) = receive.recv().unwrap();
    thread.join().unwrap();
    assert_eq!(seen, thread);
    assert_eq!(thread.ident(), Some(ident));
    assert_eq!(thread.native_id(), Some(native_id));
    assert_ne!(ident, ThreadIdent::MAIN);
}

#[test]
fn handles_of_one_thread_are_equal_and_of_two_are_not() {
    let one = Thread::new(|| ());
    let other = Thread::new(|| ());
    assert_eq!(one, one.clone());
    assert_ne!(one, other);
    // What changes inside a thread is no part of its hash.
    #[allow(clippy::mutable_key_type)]
    let set = HashSet::from([one.clone(), other.clone(), one]);
    assert_eq!(set.len(), 2);
}

#[test]
fn default_names_have_numbers_and_named_threads_do_not_count() {
    fn number(thread: &Thread) -> u64 {
        let name = thread.name();
        name.strip_prefix("Thread-").unwrap().parse().unwrap()
    }
    let threads = [(); 8].map(|()| Thread::new(|| ()));
    let numbers: HashSet<_> = threads.iter().map(number).collect();
    assert_eq!(numbers.len(), 8);
    assert!(numbers.iter().all(|number| *number >= 1));
    let named = Thread::new(|| ()).with_name("named");
    assert_eq!(&*named.name(), "named");
}

#[test]
fn a_name_is_taken_from_whatever_is_text() {
    let number = 7;
    let thread = Thread::new(|| ()).with_name(number.to_string());
    assert_eq!(&*thread.name(), "7");
    let owned = String::from("owned");
    thread.set_name(&owned);
    assert_eq!(*thread.name(), *owned);
    let other = Thread::new(|| ()).with_name(&owned);
    other.set_name("other");
    thread.set_name(other.name());
    assert_eq!(thread.name(), other.name());
    thread.set_name(other.name());
}

#[cfg_attr(
    not(target_os = "linux"),
    ignore = "looks into Linux's /proc for what the system calls another thread"
)]
#[test]
fn a_name_is_seen_by_the_thread_itself_and_by_the_system() {
    let (ask, asked) = mpsc::channel::<()>();
    let (answer, answers) = mpsc::channel();
    let thread = Thread::new(move || {
        for () in asked {
            answer.send(tl_core::current_name()).unwrap();
        }
    });
    let expect = |name: &str, system: &str| {
        ask.send(()).unwrap();
        assert_eq!(&*answers.recv().unwrap(), name);
        assert_eq!(&*thread.name(), name);
        assert_eq!(comm(&thread), system);
    };
    thread.set_name("before");
    thread.start().unwrap();
    expect("before", "before");
    thread.set_name("while it is running");
    expect("while it is running", "while it is run");
    thread.set_name("Ärger übers Öl");
    expect("Ärger übers Öl", "Ärger übers ");
    drop(ask);
    thread.join().unwrap();
    thread.set_name("after");
    assert_eq!(&*thread.name(), "after");
}

#[test]
fn any_text_is_a_name() {
    for name in [
        "",
        " ",
        "\0",
        "zero\0inside",
        "new\nline",
        &"long".repeat(1000),
    ] {
        let (send, receive) = mpsc::channel();
        let thread =
            Thread::new(move || send.send(tl_core::current_name()).unwrap()).with_name(name);
        thread.start().unwrap();
        assert_eq!(&*receive.recv().unwrap(), name);
        thread.join().unwrap();
    }
}

#[test]
fn the_daemon_flag_is_inherited_from_the_thread_that_makes_a_thread() {
    for is_daemon in [true, false] {
        let (send, receive) = mpsc::channel();
        let parent = Thread::new(move || {
            let child = Thread::new(|| ());
            let other = Thread::new(|| ()).with_daemon(!is_daemon);
            send.send((child, other)).unwrap();
        })
        .with_daemon(is_daemon);
        assert_eq!(parent.is_daemon(), is_daemon);
        parent.start().unwrap();
        parent.join().unwrap();
        let (child, other) = receive.recv().unwrap();
        assert_eq!(child.is_daemon(), is_daemon);
        assert_eq!(other.is_daemon(), !is_daemon);
    }
}

#[test]
fn what_a_foreign_thread_makes_is_no_daemon_though_it_is_one_itself() {
    let (itself, child) = std::thread::spawn(|| (current_thread(), Thread::new(|| ())))
        .join()
        .unwrap();
    assert!(itself.is_daemon());
    assert!(!child.is_daemon());
}

#[test]
fn the_daemon_flag_can_change_until_the_start() {
    let (thread, finish) = parked();
    thread.set_daemon(true).unwrap();
    assert!(thread.is_daemon());
    thread.set_daemon(false).unwrap();
    assert!(!thread.is_daemon());
    thread.start().unwrap();
    assert_eq!(thread.set_daemon(true), Err(SetDaemonError::AlreadyStarted));
    assert!(!thread.is_daemon());
    drop(finish);
    thread.join().unwrap();
    assert_eq!(thread.set_daemon(true), Err(SetDaemonError::AlreadyStarted));
    assert!(!thread.is_daemon());
}

#[test]
#[should_panic = "set its daemon flag before"]
fn with_daemon_panics_once_the_thread_has_been_started() {
    let _ = current_thread().with_daemon(false);
}

#[test]
fn a_runnable_is_run_with_its_fields() {
    struct Adder {
        numbers: [u32; 2],
        send: mpsc::Sender<u32>,
    }
    impl Runnable for Adder {
        fn run(&mut self) {
            self.send.send(self.numbers.iter().sum()).unwrap();
        }
    }
    let (send, receive) = mpsc::channel();
    let thread = Thread::from_runnable(Adder {
        numbers: [2, 3],
        send,
    });
    thread.start().unwrap();
    assert_eq!(receive.recv().unwrap(), 5);
    thread.join().unwrap();
}

#[test]
fn a_stack_of_the_size_asked_for_is_there() {
    /// Calls itself until the stack has grown by `bytes`.
    #[inline(never)]
    fn dig(from: usize, bytes: usize) -> usize {
        let page = std::hint::black_box([1_u8; 4096]);
        if from.abs_diff(std::ptr::from_ref(&page).addr()) > bytes {
            return 1;
        }
        dig(from, bytes) + usize::from(page[0])
    }
    for megabytes in [1, 8, 64] {
        let size = megabytes << 20;
        let thread = Thread::new(move || {
            let here = 0_u8;
            assert!(dig(std::ptr::from_ref(&here).addr(), size * 7 / 8) > 1);
        })
        .with_stack_size(size);
        thread.start().unwrap();
        thread.join().unwrap();
    }
}

#[test]
fn a_stack_too_small_to_run_anything_is_rounded_up() {
    for size in [1, 20, 4096, 32 * 1024 - 1] {
        let thread = Thread::new(|| println!("{:?}", std::thread::current())).with_stack_size(size);
        thread.start().unwrap();
        thread.join().unwrap();
        let handle = tl_thread::Builder::new()
            .stack_size(size)
            .spawn(|| 7)
            .unwrap();
        assert_eq!(handle.join().unwrap(), 7);
    }
}

#[test]
fn an_absurd_stack_is_refused_and_nothing_is_listed() {
    // An emulator of aarch64 gives as much as 1 << 46, and takes memory for a table of the pages.
    let least = if cfg!(target_arch = "aarch64") {
        1 << 48
    } else {
        1 << 46
    };
    for size in [u64::MAX, u64::MAX / 2, 1 << 62, 1 << 50, least] {
        // On 32 bits all of them are beyond what there is.
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let thread = Thread::new(|| ()).with_stack_size(size);
        let before = thread.name();
        assert!(
            matches!(thread.start(), Err(StartError::Refused(_))),
            "{size}"
        );
        assert!(!thread.is_alive());
        assert!(!enumerate().contains(&thread));
        assert_eq!(thread.ident(), None);
        assert_eq!(thread.name(), before);
        assert_eq!(thread.join(), Err(JoinError::NotStarted));
        // It has kept its function.
        let thread = thread.with_stack_size(0);
        thread.start().unwrap();
        thread.join().unwrap();
    }
}

#[test]
fn errors_say_what_to_do() {
    let error = Thread::new(|| ())
        .with_stack_size(usize::MAX)
        .start()
        .unwrap_err();
    assert!(std::error::Error::source(&error).is_some());
    assert!(error.to_string().contains("too large"), "{error}");
    assert!(
        StartError::AlreadyStarted
            .to_string()
            .contains("make a new one")
    );
    assert!(JoinError::NotStarted.to_string().contains("start it"));
    assert!(
        JoinError::CurrentThread
            .to_string()
            .contains("another thread")
    );
    assert!(
        JoinError::Panicked("oops".into())
            .to_string()
            .contains("oops")
    );
}

#[test]
fn debug_shows_name_and_stage_and_does_not_wait() {
    let (thread, finish) = parked();
    let thread = thread.with_name("shown");
    assert!(format!("{thread:?}").contains("new"));
    thread.start().unwrap();
    let shown = format!("{thread:?}");
    assert!(
        shown.contains("shown") && shown.contains("running"),
        "{shown}"
    );
    drop(finish);
    thread.join_timeout(Duration::MAX).unwrap();
    assert!(format!("{thread:?}").contains("ended"));
}

#[test]
fn a_handle_can_be_sent_shared_and_carried_over_a_panic() {
    fn check<T: Send + Sync + std::panic::UnwindSafe + std::panic::RefUnwindSafe + 'static>() {}
    check::<Thread>();
    check::<JoinError>();
    check::<SetDaemonError>();
    check::<tl_thread::StackSizeError>();
    check::<tl_thread::Builder>();

    fn is_error<T: std::error::Error + Send + Sync + 'static>() {}
    is_error::<StartError>();
    is_error::<JoinError>();
    is_error::<SetDaemonError>();
    is_error::<tl_thread::StackSizeError>();
}
