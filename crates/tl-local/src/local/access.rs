//! Reading, setting and taking values.

use tl_core::sync::const_unless_loom;

use crate::cell::{Cells, Exclusion, State};
use crate::drain::Drain;

use super::{Init, Local};

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
    pub(super) fn state_unborrowed(&self, verb: &str) -> State {
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
