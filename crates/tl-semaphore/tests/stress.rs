//! Many threads at once: what is counted must come out even.

use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::Duration;

#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_semaphore::Semaphore;

/// How often each thread does what it does.
const ROUNDS: usize = if cfg!(sanitize_thread) { 2_000 } else { 20_000 };

#[test]
fn eight_threads_on_three_permits_are_never_four_inside() {
    let semaphore = Semaphore::new(3);
    let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for round in 0..ROUNDS {
                    let _permit = semaphore.permit();
                    let now = inside.fetch_add(1, Ordering::Relaxed) + 1;
                    most.fetch_max(now, Ordering::Relaxed);
                    if round % 64 == 0 {
                        thread::yield_now();
                    }
                    inside.fetch_sub(1, Ordering::Relaxed);
                }
            });
        }
    });
    let most = most.into_inner();
    assert!((1..=3).contains(&most), "{most} inside at once");
    assert_eq!(semaphore.available(), 3);
}

#[test]
fn no_permit_is_lost_or_invented_between_requests_of_all_sizes_and_deadlines() {
    let semaphore = Semaphore::new(5);
    thread::scope(|scope| {
        for seed in 0..8u64 {
            let semaphore = &semaphore;
            scope.spawn(move || {
                let mut random = seed;
                for _ in 0..ROUNDS / 4 {
                    // Knuth's linear congruence: only variety is asked of it.
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let (what, n) = ((random >> 33) % 8, (random >> 40) as usize % 5 + 1);
                    let acquired = match what {
                        0 => semaphore.try_acquire_many(n),
                        1 => semaphore.acquire_many_timeout(n, Duration::from_micros(50)),
                        // Never served: a thread that waits behind it must go on.
                        2 => semaphore.acquire_many_timeout(6, Duration::from_micros(50)),
                        3 => semaphore.acquire_many_timeout(n, Duration::from_millis(2)),
                        _ => {
                            semaphore.acquire_many(n);
                            true
                        }
                    };
                    if acquired {
                        assert_ne!(what, 2);
                        if what == 7 {
                            thread::yield_now();
                        }
                        semaphore.release_many(n).unwrap();
                    }
                }
            });
        }
    });
    assert_eq!(semaphore.available(), 5);
    assert!(semaphore.try_acquire_many(5));
}

#[test]
fn what_is_produced_is_consumed() {
    let semaphore = Semaphore::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..ROUNDS).for_each(|_| semaphore.acquire()));
            scope.spawn(|| (0..ROUNDS).for_each(|_| semaphore.release().unwrap()));
        }
    });
    assert_eq!(semaphore.available(), 0);
}
