//! Round trips by parking, by auto-reset events and by closable semaphores, like those of
//! `turns.rs`.

use std::thread;

use crossbeam_utils::CachePadded;

use super::semaphore::{Standard, Tokens};
use super::turns::{
    FlagParkingLot, FlagStd, Flags, Semaphores, Turn, Turns, case, round_trips, with_each_work,
};
use crate::busy::case::Case;
use crate::cases::further::{Parked, Parks};

/// For each of the two turns, a thread that parks until it comes.
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
    type Closable = Semaphores<tl_semaphore::ClosableSemaphore>;
    with_each_work(|work| {
        [
            case("park", "park", work)
                .ours(round_trips::<Parking<tl_thread::Thread>>(work))
                .peer("std", round_trips::<Parking<thread::Thread>>(work)),
            case("auto", "AutoResetEvent", work)
                .ours(round_trips::<Flags<tl_event::AutoResetEvent>>(work))
                .peer("std", round_trips::<FlagStd>(work))
                .peer("parking_lot", round_trips::<FlagParkingLot>(work))
                .shown(
                    "rsevents",
                    round_trips::<Flags<rsevents::AutoResetEvent>>(work),
                ),
            case("closable", "ClosableSemaphore", work)
                .ours(round_trips::<Closable>(work))
                .shown(
                    "our Semaphore",
                    round_trips::<Semaphores<tl_semaphore::Semaphore>>(work),
                )
                .peer("std", round_trips::<Semaphores<Standard>>(work)),
        ]
    })
}
