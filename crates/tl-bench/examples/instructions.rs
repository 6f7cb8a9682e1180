//! Counts the instructions of operations that need not wait, with [valgrind](https://valgrind.org):
//!
//! `cargo run --release --package tl-bench --example instructions`
//!
//! The counts depend on the compiler, but not on the machine nor on what else it does. To compare
//! two versions of the crates, run it with each.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use tl_barrier::Barrier;
use tl_condition::Condition;
use tl_event::Event;
use tl_locks::{Lock, Mutex, RLock, RwLock};
use tl_semaphore::Semaphore;

/// Does an operation as many times as it is told.
type Times = fn(u64);

const OPERATIONS: &[(&str, Times)] = &[
    ("a compare-exchange and a swap", |times| {
        let word = AtomicU32::new(0);
        repeat(times, || {
            let taken = word.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed);
            let _ = black_box(taken);
            word.swap(0, Ordering::Release);
        });
    }),
    ("Lock: acquire, release", |times| {
        let lock = Lock::new();
        repeat(times, || drop(black_box(&lock).lock()));
    }),
    ("RLock: acquire, release", |times| {
        let lock = RLock::new();
        repeat(times, || drop(black_box(&lock).lock()));
    }),
    ("Mutex: lock, unlock", |times| {
        let mutex = Mutex::new(0);
        repeat(times, || *black_box(&mutex).lock() += 1);
    }),
    ("RwLock: read", |times| {
        let lock = RwLock::new(0);
        repeat(times, || drop(black_box(&lock).read()));
    }),
    ("RwLock: write", |times| {
        let lock = RwLock::new(0);
        repeat(times, || *black_box(&lock).write() += 1);
    }),
    ("Event: wait for one that is set", |times| {
        let event = Event::new();
        event.set();
        repeat(times, || black_box(&event).wait());
    }),
    ("Semaphore: acquire, release", |times| {
        let semaphore = Semaphore::new(1);
        repeat(times, || drop(black_box(&semaphore).permit()));
    }),
    ("Condition: lock, unlock", |times| {
        let condition = Condition::new();
        repeat(times, || drop(black_box(&condition).lock()));
    }),
    ("Barrier of one: wait", |times| {
        let barrier = Barrier::new(1);
        repeat(times, || {
            let _ = black_box(black_box(&barrier).wait());
        });
    }),
];

fn repeat(times: u64, mut operation: impl FnMut()) {
    for _ in 0..times {
        operation();
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    if let (Some(number), Some(times)) = (arguments.next(), arguments.next()) {
        let (_, operation) = OPERATIONS[number.parse::<usize>()?];
        operation(times.parse()?);
        return Ok(());
    }
    println!("| without a wait | instructions |");
    println!("| --- | ---: |");
    for (number, (name, _)) in OPERATIONS.iter().enumerate() {
        println!("| {name} | {:.1} |", instructions(number)?);
    }
    Ok(())
}

/// Returns how many instructions one operation takes. What else the process does cancels out, since
/// it does not depend on the number of operations.
fn instructions(operation: usize) -> Result<f64, Box<dyn Error>> {
    const TIMES: u64 = 10_000;
    let few = count(operation, TIMES)?;
    let many = count(operation, 2 * TIMES)?;
    Ok(many.saturating_sub(few) as f64 / TIMES as f64)
}

/// Returns how many instructions a process takes that does the operation `times` times.
fn count(operation: usize, times: u64) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args([operation.to_string(), times.to_string()])
        .output()
        .map_err(|error| format!("valgrind can't be run: {error}"))?;
    let report = String::from_utf8_lossy(&output.stderr);
    let count = report
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, count) = count.ok_or_else(|| format!("valgrind counts nothing:\n{report}"))?;
    Ok(count.trim().parse()?)
}
