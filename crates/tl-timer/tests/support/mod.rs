//! What several test files use.
#![allow(dead_code)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tl_thread::enumerate;
use tl_timer::Timer;

/// Long enough for anything that happens at all, on any machine: a test that waits so long has
/// failed.
pub(crate) const AGES: Duration = Duration::from_secs(100);

/// Lets one test at a time do what all of a process share: the excepthook, the threads that are
/// counted.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until something is so. What is waited for has no way to tell.
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < AGES, "it never came: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Returns the names that the system has for the threads of this process, with their numbers.
pub(crate) fn os_threads() -> Vec<(u64, String)> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux has it");
    tasks
        .filter_map(|task| {
            let task = task.expect("it can be read");
            // A thread may end between the two looks.
            let name = std::fs::read_to_string(task.path().join("comm")).ok()?;
            let number = task.file_name().to_str()?.parse().ok()?;
            Some((number, name.trim_end().to_owned()))
        })
        .collect()
}

/// Returns how many threads of the system the timers of this process have: for calls, by their
/// default names, and to schedule.
pub(crate) fn timer_threads() -> (usize, usize) {
    let threads = os_threads();
    let count = |prefix| {
        threads
            .iter()
            .filter(|(_, name)| name.starts_with(prefix))
            .count()
    };
    (count("Thread-"), count(SCHEDULER))
}

/// Returns the numbers of the threads that schedule timers. One gets its name a moment after it is
/// started, and one that is over may still be there.
pub(crate) fn schedulers() -> Vec<u64> {
    let threads = os_threads().into_iter();
    let schedulers = threads.filter(|(_, name)| name == SCHEDULER);
    schedulers.map(|(number, _)| number).collect()
}

/// Returns the number of the thread that schedules timers.
pub(crate) fn scheduler() -> u64 {
    let mut threads = Vec::new();
    eventually("the one scheduler", || {
        threads = schedulers();
        threads.len() == 1
    });
    threads[0]
}

/// Waits until the thread that scheduled earlier timers is gone.
pub(crate) fn until_idle() {
    eventually("the end of the scheduler", || timer_threads() == (0, 0));
}

const SCHEDULER: &str = "timer-scheduler";

/// So far away that it does not come during a test.
pub(crate) const LATER: Duration = Duration::from_secs(3600);

pub(crate) fn is_listed(timer: &Timer) -> bool {
    enumerate().contains(timer.thread())
}

/// Returns a timer that counts its calls.
pub(crate) fn counting(interval: Duration) -> (Timer, Arc<AtomicU32>) {
    let calls = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&calls);
    let timer = Timer::new(interval, move || {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    (timer, calls)
}

/// Returns a timer whose call begins at once, says so, and waits until it is told to end.
pub(crate) fn blocking() -> (Timer, Receiver<()>, Sender<()>) {
    let (began, has_begun) = mpsc::channel();
    let (end, may_end) = mpsc::channel::<()>();
    let timer = Timer::new(Duration::ZERO, move || {
        began.send(()).expect("the test listens");
        // Also when the test fails and drops the other end.
        let _ = may_end.recv();
    });
    (timer, has_begun, end)
}
