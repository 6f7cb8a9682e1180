//! What a watch reports, and that it reports it once.

use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use tl_event::Event;
use tl_inspect::{Report, Watch, watch};
use tl_locks::RLock;
use tl_thread::Thread;

const OFTEN: Duration = Duration::from_millis(5);
const LIMIT: Duration = Duration::from_secs(60);

fn start(name: &str, f: impl FnOnce() + Send + 'static) -> Thread {
    let thread = Thread::new(f).with_name(name).with_daemon(true);
    thread.start().unwrap();
    thread
}

fn reports(watch: Watch) -> (Watch, Receiver<Report>) {
    let (send, receive) = mpsc::channel();
    let report = move |report: &Report| drop(send.send(report.clone()));
    (watch.every(OFTEN).report_to(report), receive)
}

// One test, since a watch sees all threads of the process.
#[test]
fn a_watch_reports_each_thing_once() {
    static EVENT: Event = Event::new();
    let (quiet, no_reports) = reports(Watch::new());
    let (loud, long_waits) = reports(Watch::new().waits_longer_than(Duration::from_millis(50)));
    let (quiet, loud) = (watch(quiet).unwrap(), watch(loud).unwrap());

    // A long wait is reported by the watch that was asked to, and again only when it is another
    // one.
    for round in 0..2 {
        let waiter = start("idle", || EVENT.wait());
        match long_waits.recv_timeout(LIMIT).unwrap() {
            Report::LongWait(thread) => {
                assert_eq!((thread.name(), thread.ident()), ("idle", waiter.ident()));
                assert_eq!(thread.wait().unwrap().operation(), "wait", "{round}");
            }
            other => panic!("{other}"),
        }
        let again = long_waits.recv_timeout(40 * OFTEN);
        assert!(again.is_err(), "{}", again.unwrap());
        EVENT.set();
        waiter.join().unwrap();
        EVENT.clear();
    }
    loud.stop();
    assert!(no_reports.try_recv().is_err());

    // The owner joins the thread that needs its lock.
    static LOCK: RLock = RLock::new();
    let needy = Thread::new(|| LOCK.acquire());
    let needy = needy.with_name("needy").with_daemon(true);
    start("owner", move || {
        let _guard = LOCK.lock();
        needy.start().unwrap();
        needy.join().unwrap();
    });
    match no_reports.recv_timeout(LIMIT).unwrap() {
        Report::Deadlock(deadlock) => {
            let names: Vec<_> = deadlock
                .links()
                .iter()
                .map(|link| link.thread().name())
                .collect();
            assert_eq!(names, ["owner", "needy"]);
            assert!(deadlock.is_certain());
        }
        other => panic!("{other}"),
    }
    let again = no_reports.recv_timeout(40 * OFTEN);
    assert!(again.is_err(), "{}", again.unwrap());
    quiet.stop();
}
