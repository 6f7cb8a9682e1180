//! Structs that can be run in a thread.

use std::io;

use crate::{Builder, JoinHandle, Thread};

/// What a thread can run: a struct whose fields are the arguments, and in which `run` can leave
/// results.
///
/// It is Python's way to
/// [subclass `Thread`](https://docs.python.org/3/library/threading.html#threading.Thread.run) and
/// override `run`. Use it with [`Thread::from_runnable`](crate::Thread::from_runnable), or with
/// [`spawn_runnable`], which gives the struct back.
///
/// # Examples
///
/// ```
/// use tl_thread::{Runnable, spawn_runnable};
///
/// struct Sum {
///     numbers: Vec<u32>,
///     total: u32,
/// }
///
/// impl Runnable for Sum {
///     fn run(&mut self) {
///         self.total = self.numbers.iter().sum();
///     }
/// }
///
/// let handle = spawn_runnable(Sum { numbers: vec![1, 2, 3], total: 0 });
/// assert_eq!(handle.join().unwrap().total, 6);
/// ```
///
/// A closure is not a `Runnable`; it goes to [`Thread::new`](crate::Thread::new):
///
/// ```compile_fail,E0277
/// let thread = tl_thread::Thread::from_runnable(|| println!("working"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be run in a thread",
    note = "implement `tl_thread::Runnable` for it, or pass a closure to `Thread::new` or `spawn`"
)]
pub trait Runnable {
    /// Does the work of the thread.
    fn run(&mut self);
}

impl Thread {
    /// Creates a thread that will [`run`](Runnable::run) `runnable`: Python's way to make a thread
    /// by subclassing.
    ///
    /// To get the struct back afterwards, with what `run` left in it, see
    /// [`spawn_runnable`](crate::spawn_runnable).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_thread::{Runnable, Thread};
    ///
    /// struct Greeter {
    ///     whom: String,
    /// }
    ///
    /// impl Runnable for Greeter {
    ///     fn run(&mut self) {
    ///         println!("hello, {}", self.whom);
    ///     }
    /// }
    ///
    /// let thread = Thread::from_runnable(Greeter { whom: "world".into() });
    /// thread.start()?;
    /// thread.join()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a thread does nothing until it is started: call `start`"]
    pub fn from_runnable(runnable: impl Runnable + Send + 'static) -> Thread {
        let mut runnable = runnable;
        Thread::new(move || runnable.run())
    }
}

/// What is in the box runs, so that structs of different types can be kept in one list.
///
/// # Examples
///
/// ```
/// use tl_thread::{Runnable, Thread};
///
/// struct Cook;
/// struct Waiter(u32);
///
/// impl Runnable for Cook {
///     fn run(&mut self) {
///         println!("cooking");
///     }
/// }
///
/// impl Runnable for Waiter {
///     fn run(&mut self) {
///         println!("at table {}", self.0);
///     }
/// }
///
/// let staff: [Box<dyn Runnable + Send>; 2] = [Box::new(Cook), Box::new(Waiter(7))];
/// for member in staff {
///     Thread::from_runnable(member).start()?;
/// }
/// # Ok::<(), tl_thread::StartError>(())
/// ```
impl<R: Runnable + ?Sized> Runnable for Box<R> {
    fn run(&mut self) {
        (**self).run();
    }
}

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
