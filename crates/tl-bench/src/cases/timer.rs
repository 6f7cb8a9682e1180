//! Case 9: timers.

use std::collections::BinaryHeap;
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio_util::time::DelayQueue;

use crate::bar::{Against, Bar};
use crate::case::{Case, Outcome, Sample, Second};
use crate::measure::per_call;
use crate::statistics::percentile;

/// The delay of pending timers: so long that none becomes due while they are measured.
const LONG: Duration = Duration::from_secs(3600);

/// A contender: starts timers and cancels them.
pub(crate) trait Timers: 'static {
    type Pending;
    fn new() -> Self;
    fn start(&mut self) -> Self::Pending;
    fn cancel(&mut self, pending: Self::Pending);
}

/// The limit: a clock and a heap, from which nothing is removed.
pub(crate) struct Heap(BinaryHeap<(Instant, usize)>);

impl Timers for Heap {
    type Pending = ();

    fn new() -> Self {
        Heap(BinaryHeap::new())
    }

    fn start(&mut self) {
        self.0.push((Instant::now() + LONG, self.0.len()));
    }

    fn cancel(&mut self, (): ()) {}
}

/// Returns the one runtime of the process, as a program has it.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: std::sync::OnceLock<Runtime> = std::sync::OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .expect("the system can start a thread")
    })
}

/// Our timers belong to no object: the scheduler exists while any timer is pending.
pub(crate) struct Ours;

impl Timers for Ours {
    type Pending = tl_timer::Timer;

    fn new() -> Self {
        Ours
    }

    fn start(&mut self) -> tl_timer::Timer {
        let timer = tl_timer::Timer::new(LONG, || ());
        timer.start().expect("a new timer can be started");
        timer
    }

    fn cancel(&mut self, pending: tl_timer::Timer) {
        assert!(pending.cancel());
    }
}

impl Timers for DelayQueue<()> {
    type Pending = tokio_util::time::delay_queue::Key;

    fn new() -> Self {
        DelayQueue::new()
    }

    fn start(&mut self) -> Self::Pending {
        self.insert((), LONG)
    }

    fn cancel(&mut self, pending: Self::Pending) {
        self.remove(&pending);
    }
}

/// A timer is a task that sleeps. It is aborted when its handle is dropped.
pub(crate) struct Tasks;

pub(crate) struct Task(tokio::task::JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Timers for Tasks {
    type Pending = Task;

    fn new() -> Self {
        Tasks
    }

    fn start(&mut self) -> Task {
        Task(runtime().spawn(tokio::time::sleep(LONG)))
    }

    fn cancel(&mut self, pending: Task) {
        drop(pending);
    }
}

pub(crate) type TimerCrate = timer::Timer;

impl Timers for TimerCrate {
    type Pending = timer::Guard;

    fn new() -> Self {
        timer::Timer::new()
    }

    fn start(&mut self) -> timer::Guard {
        self.schedule_with_delay(chrono::Duration::hours(1), || ())
    }

    fn cancel(&mut self, pending: timer::Guard) {
        drop(pending);
    }
}

/// What a programmer writes without a timer, and what Python's timer is: a thread that waits.
pub(crate) struct Threads;

pub(crate) struct WaitingThread {
    cancelled: Arc<(Mutex<bool>, Condvar)>,
    thread: thread::JoinHandle<()>,
}

impl Timers for Threads {
    type Pending = WaitingThread;

    fn new() -> Self {
        Threads
    }

    fn start(&mut self) -> WaitingThread {
        let cancelled = Arc::new((Mutex::new(false), Condvar::new()));
        let shared = Arc::clone(&cancelled);
        let thread = thread::spawn(move || {
            let (cancelled, condition) = &*shared;
            let guard = cancelled.lock().unwrap();
            drop(condition.wait_timeout_while(guard, LONG, |cancelled| !*cancelled));
        });
        WaitingThread { cancelled, thread }
    }

    fn cancel(&mut self, pending: WaitingThread) {
        let (cancelled, condition) = &*pending.cancelled;
        *cancelled.lock().unwrap() = true;
        condition.notify_one();
        pending.thread.join().unwrap();
    }
}

/// Starts and cancels a timer, while `others` timers are pending.
pub(crate) fn start_and_cancel<T: Timers>(others: usize) -> impl FnMut(Duration) -> Outcome {
    move |budget| {
        let _context = runtime().enter();
        let mut timers = T::new();
        let pending: Vec<_> = (0..others).map(|_| timers.start()).collect();
        let outcome = per_call(budget, || {
            let started = timers.start();
            timers.cancel(started);
        });
        for pending in pending {
            timers.cancel(pending);
        }
        outcome
    }
}

/// Measures how late timers are that become due within half a second: the mean, and the 99th
/// percentile. `start` starts one timer, whose function sends how long after its due time it was
/// called.
fn lateness(
    mut start: impl FnMut(Duration, Instant, mpsc::Sender<Duration>),
) -> impl FnMut(Duration) -> Outcome {
    const TIMERS: u32 = 1000;
    const SPAN: Duration = Duration::from_millis(500);
    /// Time to start them all before the first is due.
    const AHEAD: Duration = Duration::from_millis(100);
    move |_| {
        let _context = runtime().enter();
        let (sender, receiver) = mpsc::channel();
        let first = Instant::now() + AHEAD;
        for number in 0..TIMERS {
            let due = first + SPAN / TIMERS * number;
            start(
                due.saturating_duration_since(Instant::now()),
                due,
                sender.clone(),
            );
        }
        drop(sender);
        let mut nanos: Vec<f64> = receiver.iter().map(|late| late.as_nanos() as f64).collect();
        if nanos.len() != TIMERS as usize {
            return Err(format!("{} of {TIMERS} timers fired", nanos.len()));
        }
        Ok(Sample {
            nanos: nanos.iter().sum::<f64>() / nanos.len() as f64,
            second: Some(percentile(&mut nanos, 0.99)),
        })
    }
}

pub(crate) fn late_ours(delay: Duration, due: Instant, sender: mpsc::Sender<Duration>) {
    let timer = tl_timer::Timer::new(delay, move || {
        let _ = sender.send(due.elapsed());
    });
    timer.start().expect("a new timer can be started");
}

pub(crate) fn late_threads(delay: Duration, due: Instant, sender: mpsc::Sender<Duration>) {
    thread::spawn(move || {
        thread::sleep(delay);
        let _ = sender.send(due.elapsed());
    });
}

pub(crate) fn late_tasks(_: Duration, due: Instant, sender: mpsc::Sender<Duration>) {
    runtime().spawn(async move {
        tokio::time::sleep_until(due.into()).await;
        let _ = sender.send(due.elapsed());
    });
}

pub(crate) fn late_timer_crate() -> impl FnMut(Duration, Instant, mpsc::Sender<Duration>) {
    let timer = timer::Timer::new();
    move |delay, due, sender| {
        let delay = chrono::Duration::from_std(delay).expect("a short time");
        timer
            .schedule_with_delay(delay, move || {
                let _ = sender.send(due.elapsed());
            })
            .ignore();
    }
}

pub(crate) fn cases() -> Vec<Case> {
    const OTHERS: usize = 10_000;
    vec![
        Case::new("9a", "Timer: start and cancel, 10,000 pending")
            .limit(start_and_cancel::<Heap>(OTHERS))
            .ours(start_and_cancel::<Ours>(OTHERS))
            .peer(
                "tokio DelayQueue",
                start_and_cancel::<DelayQueue<()>>(OTHERS),
            )
            .peer("tokio spawn and abort", start_and_cancel::<Tasks>(OTHERS))
            .peer("timer", start_and_cancel::<TimerCrate>(OTHERS))
            // With no others: `OTHERS` threads would take seconds to start.
            .peer("a thread each", start_and_cancel::<Threads>(0))
            .python("9a", 5.0)
            .bar(Bar::row("tokio DelayQueue", 2.0)),
        Case::new("9b", "Timer: lateness, the mean of 1,000 in half a second")
            .stretch(9)
            .second(Second::Percentile99)
            .ours(lateness(late_ours))
            .peer("a thread each", lateness(late_threads))
            .peer("timer", lateness(late_timer_crate()))
            .peer("tokio", lateness(late_tasks))
            .python("9b", 1.0)
            .bar(Bar::best(1.0))
            .bar(Bar::Second(Against::BestPeer, 1.0)),
    ]
}
