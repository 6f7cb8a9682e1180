//! A thread has one name: its handle, the log and the system show the same, from before its start
//! to its end. The logger is the process's, so this is one test.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use tl_core::logging::{BasicConfig, LevelFilter};
use tl_thread::{Thread, current_thread};
use tl_timer::Timer;

/// Returns what the system calls the calling thread.
fn comm() -> String {
    tl_core::sys::os_name()
}

#[test]
fn a_name_that_is_set_before_the_start_or_while_it_runs_is_in_the_next_record_and_in_the_system() {
    let path =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("names-{}.log", std::process::id()));
    BasicConfig::new()
        .level(LevelFilter::Info)
        .format("%(threadName)s|%(message)s")
        .file(&path)
        .init()
        .unwrap();

    let (ask, asked) = mpsc::channel::<Option<&'static str>>();
    let (answer, answers) = mpsc::channel();
    let thread = Thread::new(move || {
        for new_name in asked {
            if let Some(name) = new_name {
                current_thread().set_name(name);
            }
            log::info!("{}", comm());
            answer.send(()).unwrap();
        }
    });
    let logs = |new_name| {
        ask.send(new_name).unwrap();
        answers.recv().unwrap();
    };
    thread.set_name("before");
    thread.start().unwrap();
    logs(None);
    thread.set_name("by another");
    logs(None);
    logs(Some("by itself"));
    let long = "longer than the fifteen bytes of some systems";
    thread.set_name(long);
    logs(None);
    drop(ask);
    thread.join().unwrap();

    // The same with a timer,
    let timer = Timer::new(Duration::from_millis(1), || {
        log::info!("{}", comm());
        current_thread().set_name("struck");
        log::info!("{}", comm());
    })
    .with_name("clock");
    timer.start().unwrap();
    timer.join().unwrap();
    assert_eq!(&*timer.name(), "struck");

    // with a thread that has no name of its own, and with one that the library did not start.
    let unnamed = Thread::new(|| log::info!("{}", comm()));
    unnamed.start().unwrap();
    unnamed.join().unwrap();
    let foreign = std::thread::Builder::new().name("foreign".into());
    let renamed = || {
        log::info!("{}", comm());
        current_thread().set_name("naturalised");
        log::info!("{}", comm());
    };
    foreign.spawn(renamed).unwrap().join().unwrap();

    let lines = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let unnamed = unnamed.name();
    assert_eq!(
        lines.lines().collect::<Vec<_>>(),
        [
            "before|before",
            "by another|by another",
            "by itself|by itself",
            &format!("{long}|{}", tl_core::sys::os_name_form(long)),
            "clock|clock",
            "struck|struck",
            &format!("{unnamed}|{unnamed}"),
            "foreign|foreign",
            "naturalised|naturalised",
        ]
    );
}
