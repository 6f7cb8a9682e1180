//! The local.

mod access;
mod init;

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::cell::{Cells, State};

/// An object in which every thread has a value of its own.
///
/// A thread [sets](Local::set) its value, [gets](Local::get) it, and never sees that of another.
/// The value lives until its thread ends, or the `Local`, whichever comes first
/// ([the crate](crate#the-life-of-a-value) says more).
///
/// It is Python's
/// [`threading.local`](https://docs.python.org/3/library/threading.html#thread-local-data) with one
/// attribute: for several, let `T` be a struct. A `Local` [with an initialiser](Local::with_init)
/// is what a subclass of it with an `__init__` is in Python.
///
/// # Mistakes that do not compile
///
/// A value ends with its thread, so a reference to it is given only to a closure
/// ([`with`](Local::with), [`with_mut`](Local::with_mut)):
///
/// ```compile_fail
/// use tl_local::Local;
///
/// let name: Local<String> = Local::new();
/// name.set("a".to_string());
/// let escaped: &String = name.with(|value| value.unwrap());
/// println!("{escaped}");
/// ```
///
/// The owner of the `Local` may drop a value in another thread than that which set it, so the value
/// has to be `Send`. An [`Rc`](std::rc::Rc) goes into a [`thread_local!`](std::thread_local), or
/// becomes an [`Arc`](std::sync::Arc):
///
/// ```compile_fail,E0277
/// use std::rc::Rc;
/// use tl_local::Local;
///
/// static NAME: Local<Rc<str>> = Local::new();
/// ```
///
/// # Panics
///
/// Within a call of [`with`](Local::with), or while the value is being cloned, the same thread may
/// `get` and `with` the same `Local` again; [`set`](Local::set), [`take`](Local::take) and
/// [`with_mut`](Local::with_mut) panic. Within `with_mut`, and within an initialiser, all of these
/// panic. Other `Local`s, and other threads, are free.
///
/// There is room for 2²⁸ `Local`s with values at the same time; a first value in one more panics.
///
/// # Threads that end
///
/// When a thread ends its values are dropped, one after the other. Their drops may use other
/// `Local`s; a value that they set is dropped in its turn, for a few rounds, so that an endless
/// chain comes to an end. From then on, as far as other thread-locals of that thread are still
/// being dropped, its value is `None` in every `Local`, no initialiser runs, and
/// [`set`](Local::set) hands back what it is given.
///
/// A drop that panics when the thread ends is reported by the panic hook and does no other harm.
///
/// A thread that calls [`std::process::exit`] ends too. A value that it is using at that moment,
/// within `with` say, is not dropped.
///
/// # Examples
///
/// Each thread counts for itself, and the owner adds up:
///
/// ```
/// use std::thread;
/// use tl_local::Local;
///
/// let mut hits = Local::with_init(|| 0u32);
/// let count = |n| (0..n).for_each(|_| hits.with_mut(|hits| *hits.unwrap() += 1));
/// count(3);
/// thread::scope(|scope| {
///     let other = scope.spawn(|| {
///         count(5);
///         assert_eq!(hits.get(), Some(5));
///     });
///     // A join waits for the end of the thread's values, which the scope alone does not.
///     other.join().unwrap();
/// });
/// // The value of the thread that has ended is gone.
/// assert_eq!(hits.drain().sum::<u32>(), 3);
/// ```
pub struct Local<T: Send + 'static> {
    pub(crate) cells: Cells<T>,
    init: Init<T>,
}

/// Where the first value of a thread comes from.
enum Init<T> {
    Nowhere,
    #[cfg_attr(
        loom,
        expect(dead_code, reason = "for statics, which models have none of")
    )]
    Function(fn() -> T),
    Closure(Box<dyn Fn() -> T + Send + Sync>),
}

// A panic can leave a value half changed only in `with_mut`, and then only the thread that panicked
// sees it, as with a static `thread_local!`.
impl<T: Send + 'static> UnwindSafe for Local<T> {}
impl<T: Send + 'static> RefUnwindSafe for Local<T> {}

impl<T: Send + 'static> Default for Local<T> {
    /// Creates a `Local` in which no thread has a value.
    fn default() -> Local<T> {
        Local::new()
    }
}

impl<T: fmt::Debug + Send + 'static> fmt::Debug for Local<T> {
    /// Shows the calling thread's value. Does not run the initialiser.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Local");
        match self.cells.state() {
            State::Free | State::Shared => {
                let value = self.cells.share();
                out.field("value", &value.as_deref());
            }
            State::Excluded => {
                out.field("value", &format_args!("<borrowed>"));
            }
            State::Unset | State::Initialising | State::Taken | State::Ended => {
                out.field("value", &None::<T>);
            }
        }
        out.finish()
    }
}
