//! The list of live threads, in the order in which they were started, and how many of them the
//! process waits for.
//!
//! A million pending timers are in this list, so entering and leaving it are a few instructions
//! under a lock: the entries are a doubly linked list in one vector, and each thread knows its
//! place.

#[cfg(not(loom))]
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(not(loom))]
use tl_core::door::MutexGuard;
use tl_core::door::{Call, Mutex};

use crate::Thread;
use crate::event_count::EventCount;
use crate::statics::model_static;
use crate::thread::NOWHERE;

/// A vector with room for fewer entries than this is never made smaller.
const SMALL: usize = 1024;

model_static! {
    static REGISTRY: Mutex<Registry> = Mutex::new(Registry::new());
}
model_static! {
    static CHANGES: EventCount = EventCount::new();
}

/// Whether the main thread is listed. It is the last thing that the first use of the library does.
static IS_MAIN_LISTED: AtomicBool = AtomicBool::new(false);

pub(crate) struct Registry {
    /// The main thread, once it has been asked for.
    main: Option<Thread>,
    entries: Vec<Entry>,
    first: u32,
    last: u32,
    /// The first of the entries that are not in use; they are linked by `next`.
    free: u32,
    listed: usize,
    /// How many of the listed threads the end of the process waits for.
    awaited: usize,
    /// Whether there has ever been such a thread.
    has_awaited: bool,
    /// How many threads wait until `awaited` is less.
    watchers: usize,
}

struct Entry {
    thread: Option<Thread>,
    is_awaited: bool,
    previous: u32,
    next: u32,
}

impl Registry {
    const fn new() -> Registry {
        Registry {
            main: None,
            entries: Vec::new(),
            first: NOWHERE,
            last: NOWHERE,
            free: NOWHERE,
            listed: 0,
            awaited: 0,
            has_awaited: false,
            watchers: 0,
        }
    }

    fn push(&mut self, thread: Thread) {
        let is_awaited = thread.is_awaited();
        let place = match self.free {
            NOWHERE => {
                let place = u32::try_from(self.entries.len())
                    .ok()
                    .filter(|place| *place != NOWHERE)
                    .expect("fewer than 2^32 live threads");
                self.entries.push(Entry {
                    thread: None,
                    is_awaited: false,
                    previous: NOWHERE,
                    next: NOWHERE,
                });
                place
            }
            place => {
                self.free = self.entries[place as usize].next;
                place
            }
        };
        thread.place().store(place, Ordering::Relaxed);
        self.entries[place as usize] = Entry {
            thread: Some(thread),
            is_awaited,
            previous: self.last,
            next: NOWHERE,
        };
        match self.last {
            NOWHERE => self.first = place,
            last => self.entries[last as usize].next = place,
        }
        self.last = place;
        self.listed += 1;
        self.awaited += usize::from(is_awaited);
        self.has_awaited |= is_awaited;
    }

    /// Returns the entry's handle, to be dropped when the registry is no longer locked.
    fn remove(&mut self, place: u32) -> (Option<Thread>, bool) {
        let entry = &mut self.entries[place as usize];
        let (thread, is_awaited) = (entry.thread.take(), entry.is_awaited);
        let (previous, next) = (entry.previous, entry.next);
        entry.next = self.free;
        self.free = place;
        match previous {
            NOWHERE => self.first = next,
            previous => self.entries[previous as usize].next = next,
        }
        match next {
            NOWHERE => self.last = previous,
            next => self.entries[next as usize].previous = previous,
        }
        self.listed -= 1;
        self.awaited -= usize::from(is_awaited);
        if self.entries.len() > SMALL && self.listed < self.entries.len() / 8 {
            self.shrink();
        }
        (thread, is_awaited)
    }

    /// Moves the entries to a vector that has room for twice as many.
    #[cold]
    fn shrink(&mut self) {
        let mut old = std::mem::replace(self, Registry::new());
        self.main = old.main.take();
        self.watchers = old.watchers;
        self.has_awaited = old.has_awaited;
        self.entries.reserve(old.listed * 2);
        let mut place = old.first;
        while let Some(entry) = old.entries.get_mut(place as usize) {
            place = entry.next;
            if let Some(thread) = entry.thread.take() {
                self.push(thread);
            }
        }
    }

    /// Forgets all threads but this one, which is the main thread now, in a child made by `fork`.
    ///
    /// Nothing is freed there: what is forgotten is leaked.
    #[cfg(not(loom))]
    pub(crate) fn forget_others(&mut self, own: Option<Thread>) {
        let own_place = own
            .as_ref()
            .map_or(NOWHERE, |own| own.place().load(Ordering::Relaxed));
        (self.first, self.last, self.free) = (NOWHERE, NOWHERE, NOWHERE);
        (self.listed, self.awaited, self.watchers) = (0, 0, 0);
        self.has_awaited = false;
        for (place, entry) in self.entries.iter_mut().enumerate().rev() {
            // Fewer than 2^32, as `push` has seen to.
            let place = place as u32;
            (entry.previous, entry.next) = (NOWHERE, NOWHERE);
            if place == own_place {
                entry.is_awaited = false;
                (self.first, self.last, self.listed) = (place, place, 1);
                continue;
            }
            if let Some(thread) = entry.thread.take() {
                thread.lose();
                mem::forget(thread);
            }
            entry.next = self.free;
            self.free = place;
        }
        // Relaxed: there is one thread.
        IS_MAIN_LISTED.store(own.is_some(), Ordering::Relaxed);
        mem::forget(mem::replace(&mut self.main, own));
    }

    fn threads(&self) -> impl Iterator<Item = &Thread> {
        let mut place = self.first;
        std::iter::from_fn(move || {
            let entry = self.entries.get(place as usize)?;
            place = entry.next;
            entry.thread.as_ref()
        })
    }
}

/// Locks the list, for the thread that is about to fork.
#[cfg(not(loom))]
pub(crate) fn lock() -> MutexGuard<'static, Registry> {
    REGISTRY.lock()
}

/// Returns the main thread, if it has been asked for.
pub(crate) fn main() -> Option<Thread> {
    REGISTRY.lock().main.clone()
}

/// Notes the main thread and lists it, if nobody has done so. Returns the one that is noted.
pub(crate) fn note_main(thread: Thread) -> Thread {
    let mut registry = REGISTRY.lock();
    if let Some(main) = &registry.main {
        let main = main.clone();
        drop(registry);
        return main;
    }
    registry.main = Some(thread.clone());
    registry.push(thread.clone());
    // Release: pairs with `is_main_listed`.
    IS_MAIN_LISTED.store(true, Ordering::Release);
    thread
}

/// Returns whether the main thread is listed, and what was done before that can be seen.
#[inline]
pub(crate) fn is_main_listed() -> bool {
    // Acquire: pairs with `note_main`.
    IS_MAIN_LISTED.load(Ordering::Acquire)
}

/// Lists a thread, after all that are listed.
pub(crate) fn list(thread: &Thread) {
    list_if(thread, || true);
}

/// Calls `condition` with the list locked. If it returns true, lists the thread, after all that are
/// listed. Returns what `condition` returned.
pub(crate) fn list_if(thread: &Thread, condition: impl FnOnce() -> bool) -> bool {
    let mut registry = REGISTRY.lock();
    let is_listed = condition();
    if is_listed {
        registry.push(thread.clone());
    }
    is_listed
}

/// Takes a thread off the list, if it is there.
pub(crate) fn unlist(thread: &Thread) {
    unlist_if(thread, || true);
}

/// Calls `condition` with the list locked. If it returns true, takes the thread off the list, if it
/// is there. Returns what `condition` returned.
pub(crate) fn unlist_if(thread: &Thread, condition: impl FnOnce() -> bool) -> bool {
    let mut registry = REGISTRY.lock();
    if !condition() {
        return false;
    }
    let place = thread.place().load(Ordering::Relaxed);
    if place == NOWHERE {
        return true;
    }
    thread.place().store(NOWHERE, Ordering::Relaxed);
    let (handle, was_awaited) = registry.remove(place);
    let tell = was_awaited && registry.watchers > 0;
    drop(registry);
    drop(handle);
    if tell {
        announce_change();
    }
    true
}

/// Calls `change` with the list locked, which may change whether the process waits for the thread.
/// Returns what `change` returned.
pub(crate) fn change_daemon(thread: &Thread, change: impl FnOnce() -> bool) -> bool {
    let mut registry = REGISTRY.lock();
    let has_changed = change();
    let place = thread.place().load(Ordering::Relaxed);
    let Some(entry) = registry.entries.get_mut(place as usize) else {
        return has_changed;
    };
    let is_awaited = thread.is_awaited();
    let was_awaited = std::mem::replace(&mut entry.is_awaited, is_awaited);
    registry.awaited = registry.awaited - usize::from(was_awaited) + usize::from(is_awaited);
    registry.has_awaited |= is_awaited;
    let tell = was_awaited && !is_awaited && registry.watchers > 0;
    drop(registry);
    if tell {
        announce_change();
    }
    has_changed
}

/// Returns the listed threads, in the order in which they were started.
pub(crate) fn threads() -> Vec<Thread> {
    let registry = REGISTRY.lock();
    let mut threads = Vec::with_capacity(registry.listed);
    threads.extend(registry.threads().cloned());
    threads
}

/// Returns how many threads are listed.
pub(crate) fn count() -> usize {
    REGISTRY.lock().listed
}

/// Waits until the process has no more than `own` threads to wait for, or until `is_enough` returns
/// true, which is called again after each [`announce_change`].
pub(crate) fn wait_for_others(call: Call, own: usize, is_enough: impl Fn() -> bool) {
    let mut has_waited = false;
    CHANGES.wait_until(call, || {
        let mut registry = REGISTRY.lock();
        registry.watchers -= usize::from(has_waited);
        if registry.awaited <= own || is_enough() {
            return true;
        }
        // Only now do those that leave the list announce it.
        registry.watchers += 1;
        has_waited = true;
        false
    });
}

/// Returns whether there has ever been a thread for which the process waits.
pub(crate) fn has_awaited() -> bool {
    REGISTRY.lock().has_awaited
}

/// Tells the threads in [`wait_for_others`] to look again.
pub(crate) fn announce_change() {
    CHANGES.notify_all();
}
