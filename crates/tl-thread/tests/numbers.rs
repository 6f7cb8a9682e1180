//! Default names are numbered from 1 and only unnamed threads count. The numbers are the process's,
//! so this is one test.

use tl_thread::{Builder, Thread, current_thread, pending, scope, spawn};

#[test]
fn the_unnamed_are_numbered_from_one_in_the_order_in_which_they_are_made_and_nobody_else_counts() {
    let name = |thread: &Thread| thread.name().to_string();
    let first = Thread::new(|| ());
    let named = Thread::new(|| ()).with_name("named");
    let second = Thread::new(|| ());
    assert_eq!(
        [&first, &named, &second].map(name),
        ["Thread-1", "named", "Thread-2"]
    );
    // A name that is given later frees no number.
    second.set_name("renamed");

    let handle = spawn(|| current_thread().name().to_string());
    assert_eq!(name(handle.thread()), "Thread-3");
    assert_eq!(handle.join().unwrap(), "Thread-3");
    let handle = Builder::new().name("built".into()).spawn(|| ()).unwrap();
    handle.join().unwrap();
    let handle = Builder::new().spawn(|| ()).unwrap();
    assert_eq!(name(handle.thread()), "Thread-4");
    handle.join().unwrap();
    scope(|s| {
        let handle = s.spawn(|| ());
        assert_eq!(name(handle.thread()), "Thread-5");
        handle.join().unwrap();
    });

    // What becomes of a thread is no matter: started or not, listed before it runs, with a name
    // like those.
    let pending = Thread::new(|| ());
    pending::register(&pending).unwrap();
    assert_eq!(name(&pending), "Thread-6");
    assert!(pending::cancel(&pending));
    drop(Thread::new(|| ()).with_name("Thread-8"));
    first.start().unwrap();
    first.join().unwrap();
    assert_eq!(name(&first), "Thread-1");

    // Those that the library did not start count apart.
    for number in 1..=3 {
        let foreign = std::thread::spawn(|| current_thread().name().to_string());
        assert_eq!(foreign.join().unwrap(), format!("Dummy-{number}"));
    }
    assert_eq!(name(&Thread::new(|| ())), "Thread-7");
}
