//! A program that ends in the way that its first argument says, while its second argument says what
//! else is alive. `tests/process_end.rs` runs it in every combination.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, process, thread};

use tl_core::sys;
use tl_thread::{Thread, main_thread};
use tl_timer::Timer;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [ending, scene] = arguments.as_slice() else {
        eprintln!("usage: process_end ENDING SCENE");
        process::exit(64);
    };
    // Where the process is to end at once, the others would otherwise go on forever.
    let waits = [
        "main-returns",
        "main-panics",
        "main-exit",
        "daemon-exit-after",
        "shutdown",
    ];
    let workers_stay = !waits.contains(&ending.as_str());
    set_scene(scene, workers_stay);
    end(ending);
}

fn set_scene(scene: &str, workers_stay: bool) {
    match scene {
        "alone" => {}
        "alive" => start(false, move || {
            until_main_is_over(workers_stay);
            println!("worker done");
        }),
        "another" => start(false, move || {
            until_main_is_over(workers_stay);
            start(false, || {
                // What the first one starts is started while the process already waits.
                println!("second worker done");
            });
        }),
        "timer" => {
            let seconds = if workers_stay { 3600.0 } else { 0.05 };
            let timer = Timer::new(Duration::from_secs_f64(seconds), || println!("timer fired"));
            timer.start().unwrap();
        }
        "timer made daemon" => {
            let timer = Timer::new(Duration::from_secs(3600), || println!("timer fired"));
            timer.start().unwrap();
            timer.set_daemon(true).unwrap();
        }
        "daemon timer made none" => {
            let timer =
                Timer::new(Duration::from_millis(50), || println!("timer fired")).with_daemon(true);
            timer.start().unwrap();
            timer.set_daemon(false).unwrap();
        }
        "made daemon meanwhile" => {
            let timer = Timer::new(Duration::from_secs(3600), || println!("timer fired"));
            timer.start().unwrap();
            start(true, move || {
                until_main_is_over(false);
                timer.set_daemon(true).unwrap();
                block();
            });
        }
        "cancelled meanwhile" => {
            let timer = Timer::new(Duration::from_secs(3600), || println!("timer fired"));
            timer.start().unwrap();
            start(true, move || {
                until_main_is_over(false);
                assert!(timer.cancel());
                block();
            });
        }
        "cancelled" => {
            let timer = Timer::new(Duration::from_secs(3600), || println!("timer fired"));
            timer.start().unwrap();
            assert!(timer.cancel());
        }
        "daemons" => start(true, || {
            until_main_is_over(false);
            thread::sleep(Duration::from_secs(3600));
            println!("daemon done");
        }),
        "endless" => start(true, || {
            loop {
                std::hint::spin_loop();
            }
        }),
        "blocked" => start(true, || block()),
        _ => panic!("no such scene: {scene}"),
    }
}

fn end(ending: &str) {
    match ending {
        "main-returns" => {}
        "main-panics" => panic!("as asked"),
        "main-exit" => process::exit(3),
        "worker-exit-before" => from(false, false, || process::exit(4)),
        "daemon-exit-before" => from(true, false, || process::exit(5)),
        "worker-exit-after" => from(false, true, || {
            eprintln!("calls exit");
            process::exit(6)
        }),
        "daemon-exit-after" => from(true, true, || process::exit(7)),
        "main-tl-exit" => tl_thread::exit(8),
        "worker-tl-exit-before" => from(false, false, || tl_thread::exit(9)),
        "daemon-tl-exit-before" => from(true, false, || tl_thread::exit(10)),
        "worker-tl-exit-after" => from(false, true, || tl_thread::exit(11)),
        "daemon-tl-exit-after" => from(true, true, || tl_thread::exit(12)),
        "local-exit-after" => EXIT_AT_END.set(Some(ExitAtEnd(|| process::exit(16)))),
        "hook-exit-after" => {
            extern "C" fn hook() {
                process::exit(17);
            }
            sys::at_exit(hook).unwrap();
        }
        "local-tl-exit-after" => EXIT_AT_END.set(Some(EXIT_OF_OURS)),
        "hook-tl-exit-after" => {
            extern "C" fn hook() {
                tl_thread::exit(14);
            }
            // Registered after the library's, it runs before that one.
            sys::at_exit(hook).unwrap();
        }
        "worker-hook-tl-exit" => {
            extern "C" fn hook() {
                tl_thread::exit(15);
            }
            sys::at_exit(hook).unwrap();
            from(false, false, || process::exit(4));
        }
        "worker-local-tl-exit-before" => from(false, false, || EXIT_AT_END.set(Some(EXIT_OF_OURS))),
        "worker-local-tl-exit-after" => from(false, true, || EXIT_AT_END.set(Some(EXIT_OF_OURS))),
        "local-hangs-tl-exit-in-worker" => {
            start(false, exit_once_main_hangs);
            EXIT_AT_END.set(Some(ExitAtEnd(hang)));
        }
        "hook-hangs-tl-exit-in-worker" => {
            extern "C" fn hook() {
                hang();
            }
            start(false, exit_once_main_hangs);
            // Registered after the library's, it runs before that one.
            sys::at_exit(hook).unwrap();
        }
        "late-hook" => {
            extern "C" fn hook() {
                println!("the late hook");
            }
            start(false, || {
                main_thread().join().unwrap();
                // Long enough that a hook that does not wait for this is seen.
                thread::sleep(Duration::from_millis(50));
                println!("worker done");
            });
            sys::at_exit(hook).unwrap();
            tl_thread::shutdown();
        }
        "shutdown-joined" => {
            // A thread that joins the main thread finds it ended, though it goes on.
            start(false, || main_thread().join().unwrap());
            tl_thread::shutdown();
            assert!(!main_thread().is_alive());
            assert!(!tl_thread::enumerate().contains(&main_thread()));
            tl_thread::shutdown();
            println!("main goes on");
        }
        "abort" => process::abort(),
        "shutdown" => {
            tl_thread::shutdown();
            println!("main goes on");
        }
        "shutdown-in-worker" => {
            start(false, || {
                tl_thread::shutdown();
                println!("shut down");
            });
            // Nobody waits for main in a shutdown.
            tl_thread::shutdown();
        }
        "race" => {
            let (begun, has_begun) = mpsc::channel();
            start(false, move || {
                begun.send(()).unwrap();
                tl_thread::exit(25)
            });
            has_begun.recv().unwrap();
        }
        "first-caller-wins" => {
            start(true, || tl_thread::exit(20));
            // It has been called once the hook of the C runtime sees it; both codes are legal, but
            // no third.
            tl_thread::exit(21);
        }
        "two-exits-and-a-hook" => {
            sys::at_exit(slow_hook).unwrap();
            let (ready, is_ready) = mpsc::sync_channel(0);
            start(true, move || {
                ready.send(()).unwrap();
                tl_thread::exit(27);
            });
            is_ready.recv().unwrap();
            tl_thread::exit(28);
        }
        "exit-past-locals-and-a-hook" => {
            // Registered before the library's, it runs after that one.
            assert!(!FIRST_HOOK.swap(true, Ordering::Relaxed));
            sys::at_exit(slow_hook).unwrap();
            start(false, || block());
            thread::spawn(|| {
                // Made before what the library makes, it is dropped after that.
                EXIT_AT_END.set(Some(EXIT_OF_OURS));
                main_thread().join().unwrap();
            });
        }
        "flush" => {
            print!("part of a line");
            tl_thread::exit(22);
        }
        "flush-c" => {
            // SAFETY: the string ends with a zero, and has nothing that would stand for more.
            unsafe { libc::printf(c"part of a line".as_ptr()) };
            from(false, true, || tl_thread::exit(31));
        }
        "flush-held" => {
            let (held, is_held) = mpsc::channel();
            start(true, move || {
                let _lock = io::stdout().lock();
                held.send(()).unwrap();
                block();
            });
            is_held.recv().unwrap();
            tl_thread::exit(23);
        }
        "flush-after-main" => {
            // A thread has standard output locked while main returns, when std flushes, and writes
            // less than a line.
            let (held, is_held) = mpsc::channel();
            start(false, move || {
                let mut lock = io::stdout().lock();
                held.send(()).unwrap();
                until_main_is_over(false);
                lock.write_all(b"part of a line").unwrap();
            });
            is_held.recv().unwrap();
        }
        "other-hooks" => {
            extern "C" fn hook() {
                println!("another hook");
            }
            // Registered before the library's, it runs after that one.
            assert!(!FIRST_HOOK.swap(true, Ordering::Relaxed));
            sys::at_exit(hook).unwrap();
            from(false, true, || tl_thread::exit(24));
        }
        "current-thread-in-hook" => {
            extern "C" fn hook() {
                let thread = tl_thread::current_thread();
                assert_eq!(thread, main_thread());
                assert_eq!(&*tl_core::current_name(), "MainThread");
                assert!(tl_thread::enumerate().len() <= 2);
                println!("in the hook: {}", thread.name());
            }
            sys::at_exit(hook).unwrap();
        }
        "first-call-in-hook" => {
            extern "C" fn hook() {
                println!("in the hook: {}", tl_core::current_name());
                assert!(tl_thread::current_thread().is_daemon());
            }
            sys::at_exit(hook).unwrap();
            thread::spawn(|| process::exit(26));
            block();
        }
        "main-is-joined" => start(false, || {
            main_thread().join().unwrap();
            assert!(!main_thread().is_alive());
            assert!(!tl_thread::enumerate().contains(&main_thread()));
            println!("main has ended");
        }),
        "foreign" => {
            // Nobody waits for a thread that the library did not start, but for what it starts.
            let (send, receive) = mpsc::channel();
            thread::spawn(move || {
                start(false, || {
                    until_main_is_over(false);
                    println!("worker done");
                });
                send.send(tl_thread::current_thread()).unwrap();
                block();
            });
            receive.recv().unwrap();
        }
        "fork" => fork(),
        "named" => {
            // The main thread's name is the process's for the system.
            main_thread().set_name("chief");
            println!("{} {}", tl_core::current_name(), sys::os_name());
        }
        _ => panic!("no such ending: {ending}"),
    }
}

/// Takes its time, as an exit hook.
extern "C" fn slow_hook() {
    println!("the hook begins");
    thread::sleep(Duration::from_millis(20));
    println!("the hook ends");
}

/// Whether the main thread is in a function that never returns.
static HANGS: AtomicBool = AtomicBool::new(false);

fn hang() -> ! {
    HANGS.store(true, Ordering::Relaxed);
    block();
}

fn exit_once_main_hangs() {
    while !HANGS.load(Ordering::Relaxed) {
        thread::yield_now();
    }
    println!("calls exit");
    tl_thread::exit(29);
}

static FIRST_HOOK: AtomicBool = AtomicBool::new(false);

struct ExitAtEnd(fn() -> !);

const EXIT_OF_OURS: ExitAtEnd = ExitAtEnd(|| tl_thread::exit(13));

impl Drop for ExitAtEnd {
    fn drop(&mut self) {
        (self.0)();
    }
}

thread_local!(static EXIT_AT_END: RefCell<Option<ExitAtEnd>> = const { RefCell::new(None) });

fn start(is_daemon: bool, f: impl FnOnce() + Send + 'static) {
    Thread::new(f).with_daemon(is_daemon).start().unwrap();
}

/// Lets another thread end the process, before main returns or after.
fn from(is_daemon: bool, after_main: bool, exit: impl FnOnce() + Send + 'static) {
    start(is_daemon, move || {
        if after_main {
            until_main_is_over(false);
        }
        exit();
    });
    if !after_main {
        block();
    }
}

fn until_main_is_over(and_forever: bool) {
    main_thread().join().unwrap();
    if and_forever {
        block();
    }
}

fn block() -> ! {
    loop {
        thread::park();
    }
}

#[cfg(not(unix))]
fn fork() {
    panic!("there is no fork");
}

/// Forks while a thread lives that is waited for. In the child it does not exist, so the child must
/// not wait for it.
#[cfg(unix)]
fn fork() {
    let (finish, finished) = mpsc::channel::<()>();
    start(false, move || {
        let _ = finished.recv();
    });
    // SAFETY: the child calls nothing but C's `exit`, whose hooks are the library's and std's; both
    // return at once there.
    let child = unsafe { libc::fork() };
    if child == 0 {
        sys::exit(30);
    }
    let mut status = 0;
    // SAFETY: the pointer is to a place for the status of a child that exists.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(waited, child);
    println!("child exited with {}", libc::WEXITSTATUS(status));
    drop(finish);
}
