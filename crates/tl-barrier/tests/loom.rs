//! Models of the barrier: the interleavings of two or three threads, explored by loom. A panicking
//! action is not among them: loom's own mutexes cannot be used by a thread that unwinds.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p tl-barrier --release --test loom`
#![cfg(loom)]

use std::time::Duration;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;
use tl_barrier::{Barrier, BarrierWaitResult, BrokenBarrier, BrokenBarrierKind};
use tl_core::model::{explore, let_time_pass};

/// A timeout that is over when the model lets time pass.
const SOME_TIME: Duration = Duration::from_secs(1);

const ABORTED: Outcome = Err(BrokenBarrierKind::Aborted);
const RESET: Outcome = Err(BrokenBarrierKind::Reset);
const TIMED_OUT: Outcome = Err(BrokenBarrierKind::TimedOut);

type Outcome = Result<usize, BrokenBarrierKind>;

fn outcome(result: Result<BarrierWaitResult, BrokenBarrier>) -> Outcome {
    result
        .map(|arrival| arrival.index())
        .map_err(|error| error.kind())
}

/// Runs `act` on the shared barrier in a thread of its own.
fn spawn<S: 'static, T: 'static>(
    shared: &Arc<S>,
    act: impl FnOnce(&S) -> T + 'static,
) -> thread::JoinHandle<T> {
    let shared = Arc::clone(shared);
    thread::spawn(move || act(&shared))
}

/// Returns how many of the outcomes are this one.
fn count(outcomes: &[Outcome], of: Outcome) -> usize {
    outcomes.iter().filter(|&&outcome| outcome == of).count()
}

/// Returns once `count` threads wait.
fn until_waiting(barrier: &Barrier, count: usize) {
    while barrier.n_waiting() < count {
        thread::yield_now();
    }
}

/// Lets each of the parties write before it waits and read the others' afterwards. The accesses are
/// relaxed, so that the barrier alone orders them.
fn meet(shared: &(Barrier, Vec<AtomicU32>), me: usize, round: u32) -> usize {
    let (barrier, words) = shared;
    words[me].store(round, Ordering::Relaxed);
    let index = barrier.wait().unwrap().index();
    for word in words {
        assert!(word.load(Ordering::Relaxed) >= round);
    }
    index
}

fn meeting(parties: usize) -> Arc<(Barrier, Vec<AtomicU32>)> {
    let words = (0..parties).map(|_| AtomicU32::new(0)).collect();
    Arc::new((Barrier::new(parties), words))
}

#[test]
fn two_meet_and_see_what_the_other_did() {
    explore(Some(3), || {
        let shared = meeting(2);
        let other = spawn(&shared, |shared| meet(shared, 1, 1));
        let index = meet(&shared, 0, 1);
        assert_eq!(index + other.join().unwrap(), 1);
        assert_eq!(shared.0.n_waiting(), 0);
    });
}

#[test]
fn two_meet_twice() {
    explore(Some(3), || {
        let shared = meeting(2);
        let other = spawn(&shared, |shared| {
            meet(shared, 1, 1) + 10 * meet(shared, 1, 2)
        });
        let indices = meet(&shared, 0, 1) + 10 * meet(&shared, 0, 2);
        assert_eq!(indices + other.join().unwrap(), 11);
    });
}

#[test]
fn three_meet() {
    explore(Some(2), || {
        let shared = meeting(3);
        let others = [1, 2].map(|me| spawn(&shared, move |shared| meet(shared, me, 1)));
        let mut indices = vec![meet(&shared, 0, 1)];
        indices.extend(others.map(|other| other.join().unwrap()));
        indices.sort_unstable();
        assert_eq!(indices, [0, 1, 2]);
    });
}

#[test]
fn a_thread_too_many_is_not_let_go_with_the_round_before_it() {
    explore(Some(2), || {
        let barrier = Arc::new(Barrier::new(2));
        // A party that has met another ends the wait of the third.
        let wait = |barrier: &Barrier| {
            let outcome = outcome(barrier.wait());
            if outcome.is_ok() {
                barrier.abort();
            }
            outcome
        };
        let others = [0, 1].map(|_| spawn(&barrier, wait));
        let mut all = vec![wait(&barrier)];
        all.extend(others.map(|other| other.join().unwrap()));
        all.sort_unstable();
        assert_eq!(all, [Ok(0), Ok(1), ABORTED]);
    });
}

#[test]
fn an_abort_ends_the_wait() {
    explore(None, || {
        let barrier = Arc::new((Barrier::new(2), AtomicU32::new(0)));
        let waiter = spawn(&barrier, |(barrier, word)| {
            (outcome(barrier.wait()), word.load(Ordering::Relaxed))
        });
        barrier.1.store(1, Ordering::Relaxed);
        barrier.0.abort();
        // What preceded the abort is seen after it.
        assert_eq!(waiter.join().unwrap(), (ABORTED, 1));
        assert!(barrier.0.is_broken());
        assert_eq!(outcome(barrier.0.wait()), ABORTED);
    });
}

#[test]
fn an_abort_hits_a_round_whole_or_not_at_all() {
    explore(Some(3), || {
        let barrier = Arc::new(Barrier::new(2));
        let waiter = spawn(&barrier, |barrier| outcome(barrier.wait()));
        let aborter = spawn(&barrier, |barrier| barrier.abort());
        let mut both = [outcome(barrier.wait()), waiter.join().unwrap()];
        both.sort_unstable();
        assert!(both == [Ok(0), Ok(1)] || both == [ABORTED; 2], "{both:?}");
        aborter.join().unwrap();
        assert!(barrier.is_broken());
    });
}

#[test]
fn a_timeout_hits_a_round_whole_or_not_at_all() {
    explore(Some(3), || {
        let barrier = Arc::new(Barrier::new(2));
        let patient = spawn(&barrier, |barrier| outcome(barrier.wait()));
        let clock = spawn(&barrier, |_| let_time_pass());
        let mut both = [
            outcome(barrier.wait_timeout(SOME_TIME)),
            patient.join().unwrap(),
        ];
        both.sort_unstable();
        assert!(both == [Ok(0), Ok(1)] || both == [TIMED_OUT; 2], "{both:?}");
        assert_eq!(barrier.is_broken(), both == [TIMED_OUT; 2]);
        clock.join().unwrap();
    });
}

#[test]
fn a_timeout_of_one_ends_the_waits_of_the_others() {
    explore(Some(2), || {
        let barrier = Arc::new(Barrier::new(3));
        let patient = spawn(&barrier, |barrier| outcome(barrier.wait()));
        let hasty = spawn(&barrier, |barrier| outcome(barrier.wait_timeout(SOME_TIME)));
        let_time_pass();
        assert_eq!(hasty.join().unwrap(), TIMED_OUT);
        assert_eq!(patient.join().unwrap(), TIMED_OUT);
        // All have been counted out: the next round can begin.
        barrier.reset();
        assert_eq!(outcome(barrier.wait_timeout(SOME_TIME)), TIMED_OUT);
    });
}

#[test]
fn a_reset_lets_the_waiter_go_and_the_next_round_goes_well() {
    explore(Some(2), || {
        let barrier = Arc::new(Barrier::new(2));
        let old = spawn(&barrier, |barrier| outcome(barrier.wait()));
        until_waiting(&barrier, 1);
        barrier.reset();
        // While the old one is still about to leave.
        let new = spawn(&barrier, |barrier| outcome(barrier.wait()));
        let mut both = [outcome(barrier.wait()), new.join().unwrap()];
        both.sort_unstable();
        assert_eq!(both, [Ok(0), Ok(1)]);
        assert_eq!(old.join().unwrap(), RESET);
    });
}

#[test]
fn an_abort_and_a_reset_leave_no_waiter_in_the_wrong_round() {
    explore(Some(2), || {
        let barrier = Arc::new(Barrier::new(1 + 1));
        let waiters = [0, 1].map(|_| spawn(&barrier, |barrier| outcome(barrier.wait())));
        barrier.abort();
        barrier.reset();
        barrier.abort();
        let both = waiters.map(|waiter| waiter.join().unwrap());
        assert_eq!(count(&both, Ok(0)), count(&both, Ok(1)), "{both:?}");
        assert!(
            count(&both, ABORTED) == 2 || count(&both, Ok(0)) == 1,
            "{both:?}"
        );
    });
}

#[test]
fn an_abort_after_a_reset_is_for_the_parties_that_come_then() {
    explore(Some(3), || {
        let barrier = Arc::new(Barrier::new(2));
        let old = spawn(&barrier, |barrier| outcome(barrier.wait()));
        until_waiting(&barrier, 1);
        barrier.reset();
        let new = spawn(&barrier, |barrier| outcome(barrier.wait()));
        barrier.abort();
        assert!(barrier.is_broken());
        assert_eq!(old.join().unwrap(), RESET);
        assert_eq!(new.join().unwrap(), ABORTED);
        assert!(barrier.is_broken());
    });
}

/// A barrier, whether its action is running, and how often it has run.
type Acting = (Barrier, Arc<AtomicU32>, Arc<AtomicU32>);

fn acting(parties: usize) -> Arc<Acting> {
    let (running, runs) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let barrier = {
        let (running, runs) = (Arc::clone(&running), Arc::clone(&runs));
        Barrier::new(parties).with_action(move || {
            assert_eq!(running.fetch_add(1, Ordering::Relaxed), 0, "twice at once");
            runs.fetch_add(1, Ordering::Relaxed);
            running.fetch_sub(1, Ordering::Relaxed);
        })
    };
    Arc::new((barrier, running, runs))
}

#[test]
fn the_action_runs_before_any_leaves() {
    explore(Some(3), || {
        let acting = acting(2);
        let wait = |(barrier, _, runs): &Acting| {
            let index = barrier.wait().unwrap().index();
            assert_eq!(runs.load(Ordering::Relaxed), 1);
            index
        };
        let other = spawn(&acting, wait);
        let index = wait(&acting);
        assert_eq!(index + other.join().unwrap(), 1);
    });
}

#[test]
fn the_actions_of_two_rounds_do_not_overlap() {
    explore(Some(3), || {
        let acting = acting(1);
        let other = spawn(&acting, |(barrier, ..)| outcome(barrier.wait()));
        assert_eq!(outcome(acting.0.wait()), Ok(0));
        assert_eq!(other.join().unwrap(), Ok(0));
        assert_eq!(acting.2.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn an_abort_and_a_reset_while_the_action_runs() {
    explore(Some(3), || {
        let acting = acting(1);
        let other = spawn(&acting, |(barrier, ..)| {
            barrier.abort();
            barrier.reset();
        });
        let first = outcome(acting.0.wait());
        assert!(first == Ok(0) || first == ABORTED);
        other.join().unwrap();
        assert_eq!(outcome(acting.0.wait()), Ok(0));
        assert_eq!(acting.1.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn a_timeout_while_the_action_runs_does_not_count() {
    explore(Some(2), || {
        let barrier = Arc::new(Barrier::new(2).with_action(let_time_pass));
        let other = spawn(&barrier, |barrier| outcome(barrier.wait_timeout(SOME_TIME)));
        let mut both = [
            outcome(barrier.wait_timeout(SOME_TIME)),
            other.join().unwrap(),
        ];
        both.sort_unstable();
        assert_eq!(both, [Ok(0), Ok(1)]);
    });
}
