//! Case 4: condition variables.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use crate::bar::Bar;
use crate::case::{Case, Outcome, Sample};
use crate::cases::event::{self, Spinning};
use crate::measure::{Cores, round_trips};
use crate::posix::{self, PthreadCondition, PthreadMutex};

/// Like Python's: the lock is an `RLock`, and the number is beside it.
pub(crate) type Ours = (tl_condition::Condition, AtomicU64);
pub(crate) type Monitor = tl_condition::Monitor<u64>;
/// Like parking_lot's: apart from its mutex.
pub(crate) type Condvar = (tl_locks::Mutex<u64>, tl_condition::Condvar);
pub(crate) type Std = (std::sync::Mutex<u64>, std::sync::Condvar);
pub(crate) type ParkingLot = (parking_lot::Mutex<u64>, parking_lot::Condvar);
pub(crate) type Usync = (usync::Mutex<u64>, usync::Condvar);

/// How many waiters to wake, after the state was changed and while the lock is still held.
#[derive(Clone, Copy)]
pub(crate) enum Notify {
    One,
    All,
}

/// A contender: a number behind a lock, with a condition.
pub(crate) trait Guarded: Sync + 'static {
    fn new() -> Self;

    /// Takes the lock, waits until `ready` returns true for the number, replaces the number by what
    /// `change` makes of it, and notifies. Returns the number as it was before.
    fn turn(
        &self,
        ready: impl FnMut(u64) -> bool,
        change: impl FnOnce(u64) -> u64,
        notify: Option<Notify>,
    ) -> u64;
}

/// The limit: the number is a word of its own, and waiting for it is a bare futex. There is no
/// lock, and no wake-up if no thread waits.
struct Futex {
    number: AtomicU32,
    waiting: AtomicU32,
}

impl Guarded for Futex {
    fn new() -> Futex {
        Futex {
            number: AtomicU32::new(0),
            waiting: AtomicU32::new(0),
        }
    }

    fn turn(
        &self,
        mut ready: impl FnMut(u64) -> bool,
        change: impl FnOnce(u64) -> u64,
        notify: Option<Notify>,
    ) -> u64 {
        loop {
            let number = self.number.load(Ordering::Acquire);
            if ready(u64::from(number)) {
                let changed = change(u64::from(number)) as u32;
                if changed != number {
                    self.number.store(changed, Ordering::SeqCst);
                }
                if let Some(notify) = notify
                    && self.waiting.load(Ordering::SeqCst) > 0
                {
                    let count = match notify {
                        Notify::One => 1,
                        Notify::All => i32::MAX,
                    };
                    posix::futex_wake(&self.number, count);
                }
                return u64::from(number);
            }
            self.waiting.fetch_add(1, Ordering::SeqCst);
            posix::futex_wait(&self.number, number);
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Guarded for Ours {
    fn new() -> Self {
        (tl_condition::Condition::new(), AtomicU64::new(0))
    }

    fn turn(
        &self,
        mut ready: impl FnMut(u64) -> bool,
        change: impl FnOnce(u64) -> u64,
        notify: Option<Notify>,
    ) -> u64 {
        let (condition, number) = self;
        let guard = condition.lock();
        while !ready(number.load(Ordering::Relaxed)) {
            guard.wait();
        }
        let before = number.load(Ordering::Relaxed);
        number.store(change(before), Ordering::Relaxed);
        match notify {
            None => 0,
            Some(Notify::One) => guard.notify_one(),
            Some(Notify::All) => guard.notify_all(),
        };
        before
    }
}

impl Guarded for Monitor {
    fn new() -> Self {
        tl_condition::Monitor::new(0)
    }

    fn turn(
        &self,
        mut ready: impl FnMut(u64) -> bool,
        change: impl FnOnce(u64) -> u64,
        notify: Option<Notify>,
    ) -> u64 {
        let mut number = self.lock();
        number.wait_while(|number| !ready(*number));
        let before = *number;
        *number = change(before);
        match notify {
            None => 0,
            Some(Notify::One) => number.notify_one(),
            Some(Notify::All) => number.notify_all(),
        };
        before
    }
}

impl Guarded for Std {
    fn new() -> Self {
        Default::default()
    }

    fn turn(
        &self,
        mut ready: impl FnMut(u64) -> bool,
        change: impl FnOnce(u64) -> u64,
        notify: Option<Notify>,
    ) -> u64 {
        let mut number = self.0.lock().unwrap();
        while !ready(*number) {
            number = self.1.wait(number).unwrap();
        }
        let before = *number;
        *number = change(before);
        match notify {
            None => {}
            Some(Notify::One) => self.1.notify_one(),
            Some(Notify::All) => self.1.notify_all(),
        }
        before
    }
}

macro_rules! lock_api {
    ($mutex:ty, $condvar:ty) => {
        impl Guarded for ($mutex, $condvar) {
            fn new() -> Self {
                (<$mutex>::new(0), <$condvar>::new())
            }

            fn turn(
                &self,
                mut ready: impl FnMut(u64) -> bool,
                change: impl FnOnce(u64) -> u64,
                notify: Option<Notify>,
            ) -> u64 {
                let mut number = self.0.lock();
                while !ready(*number) {
                    self.1.wait(&mut number);
                }
                let before = *number;
                *number = change(before);
                match notify {
                    None => {}
                    Some(Notify::One) => {
                        self.1.notify_one();
                    }
                    Some(Notify::All) => {
                        self.1.notify_all();
                    }
                }
                before
            }
        }
    };
}
lock_api!(tl_locks::Mutex<u64>, tl_condition::Condvar);
lock_api!(parking_lot::Mutex<u64>, parking_lot::Condvar);
lock_api!(usync::Mutex<u64>, usync::Condvar);

pub(crate) struct Pthread {
    number: AtomicU64,
    mutex: PthreadMutex,
    condition: PthreadCondition,
}

impl Guarded for Pthread {
    fn new() -> Self {
        Pthread {
            number: AtomicU64::new(0),
            mutex: PthreadMutex::new(),
            condition: PthreadCondition::new(),
        }
    }

    fn turn(
        &self,
        mut ready: impl FnMut(u64) -> bool,
        change: impl FnOnce(u64) -> u64,
        notify: Option<Notify>,
    ) -> u64 {
        self.mutex.lock();
        let before = loop {
            let number = self.number.load(Ordering::Relaxed);
            if ready(number) {
                break number;
            }
            self.condition.wait(&self.mutex);
        };
        self.number.store(change(before), Ordering::Relaxed);
        match notify {
            None => {}
            Some(Notify::One) => self.condition.notify_one(),
            Some(Notify::All) => self.condition.notify_all(),
        }
        self.mutex.unlock();
        before
    }
}

/// The number says whose turn it is.
const THERE: u64 = 0;
const BACK: u64 = 1;
const OVER: u64 = 2;

/// Lets two threads hand a turn to and fro.
pub(crate) fn ping_pong<G: Guarded>(cores: Cores) -> impl FnMut(Duration) -> Outcome {
    move |budget| {
        let guarded = CachePadded::new(G::new());
        // Once the number is `OVER`, it stays so.
        let hand_over = |from, to| {
            let was = guarded.turn(
                |turn| turn == from || turn == OVER,
                |turn| if turn == OVER { OVER } else { to },
                Some(Notify::One),
            );
            Ok(was != OVER)
        };
        round_trips(
            budget,
            cores,
            || hand_over(THERE, BACK).map(|_| ()),
            || hand_over(BACK, THERE),
            || {
                // The last trip has come back, or is about to.
                let _ = hand_over(THERE, OVER);
            },
        )
    }
}

/// Measures the time from a notification of `waiters` sleeping threads until the last of them runs.
pub(crate) fn wake_all<G: Guarded>(waiters: usize) -> impl FnMut(Duration) -> Outcome {
    move |budget| {
        let guarded = CachePadded::new(G::new());
        let epoch = Instant::now();
        let waiting = AtomicUsize::new(0);
        let woken = AtomicUsize::new(0);
        let last_woken = AtomicU64::new(0);
        let stop = AtomicBool::new(false);
        let wait = || {
            let mut round = 0;
            while !stop.load(Ordering::Relaxed) {
                let mut is_first_look = true;
                guarded.turn(
                    |number| {
                        // Counted under the lock, which only the wait gives up.
                        if is_first_look {
                            waiting.fetch_add(1, Ordering::Relaxed);
                            is_first_look = false;
                        }
                        number > round
                    },
                    |number| number,
                    None,
                );
                round += 1;
                let now = epoch.elapsed().as_nanos() as u64;
                if woken.fetch_add(1, Ordering::AcqRel) + 1 == waiters {
                    last_woken.store(now, Ordering::Release);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..waiters {
                scope.spawn(wait);
            }
            let mut elapsed = Duration::ZERO;
            let mut rounds = 0;
            loop {
                while waiting.load(Ordering::Relaxed) < waiters {
                    thread::yield_now();
                }
                // Long enough for all of them to fall asleep.
                thread::sleep(Duration::from_micros(150));
                waiting.store(0, Ordering::Relaxed);
                woken.store(0, Ordering::Relaxed);
                last_woken.store(0, Ordering::Relaxed);
                let is_last = epoch.elapsed() >= budget && rounds > 0;
                stop.store(is_last, Ordering::Relaxed);
                let start = epoch.elapsed();
                guarded.turn(|_| true, |number| number + 1, Some(Notify::All));
                loop {
                    match last_woken.load(Ordering::Acquire) {
                        0 => thread::sleep(Duration::from_micros(20)),
                        nanos => {
                            elapsed += Duration::from_nanos(nanos).saturating_sub(start);
                            break;
                        }
                    }
                }
                rounds += 1;
                if is_last {
                    return Ok(Sample::per_operation(elapsed, rounds));
                }
            }
        })
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let ping_pong_case = |id, name, cores| {
        Case::new(id, name)
            .limit(ping_pong::<Futex>(cores))
            .ours(ping_pong::<Ours>(cores))
            .variant("ours: Monitor", ping_pong::<Monitor>(cores))
            .variant("ours: Condvar", ping_pong::<Condvar>(cores))
            .peer("std", ping_pong::<Std>(cores))
            .peer("parking_lot", ping_pong::<ParkingLot>(cores))
            .peer("usync", ping_pong::<Usync>(cores))
            .peer("pthread", ping_pong::<Pthread>(cores))
            .python(id, 5.0)
    };
    vec![
        ping_pong_case("4a", "Condition: round trip, two cores", Cores::Two)
            .variant("only spinning", event::ping_pong::<Spinning>(Cores::Two))
            .bar(Bar::row("only spinning", 4.0)),
        ping_pong_case("4b", "Condition: round trip, one core", Cores::One).bar(Bar::best(1.05)),
        Case::new("4c", "Condition: notify_all, until 8 waiters run")
            .limit(wake_all::<Futex>(8))
            .ours(wake_all::<Ours>(8))
            .variant("ours: Monitor", wake_all::<Monitor>(8))
            .variant("ours: Condvar", wake_all::<Condvar>(8))
            .peer("std", wake_all::<Std>(8))
            .peer("parking_lot", wake_all::<ParkingLot>(8))
            .peer("usync", wake_all::<Usync>(8))
            .peer("pthread", wake_all::<Pthread>(8))
            // The limit is not five times faster either.
            .python("4c", 1.0)
            .bar(Bar::best(1.0)),
    ]
}
