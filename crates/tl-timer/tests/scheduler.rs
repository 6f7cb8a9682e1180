//! What the timers cost, and the one thread that schedules them. The threads of this process are
//! counted here, so one test runs at a time.
#![cfg(not(loom))]

mod support;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use support::{AGES, LATER, alone, eventually, scheduler, schedulers, timer_threads, until_idle};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_thread::{Thread, enumerate};
use tl_timer::{MAX_RUNNING, Timer};

/// How many timers are many. Under ThreadSanitizer, which makes threads slow and large, fewer.
const MANY: usize = if cfg!(sanitize_thread) {
    5_000
} else {
    100_000
};

/// Returns what is listed and is no thread of the test harness.
fn listed_timers() -> Vec<Thread> {
    let mut threads = enumerate();
    threads.retain(|thread| thread.name().starts_with("Thread-"));
    threads
}

/// Returns how many threads may have scheduled timers since then. Each stays for ten milliseconds
/// after the last timer, so how many there are is a matter of time, not of timers.
fn most_schedulers(since: Instant) -> u128 {
    1 + since.elapsed().as_millis() / 10
}

fn nothing_after(interval: Duration) -> Timer {
    Timer::new(interval, || ())
}

#[test]
fn many_pending_timers_cost_one_thread_and_can_all_be_cancelled() {
    let _alone = alone();
    until_idle();
    let calls = Arc::new(AtomicUsize::new(0));
    let timers: Vec<Timer> = (0..MANY)
        .map(|number| {
            let calls = Arc::clone(&calls);
            let timer = Timer::new(
                LATER + Duration::from_millis(number as u64 % 977),
                move || {
                    calls.fetch_add(1, Ordering::Relaxed);
                },
            );
            timer.start().unwrap();
            timer
        })
        .collect();
    scheduler();
    assert_eq!(timer_threads(), (0, 1));
    let all = listed_timers();
    assert_eq!(all.len(), MANY);
    assert!(all.iter().eq(timers.iter().map(Timer::thread)));

    // Neither in the order of their starts nor in that of their times.
    for (number, timer) in timers.iter().enumerate() {
        if number % 3 != 1 {
            assert!(timer.cancel());
        }
    }
    for timer in timers.iter().skip(1).step_by(3).rev() {
        assert!(timer.cancel());
    }
    assert_eq!(listed_timers().len(), 0);
    assert!(timers.iter().all(|timer| !timer.is_alive()));
    until_idle();
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

#[test]
fn many_timers_due_at_once_are_each_called_once_and_no_more_run_than_may() {
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);

    let _alone = alone();
    let calls: Arc<Vec<AtomicUsize>> = Arc::new((0..MANY).map(|_| AtomicUsize::new(0)).collect());
    let timers: Vec<Timer> = (0..MANY)
        .map(|number| {
            let calls = Arc::clone(&calls);
            // All within a second, many of them at the same moment.
            let timer = Timer::new(Duration::from_millis(number as u64 % 1000), move || {
                let running = RUNNING.fetch_add(1, Ordering::Relaxed) + 1;
                MOST.fetch_max(running, Ordering::Relaxed);
                calls[number].fetch_add(1, Ordering::Relaxed);
                RUNNING.fetch_sub(1, Ordering::Relaxed);
            });
            timer.start().unwrap();
            timer
        })
        .collect();
    for timer in &timers {
        assert_eq!(timer.join_timeout(AGES), Ok(true));
    }
    assert!(calls.iter().all(|calls| calls.load(Ordering::Relaxed) == 1));
    assert!(MOST.load(Ordering::Relaxed) <= MAX_RUNNING);
    assert!(timers.iter().all(|timer| !timer.cancel()));
    until_idle();
}

#[test]
fn timers_past_the_limit_wait_for_their_turn() {
    const MORE: usize = 50;
    let _alone = alone();
    until_idle();
    let gate = Arc::new((
        AtomicUsize::new(0),
        AtomicBool::new(false),
        AtomicUsize::new(0),
    ));
    let blocking = || {
        let gate = Arc::clone(&gate);
        let timer = Timer::new(Duration::ZERO, move || {
            let (begun, open, most) = &*gate;
            most.fetch_max(begun.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            while !open.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(5));
            }
        })
        .with_stack_size(64 * 1024);
        timer.start().unwrap();
        timer
    };
    let timers: Vec<Timer> = (0..MAX_RUNNING + MORE).map(|_| blocking()).collect();
    let (begun, open, most) = &*gate;
    eventually("as many calls as may run", || {
        begun.load(Ordering::Relaxed) == MAX_RUNNING
    });
    // The rest is due, but is neither called nor has it threads. It is pending, and can be
    // cancelled.
    thread::sleep(Duration::from_millis(50));
    assert_eq!(begun.load(Ordering::Relaxed), MAX_RUNNING);
    assert_eq!(timer_threads(), (MAX_RUNNING, 1));
    let waiting: Vec<&Timer> = timers.iter().filter(|t| t.native_id().is_none()).collect();
    assert_eq!(waiting.len(), MORE);
    assert!(waiting.iter().all(|timer| timer.is_alive()));
    let cancelled = waiting.iter().take(MORE / 2).filter(|t| t.cancel()).count();
    assert_eq!(cancelled, MORE / 2);

    open.store(true, Ordering::Relaxed);
    for timer in &timers {
        timer.join().unwrap();
    }
    assert_eq!(most.load(Ordering::Relaxed), MAX_RUNNING + MORE / 2);
    until_idle();
}

#[test]
fn the_scheduler_sleeps_while_nothing_is_due() {
    let _alone = alone();
    until_idle();
    let (first, second) = (nothing_after(LATER), nothing_after(LATER * 2));
    first.start().unwrap();
    second.start().unwrap();
    let scheduler = scheduler();
    let sleeps = || {
        let status = std::fs::read_to_string(format!("/proc/self/task/{scheduler}/status"))
            .expect("the scheduler lives");
        status
            .lines()
            .filter_map(|line| line.split_once("ctxt_switches:"))
            .map(|(_, count)| count.trim().parse::<u64>().expect("a number"))
            .sum::<u64>()
    };
    // Until it has gone to sleep.
    let mut before = sleeps();
    eventually("the scheduler's sleep", || {
        thread::sleep(Duration::from_millis(20));
        let now = sleeps();
        now == std::mem::replace(&mut before, now)
    });
    // Later timers, and the cancellation of those that are not the last, are no reason to wake up.
    for _ in 0..100 {
        let later = nothing_after(LATER * 3);
        later.start().unwrap();
        assert!(later.cancel());
    }
    assert!(second.cancel());
    thread::sleep(Duration::from_millis(200));
    assert_eq!(sleeps(), before);
    assert!(first.cancel());
    until_idle();
}

#[test]
fn the_scheduler_goes_and_comes_back() {
    let _alone = alone();
    for _ in 0..5 {
        until_idle();
        let fired = nothing_after(Duration::from_millis(1));
        fired.start().unwrap();
        fired.join().unwrap();
        until_idle();
        let cancelled = nothing_after(LATER);
        cancelled.start().unwrap();
        scheduler();
        assert!(cancelled.cancel());
    }
    until_idle();
}

#[test]
fn there_is_one_scheduler_whoever_starts_timers() {
    let _alone = alone();
    for _ in 0..20 {
        until_idle();
        let begin = Instant::now();
        let seen: HashSet<u64> = thread::scope(|scope| {
            let starters: [_; 4] = std::array::from_fn(|_| {
                scope.spawn(|| {
                    let mut seen = Vec::new();
                    for _ in 0..50 {
                        let timer = nothing_after(LATER);
                        timer.start().unwrap();
                        seen.extend(schedulers());
                        assert!(timer.cancel());
                    }
                    seen
                })
            });
            starters
                .into_iter()
                .flat_map(|starter| starter.join().unwrap())
                .collect()
        });
        // One that has nothing to do any more may be seen for a moment beside the next.
        assert!(seen.len() as u128 <= most_schedulers(begin), "{seen:?}");
    }
    until_idle();
}

#[test]
fn timers_started_and_cancelled_in_turn_share_a_scheduler() {
    let _alone = alone();
    until_idle();
    let mut seen = HashSet::new();
    let begin = Instant::now();
    for _ in 0..1000 {
        let timer = nothing_after(LATER);
        timer.start().unwrap();
        seen.insert(scheduler());
        assert!(timer.cancel());
    }
    assert!(seen.len() as u128 <= most_schedulers(begin), "{seen:?}");
    until_idle();
}

#[test]
fn the_scheduler_is_not_listed() {
    let _alone = alone();
    let (said, heard) = mpsc::channel();
    let pending = nothing_after(LATER);
    pending.start().unwrap();
    let timer = Timer::new(Duration::ZERO, move || {
        let names: Vec<_> = enumerate().iter().map(|thread| thread.name()).collect();
        said.send(names).expect("the test listens");
    });
    timer.start().unwrap();
    timer.join().unwrap();
    let names = heard.recv().unwrap();
    assert!(
        !names.iter().any(|name| &**name == "timer-scheduler"),
        "{names:?}"
    );
    pending.cancel();
    until_idle();
}

#[test]
fn the_scheduler_survives_panics() {
    let _alone = alone();
    let pending = nothing_after(LATER);
    pending.start().unwrap();
    let before = scheduler();
    for _ in 0..20 {
        let timer = Timer::new(Duration::ZERO, || panic!("as it should"));
        timer.start().unwrap();
        assert!(timer.join().is_err());
    }
    assert_eq!(scheduler(), before);
    let timer = nothing_after(Duration::ZERO);
    timer.start().unwrap();
    timer.join().unwrap();
    pending.cancel();
    until_idle();
}

#[test]
fn fired_or_cancelled_a_timer_leaves_nothing() {
    let _alone = alone();
    until_idle();
    let held = Arc::new(());
    for round in 0..3 {
        let timers: Vec<Timer> = (0..1000)
            .map(|number| {
                let held = Arc::clone(&held);
                let timer = Timer::new(Duration::from_micros(number * 7), move || drop(held));
                timer.start().unwrap();
                timer
            })
            .collect();
        for timer in timers.iter().skip(round).step_by(2) {
            timer.cancel();
        }
        for timer in &timers {
            timer.join().unwrap();
        }
        drop(timers);
        assert_eq!(Arc::strong_count(&held), 1);
    }
    until_idle();
}
