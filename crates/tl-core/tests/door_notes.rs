//! What is seen of those that wait.
#![cfg(not(loom))]

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tl_core::door::{
    Backoff, Call, Deadline, Holder, LockedQueue, Note, Operation, Wait, WaitQueue, Wake, waits,
};
use tl_core::{ThreadIdent, current_ident};

const PASS: &Operation = &Operation::new("Turnstile", "pass");
const LIMIT: Duration = Duration::from_secs(60);

/// Returns the one wait of this program, once it is seen and `is_so`.
fn the_wait(is_so: impl Fn(&Wait) -> bool) -> Wait {
    let limit = Deadline::after(LIMIT);
    loop {
        match waits()[..] {
            [wait] if is_so(&wait) => return wait,
            _ => {}
        }
        assert!(!limit.has_passed(), "the wait is not seen");
        thread::yield_now();
    }
}

fn sleep(queue: LockedQueue<'_>, deadline: Deadline) -> bool {
    matches!(
        queue.wait(&mut Backoff::none(), deadline),
        Wake::Woken { .. }
    )
}

// One test, since what it looks at is of the whole process.
#[test]
fn a_wait_is_seen_from_its_beginning_to_its_end_with_all_that_was_noted() {
    assert!(waits().is_empty());
    a_wait_without_a_limit();
    a_wait_with_a_limit_and_a_holder();
    a_wait_that_moves_on();
    a_wait_elsewhere();
    the_same_wait_again();
    assert!(waits().is_empty());
}

fn a_wait_without_a_limit() {
    let word = AtomicU32::new(0);
    let other = AtomicU64::new(0);
    let (ident, line) = (AtomicU64::new(0), line!() + 4);
    thread::scope(|scope| {
        scope.spawn(|| {
            ident.store(current_ident().as_u64().get(), Ordering::Relaxed);
            let note = Note::new(Call::here(PASS)).amount(3).object(&other);
            assert!(sleep(
                WaitQueue::of(&word).lock().noting(&note),
                Deadline::NEVER
            ));
        });
        let wait = the_wait(|wait| wait.asleep_for.is_some());
        assert_eq!(wait.call.operation(), PASS);
        assert_eq!(wait.call.caller().line(), line);
        assert_eq!(wait.call.caller().file(), file!());
        assert_eq!(wait.thread.as_u64().get(), ident.load(Ordering::Relaxed));
        assert_eq!(wait.object, (&raw const other).addr());
        assert_eq!(wait.queue, WaitQueue::of(&word).id());
        assert_eq!(wait.amount, Some(3));
        assert_eq!(wait.parties, None);
        assert_eq!(wait.gives_up_in, None);
        assert_eq!(wait.holder, None);
        assert!(!wait.has_moved_on);
        // It is the same wait, and it gets longer.
        let later = the_wait(|later| later.asleep_for > wait.asleep_for);
        assert_eq!((later.thread, later.serial), (wait.thread, wait.serial));
        assert!(WaitQueue::of(&word).lock().wake_one(0));
    });
    assert!(waits().is_empty());
}

fn a_wait_with_a_limit_and_a_holder() {
    let word = AtomicU32::new(0);
    let owner = AtomicU64::new(0);
    let limit = Duration::from_secs(3_600);
    thread::scope(|scope| {
        scope.spawn(|| {
            let holder = || {
                ThreadIdent::from_u64(owner.load(Ordering::Relaxed))
                    .map(|thread| Holder::new(thread).not_alone())
            };
            let queue = WaitQueue::of(&word);
            let note = Note::new(Call::here(PASS))
                .held_by(queue, &holder)
                .parties(7);
            assert!(sleep(queue.lock().noting(&note), Deadline::after(limit)));
        });
        let wait = the_wait(|_| true);
        assert!(
            wait.gives_up_in
                .is_some_and(|left| left <= limit && left > limit - LIMIT)
        );
        assert_eq!(wait.object, (&raw const word).addr());
        assert_eq!(wait.parties, Some(7));
        assert_eq!(wait.holder, None);
        owner.store(ThreadIdent::MAIN.as_u64().get(), Ordering::Relaxed);
        let holder = the_wait(|_| true).holder.unwrap();
        assert_eq!((holder.thread, holder.is_owner), (ThreadIdent::MAIN, false));
        assert!(WaitQueue::of(&word).lock().wake_one(0));
    });
}

fn a_wait_that_moves_on() {
    let (condition, lock) = (AtomicU32::new(0), AtomicU32::new(1));
    let (waiters, holders) = (WaitQueue::of(&condition), WaitQueue::of(&lock));
    thread::scope(|scope| {
        scope.spawn(|| {
            let holder = || Some(Holder::new(ThreadIdent::MAIN));
            let note = Note::new(Call::here(PASS))
                .object(&condition)
                .held_by(holders, &holder);
            let soon = Deadline::after(LIMIT);
            assert!(sleep(waiters.lock().noting(&note), soon));
        });
        let before = the_wait(|wait| wait.asleep_for.is_some());
        // Nobody holds a notification.
        assert_eq!(before.holder, None);
        assert!(before.gives_up_in.is_some() && !before.has_moved_on);
        // While it was awake it would have been woken, and not moved.
        waiters.wake_or_requeue(1, || holders, || true, |_, _| {});
        let after = the_wait(|_| true);
        assert!(after.has_moved_on);
        assert_eq!((after.thread, after.serial), (before.thread, before.serial));
        assert_eq!(after.object, (&raw const condition).addr());
        assert_eq!(after.queue, holders.id());
        assert_eq!(after.gives_up_in, None);
        assert_eq!(after.holder.unwrap().thread, ThreadIdent::MAIN);
        assert!(holders.lock().wake_one(0));
    });
}

fn a_wait_elsewhere() {
    let word = AtomicU32::new(0);
    let note = Note::new(Call::here(PASS));
    let seen = WaitQueue::of(&word)
        .lock()
        .noting(&note)
        .wait_elsewhere(|| {
            // A wake-up takes it out of the queue, and it is seen no more, but it does not end.
            let seen = the_wait(|_| true);
            assert!(WaitQueue::of(&word).lock().wake_one(0));
            assert!(waits().is_empty());
            seen
        });
    assert_eq!(seen.thread, current_ident());
    let queue = WaitQueue::of(&word).lock().noting(&note);
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        queue.wait_elsewhere(|| std::panic::resume_unwind(Box::new(())))
    }));
    assert!(unwound.is_err());
}

fn the_same_wait_again() {
    let word = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let note = Note::new(Call::here(PASS));
            for _ in 0..2 {
                assert!(sleep(
                    WaitQueue::of(&word).lock().noting(&note),
                    Deadline::NEVER
                ));
            }
            let note = Note::new(Call::here(PASS));
            assert!(sleep(
                WaitQueue::of(&word).lock().noting(&note),
                Deadline::NEVER
            ));
        });
        let first = the_wait(|_| true);
        WaitQueue::of(&word).lock().wake_one(0);
        let again = the_wait(|_| true);
        assert_eq!(again.serial, first.serial);
        WaitQueue::of(&word).lock().wake_one(0);
        let other = the_wait(|wait| wait.serial != first.serial);
        assert_eq!(other.thread, first.thread);
        WaitQueue::of(&word).lock().wake_one(0);
    });
}
