//! A program that does, at the edges of its life, what a program can do there: its argument says
//! what. `tests/process_edges.rs` runs it.

use std::cell::RefCell;
use std::process;
use std::thread;
use std::time::Duration;

use log::{Level, Log, Record};
use tl_core::logging::{BasicConfig, LevelFilter};
use tl_local::Local;
use tl_thread::{Thread, main_thread};
use tl_timer::Timer;

fn main() {
    let case = std::env::args().nth(1).unwrap_or_default();
    match case.as_str() {
        "main-ends-with-work" => AT_END.set(Some(AtEnd(work))),
        "worker-ends-with-work" => start(|| AT_END.set(Some(AtEnd(work)))),
        "main-ends-with-a-value-that-exits" => drop(VALUE.set(AtEnd(exit))),
        "worker-ends-with-a-value-that-exits" => {
            start(|| {
                main_thread().join().unwrap();
                VALUE.set(AtEnd(exit));
            });
        }
        "timer-exits" => {
            Timer::new(Duration::ZERO, exit).start().unwrap();
            block();
        }
        "timer-exits-after-main" => {
            let timer = Timer::new(Duration::ZERO, || {
                main_thread().join().unwrap();
                exit();
            });
            timer.start().unwrap();
        }
        "every-timer-exits-after-main" => {
            let timer = Timer::every(Duration::from_millis(1), || {
                if !main_thread().is_alive() {
                    exit();
                }
            });
            timer.start().unwrap();
        }
        #[cfg(unix)]
        "signal-exits-after-main" => {
            let signal = tl_core::sys::catch_signal(libc::SIGUSR1).unwrap();
            start(move || {
                signal.wait().unwrap();
                exit();
            });
            start(|| {
                main_thread().join().unwrap();
                // SAFETY: the signal is caught.
                unsafe { libc::raise(libc::SIGUSR1) };
                block();
            });
        }
        "shutdown-joined-by-each-other" => {
            // A chain of threads, the last of which waits for the main thread.
            let last = Thread::new(|| main_thread().join().unwrap());
            last.start().unwrap();
            start(move || last.join().unwrap());
            tl_thread::shutdown();
            println!("main goes on");
        }
        _ => {
            eprintln!("no such case: {case}");
            process::exit(64);
        }
    }
}

/// What the destructor of a thread-local does: starts threads and a timer, logs, uses a local.
fn work() {
    static LOCAL: Local<u32> = Local::new();

    // It may be too late for a first value, which is handed back then.
    assert!(LOCAL.get().is_none());
    let logger = BasicConfig::new()
        .level(LevelFilter::Info)
        .format("%(message)s")
        .stdout()
        .build()
        .unwrap();
    logger.log(
        &Record::builder()
            .level(Level::Info)
            .args(format_args!("logged"))
            .build(),
    );
    let joined = tl_thread::spawn(|| {
        LOCAL.set(7);
        LOCAL.get()
    });
    assert_eq!(joined.join().unwrap(), Some(7));
    start(move || {
        let timer = Timer::new(Duration::from_millis(1), || println!("timer fired"));
        timer.start().unwrap();
        timer.join().unwrap();
        println!("worker done");
    });
}

fn exit() {
    tl_thread::exit(13)
}

struct AtEnd(fn());

impl Drop for AtEnd {
    fn drop(&mut self) {
        (self.0)();
    }
}

static VALUE: Local<AtEnd> = Local::new();

thread_local!(static AT_END: RefCell<Option<AtEnd>> = const { RefCell::new(None) });

fn start(f: impl FnOnce() + Send + 'static) {
    Thread::new(f).start().unwrap();
}

fn block() -> ! {
    loop {
        thread::park();
    }
}
