//! The local.

mod init;

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use tl_core::sync::const_unless_loom;

use crate::cell::{Cells, Exclusion, State};
use crate::drain::Drain;

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

impl<T: Send + 'static> Local<T> {
    const_unless_loom! {
        /// Creates a `Local` in which no thread has a value.
        ///
        /// # Examples
        ///
        /// ```
        /// use tl_local::Local;
        ///
        /// static USER: Local<String> = Local::new();
        /// assert_eq!(USER.get(), None);
        /// ```
        #[must_use]
        pub const fn new() -> Local<T> {
            Local {
                cells: Cells::new(),
                init: Init::Nowhere,
            }
        }
    }

    /// Returns a clone of the calling thread's value; `None` if it has none.
    ///
    /// # Panics
    ///
    /// Within [`with_mut`](Local::with_mut) or an initialiser of the same `Local`. If the
    /// initialiser or the clone panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_local::Local;
    ///
    /// let depth = Local::new();
    /// depth.set(3);
    /// assert_eq!(depth.get(), Some(3));
    /// ```
    #[inline]
    #[track_caller]
    pub fn get(&self) -> Option<T>
    where
        T: Clone,
    {
        if let Some(value) = self.cells.share() {
            return Some(T::clone(&value));
        }
        self.get_slow()
    }

    #[cold]
    #[track_caller]
    fn get_slow(&self) -> Option<T>
    where
        T: Clone,
    {
        self.initialise();
        self.cells.share().map(|value| T::clone(&value))
    }

    /// Sets the calling thread's value, and returns the former one, or `None` if there was none.
    ///
    /// A thread that has dropped its values already cannot keep another: then this returns
    /// `Some(value)`, the very value it was given. That happens only in destructors of other
    /// thread-locals.
    ///
    /// # Panics
    ///
    /// Within [`with`](Local::with), [`with_mut`](Local::with_mut) or an initialiser of the same
    /// `Local`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_local::Local;
    ///
    /// let user = Local::new();
    /// assert_eq!(user.set("first"), None);
    /// assert_eq!(user.set("second"), Some("first"));
    /// ```
    #[track_caller]
    pub fn set(&self, value: T) -> Option<T> {
        match self.state_unborrowed("set") {
            State::Ended => Some(value),
            _ => self.cells.replace(value),
        }
    }

    /// Takes the calling thread's value out. `None` if it has none. Does not run the initialiser.
    ///
    /// # Panics
    ///
    /// Within [`with`](Local::with), [`with_mut`](Local::with_mut) or an initialiser of the same
    /// `Local`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_local::Local;
    ///
    /// let user = Local::new();
    /// user.set("me");
    /// assert_eq!(user.take(), Some("me"));
    /// assert_eq!(user.take(), None);
    /// ```
    #[track_caller]
    pub fn take(&self) -> Option<T> {
        self.state_unborrowed("take");
        self.cells.take()
    }

    /// Returns whether the calling thread has a value. Does not run the initialiser, and never
    /// panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_local::Local;
    ///
    /// let user = Local::new();
    /// assert!(!user.is_set());
    /// user.set("me");
    /// assert!(user.is_set());
    /// ```
    pub fn is_set(&self) -> bool {
        matches!(
            self.cells.state(),
            State::Free | State::Shared | State::Excluded
        )
    }

    /// Calls `f` with the calling thread's value, or with `None` if it has none. Returns what `f`
    /// returns.
    ///
    /// # Panics
    ///
    /// Within [`with_mut`](Local::with_mut) or an initialiser of the same `Local`. If the
    /// initialiser or `f` panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_local::Local;
    ///
    /// let user: Local<String> = Local::new();
    /// user.set("me".to_string());
    /// assert_eq!(user.with(|user| user.map_or(0, |user| user.len())), 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> R {
        if let Some(value) = self.cells.share() {
            return f(Some(&value));
        }
        self.initialise();
        f(self.cells.share().as_deref())
    }

    /// Calls `f` with the calling thread's value, to change it, or with `None` if it has none.
    /// Returns what `f` returns.
    ///
    /// # Panics
    ///
    /// Within [`with`](Local::with), [`with_mut`](Local::with_mut) or an initialiser of the same
    /// `Local`. If the initialiser or `f` panics; the value is what `f` has left.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_local::Local;
    ///
    /// let names: Local<Vec<&str>> = Local::new();
    /// names.set(Vec::new());
    /// names.with_mut(|names| names.unwrap().push("a"));
    /// assert_eq!(names.get().unwrap(), ["a"]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn with_mut<R>(&self, f: impl FnOnce(Option<&mut T>) -> R) -> R {
        if let Some(mut exclusion) = self.cells.exclude() {
            return f(Some(exclusion.value()));
        }
        self.initialise_to_change();
        f(self.cells.exclude().as_mut().map(Exclusion::value))
    }

    /// Calls `f` with the calling thread's value. If it has none, it gets the one that `init`
    /// returns first. Returns what `f` returns.
    ///
    /// A `Local` with an [initialiser](Local::with_init) of its own prefers that one, at the
    /// thread's first use. A thread that has dropped its values already cannot keep another: then
    /// what `init` returns is dropped after `f`.
    ///
    /// # Panics
    ///
    /// Within [`with_mut`](Local::with_mut) or an initialiser of the same `Local`. If an
    /// initialiser or `f` panics; an initialiser that does leaves nothing set.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_local::Local;
    ///
    /// let buffer: Local<Vec<u8>> = Local::new();
    /// let capacity = buffer.with_or_init(|| Vec::with_capacity(64), |buffer| buffer.capacity());
    /// assert!(capacity >= 64);
    /// assert!(buffer.is_set());
    /// ```
    #[inline]
    #[track_caller]
    pub fn with_or_init<R>(&self, init: impl FnOnce() -> T, f: impl FnOnce(&T) -> R) -> R {
        if let Some(value) = self.cells.share() {
            return f(&value);
        }
        self.initialise();
        match self.cells.state() {
            State::Ended => return f(&init()),
            State::Unset | State::Taken => self.initialise_with(init),
            _ => {}
        }
        f(&self.cells.share().expect("the value was just set"))
    }

    /// Calls `f` with the value of every thread that has one, in no particular order.
    ///
    /// The exclusive borrow keeps all threads from using the `Local`, but not from ending. A thread
    /// that ends while `f` has its value does not wait for `f`: then the value is dropped here when
    /// `f` is done with it.
    ///
    /// # Panics
    ///
    /// If `f` panics. All values stay what and where they are.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_local::Local;
    ///
    /// let mut count = Local::new();
    /// count.set(41);
    /// count.for_each_mut(|count| *count += 1);
    /// assert_eq!(count.get(), Some(42));
    /// ```
    pub fn for_each_mut(&mut self, f: impl FnMut(&mut T)) {
        self.cells.for_each_mut(f);
    }

    /// Takes the values of all threads out, in no particular order. The `Local` is as new
    /// afterwards: no thread has a value, and an initialiser runs again where it is needed.
    ///
    /// Values of threads that are ending at this moment are among them, or are dropped in their
    /// threads.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_local::Local;
    ///
    /// let mut result = Local::new();
    /// result.set(1);
    /// assert_eq!(result.drain().collect::<Vec<_>>(), [1]);
    /// assert!(!result.is_set());
    /// ```
    pub fn drain(&mut self) -> Drain<T> {
        Drain {
            values: self.cells.empty().into_iter(),
        }
    }

    /// Returns the state, if the value is not borrowed.
    #[track_caller]
    fn state_unborrowed(&self, verb: &str) -> State {
        let state = self.cells.state();
        let place = match state {
            State::Shared => "`with`, or while its value was being cloned",
            State::Excluded => "`with_mut`",
            State::Initialising => "initialiser",
            State::Unset | State::Free | State::Taken | State::Ended => return state,
        };
        panic!(
            "an attempt to {verb} the value of a `Local` inside its own {place}, in the same thread: do it afterwards"
        );
    }
}

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
