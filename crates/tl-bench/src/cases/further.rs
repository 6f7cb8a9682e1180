//! Case 16: parking, auto-reset events, and closable semaphores.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rsevents::{Awaitable, EventState};

use super::event::{Flag, ping_pong};
use super::semaphore::{self, Permits};
use crate::bar::Bar;
use crate::case::{Case, Outcome};
use crate::measure::{Cores, round_trips};

/// A contender: a thread that parks, and can be unparked.
pub(crate) trait Parks: Send + Sync + 'static {
    fn current() -> Self;
    fn park();
    fn unpark(&self);
}

impl Parks for tl_thread::Thread {
    fn current() -> Self {
        tl_thread::current_thread()
    }

    #[inline]
    fn park() {
        tl_thread::park();
    }

    #[inline]
    fn unpark(&self) {
        tl_thread::Thread::unpark(self);
    }
}

impl Parks for thread::Thread {
    fn current() -> Self {
        thread::current()
    }

    #[inline]
    fn park() {
        thread::park();
    }

    #[inline]
    fn unpark(&self) {
        thread::Thread::unpark(self);
    }
}

/// A thread that parks until another tells it to go on.
pub(crate) struct Parked<P> {
    /// Set by the thread itself before it parks for the first time.
    thread: OnceLock<P>,
    is_told: AtomicBool,
}

impl<P: Parks> Parked<P> {
    pub(crate) fn new() -> Parked<P> {
        Parked {
            thread: OnceLock::new(),
            is_told: AtomicBool::new(false),
        }
    }

    #[inline]
    pub(crate) fn tell(&self) {
        self.is_told.store(true, Ordering::Release);
        loop {
            match self.thread.get() {
                Some(thread) => return thread.unpark(),
                None => thread::yield_now(),
            }
        }
    }

    #[inline]
    pub(crate) fn wait(&self) {
        self.thread.get_or_init(P::current);
        while !self.is_told.swap(false, Ordering::Acquire) {
            P::park();
        }
    }
}

fn parked<P: Parks>(cores: Cores) -> impl FnMut(Duration) -> Outcome {
    move |budget| {
        let (ping, pong) = (Parked::<P>::new(), Parked::<P>::new());
        let is_over = AtomicBool::new(false);
        round_trips(
            budget,
            cores,
            || {
                ping.tell();
                pong.wait();
                Ok(())
            },
            || {
                ping.wait();
                if is_over.load(Ordering::Relaxed) {
                    return Ok(false);
                }
                pong.tell();
                Ok(true)
            },
            || {
                is_over.store(true, Ordering::Relaxed);
                ping.tell();
            },
        )
    }
}

/// The wait clears the event, so nothing is left to clear.
impl Flag for tl_event::AutoResetEvent {
    fn new() -> Self {
        tl_event::AutoResetEvent::new()
    }

    #[inline]
    fn set(&self) {
        tl_event::AutoResetEvent::set(self);
    }

    #[inline]
    fn clear(&self) {}

    #[inline]
    fn is_set(&self) -> bool {
        tl_event::AutoResetEvent::is_set(self)
    }

    #[inline]
    fn wait(&self) {
        tl_event::AutoResetEvent::wait(self);
    }
}

/// The wait clears the event, so nothing is left to clear.
impl Flag for rsevents::AutoResetEvent {
    fn new() -> Self {
        rsevents::AutoResetEvent::new(EventState::Unset)
    }

    #[inline]
    fn set(&self) {
        rsevents::AutoResetEvent::set(self);
    }

    #[inline]
    fn clear(&self) {}

    fn is_set(&self) -> bool {
        unreachable!("a look at this event would take it")
    }

    #[inline]
    fn wait(&self) {
        Awaitable::wait(self);
    }
}

impl Permits for tl_semaphore::ClosableSemaphore {
    fn new(permits: u32) -> Self {
        tl_semaphore::ClosableSemaphore::new(permits as usize)
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        let _permit = self.permit().expect("nobody closes the semaphore");
        inside();
    }
}

pub(crate) fn cases() -> Vec<Case> {
    type Std = (std::sync::Mutex<bool>, std::sync::Condvar);
    type ParkingLot = (parking_lot::Mutex<bool>, parking_lot::Condvar);
    let park = |id, name, cores| {
        Case::new(id, name)
            .ours(parked::<tl_thread::Thread>(cores))
            .peer("std", parked::<thread::Thread>(cores))
            .bar(Bar::best(1.05))
    };
    let auto_reset = |id, name, cores| {
        Case::new(id, name)
            .ours(ping_pong::<tl_event::AutoResetEvent>(cores))
            .peer("std", ping_pong::<Std>(cores))
            .peer("parking_lot", ping_pong::<ParkingLot>(cores))
            .peer("rsevents", ping_pong::<rsevents::AutoResetEvent>(cores))
            .bar(Bar::best(1.05))
    };
    vec![
        park("16a", "park: round trip, two cores", Cores::Two),
        park("16b", "park: round trip, one core", Cores::One),
        auto_reset("16c", "AutoResetEvent: round trip, two cores", Cores::Two),
        auto_reset("16d", "AutoResetEvent: round trip, one core", Cores::One),
        Case::new("16e", "ClosableSemaphore: a permit, uncontended")
            .ours(semaphore::uncontended::<tl_semaphore::ClosableSemaphore>())
            .variant(
                "our Semaphore",
                semaphore::uncontended::<tl_semaphore::Semaphore>(),
            )
            .peer("tokio", semaphore::uncontended::<tokio::sync::Semaphore>())
            .bar(Bar::best(1.05)),
    ]
}
