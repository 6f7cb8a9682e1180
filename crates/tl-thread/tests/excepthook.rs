//! The hook for panics. There is one for the process, so this is one test.

use std::sync::mpsc;

use tl_thread::{JoinError, Thread, current_thread, pending, scope, set_excepthook, spawn};

#[test]
fn the_hook_hears_of_panics_of_every_kind_of_thread() {
    let (send, receive) = mpsc::channel();
    set_excepthook(move |args| {
        assert_eq!(args.thread(), &current_thread());
        assert!(format!("{args:?}").contains(args.message()));
        let number = args.payload().downcast_ref::<u32>().copied();
        let name = args.thread().name().to_string();
        send.send((name, args.message().to_owned(), number))
            .unwrap();
    });
    let heard = || {
        let (name, message, number) = receive.try_recv().unwrap();
        assert!(receive.try_recv().is_err());
        (name, message, number)
    };

    let thread = Thread::new(|| panic!("of a {}", "thread")).with_name("T");
    thread.start().unwrap();
    thread.join().unwrap_err();
    assert_eq!(heard(), ("T".into(), "of a thread".into(), None));

    let handle = spawn(|| std::panic::panic_any(5_u32));
    handle.thread().set_name("S");
    handle.join().unwrap_err();
    let (_, message, number) = heard();
    assert!(message.contains("no string"));
    assert_eq!(number, Some(5));

    scope(|s| {
        s.spawn(|| panic!("of a scope")).join().unwrap_err();
    });
    assert_eq!(heard().1, "of a scope");

    let timer = Thread::new(|| panic!("of a timer"));
    pending::register(&timer).unwrap();
    pending::fire(&timer, || Some(())).unwrap();
    assert_eq!(timer.join(), Err(JoinError::Panicked("of a timer".into())));
    assert_eq!(heard().1, "of a timer");

    spawn(|| ()).join().unwrap();
    assert!(receive.try_recv().is_err());

    pending_report_reaches_it();
    a_panicking_hook_does_no_harm();
}

fn pending_report_reaches_it() {
    let (send, receive) = mpsc::channel();
    set_excepthook(move |args| send.send(args.message().to_owned()).unwrap());
    pending::report(&Thread::new(|| ()), "not yet", &());
    assert_eq!(receive.try_recv().unwrap(), "not yet");
}

fn a_panicking_hook_does_no_harm() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("of what the hook panicked with");
        }
    }
    set_excepthook(|_| std::panic::panic_any(Bomb));
    let handle = spawn(|| panic!("first"));
    let thread = handle.thread().clone();
    assert_eq!(handle.join().unwrap_err().downcast_ref(), Some(&"first"));
    assert_eq!(thread.join(), Err(JoinError::Panicked("first".into())));
    assert!(!tl_thread::enumerate().contains(&thread));
    spawn(|| ()).join().unwrap();
}
