//! What the heap, and the process, grow by for each timer, thread, waiter and value. Each is
//! measured in a process of its own, where nothing else comes and goes.

use std::cell::Cell;
use std::error::Error;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{env, fs, thread};

use crate::allocator::growth_by;
use crate::cases::event::Flag;
use crate::cases::timer::{self, Timers};
use crate::text;

/// How many bytes each of the things takes.
struct Footprint {
    heap: f64,
    resident: f64,
}

/// What is measured, of which contender, and by which function.
type Measurement = (&'static str, &'static str, fn() -> Footprint);

const MEASUREMENTS: &[Measurement] = &[
    ("a pending timer", "ours", pending::<timer::Ours>),
    (
        "a pending timer",
        "tokio DelayQueue",
        pending::<tokio_util::time::DelayQueue<()>>,
    ),
    ("a pending timer", "tokio task", pending::<timer::Tasks>),
    ("a pending timer", "timer", pending::<timer::TimerCrate>),
    ("a live thread", "ours", our_threads),
    ("a live thread", "std", std_threads),
    ("a parked waiter", "ours", parked::<tl_event::Event>),
    (
        "a parked waiter",
        "std",
        parked::<(std::sync::Mutex<bool>, std::sync::Condvar)>,
    ),
    (
        "a parked waiter",
        "parking_lot",
        parked::<(parking_lot::Mutex<bool>, parking_lot::Condvar)>,
    ),
    (
        "a parked waiter",
        "rsevents",
        parked::<rsevents::ManualResetEvent>,
    ),
    ("a Local value of 8 bytes", "ours", our_values),
    ("a Local value of 8 bytes", "thread_local", their_values),
];

const TIMERS: usize = 100_000;
const THREADS: usize = 1000;
const STACK: usize = 64 << 10;

/// Waits long enough for other threads to finish, most likely, what they have begun.
fn wait_for_other_threads() {
    thread::sleep(Duration::from_millis(100));
}

fn growth_of_each<R>(count: usize, make: impl FnOnce() -> R) -> (Footprint, R) {
    wait_for_other_threads();
    let before = resident();
    let (heap, made) = growth_by(|| {
        let made = make();
        wait_for_other_threads();
        made
    });
    let footprint = Footprint {
        heap: heap as f64 / count as f64,
        resident: (resident() - before) / count as f64,
    };
    (footprint, made)
}

/// Returns the bytes of the process that are in memory.
fn resident() -> f64 {
    let pages = fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|line| line.split(' ').nth(1)?.parse::<f64>().ok());
    pages.unwrap_or(f64::NAN) * 4096.0
}

/// Measures pending timers without their handles, which the caller stores; what a handle points to
/// counts.
fn pending<T: Timers>() -> Footprint {
    let _context = timer::runtime().enter();
    let mut timers = T::new();
    let mut pending = Vec::with_capacity(TIMERS);
    // Touches the pages of the vector, so that they do not count.
    pending.resize_with(TIMERS, || None);
    let (footprint, ()) = growth_of_each(TIMERS, || {
        for pending in &mut pending {
            *pending = Some(timers.start());
        }
    });
    for pending in pending.into_iter().flatten() {
        timers.cancel(pending);
    }
    footprint
}

/// Starts [`THREADS`] threads, each by `start`. They call `first`, and then wait until the event
/// that is returned is set.
fn start_threads<H>(
    first: impl Fn() + Clone + Send + 'static,
    start: impl Fn(Box<dyn FnOnce() + Send>) -> H,
) -> (Arc<tl_event::Event>, Vec<H>) {
    let stop = Arc::new(tl_event::Event::new());
    let ready = Arc::new(AtomicUsize::new(0));
    let threads = (0..THREADS)
        .map(|_| {
            let (stop, ready, first) = (Arc::clone(&stop), Arc::clone(&ready), first.clone());
            start(Box::new(move || {
                ready.fetch_add(1, Ordering::Relaxed);
                first();
                stop.wait();
            }))
        })
        .collect();
    while ready.load(Ordering::Relaxed) < THREADS {
        thread::yield_now();
    }
    (stop, threads)
}

fn start_our_thread(run: Box<dyn FnOnce() + Send>) -> tl_thread::Thread {
    let thread = tl_thread::Thread::new(run).with_stack_size(STACK);
    thread.start().expect("the system has room for so many");
    thread
}

fn start_std_thread(run: Box<dyn FnOnce() + Send>) -> thread::JoinHandle<()> {
    let thread = thread::Builder::new().stack_size(STACK).spawn(run);
    thread.expect("the system has room for so many")
}

fn our_threads() -> Footprint {
    let (footprint, (stop, threads)) =
        growth_of_each(THREADS, || start_threads(|| (), start_our_thread));
    stop.set();
    for thread in threads {
        thread.join().expect("nothing in it panics");
    }
    footprint
}

fn std_threads() -> Footprint {
    let (footprint, (stop, threads)) =
        growth_of_each(THREADS, || start_threads(|| (), start_std_thread));
    stop.set();
    for thread in threads {
        thread.join().expect("nothing in it panics");
    }
    footprint
}

/// Returns how much more a thread takes once it has done `something`.
fn then(something: impl Fn() + Clone + Send + 'static, end: impl FnOnce()) -> Footprint {
    let gate = Arc::new(tl_event::Event::new());
    let go = Arc::clone(&gate);
    let first = move || {
        gate.wait();
        something();
    };
    let (stop, threads) = start_threads(first, start_std_thread);
    let (footprint, ()) = growth_of_each(THREADS, || go.set());
    end();
    stop.set();
    for thread in threads {
        thread.join().expect("nothing in it panics");
    }
    footprint
}

fn parked<F: Flag + Send>() -> Footprint {
    let flag = Arc::new(F::new());
    let waits_on = Arc::clone(&flag);
    then(move || waits_on.wait(), move || flag.set())
}

fn our_values() -> Footprint {
    let values = Arc::new(tl_local::Local::<u64>::new());
    let set = move || {
        values.set(7);
    };
    then(set, || ())
}

fn their_values() -> Footprint {
    let values = Arc::new(thread_local::ThreadLocal::<Cell<u64>>::new());
    then(move || values.get_or_default().set(7), || ())
}

/// Returns the table, for which each measurement is made in a child process.
pub(crate) fn table() -> String {
    let rows: Vec<Vec<String>> = (0..)
        .zip(MEASUREMENTS)
        .map(|(index, (what, who, _))| {
            let printed = measure_in_child(index).unwrap_or_else(|error| error.to_string());
            let (heap, resident) = printed.trim().split_once(' ').unwrap_or((&printed, ""));
            vec![
                (*what).to_owned(),
                (*who).to_owned(),
                heap.to_owned(),
                resident.to_owned(),
            ]
        })
        .collect();
    text::table(&["bytes of each", "who", "heap", "resident"], &[1], &rows)
}

fn measure_in_child(index: usize) -> Result<String, Box<dyn Error>> {
    let output = Command::new(env::current_exe()?)
        .args(["--footprint-child", &index.to_string()])
        .output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!("the child process: {}", output.status).into())
    }
}

/// Runs as the child process.
pub(crate) fn run_as_child(index: usize) -> Result<(), Box<dyn Error>> {
    let (.., measure) = MEASUREMENTS
        .get(index)
        .ok_or("there is no such measurement")?;
    let footprint = measure();
    println!("{:.0} {:.0}", footprint.heap, footprint.resident);
    Ok(())
}
