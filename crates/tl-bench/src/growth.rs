//! How the cost of an operation grows with the work: more threads, more pending timers, more live
//! threads.

use std::fs;
use std::hint::black_box;
use std::rc::Rc;

use crate::case::{Case, Who};
use crate::cases::local::{self, ThreadLocal, ThreadNumber};
use crate::cases::{barrier, condition, locks, semaphore, timer};
use crate::finished::Finished;
use crate::live_threads::LiveThreads;
use crate::measure::{Cores, per_call};
use crate::posix;
use crate::progress::Progress;
use crate::run::{self, Effort, Sizes};
use crate::{cases, text};

/// A row of cases that differ only in their size.
pub(crate) struct Growth {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// What the size counts.
    pub(crate) of: &'static str,
    sizes: &'static [usize],
    /// How many of the sizes a quick run measures.
    quick_sizes: usize,
    case: fn(Case, usize) -> Case,
}

const THREADS: &[usize] = &[1, 2, 4, 8, 32, 128];
const PENDING: &[usize] = &[100, 1_000, 10_000, 100_000, 1_000_000];
const LIVE: &[usize] = &[10, 100, 1_000, 10_000];

pub(crate) fn all() -> Vec<Growth> {
    let growth = |id, name, of, sizes, quick_sizes, case| Growth {
        id,
        name,
        of,
        sizes,
        quick_sizes,
        case,
    };
    vec![
        growth("lock", "Lock: back to back", "threads", THREADS, 5, lock),
        growth(
            "semaphore",
            "Semaphore: 2 permits, 50 ns inside",
            "threads",
            THREADS,
            5,
            semaphore,
        ),
        growth(
            "barrier",
            "Barrier: a round",
            "threads",
            THREADS,
            5,
            barrier,
        ),
        growth(
            "condition",
            "Condition: notify_all, until all run",
            "waiters",
            THREADS,
            5,
            condition,
        ),
        growth(
            "timer",
            "Timer: start and cancel",
            "pending timers",
            PENDING,
            4,
            timer,
        ),
        growth("enumerate", "enumerate", "live threads", LIVE, 3, enumerate),
        growth(
            "local",
            "Local: get",
            "live threads, each with a value",
            LIVE,
            3,
            local,
        ),
        growth(
            "start",
            "Thread: start and join",
            "live threads",
            LIVE,
            3,
            start,
        ),
    ]
}

fn lock(case: Case, threads: usize) -> Case {
    case.ours(locks::contended::<tl_locks::Lock>(threads, 0.0))
        .peer(
            "std",
            locks::contended::<std::sync::Mutex<()>>(threads, 0.0),
        )
        .peer(
            "parking_lot",
            locks::contended::<parking_lot::Mutex<()>>(threads, 0.0),
        )
        .peer("usync", locks::contended::<usync::Mutex<()>>(threads, 0.0))
        .peer(
            "pthread",
            locks::contended::<posix::PthreadMutex>(threads, 0.0),
        )
}

fn semaphore(case: Case, threads: usize) -> Case {
    type ParkingLot = (parking_lot::Mutex<u32>, parking_lot::Condvar);
    case.ours(semaphore::contended::<tl_semaphore::Semaphore>(
        threads, 50.0, 0.0,
    ))
    .peer(
        "sem_t",
        semaphore::contended::<posix::PosixSemaphore>(threads, 50.0, 0.0),
    )
    .peer(
        "parking_lot",
        semaphore::contended::<ParkingLot>(threads, 50.0, 0.0),
    )
    .peer(
        "rsevents-extra",
        semaphore::contended::<rsevents_extra::Semaphore>(threads, 50.0, 0.0),
    )
    .peer(
        "tokio",
        semaphore::contended::<tokio::sync::Semaphore>(threads, 50.0, 0.0),
    )
}

fn barrier(case: Case, threads: usize) -> Case {
    case.ours(barrier::round(barrier::ours, threads, Cores::Any))
        .peer("std", barrier::round(barrier::std, threads, Cores::Any))
        .peer(
            "pthread",
            barrier::round(barrier::pthread, threads, Cores::Any),
        )
        .peer(
            "hurdles",
            barrier::round(barrier::hurdles, threads, Cores::Any),
        )
}

fn condition(case: Case, waiters: usize) -> Case {
    case.ours(condition::wake_all::<condition::Ours>(waiters))
        .peer("std", condition::wake_all::<condition::Std>(waiters))
        .peer(
            "parking_lot",
            condition::wake_all::<condition::ParkingLot>(waiters),
        )
        .peer("usync", condition::wake_all::<condition::Usync>(waiters))
        .peer(
            "pthread",
            condition::wake_all::<condition::Pthread>(waiters),
        )
}

fn timer(case: Case, pending: usize) -> Case {
    case.ours(timer::start_and_cancel::<timer::Ours>(pending))
        .peer(
            "tokio DelayQueue",
            timer::start_and_cancel::<tokio_util::time::DelayQueue<()>>(pending),
        )
        .peer(
            "tokio spawn and abort",
            timer::start_and_cancel::<timer::Tasks>(pending),
        )
        .peer(
            "timer",
            timer::start_and_cancel::<timer::TimerCrate>(pending),
        )
}

fn enumerate(case: Case, live: usize) -> Case {
    let threads = Rc::new(LiveThreads::start(live, || ()));
    let also_threads = Rc::clone(&threads);
    case.ours(move |budget| {
        let _ = &threads;
        per_call(budget, || {
            assert!(tl_thread::enumerate().len() > live);
        })
    })
    // The system's own list.
    .peer("/proc/self/task", move |budget| {
        let _ = &also_threads;
        per_call(budget, || {
            let count = fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
            assert!(count > live);
        })
    })
}

fn start(case: Case, live: usize) -> Case {
    let threads = Rc::new(LiveThreads::start(live, || ()));
    let also_threads = Rc::clone(&threads);
    case.ours(move |budget| {
        let _ = &threads;
        per_call(budget, || cases::thread::ours(1))
    })
    .peer("std named Builder", move |budget| {
        let _ = &also_threads;
        per_call(budget, || cases::thread::std_builder(1))
    })
}

fn local(case: Case, live: usize) -> Case {
    static OURS: tl_local::Local<u64> = tl_local::Local::new();
    static THEIRS: ThreadLocal = ThreadLocal::new();
    fn set() {
        ThreadNumber::set(&OURS, 7);
        ThreadNumber::set(&THEIRS, 7);
        ThreadNumber::set(&local::Std, 7);
    }
    set();
    let threads = Rc::new(LiveThreads::start(live, set));
    let (threads_of_theirs, threads_of_std) = (Rc::clone(&threads), Rc::clone(&threads));
    case.ours(move |budget| {
        let _ = &threads;
        per_call(budget, || {
            black_box(ThreadNumber::get(&OURS));
        })
    })
    .peer("thread_local", move |budget| {
        let _ = &threads_of_theirs;
        per_call(budget, || {
            black_box(ThreadNumber::get(&THEIRS));
        })
    })
    .limit(move |budget| {
        let _ = &threads_of_std;
        per_call(budget, || {
            black_box(ThreadNumber::get(&local::Std));
        })
    })
}

/// What came out, size by size.
pub(crate) struct Grown {
    pub(crate) growth: Growth,
    pub(crate) sizes: Vec<(usize, Finished)>,
}

impl Growth {
    fn sizes(&self, effort: Effort) -> &'static [usize] {
        match effort.sizes {
            Sizes::All => self.sizes,
            Sizes::Quick => &self.sizes[..self.quick_sizes],
            Sizes::Least => &self.sizes[..1],
        }
    }

    /// Returns a smaller effort for the case of each size, since there are many.
    fn effort(effort: Effort) -> Effort {
        Effort {
            repetitions: effort.repetitions / 3,
            sample: effort.sample / 2,
            ..effort
        }
    }

    /// Returns about how many steps of the progress line this takes.
    pub(crate) fn steps(&self, effort: Effort) -> usize {
        self.sizes(effort).len() * 4 * Growth::effort(effort).repetitions.max(effort.least)
    }

    pub(crate) fn run(self, effort: Effort, progress: &mut Progress) -> Grown {
        let sizes = self
            .sizes(effort)
            .iter()
            .map(|&size| {
                let case = (self.case)(Case::new(self.id, self.name), size);
                (size, run::run(case, Growth::effort(effort), progress))
            })
            .collect();
        Grown {
            growth: self,
            sizes,
        }
    }
}

impl Grown {
    /// Returns all contenders, in order.
    pub(crate) fn contenders(&self) -> Vec<Who> {
        let first = self.sizes.first();
        first.map_or(Vec::new(), |(_, finished)| {
            finished.rows.iter().map(|row| row.who).collect()
        })
    }

    /// Returns the cost at each size.
    pub(crate) fn line(&self, who: Who) -> Vec<(usize, f64)> {
        self.sizes
            .iter()
            .filter_map(|(size, finished)| Some((*size, finished.median(who)?)))
            .collect()
    }

    /// Returns how many times dearer the operation is at the greatest size than at the least, for
    /// ours and for the peer that is the best at the greatest size; and whether ours, give or take
    /// a tenth, grows no faster or is no dearer in the end.
    pub(crate) fn verdict(&self) -> Option<(f64, Who, f64, bool)> {
        let factor = |line: &[(usize, f64)]| Some(line.last()?.1 / line.first()?.1);
        let best = self.sizes.last()?.1.best_peer()?.who;
        let (ours, peer) = (self.line(Who::Ours), self.line(best));
        let (our_factor, peer_factor) = (factor(&ours)?, factor(&peer)?);
        let is_no_dearer = ours.last()?.1 <= 1.1 * peer.last()?.1;
        Some((
            our_factor,
            best,
            peer_factor,
            // What has become cheaper has not grown.
            is_no_dearer || our_factor <= 1.1 * peer_factor.max(1.0),
        ))
    }

    /// Returns the table, with the verdict under it.
    pub(crate) fn table(&self) -> String {
        let sizes: Vec<String> = self
            .sizes
            .iter()
            .map(|(size, _)| size.to_string())
            .collect();
        let head: Vec<&str> = std::iter::once(self.growth.of)
            .chain(sizes.iter().map(String::as_str))
            .collect();
        let rows: Vec<Vec<String>> = self
            .contenders()
            .into_iter()
            .map(|who| {
                let line = self.line(who);
                let costs = line.into_iter().map(|(_, nanos)| text::duration(nanos));
                std::iter::once(who.label().to_owned())
                    .chain(costs)
                    .collect()
            })
            .collect();
        let verdict = match self.verdict() {
            None => "Ours was not measured.".to_owned(),
            Some((ours, peer, theirs, is_met)) => {
                let text = format!(
                    "From the least to the greatest: ours × {ours:.2}, {} × {theirs:.2}: ",
                    peer.label()
                );
                text + if is_met { "met." } else { "**missed.**" }
            }
        };
        format!(
            "**{}**\n\n{}\n{verdict}\n",
            self.growth.name,
            text::table(&head, &[], &rows)
        )
    }
}
