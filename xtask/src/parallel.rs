//! Does several things at a time, one on each processor.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::BoxedError;

/// Returns how many things are done at a time.
#[must_use]
pub fn workers() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Calls `work` for each of the `items`, in their order, and returns the results, in no order.
/// `work` is given the number of the worker that calls it, from 0, for what only one can use at a
/// time.
///
/// # Errors
///
/// The first error of `work`. After one, nothing new is begun.
pub fn each<T: Sync, R: Send>(
    items: &[T],
    workers: usize,
    work: impl Fn(usize, &T) -> Result<R, BoxedError> + Sync,
) -> Result<Vec<R>, BoxedError> {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let running: Vec<_> = (0..workers.min(items.len()))
            .map(|worker| {
                let (next, work) = (&next, &work);
                scope.spawn(move || {
                    let mut results = Vec::new();
                    while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                        match work(worker, item) {
                            Ok(result) => results.push(result),
                            Err(error) => {
                                next.store(items.len(), Ordering::Relaxed);
                                return Err(error);
                            }
                        }
                    }
                    Ok(results)
                })
            })
            .collect();
        let mut results = Vec::new();
        for worker in running {
            results.extend(worker.join().expect("the work does not panic")?);
        }
        Ok(results)
    })
}
