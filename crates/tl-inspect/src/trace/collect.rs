//! From the events in the buffers to what each thread did.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::time::{Duration, SystemTime};

use tl_core::ThreadIdent;
use tl_core::door::{self, Call, Event, QueueId, Waker, trace_clock};
use tl_thread::{enumerate, main_thread};

use super::spans::{End, Trace, TracedHold, TracedThread, TracedTimer, TracedWait, Wakeup};
use crate::snapshot::Names;
use crate::{Holder, Place};

/// What is going on when a recording ends.
pub(super) struct Open {
    /// Before the look: what has ended since then may have been seen, too.
    before: u64,
    waits: Vec<door::Wait>,
    held: Vec<door::Held>,
    /// After it.
    at: u64,
}

pub(super) fn look() -> Open {
    Open {
        before: trace_clock(),
        waits: door::waits(),
        held: door::held(),
        at: trace_clock(),
    }
}

/// A wait in one queue: an operation may have several.
struct Part {
    call: Call,
    serial: u64,
    object: usize,
    queue: QueueId,
    has_moved_on: bool,
    amount: Option<u64>,
    since: u64,
    until: u64,
    end: End,
    holder: Option<door::Holder>,
    notified: Option<Waker>,
    woken: Option<Waker>,
}

/// What one thread did.
#[derive(Default)]
struct Track {
    began: Option<u64>,
    ended: Option<u64>,
    waits: Vec<Part>,
    holds: Vec<door::WasHeld>,
    /// The locks that it holds when the recording ends.
    open_holds: Vec<door::Held>,
    fired: Vec<(u64, u64)>,
}

impl Trace {
    /// Returns what was recorded at the times of `recorded`.
    pub(super) fn of(
        recorded: Range<u64>,
        started_at: SystemTime,
        events: Vec<Event>,
        open: Open,
    ) -> Trace {
        let Range {
            start: began,
            end: ended,
        } = recorded;
        let mut tracks = Tracks::default();
        for event in events {
            tracks.add(event, began);
        }
        tracks.add_open(open);
        tracks.name_the_living();
        let clock = Clock { began, ended };
        let primitives = tracks.primitives();
        let Tracks { names, by_thread } = tracks;
        let threads = by_thread
            .into_iter()
            .map(|(ident, track)| track.finish(ident, &clock, &names, &primitives))
            .collect();
        Trace {
            started_at,
            length: clock.at(ended),
            threads,
            dropped: 0,
        }
    }
}

#[derive(Default)]
struct Tracks {
    names: Names,
    by_thread: BTreeMap<ThreadIdent, Track>,
}

impl Tracks {
    fn of(&mut self, thread: ThreadIdent) -> &mut Track {
        self.by_thread.entry(thread).or_default()
    }

    /// Adds an event, unless it is older than the recording: then the recording before left it.
    fn add(&mut self, event: Event, began: u64) {
        match event {
            Event::Waited(wait) if wait.until >= began => {
                for waker in [wait.notified, wait.woken].into_iter().flatten() {
                    self.of(waker.thread);
                }
                self.of(wait.thread).waits.push(Part {
                    call: wait.call,
                    serial: wait.serial,
                    object: wait.object,
                    queue: wait.queue,
                    has_moved_on: wait.has_moved_on,
                    amount: wait.amount,
                    since: wait.since,
                    until: wait.until,
                    end: if wait.has_timed_out {
                        End::TimedOut
                    } else {
                        End::Woken
                    },
                    holder: wait.holder,
                    notified: wait.notified,
                    woken: wait.woken,
                });
            }
            Event::Held(lock) if lock.until >= began => self.of(lock.thread).holds.push(lock),
            Event::Began { thread, name, at } if at >= began => {
                self.names.0.insert(thread, name);
                self.of(thread).began = Some(at);
            }
            Event::Ended { thread, name, at } if at >= began => {
                self.names.0.insert(thread, name);
                self.of(thread).ended = Some(at);
            }
            Event::Fired { thread, due, at } if at >= began => {
                self.of(thread).fired.push((due, at));
            }
            _ => {}
        }
    }

    fn add_open(&mut self, open: Open) {
        for wait in open.waits {
            let waits = &mut self.of(wait.thread).waits;
            // It may have ended, and been recorded, since that look.
            let is_recorded = |part: &Part| part.serial == wait.serial && part.until >= open.before;
            if waits.iter().any(is_recorded) {
                continue;
            }
            let slept = wait.asleep_for.map_or(0, |slept| slept.as_nanos() as u64);
            // It sleeps since the first part of the operation: this one begins after those that are
            // over.
            let over = waits.iter().filter(|part| part.serial == wait.serial);
            let last = over.map(|part| part.until).max().unwrap_or(0);
            let since = open.at.saturating_sub(slept).max(last);
            waits.push(Part {
                call: wait.call,
                serial: wait.serial,
                object: wait.object,
                queue: wait.queue,
                has_moved_on: wait.has_moved_on,
                amount: wait.amount,
                since,
                until: u64::MAX,
                end: End::Open,
                holder: wait.holder,
                notified: None,
                woken: None,
            });
        }
        for lock in open.held {
            let track = self.of(lock.thread);
            let is_recorded =
                |held: &door::WasHeld| held.lock == lock.lock && held.since == lock.since;
            if !track.holds.iter().any(is_recorded) {
                track.open_holds.push(lock);
            }
        }
    }

    /// Adds the threads that are alive: those that did nothing are in the trace, too.
    fn name_the_living(&mut self) {
        for thread in enumerate().into_iter().chain([main_thread()]) {
            if let Some(ident) = thread.ident() {
                self.names.add(&thread);
                self.of(ident);
            }
        }
    }

    /// Returns what kind each lock is, by its queue, if a thread has waited for the lock. A waiter
    /// of a condition that takes the lock back does not say.
    fn primitives(&self) -> HashMap<usize, &'static str> {
        let waits = self.by_thread.values().flat_map(|track| &track.waits);
        waits
            .filter(|wait| wait.holder.is_some() && !wait.has_moved_on)
            .map(|wait| (wait.queue.address(), wait.call.operation().primitive()))
            .collect()
    }
}

/// Makes the times of events into times since the recording began.
struct Clock {
    began: u64,
    ended: u64,
}

impl Clock {
    fn at(&self, time: u64) -> Duration {
        Duration::from_nanos(time.clamp(self.began, self.ended) - self.began)
    }
}

impl Track {
    fn finish(
        mut self,
        ident: ThreadIdent,
        clock: &Clock,
        names: &Names,
        primitives: &HashMap<usize, &'static str>,
    ) -> TracedThread {
        let hold = |lock: QueueId, place, since, until: Option<u64>| TracedHold {
            primitive: primitives.get(&lock.address()).copied(),
            address: lock.address(),
            place: Place::new(place),
            began_at: clock.at(since),
            ended_at: clock.at(until.unwrap_or(u64::MAX)),
            is_open: until.is_none(),
        };
        let closed = self.holds.iter();
        let closed = closed.map(|held| hold(held.lock, held.place, held.since, Some(held.until)));
        let open = self.open_holds.iter();
        let open = open.map(|held| hold(held.lock, held.place, held.since, None));
        let mut holds: Vec<_> = closed.chain(open).collect();
        holds.sort_by_key(|hold| (hold.began_at, std::cmp::Reverse(hold.ended_at)));
        self.waits.sort_by_key(|wait| wait.since);
        let mut waits: Vec<(u64, QueueId, TracedWait)> = Vec::new();
        for part in self.waits {
            match waits.last_mut() {
                Some((serial, queue, wait)) if *serial == part.serial => {
                    go_on(wait, &part, *queue != part.queue, clock, names);
                }
                _ => waits.push((part.serial, part.queue, begin(&part, clock, names))),
            }
        }
        self.fired.sort_unstable();
        TracedThread {
            thread: names.of(Some(ident)),
            began_at: self.began.map(|at| clock.at(at)),
            ended_at: self.ended.map(|at| clock.at(at)),
            waits: waits.into_iter().map(|(_, _, wait)| wait).collect(),
            holds,
            timers: self
                .fired
                .iter()
                .map(|(due, at)| TracedTimer {
                    due_at: clock.at(*due),
                    fired_at: clock.at(*at),
                })
                .collect(),
        }
    }
}

fn wakeup(waker: Waker, clock: &Clock, names: &Names) -> Wakeup {
    Wakeup {
        thread: names.of(Some(waker.thread)),
        at: clock.at(waker.at),
    }
}

fn begin(part: &Part, clock: &Clock, names: &Names) -> TracedWait {
    let operation = part.call.operation();
    TracedWait {
        primitive: operation.primitive(),
        operation: operation.name(),
        amount: part.amount,
        place: Place::new(part.call.caller()),
        address: part.object,
        began_at: clock.at(part.since),
        ended_at: clock.at(part.until),
        end: part.end,
        takes_lock_back_at: part.notified.map(|waker| clock.at(waker.at)),
        holder: part.holder.map(|holder| Holder::new(&holder, names)),
        notified_by: part.notified.map(|waker| wakeup(waker, clock, names)),
        woken_by: part.woken.map(|waker| wakeup(waker, clock, names)),
    }
}

/// Adds a part to a wait whose operation waited again: for the same thing or, in a condition, for
/// the lock.
fn go_on(wait: &mut TracedWait, part: &Part, has_moved: bool, clock: &Clock, names: &Names) {
    if has_moved && wait.takes_lock_back_at.is_none() {
        wait.takes_lock_back_at = Some(wait.ended_at);
        wait.notified_by = wait.woken_by.take();
    }
    if !has_moved || part.end == End::Open {
        wait.end = part.end;
    }
    wait.ended_at = clock.at(part.until);
    wait.woken_by = part.woken.map(|waker| wakeup(waker, clock, names));
    if wait.holder.is_none() {
        wait.holder = part.holder.map(|holder| Holder::new(&holder, names));
    }
}
