//! Where the events go: a buffer for each thread, which is written to where nothing may be
//! allocated.
//!
//! A thread that begins during a recording has a buffer of its own. It is made before the thread
//! runs its function, since a wait may be that of an allocator, in which nothing may be allocated.
//! All other threads, and those that are past the destructors of their thread-locals, share some
//! buffers, which are made when the recording starts.

use std::collections::HashSet;
use std::mem;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use thread_local::ThreadLocal;
use tl_core::current_ident;
use tl_core::door::{Event, Mutex, MutexGuard, PooledMutex, Tracer};
use tl_thread::{enumerate, main_thread};

/// How many buffers the threads share that have none of their own.
const SHARED_BUFFERS: usize = 64;
/// How often the thread that collects tries to lock a buffer. The writer of the buffer holds the
/// lock for a few instructions; in a child made by `fork` it may hold it forever.
const TRIES: usize = 10_000;

/// The buffer of each thread. When the thread has ended, another one may get the same buffer.
static OWN: ThreadLocal<Buffer> = ThreadLocal::new();
static SHARED: [Buffer; SHARED_BUFFERS] = [const { Buffer::new() }; SHARED_BUFFERS];
/// The events of threads that have ended, and whose buffers other threads have now.
static COLLECTED: PooledMutex<Option<Box<Batch>>> = PooledMutex::new(None);
/// How many events a buffer takes.
static CAPACITY: AtomicUsize = AtomicUsize::new(0);

pub(super) static TRACER: Tracer = Tracer::new(record);

struct Buffer {
    /// The number of the thread that has it; 0 if it is shared.
    owner: AtomicU64,
    events: Mutex<Vec<Event>>,
    dropped: AtomicU64,
}

struct Batch {
    events: Vec<Event>,
    older: Option<Box<Batch>>,
}

impl Buffer {
    const fn new() -> Buffer {
        Buffer {
            owner: AtomicU64::new(0),
            events: Mutex::new(Vec::new()),
            dropped: AtomicU64::new(0),
        }
    }

    /// Adds an event, and neither blocks nor allocates. An event that finds no room, or finds the
    /// buffer locked, is returned.
    fn push(&self, event: Event) -> Option<Event> {
        match self.events.try_lock() {
            Some(mut events) if events.len() < events.capacity() => {
                events.push(event);
                None
            }
            _ => Some(event),
        }
    }

    fn count_dropped(&self) {
        // Relaxed, everywhere: a count.
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    fn lock(&self) -> Option<MutexGuard<'_, Vec<Event>>> {
        (0..TRIES).find_map(|_| {
            let events = self.events.try_lock();
            if events.is_none() {
                thread::yield_now();
            }
            events
        })
    }

    /// Sees to it that an empty buffer takes as many events as it should.
    fn make_room(&self) {
        let capacity = CAPACITY.load(Ordering::Relaxed);
        // Allocated, and freed, with the buffer unlocked: an allocator may wait, too.
        let mut room = Vec::new();
        if room.try_reserve_exact(capacity).is_err() {
            // Without memory, all events that come are dropped and counted.
            return;
        }
        if let Some(mut events) = self.lock() {
            if events.is_empty() && events.capacity() < capacity {
                mem::swap(&mut *events, &mut room);
            }
        }
    }

    fn take(&self) -> Vec<Event> {
        self.lock()
            .map(|mut events| mem::take(&mut *events))
            .unwrap_or_default()
    }

    fn empty(&self) {
        drop(self.take());
        self.dropped.store(0, Ordering::Relaxed);
    }

    /// Puts aside the events that the last thread with this buffer has left.
    fn clear_for_next(&self) {
        let count = self.lock().map_or(0, |events| events.len());
        if count == 0 {
            return;
        }
        // Nobody else writes to the buffer of this thread. Nothing is allocated while the lock of
        // the pool is held.
        let mut batch = Box::new(Batch {
            events: Vec::with_capacity(count),
            older: None,
        });
        if let Some(mut events) = self.lock() {
            let all = 0..events.len().min(count);
            batch.events.extend(events.drain(all));
        }
        let mut collected = COLLECTED.lock();
        batch.older = collected.take();
        *collected = Some(batch);
    }
}

fn record(event: Event) {
    if let Event::Began { .. } = event {
        let own = own();
        own.clear_for_next();
        own.make_room();
    }
    match OWN.get() {
        // If the buffer is locked, it is being collected. The event is dropped with no lock held.
        Some(own) => drop(own.push(event).inspect(|_| own.count_dropped())),
        None => share(event),
    }
}

/// Puts the event of a thread that has no buffer of its own into the next shared buffer that has
/// room, and into which no other thread writes at this moment.
fn share(event: Event) {
    let number = current_ident().as_u64().get();
    let first = (number % SHARED_BUFFERS as u64) as usize;
    let (before, from_first) = SHARED.split_at(first);
    let mut event = Some(event);
    for buffer in from_first.iter().chain(before) {
        match event.take() {
            Some(next) => event = buffer.push(next),
            None => return,
        }
    }
    if event.is_some() {
        SHARED[first].count_dropped();
    }
}

/// Returns the calling thread's own buffer, which is made if there is none.
fn own() -> &'static Buffer {
    let own = OWN.get_or(Buffer::new);
    // Relaxed: a number that refers to nothing.
    own.owner
        .store(current_ident().as_u64().get(), Ordering::Relaxed);
    own
}

fn all() -> impl Iterator<Item = &'static Buffer> {
    OWN.iter().chain(&SHARED)
}

/// Makes the buffers ready for a recording: events that the last one has left are thrown away.
pub(super) fn prepare(capacity: usize) {
    drop(take_collected());
    CAPACITY.store(capacity, Ordering::Relaxed);
    own();
    // While it waits for the others at its end the main thread is not listed.
    let alive: HashSet<u64> = enumerate()
        .into_iter()
        .chain([main_thread()])
        .filter_map(|thread| Some(thread.ident()?.as_u64().get()))
        .chain([0, current_ident().as_u64().get()])
        .collect();
    for buffer in all() {
        buffer.empty();
        if alive.contains(&buffer.owner.load(Ordering::Relaxed)) {
            buffer.make_room();
        }
    }
}

/// Returns what was recorded, in no order, and how many events were dropped. The tracer must have
/// been taken out before.
pub(super) fn collect() -> (Vec<Event>, u64) {
    let mut events = take_collected();
    let mut dropped = 0;
    for buffer in all() {
        events.extend(buffer.take());
        dropped += buffer.dropped.swap(0, Ordering::Relaxed);
    }
    (events, dropped)
}

fn take_collected() -> Vec<Event> {
    let mut events = Vec::new();
    let mut next = COLLECTED.lock().take();
    // One after the other: a long list that is dropped as a whole would need a deep stack.
    while let Some(mut batch) = next {
        events.append(&mut batch.events);
        next = batch.older.take();
    }
    events
}
