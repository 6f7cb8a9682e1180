//! Threads that are there while something else is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Threads that do something first, and then wait until this is dropped.
pub(crate) struct LiveThreads {
    stop: Arc<tl_event::Event>,
    threads: Vec<tl_thread::Thread>,
}

impl LiveThreads {
    /// Starts `count` threads, and waits until each has called `first`.
    pub(crate) fn start(count: usize, first: fn()) -> LiveThreads {
        let stop = Arc::new(tl_event::Event::new());
        let ready = Arc::new(AtomicUsize::new(0));
        let threads = (0..count)
            .map(|_| {
                let (stop, ready) = (Arc::clone(&stop), Arc::clone(&ready));
                let thread = tl_thread::Thread::new(move || {
                    first();
                    ready.fetch_add(1, Ordering::Relaxed);
                    stop.wait();
                })
                .with_stack_size(64 << 10);
                thread.start().expect("the system has room for so many");
                thread
            })
            .collect();
        while ready.load(Ordering::Relaxed) < count {
            thread::yield_now();
        }
        LiveThreads { stop, threads }
    }
}

impl Drop for LiveThreads {
    fn drop(&mut self) {
        self.stop.set();
        for thread in &self.threads {
            thread.join().expect("nothing in it panics");
        }
    }
}
