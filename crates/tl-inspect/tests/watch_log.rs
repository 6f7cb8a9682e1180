//! A watch that was not told where to report to reports through `log`.

use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use log::{Level, LevelFilter, Log, Metadata, Record};
use tl_core::door::Mutex;
use tl_inspect::{Watch, watch};
use tl_locks::RLock;
use tl_thread::{Thread, current_thread};

const LIMIT: Duration = Duration::from_secs(60);

/// A line, and the thread that wrote it.
struct Line {
    level: Level,
    target: String,
    text: String,
    thread: Thread,
}

struct ToChannel(Mutex<Sender<Line>>);

impl Log for ToChannel {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let line = Line {
            level: record.level(),
            target: record.target().to_owned(),
            text: record.args().to_string(),
            thread: current_thread(),
        };
        // Nobody listens once the test is over.
        let _ = self.0.lock().send(line);
    }

    fn flush(&self) {}
}

#[test]
fn a_watch_logs_errors_from_a_daemon_of_its_own() {
    static LOCK: RLock = RLock::new();
    let (send, logged) = mpsc::channel();
    log::set_boxed_logger(Box::new(ToChannel(Mutex::new(send)))).unwrap();
    log::set_max_level(LevelFilter::Info);
    let watching = watch(Watch::new().every(Duration::from_millis(5))).unwrap();

    let needy = Thread::new(|| LOCK.acquire());
    let needy = needy.with_name("needy").with_daemon(true);
    let owner = Thread::new(move || {
        let _guard = LOCK.lock();
        needy.start().unwrap();
        needy.join().unwrap();
    });
    owner.with_daemon(true).start().unwrap();

    let line = logged.recv_timeout(LIMIT).unwrap();
    assert_eq!(line.level, Level::Error);
    assert_eq!(line.target, "tl_inspect::watch");
    let begin = "Deadlock: 2 threads wait for each other\n";
    assert!(line.text.starts_with(begin), "{}", line.text);
    assert_eq!(&*line.thread.name(), "watch");
    assert!(line.thread.is_daemon());
    watching.stop();
}
