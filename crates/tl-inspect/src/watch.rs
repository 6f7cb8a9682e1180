//! A thread that looks at the others at regular intervals.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tl_core::door::{Backoff, Deadline, OrderWatch, WaitQueue, watch_lock_orders};
use tl_core::sync::atomic::{AtomicU32, Ordering};
use tl_core::{ThreadIdent, current_ident};
use tl_thread::{StartError, Thread};

use crate::deadlock::{Deadlock, deadlocks};
use crate::observers;
use crate::order::LockOrder;
use crate::snapshot::{Snapshot, ThreadInfo, snapshot};
use crate::words::{Count, Span};

/// What a watch looks for, how often, and which function it calls. See [`watch`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_inspect::Watch;
///
/// let watch = Watch::new()
///     .every(Duration::from_millis(500))
///     .waits_longer_than(Duration::from_secs(60))
///     .end_longer_than(Duration::from_secs(10))
///     .report_to(|report| eprintln!("{report}"));
/// # let _ = watch;
/// ```
#[must_use = "a watch looks at nothing until it is given to `watch`"]
pub struct Watch {
    every: Duration,
    longest_wait: Option<Duration>,
    longest_end: Option<Duration>,
    report: Box<dyn FnMut(&Report) + Send>,
}

impl Watch {
    /// Makes a watch that looks for deadlocks every second. Once the process has waited for its end
    /// for five seconds, it also looks for which threads the process waits. It reports through
    /// `log`, as errors.
    pub fn new() -> Watch {
        Watch {
            every: Duration::from_secs(1),
            longest_wait: None,
            longest_end: Some(Duration::from_secs(5)),
            report: Box::new(|report| log::error!("{report}")),
        }
    }

    /// Sets how long the watch sleeps between two looks.
    pub fn every(self, every: Duration) -> Watch {
        Watch { every, ..self }
    }

    /// Reports each wait that lasts longer than `limit`, once. Without this call no long wait is
    /// reported, since a thread may have nothing to do for a long time.
    pub fn waits_longer_than(self, limit: Duration) -> Watch {
        Watch {
            longest_wait: Some(limit),
            ..self
        }
    }

    /// Reports for which threads the process waits, if it still waits when `limit` has passed since
    /// the main thread left `main`.
    pub fn end_longer_than(self, limit: Duration) -> Watch {
        Watch {
            longest_end: Some(limit),
            ..self
        }
    }

    /// Calls `report` with what is found, on the watch's own thread. A panic in `report` ends the
    /// watch.
    pub fn report_to(self, report: impl FnMut(&Report) + Send + 'static) -> Watch {
        Watch {
            report: Box::new(report),
            ..self
        }
    }
}

impl Default for Watch {
    fn default() -> Watch {
        Watch::new()
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("every", &self.every)
            .field("longest_wait", &self.longest_wait)
            .field("longest_end", &self.longest_end)
            .finish_non_exhaustive()
    }
}

/// Starts a daemon thread, `watch`, that looks at all others at regular intervals and reports what
/// is new.
///
/// It goes on until the process ends, or [`Watching::stop`] is called; the handle may be dropped.
///
/// # Errors
///
/// If the operating system refuses the thread.
///
/// # Examples
///
/// ```
/// use tl_inspect::{Watch, watch};
///
/// let watching = watch(Watch::new())?;
/// watching.stop();
/// # Ok::<(), tl_thread::StartError>(())
/// ```
pub fn watch(watch: Watch) -> Result<Watching, StartError> {
    let stop = Arc::new(AtomicU32::new(0));
    let own = Arc::clone(&stop);
    let thread = Thread::new(move || look_on(watch, &own));
    let thread = thread.with_name("watch").with_daemon(true);
    thread.start()?;
    Ok(Watching { thread, stop })
}

fn look_on(mut watch: Watch, stop: &AtomicU32) {
    let _observer = observers::enter();
    let mut known = Known::new();
    while !is_stopped(stop, watch.every) {
        for report in known.news(&watch) {
            (watch.report)(&report);
        }
    }
}

/// Sleeps until the next look, and returns whether the watch is over.
fn is_stopped(stop: &AtomicU32, every: Duration) -> bool {
    let queue = WaitQueue::of(stop).lock();
    queue.wait_if(&mut Backoff::none(), Deadline::after(every), || {
        stop.load(Ordering::Relaxed) == 0
    });
    stop.load(Ordering::Relaxed) != 0
}

/// What has been reported.
struct Known {
    orders: OrderWatch,
    /// How many orders have been reported.
    order_count: usize,
    deadlocks: HashSet<Vec<(Option<ThreadIdent>, u64)>>,
    waits: HashSet<(Option<ThreadIdent>, u64)>,
    end: Vec<ThreadIdent>,
}

impl Known {
    fn new() -> Known {
        Known {
            orders: watch_lock_orders(),
            order_count: 0,
            deadlocks: HashSet::new(),
            waits: HashSet::new(),
            end: Vec::new(),
        }
    }

    fn news(&mut self, watch: &Watch) -> Vec<Report> {
        let orders = self.orders.news(self.order_count);
        self.order_count += orders.len();
        let orders = orders.into_iter().map(LockOrder::new);
        let mut news: Vec<Report> = orders.map(Report::LockOrder).collect();
        for deadlock in deadlocks() {
            if self.deadlocks.insert(deadlock.key()) {
                news.push(Report::Deadlock(deadlock));
            }
        }
        if watch.longest_wait.is_none() && watch.longest_end.is_none() {
            return news;
        }
        let snapshot = snapshot();
        if let Some(limit) = watch.longest_wait {
            news.extend(self.long_waits(&snapshot, limit));
        }
        if let Some(limit) = watch.longest_end {
            news.extend(self.long_end(&snapshot, limit));
        }
        news
    }

    fn long_waits(&mut self, snapshot: &Snapshot, limit: Duration) -> Vec<Report> {
        let is_long = |thread: &&ThreadInfo| {
            let wait = thread.wait().filter(|wait| !wait.is_of_the_end());
            wait.is_some_and(|wait| wait.waited_for().is_some_and(|time| time > limit))
        };
        let mut long = Vec::new();
        let mut seen = HashSet::new();
        for thread in snapshot.threads().iter().filter(is_long) {
            let key = (
                thread.ident(),
                thread.wait().map_or(0, |wait| wait.serial()),
            );
            if !self.waits.contains(&key) {
                long.push(Report::LongWait(Box::new(thread.clone())));
            }
            seen.insert(key);
        }
        // Waits that are over are forgotten.
        self.waits = seen;
        long
    }

    fn long_end(&mut self, snapshot: &Snapshot, limit: Duration) -> Option<Report> {
        let main = snapshot.threads().iter().find(|thread| thread.is_main());
        let end = main?.wait()?;
        let waited = end.waited_for().filter(|_| end.is_of_the_end())?;
        if waited <= limit {
            return None;
        }
        let threads: Vec<_> = snapshot.awaited().cloned().collect();
        let idents: Vec<_> = threads.iter().filter_map(ThreadInfo::ident).collect();
        if threads.is_empty() || idents == self.end {
            return None;
        }
        self.end = idents;
        Some(Report::End { waited, threads })
    }
}

/// What a [`watch`] has found.
///
/// # Examples
///
/// ```
/// use tl_inspect::Report;
///
/// /// What a supervisor does about it.
/// fn is_worth_a_restart(report: &Report) -> bool {
///     matches!(report, Report::Deadlock(deadlock) if deadlock.is_certain())
/// }
/// # let _ = is_worth_a_restart;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Report {
    /// Threads wait for each other in a circle.
    Deadlock(Deadlock),
    /// Threads could wait for each other: see [`lock_orders`](crate::lock_orders).
    LockOrder(LockOrder),
    /// A thread waits for longer than the limit.
    LongWait(Box<ThreadInfo>),
    /// The main thread has left `main`, and the process waits for threads that do not end.
    End {
        /// For how long the process has waited.
        waited: Duration,
        /// The threads for which it waits: they are not daemons.
        threads: Vec<ThreadInfo>,
    },
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Report::Deadlock(deadlock) => deadlock.fmt(f),
            Report::LockOrder(order) => order.fmt(f),
            Report::LongWait(thread) => write!(f, "A thread has waited for long:\n{thread}"),
            Report::End { waited, threads } => {
                let count = Count(threads.len(), "thread");
                write!(
                    f,
                    "The process has waited for its end for {}. ",
                    Span(*waited)
                )?;
                f.write_str("The main thread has left main, but ")?;
                match threads.len() {
                    1 => write!(f, "{count} that is no daemon has not ended:")?,
                    _ => write!(f, "{count} that are no daemons have not ended:")?,
                }
                threads
                    .iter()
                    .try_for_each(|thread| write!(f, "\n{thread}"))
            }
        }
    }
}

/// A watch that has begun. See [`watch`].
///
/// # Examples
///
/// ```
/// use tl_inspect::{Watch, Watching, watch};
///
/// let watching: Watching = watch(Watch::new())?;
/// watching.stop();
/// # Ok::<(), tl_thread::StartError>(())
/// ```
#[derive(Debug)]
pub struct Watching {
    thread: Thread,
    stop: Arc<AtomicU32>,
}

impl Watching {
    /// Ends the watch, and waits until its thread has ended. A report that is being made is
    /// finished first.
    ///
    /// # Panics
    ///
    /// If the function given to [`Watch::report_to`] calls this, since it would wait for itself.
    ///
    /// # Blocking
    ///
    /// Waits for the report that is being made, if there is one.
    pub fn stop(self) {
        {
            let mut queue = WaitQueue::of(&*self.stop).lock();
            self.stop.store(1, Ordering::Relaxed);
            queue.wake_all(0);
        }
        assert!(
            self.thread.ident() != Some(current_ident()),
            "a watch is stopped from another thread than its own"
        );
        // It may have ended by a panic, which the excepthook has reported.
        let _ = self.thread.join();
    }
}
