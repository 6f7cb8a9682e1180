//! Recordings: a thread begins and ends them all the time, beside others that wait, wake, hold and
//! end. Each is in order, and knows of no wait but theirs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tl_condition::Condition;
use tl_inspect::trace::{self, Trace};
use tl_locks::{Lock, RLock};
use tl_semaphore::Semaphore;
use tl_thread::Thread;

use crate::round::{Count, Report, Round, timeout};

pub(crate) fn recording(round: &Round) -> Report {
    const TURNS: usize = 50;
    let (lock, rlock, condition) = (Lock::new(), RLock::new(), Condition::new());
    let semaphore = Semaphore::new(2);
    let (operations, recordings, strange) = (Count::default(), Count::default(), Count::default());
    let at_work = AtomicUsize::new(round.threads - 1);
    round.in_threads(|number, rng| {
        if number == 0 {
            while at_work.load(Ordering::Relaxed) > 0 {
                // Some of them full.
                let room = [8, 4096][rng.usize(..2)];
                match trace::start_with_room_for(room) {
                    Ok(recording) => {
                        std::thread::yield_now();
                        if !is_in_order(&recording.stop()) {
                            strange.one();
                        }
                    }
                    Err(_) => strange.one(),
                }
                recordings.one();
            }
            return;
        }
        for _ in 0..TURNS {
            match rng.u32(..5) {
                0 => drop(lock.lock()),
                1 => drop(rlock.lock_timeout(timeout(rng))),
                2 => drop(semaphore.permit()),
                3 => {
                    let held = condition.lock();
                    let _ = held.wait_timeout(timeout(rng));
                    held.notify_all();
                }
                _ => {
                    let thread = Thread::new(|| ());
                    if thread.start().is_ok() {
                        let _ = thread.join();
                    }
                }
            }
            operations.one();
        }
        at_work.fetch_sub(1, Ordering::Relaxed);
    });
    Report::new(operations.get() + recordings.get()).even("strange recordings", strange.get(), 0)
}

/// Returns whether the waits of each thread follow each other, within the recording, and each is
/// woken while it lasts.
fn is_in_order(trace: &Trace) -> bool {
    trace.threads().iter().all(|thread| {
        let mut last = Duration::ZERO;
        thread.waits().iter().all(|wait| {
            let follows = wait.began_at() >= last && wait.ended_at() >= wait.began_at();
            last = wait.ended_at();
            let woken = wait.woken_by().map_or(last, |wakeup| wakeup.at());
            follows && last <= trace.length() && woken <= last
        })
    })
}
