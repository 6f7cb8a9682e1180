//! Case 15: snapshots of what every thread does, and the cost of noting a wait.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use crossbeam_utils::CachePadded;
use tl_core::door::{Backoff, Call, Deadline, Note, Operation, WaitQueue};

use crate::bar::Bar;
use crate::case::{Case, Outcome};
use crate::live_threads::LiveThreads;
use crate::measure::{Cores, per_call, round_trips};

/// Takes snapshots of `threads` threads, each of which waits. They start with the first sample, and
/// end with the case.
fn snapshot(threads: usize) -> impl FnMut(Duration) -> Outcome {
    let mut live = None;
    move |budget| {
        live.get_or_insert_with(|| LiveThreads::start(threads, || ()));
        per_call(budget, || {
            let snapshot = tl_inspect::snapshot();
            assert!(black_box(snapshot.threads()).len() > threads);
        })
    }
}

const TAKE: &Operation = &Operation::new("Turn", "take");

/// The least primitive on the door: a turn that one thread gives and another takes. A thread that
/// waits for it sleeps at once; `IS_NOTED` says whether it notes its wait.
struct Turn<const IS_NOTED: bool>(AtomicU32);

impl<const IS_NOTED: bool> Turn<IS_NOTED> {
    fn give(&self) {
        let mut queue = WaitQueue::of(&self.0).lock();
        self.0.store(1, Ordering::Relaxed);
        queue.wake_one(0);
    }

    #[track_caller]
    fn take(&self) {
        let note = Note::new(Call::here(TAKE));
        let queue = WaitQueue::of(&self.0).lock();
        if self.0.load(Ordering::Relaxed) == 0 {
            let queue = if IS_NOTED { queue.noting(&note) } else { queue };
            let _ = queue.wait(&mut Backoff::none(), Deadline::NEVER);
        }
        // Nobody gives it before it is given back.
        self.0.store(0, Ordering::Relaxed);
    }
}

/// Lets two threads on one core give each other the turn: each wait sleeps.
fn turns<const IS_NOTED: bool>() -> impl FnMut(Duration) -> Outcome {
    move |budget| {
        let [there, back] = [(); 2].map(|()| CachePadded::new(Turn::<IS_NOTED>(AtomicU32::new(0))));
        let is_over = AtomicBool::new(false);
        round_trips(
            budget,
            Cores::One,
            || {
                there.give();
                back.take();
                Ok(())
            },
            || {
                there.take();
                let goes_on = !is_over.load(Ordering::Relaxed);
                if goes_on {
                    back.give();
                }
                Ok(goes_on)
            },
            || {
                is_over.store(true, Ordering::Relaxed);
                there.give();
            },
        )
    }
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("15a", "Inspect: a snapshot of 10,000 threads that wait")
            .stretch(9)
            .ours(snapshot(10_000))
            .bar(Bar::nanos(20e6)),
        // The limit is the same without a note.
        Case::new(
            "15b",
            "Inspect: there and back, two waits that sleep and are noted",
        )
        .ours(turns::<true>())
        .limit(turns::<false>())
        .bar(Bar::limit(1.02)),
    ]
}
