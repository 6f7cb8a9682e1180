//! `spawn`, `Builder`, `JoinHandle` and `spawn_runnable`.

use std::io;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tl_thread::{Builder, JoinError, Runnable, current_thread, enumerate, spawn, spawn_runnable};

#[test]
fn a_value_comes_back() {
    assert_eq!(spawn(|| String::from("value")).join().unwrap(), "value");
}

#[test]
fn a_panic_comes_back_with_its_payload_and_its_message() {
    let handle = spawn(|| -> u32 { std::panic::panic_any(17_u64) });
    let thread = handle.thread().clone();
    assert_eq!(handle.join().unwrap_err().downcast_ref(), Some(&17_u64));
    assert!(matches!(thread.join(), Err(JoinError::Panicked(_))));
}

#[test]
fn a_spawned_thread_is_named_listed_and_known_to_itself() {
    let (finish, finished) = mpsc::channel::<()>();
    let handle = spawn(move || {
        finished.recv().unwrap_err();
        current_thread()
    });
    assert!(handle.thread().name().starts_with("Thread-"));
    assert!(enumerate().contains(handle.thread()));
    assert!(!handle.is_finished());
    drop(finish);
    let thread = handle.thread().clone();
    assert_eq!(handle.join().unwrap(), thread);
    assert!(!enumerate().contains(&thread));
}

#[test]
fn a_builder_sets_name_daemon_flag_and_stack() {
    let handle = Builder::new()
        .name("built".into())
        .daemon(true)
        .stack_size(1 << 20)
        .spawn(|| {
            let child = spawn(|| current_thread().is_daemon());
            (current_thread().name(), child.join().unwrap())
        })
        .unwrap();
    assert!(handle.thread().is_daemon());
    let (name, child_is_daemon) = handle.join().unwrap();
    assert_eq!(&*name, "built");
    assert!(child_is_daemon);
}

/// As a program does that changes from `std::thread` to this one: it compiles, or not.
#[test]
fn a_builder_takes_names_as_the_one_of_std_does() {
    fn name(name: &str) -> String {
        let handle = Builder::new().name(name.into()).spawn(|| ()).unwrap();
        handle.thread().name().to_string()
    }
    assert_eq!(name("worker"), "worker");
}

#[test]
fn a_refused_thread_is_an_error_and_is_not_listed() {
    let before = enumerate();
    let error = Builder::new()
        .name("refused-spawn".into())
        .stack_size(usize::MAX)
        .spawn(|| ())
        .unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    assert!(
        !enumerate()
            .iter()
            .any(|thread| !before.contains(thread) && &*thread.name() == "refused-spawn")
    );
}

#[test]
fn a_timed_join_gives_the_handle_back() {
    let (finish, finished) = mpsc::channel::<()>();
    let handle = spawn(move || {
        finished.recv().unwrap_err();
        5
    });
    let handle = handle.join_timeout(Duration::ZERO).unwrap_err();
    let handle = handle.join_deadline(Instant::now()).unwrap_err();
    let before = Instant::now();
    let handle = handle.join_timeout(Duration::from_millis(20)).unwrap_err();
    assert!(before.elapsed() >= Duration::from_millis(20));
    drop(finish);
    assert_eq!(handle.join_timeout(Duration::MAX).unwrap().unwrap(), 5);
}

#[test]
fn a_timed_join_gives_a_panic_as_the_inner_result() {
    let handle = spawn(|| panic!("inside"));
    let result = handle
        .join_deadline(Instant::now() + Duration::from_secs(3600))
        .unwrap();
    assert_eq!(result.unwrap_err().downcast_ref(), Some(&"inside"));
}

#[test]
fn a_runnable_comes_back_with_what_run_left_in_it() {
    #[derive(Debug, PartialEq)]
    struct Words {
        words: Vec<String>,
        joined: String,
    }
    impl Runnable for Words {
        fn run(&mut self) {
            self.joined = self.words.join(" ");
        }
    }
    let words = Words {
        words: vec!["to".into(), "be".into()],
        joined: String::new(),
    };
    assert_eq!(spawn_runnable(words).join().unwrap().joined, "to be");
}

#[test]
fn runnables_of_different_types_run_from_their_boxes() {
    struct Number(mpsc::Sender<String>, u32);
    struct Word(mpsc::Sender<String>, &'static str);
    impl Runnable for Number {
        fn run(&mut self) {
            self.0.send(self.1.to_string()).unwrap();
        }
    }
    impl Runnable for Word {
        fn run(&mut self) {
            self.0.send(self.1.into()).unwrap();
        }
    }
    let (said, heard) = mpsc::channel();
    let number = Box::new(Number(said.clone(), 7));
    let runnables: [Box<dyn Runnable + Send>; 2] = [number, Box::new(Word(said, "seven"))];
    for runnable in runnables {
        spawn_runnable(runnable).join().unwrap();
    }
    assert_eq!(heard.iter().collect::<Vec<_>>(), ["7", "seven"]);
}

#[test]
fn a_dropped_handle_does_not_end_the_thread() {
    let (send, receive) = mpsc::channel();
    drop(spawn(move || send.send(1).unwrap()));
    assert_eq!(receive.recv().unwrap(), 1);
}

#[test]
fn a_result_that_nobody_wants_is_dropped_in_the_thread_and_may_panic() {
    struct Bomb(mpsc::Sender<std::thread::ThreadId>);
    impl Drop for Bomb {
        fn drop(&mut self) {
            self.0.send(std::thread::current().id()).unwrap();
            panic!("dropped");
        }
    }
    let (send, receive) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let handle = spawn(move || {
        may_go.recv().unwrap_err();
        Bomb(send)
    });
    let thread = handle.thread().clone();
    drop(handle);
    drop(go);
    assert_ne!(receive.recv().unwrap(), std::thread::current().id());
    // The function itself did not panic.
    assert_eq!(thread.join(), Ok(()));
}

#[test]
fn joining_ones_own_handle_panics_instead_of_waiting_for_ever() {
    let (send, receive) = mpsc::channel::<tl_thread::JoinHandle<()>>();
    let handle = spawn(move || {
        let own = receive.recv().unwrap();
        own.join().unwrap();
    });
    let thread = handle.thread().clone();
    send.send(handle).unwrap();
    let error = thread.join().unwrap_err();
    assert!(
        error
            .panic_message()
            .unwrap()
            .contains("cannot join itself")
    );
}
