//! Records after `main` has returned, when the main thread's locals are gone.
//!
//! The program runs itself as a child, whose own `main` is the one that returns.

use std::process::Command;

use tl_core::logging::BasicConfig;

const CHILD: &str = "LOGGING_TEST_CHILD";

extern "C" fn at_exit() {
    for number in 0..3 {
        log::error!("{number} after main");
    }
    // A thread that is started so late has locals, the main thread has not.
    std::thread::spawn(|| log::error!("{} after main", "a thread"))
        .join()
        .unwrap();
}

fn main() {
    if std::env::var_os(CHILD).is_none() {
        return parent();
    }
    let config = BasicConfig::new()
        .format("%(asctime)s (%(threadName)s) %(message)s")
        .datefmt("at");
    let config = if std::env::args().any(|argument| argument == "stdout") {
        config.stdout()
    } else {
        config
    };
    config.init().unwrap();
    // The first record brings the logger's thread-local into being, whose end comes before the
    // handler.
    log::error!("in {}", "main");
    // SAFETY: the handler is a function of this program, which is never unloaded, and takes and
    // returns nothing.
    assert_eq!(unsafe { libc::atexit(at_exit) }, 0);
}

fn parent() {
    for stream in ["stdout", "stderr"] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let output = command.env(CHILD, "1").arg(stream).output().unwrap();
        assert!(output.status.success(), "{stream}: {output:?}");
        let text = if stream == "stdout" {
            output.stdout
        } else {
            output.stderr
        };
        let text = String::from_utf8(text).unwrap();
        assert_eq!(
            text,
            "at (MainThread) in main\n\
             at (MainThread) 0 after main\n\
             at (MainThread) 1 after main\n\
             at (MainThread) 2 after main\n\
             at (Dummy-1) a thread after main\n",
            "{stream}"
        );
    }
}
