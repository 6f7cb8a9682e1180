//! Threads that run a struct, and give it back.

use std::io;

use crate::{Builder, JoinHandle, Runnable};

/// Runs `runnable` in a new thread. Joining it gives the struct back, with what
/// [`run`](Runnable::run) left in it.
///
/// # Panics
///
/// If the operating system refuses the thread; [`Builder::spawn_runnable`] returns the error
/// instead.
///
/// # Examples
///
/// ```
/// use tl_thread::{Runnable, spawn_runnable};
///
/// struct Counter(u32);
///
/// impl Runnable for Counter {
///     fn run(&mut self) {
///         self.0 += 1;
///     }
/// }
///
/// assert_eq!(spawn_runnable(Counter(1)).join().unwrap().0, 2);
/// ```
pub fn spawn_runnable<R: Runnable + Send + 'static>(runnable: R) -> JoinHandle<R> {
    Builder::new()
        .spawn_runnable(runnable)
        .expect("failed to spawn thread")
}

impl Builder {
    /// Runs `runnable` as [`spawn_runnable`] does, with the name, daemon flag and stack size of the
    /// builder.
    ///
    /// # Errors
    ///
    /// When the operating system refuses the thread, or the stack size is impossible.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_thread::{Builder, Runnable};
    ///
    /// struct Name(String);
    ///
    /// impl Runnable for Name {
    ///     fn run(&mut self) {
    ///         self.0 = tl_core::current_name().to_string();
    ///     }
    /// }
    ///
    /// let handle = Builder::new().name("worker".into()).spawn_runnable(Name(String::new()))?;
    /// assert_eq!(handle.join().unwrap().0, "worker");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn spawn_runnable<R: Runnable + Send + 'static>(
        self,
        runnable: R,
    ) -> io::Result<JoinHandle<R>> {
        let mut runnable = runnable;
        self.spawn(move || {
            runnable.run();
            runnable
        })
    }
}
