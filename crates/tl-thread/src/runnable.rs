//! Structs that can be run in a thread.

/// What a thread can run: a struct whose fields are the arguments, and in which `run` can leave
/// results.
///
/// It is Python's way to
/// [subclass `Thread`](https://docs.python.org/3/library/threading.html#threading.Thread.run) and
/// override `run`. Use it with [`Thread::from_runnable`](crate::Thread::from_runnable), or with
/// [`spawn_runnable`](crate::spawn_runnable), which gives the struct back.
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
