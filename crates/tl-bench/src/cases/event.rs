//! Case 5: events.

use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use crossbeam_utils::CachePadded;
use rsevents::{Awaitable, EventState, ManualResetEvent};
use synchronoise::SignalEvent;

use crate::bar::Bar;
use crate::case::{Case, Outcome};
use crate::measure::{Cores, per_call, round_trips};
use crate::posix;

/// How long a wait of a peer that loses wake-ups may take.
const PATIENCE: Duration = Duration::from_millis(100);

/// A contender: a flag that threads wait for.
pub(crate) trait Flag: Sync + 'static {
    /// Whether a wait may return before the event is set. Then each wait is checked; the other
    /// contenders are spared the cost.
    const IS_SUSPECT: bool = false;

    fn new() -> Self;
    fn set(&self);
    fn clear(&self);
    fn is_set(&self) -> bool;
    fn wait(&self);

    /// Waits like `wait`; but a peer that loses wake-ups gives up after some time, and returns
    /// false.
    fn wait_bounded(&self) -> bool {
        self.wait();
        true
    }
}

/// The limit: a bare futex.
pub(crate) struct Futex(AtomicU32);

const CLEAR: u32 = 0;
const SET: u32 = 1;
const AWAITED: u32 = 2;

impl Flag for Futex {
    fn new() -> Self {
        Futex(AtomicU32::new(CLEAR))
    }

    #[inline]
    fn set(&self) {
        if self.0.swap(SET, Ordering::Release) == AWAITED {
            posix::futex_wake(&self.0, i32::MAX);
        }
    }

    #[inline]
    fn clear(&self) {
        let _ = self
            .0
            .compare_exchange(SET, CLEAR, Ordering::Relaxed, Ordering::Relaxed);
    }

    #[inline]
    fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire) == SET
    }

    #[inline]
    fn wait(&self) {
        while !self.is_set() {
            let _ = self
                .0
                .compare_exchange(CLEAR, AWAITED, Ordering::Relaxed, Ordering::Relaxed);
            posix::futex_wait(&self.0, AWAITED);
        }
    }
}

/// A flag by which two threads that only ever spin wake each other. It shows how fast this machine
/// can be, and has no other use. A bar in nanoseconds is to be read beside it.
pub(crate) struct Spinning(AtomicBool);

impl Flag for Spinning {
    fn new() -> Self {
        Spinning(AtomicBool::new(false))
    }

    #[inline]
    fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    #[inline]
    fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    #[inline]
    fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    #[inline]
    fn wait(&self) {
        while !self.is_set() {
            spin_loop();
        }
    }
}

impl Flag for tl_event::Event {
    fn new() -> Self {
        tl_event::Event::new()
    }

    #[inline]
    fn set(&self) {
        tl_event::Event::set(self);
    }

    #[inline]
    fn clear(&self) {
        tl_event::Event::clear(self);
    }

    #[inline]
    fn is_set(&self) -> bool {
        tl_event::Event::is_set(self)
    }

    #[inline]
    fn wait(&self) {
        tl_event::Event::wait(self);
    }
}

/// What a Rust programmer writes without an event.
impl Flag for (std::sync::Mutex<bool>, std::sync::Condvar) {
    fn new() -> Self {
        Default::default()
    }

    #[inline]
    fn set(&self) {
        *self.0.lock().unwrap() = true;
        self.1.notify_all();
    }

    #[inline]
    fn clear(&self) {
        *self.0.lock().unwrap() = false;
    }

    #[inline]
    fn is_set(&self) -> bool {
        *self.0.lock().unwrap()
    }

    #[inline]
    fn wait(&self) {
        let mut is_set = self.0.lock().unwrap();
        while !*is_set {
            is_set = self.1.wait(is_set).unwrap();
        }
    }
}

impl Flag for (parking_lot::Mutex<bool>, parking_lot::Condvar) {
    fn new() -> Self {
        Default::default()
    }

    #[inline]
    fn set(&self) {
        *self.0.lock() = true;
        self.1.notify_all();
    }

    #[inline]
    fn clear(&self) {
        *self.0.lock() = false;
    }

    #[inline]
    fn is_set(&self) -> bool {
        *self.0.lock()
    }

    #[inline]
    fn wait(&self) {
        let mut is_set = self.0.lock();
        while !*is_set {
            self.1.wait(&mut is_set);
        }
    }
}

impl Flag for ManualResetEvent {
    const IS_SUSPECT: bool = true;

    fn new() -> Self {
        ManualResetEvent::new(EventState::Unset)
    }

    #[inline]
    fn set(&self) {
        ManualResetEvent::set(self);
    }

    #[inline]
    fn clear(&self) {
        self.reset();
    }

    #[inline]
    fn is_set(&self) -> bool {
        self.wait0()
    }

    #[inline]
    fn wait(&self) {
        Awaitable::wait(self);
    }

    fn wait_bounded(&self) -> bool {
        self.wait_for(PATIENCE)
    }
}

impl Flag for SignalEvent {
    fn new() -> Self {
        SignalEvent::manual(false)
    }

    #[inline]
    fn set(&self) {
        self.signal();
    }

    #[inline]
    fn clear(&self) {
        self.reset();
    }

    #[inline]
    fn is_set(&self) -> bool {
        self.status()
    }

    #[inline]
    fn wait(&self) {
        SignalEvent::wait(self);
    }
}

fn is_set<F: Flag>() -> impl FnMut(Duration) -> Outcome {
    let flag = CachePadded::new(F::new());
    flag.set();
    move |budget| {
        per_call(budget, || {
            black_box(flag.is_set());
        })
    }
}

fn wait_when_set<F: Flag>() -> impl FnMut(Duration) -> Outcome {
    let flag = CachePadded::new(F::new());
    flag.set();
    move |budget| per_call(budget, || flag.wait())
}

fn set_and_clear<F: Flag>() -> impl FnMut(Duration) -> Outcome {
    let flag = CachePadded::new(F::new());
    move |budget| {
        per_call(budget, || {
            flag.set();
            flag.clear();
        })
    }
}

/// Lets two threads wake each other, each by an event of its own.
pub(crate) fn ping_pong<F: Flag>(cores: Cores) -> impl FnMut(Duration) -> Outcome {
    move |budget| {
        let (ping, pong) = (CachePadded::new(F::new()), CachePadded::new(F::new()));
        let is_over = AtomicBool::new(false);
        // Whose turn it is, to catch a wait that returns before the event was set.
        let is_back = AtomicBool::new(false);
        let wait = |flag: &F, expected: bool| {
            if !flag.wait_bounded() {
                return Err("lost a wake-up".to_owned());
            }
            if F::IS_SUSPECT && is_back.load(Ordering::Relaxed) != expected {
                return Err("returned from a wait before the event was set".to_owned());
            }
            flag.clear();
            Ok(())
        };
        round_trips(
            budget,
            cores,
            || {
                if F::IS_SUSPECT {
                    is_back.store(true, Ordering::Relaxed);
                }
                ping.set();
                wait(&pong, false)
            },
            || {
                let waited = wait(&ping, true);
                if is_over.load(Ordering::Relaxed) {
                    return Ok(false);
                }
                waited?;
                if F::IS_SUSPECT {
                    is_back.store(false, Ordering::Relaxed);
                }
                pong.set();
                Ok(true)
            },
            || {
                is_over.store(true, Ordering::Relaxed);
                is_back.store(true, Ordering::Relaxed);
                ping.set();
            },
        )
    }
}

pub(crate) fn cases() -> Vec<Case> {
    type Std = (std::sync::Mutex<bool>, std::sync::Condvar);
    type ParkingLot = (parking_lot::Mutex<bool>, parking_lot::Condvar);
    let ping_pong_case = |id, name, cores| {
        Case::new(id, name)
            .limit(ping_pong::<Futex>(cores))
            .ours(ping_pong::<tl_event::Event>(cores))
            .peer("std", ping_pong::<Std>(cores))
            .peer("parking_lot", ping_pong::<ParkingLot>(cores))
            .peer("rsevents", ping_pong::<ManualResetEvent>(cores))
            .leave_out("synchronoise", "its event loses wake-ups")
            .python(id, 5.0)
    };
    vec![
        Case::new("5a", "Event: is_set")
            .limit(is_set::<Futex>())
            .ours(is_set::<tl_event::Event>())
            .peer("std", is_set::<Std>())
            .peer("parking_lot", is_set::<ParkingLot>())
            .peer("rsevents", is_set::<ManualResetEvent>())
            .peer("synchronoise", is_set::<SignalEvent>())
            .python("5a is_set", 5.0)
            .bar(Bar::limit(1.05)),
        Case::new("5a", "Event: wait when set")
            .limit(wait_when_set::<Futex>())
            .ours(wait_when_set::<tl_event::Event>())
            .peer("std", wait_when_set::<Std>())
            .peer("parking_lot", wait_when_set::<ParkingLot>())
            .peer("rsevents", wait_when_set::<ManualResetEvent>())
            .peer("synchronoise", wait_when_set::<SignalEvent>())
            .python("5a wait", 5.0)
            .bar(Bar::limit(1.05)),
        Case::new("5b", "Event: set and clear, nobody waiting")
            .limit(set_and_clear::<Futex>())
            .ours(set_and_clear::<tl_event::Event>())
            .peer("std", set_and_clear::<Std>())
            .peer("parking_lot", set_and_clear::<ParkingLot>())
            .peer("rsevents", set_and_clear::<ManualResetEvent>())
            .peer("synchronoise", set_and_clear::<SignalEvent>())
            .python("5b", 5.0)
            .bar(Bar::limit_or_peer(1.1)),
        ping_pong_case("5c", "Event: round trip, two cores", Cores::Two)
            .variant("only spinning", ping_pong::<Spinning>(Cores::Two))
            .bar(Bar::row("only spinning", 2.0)),
        ping_pong_case("5d", "Event: round trip, one core", Cores::One).bar(Bar::best(1.05)),
    ]
}
