//! Orders of locks that could deadlock, noted as `tl-locks` does with its feature `lock-order`.

use std::panic::Location;
use std::sync::atomic::AtomicU32;
use std::sync::mpsc;
use std::time::Duration;

use tl_core::door::{
    LockId, LockMode, WaitQueue, note_held, note_released, unreported_lock_orders,
};
use tl_inspect::{Report, Watch, lock_orders, watch};
use tl_thread::Thread;

const LIMIT: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Lock {
    word: AtomicU32,
    id: LockId,
}

impl Lock {
    #[track_caller]
    fn with(&self, f: impl FnOnce()) {
        let (queue, place) = (WaitQueue::of(&self.word).id(), Location::caller());
        self.id.note_wanted(queue, LockMode::Exclusive, place);
        note_held(queue, place);
        self.id.note_held(queue, LockMode::Exclusive, place);
        f();
        self.id.note_released(queue, LockMode::Exclusive);
        note_released(queue);
    }
}

// One test, since what was found is one list for the process.
#[test]
fn what_was_found_is_listed_and_reported_once_by_the_watch_or_on_request() {
    let (a, b) = (Lock::default(), Lock::default());
    assert!(lock_orders().is_empty());
    a.with(|| b.with(|| ()));
    assert!(lock_orders().is_empty());
    b.with(|| {
        a.with(|| ());
        assert!(unreported_lock_orders().is_empty(), "a lock is held");
    });
    let orders = lock_orders();
    assert_eq!(orders.len(), 1);
    let steps: Vec<_> = orders[0].steps().collect();
    assert_eq!(steps.len(), 2);
    for (step, next) in [(0, 1), (1, 0)] {
        let (step, next) = (&steps[step], &steps[next]);
        assert_eq!(step.wanted(), next.held());
        assert_eq!(step.thread(), tl_core::current_ident());
        assert!(step.is_held_alone() && step.is_wanted_alone());
        assert_eq!(step.held_at().file(), file!());
    }
    assert!(steps[0].held_at().line() < steps[1].held_at().line());
    assert!(format!("{orders:?}").contains("held_at"));

    // Somebody asks, once.
    assert_eq!(unreported_lock_orders().len(), 1);
    assert!(unreported_lock_orders().is_empty());

    // A watch reports what there was, and what is new; then nobody else does.
    let (send, reports) = mpsc::channel();
    let report = move |report: &Report| drop(send.send(report.clone()));
    let own = Watch::new()
        .every(Duration::from_millis(5))
        .report_to(report);
    let watching = watch(own).unwrap();
    let expect = |count: usize| match reports.recv_timeout(LIMIT).unwrap() {
        Report::LockOrder(order) => {
            assert_eq!(order.to_string(), lock_orders()[count - 1].to_string());
            assert_eq!(lock_orders().len(), count);
        }
        other => panic!("{other}"),
    };
    expect(1);
    let there = Thread::new(|| {
        let (c, d) = (Lock::default(), Lock::default());
        c.with(|| d.with(|| ()));
        d.with(|| c.with(|| ()));
        assert!(unreported_lock_orders().is_empty());
    });
    there.start().unwrap();
    there.join().unwrap();
    expect(2);
    let again = reports.recv_timeout(Duration::from_millis(100));
    assert!(again.is_err(), "{}", again.unwrap());
    watching.stop();
    assert!(unreported_lock_orders().is_empty());
    // Of a thread that has ended the name is known.
    let name = lock_orders()[1].steps().next().unwrap();
    assert_eq!(name.thread_name(), &*there.name());
}
