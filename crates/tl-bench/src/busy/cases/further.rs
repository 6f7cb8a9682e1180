//! Round trips by parking, by auto-reset events and by semaphores that can be closed, as those of
//! `turns.rs`.

use std::thread;

use crossbeam_utils::CachePadded;

use super::semaphore::{Standard, Tokens};
use super::turns::{Flags, Semaphores, Turn, Turns, round_trips};
use crate::busy::case::Case;
use crate::cases::further::{Parked, Parks};

/// A thread parks for each of the two turns.
struct Parking<P>([CachePadded<Parked<P>>; 2]);

impl<P: Parks> Turns for Parking<P> {
    fn new() -> Self {
        Parking([(); 2].map(|()| CachePadded::new(Parked::new())))
    }

    fn give(&self, to: Turn) {
        self.0[to as usize].tell();
    }

    fn wait(&self, who: Turn) {
        self.0[who as usize].wait();
    }
}

impl Tokens for tl_semaphore::ClosableSemaphore {
    fn new(permits: u32) -> Self {
        tl_semaphore::ClosableSemaphore::new(permits as usize)
    }

    fn acquire(&self) {
        tl_semaphore::ClosableSemaphore::acquire(self).expect("nobody closes it");
    }

    fn release(&self) {
        tl_semaphore::ClosableSemaphore::release(self).expect("there are few permits");
    }
}

pub(crate) fn cases() -> Vec<Case> {
    type FlagStd = Flags<(std::sync::Mutex<bool>, std::sync::Condvar)>;
    type FlagParkingLot = Flags<(parking_lot::Mutex<bool>, parking_lot::Condvar)>;
    type Closable = Semaphores<tl_semaphore::ClosableSemaphore>;
    let what = |primitive, work| format!("{primitive}: round trip, {work} µs of work on each side");
    let mut cases = Vec::new();
    for work in [0_u32, 5, 50] {
        let micros = f64::from(work);
        cases.extend([
            Case::new(format!("park-{work}"), what("park", work))
                .ours(round_trips::<Parking<tl_thread::Thread>>(micros))
                .held("std", round_trips::<Parking<thread::Thread>>(micros)),
            Case::new(format!("auto-{work}"), what("AutoResetEvent", work))
                .ours(round_trips::<Flags<tl_event::AutoResetEvent>>(micros))
                .held("std", round_trips::<FlagStd>(micros))
                .held("parking_lot", round_trips::<FlagParkingLot>(micros))
                .shown(
                    "rsevents",
                    round_trips::<Flags<rsevents::AutoResetEvent>>(micros),
                ),
            Case::new(format!("closable-{work}"), what("ClosableSemaphore", work))
                .ours(round_trips::<Closable>(micros))
                .shown(
                    "our Semaphore",
                    round_trips::<Semaphores<tl_semaphore::Semaphore>>(micros),
                )
                .held("std", round_trips::<Semaphores<Standard>>(micros)),
        ]);
    }
    cases.sort_by_key(|case| case.id.split('-').next().map(str::to_owned));
    cases
}
