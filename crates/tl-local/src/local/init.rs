//! The first value of a thread.

use super::{Init, Local};
use crate::cell::{Cells, State};

impl<T: Send + 'static> Local<T> {
    /// Creates a `Local` in which each thread has the value that `init` returns.
    ///
    /// `init` runs in the thread, at the first use of its value: once, unless it panics. Then
    /// nothing is set, the panic propagates to the caller, and the next use tries again. It does
    /// not run in a thread that has [set](Local::set) a value before; and a thread that
    /// [takes](Local::take) its value out has none from then on.
    ///
    /// `init` may use other `Local`s.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_local::Local;
    ///
    /// let name = String::from("anonymous");
    /// let user = Local::with_init(move || name.clone());
    /// thread::scope(|scope| {
    ///     scope.spawn(|| assert_eq!(user.get().unwrap(), "anonymous"));
    ///     user.set("me".to_string());
    ///     assert_eq!(user.get().unwrap(), "me");
    /// });
    /// ```
    #[must_use]
    pub fn with_init(init: impl Fn() -> T + Send + Sync + 'static) -> Local<T> {
        Local {
            cells: Cells::new(),
            init: Init::Closure(Box::new(init)),
        }
    }

    /// Creates a `Local` as [`with_init`](Local::with_init) does, for a static: `init` is a
    /// function, or a closure that captures nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_local::Local;
    ///
    /// static STACK: Local<Vec<u32>> = Local::with_init_fn(Vec::new);
    ///
    /// STACK.with_mut(|stack| stack.unwrap().push(1));
    /// assert_eq!(STACK.get().unwrap(), [1]);
    /// ```
    #[cfg(not(loom))]
    #[must_use]
    pub const fn with_init_fn(init: fn() -> T) -> Local<T> {
        Local {
            cells: Cells::new(),
            init: Init::Function(init),
        }
    }

    /// Gives the calling thread its first value, if there is an initialiser and it has not had one.
    ///
    /// # Panics
    ///
    /// If the thread's value must not be looked at now.
    #[cold]
    #[track_caller]
    pub(crate) fn initialise(&self) {
        match self.cells.state() {
            State::Initialising => Self::refuse_to_initialise_again(),
            State::Excluded => panic!(
                "a `Local` was used inside its own `with_mut`, in the same thread: use the reference given to the closure"
            ),
            State::Unset => match &self.init {
                Init::Nowhere => {}
                Init::Function(init) => self.initialise_with(init),
                Init::Closure(init) => self.initialise_with(init),
            },
            State::Free | State::Shared | State::Taken | State::Ended => {}
        }
    }

    /// Panics, since an initialiser is at work.
    #[track_caller]
    pub(crate) fn refuse_to_initialise_again() -> ! {
        panic!(
            "the initialiser of a `Local` used the same `Local` in the same thread: \
             it must work without the value that it makes"
        )
    }

    /// Initialises as [`initialise`](Local::initialise) does, for a caller that is about to change
    /// the value.
    ///
    /// # Panics
    ///
    /// If it is borrowed.
    #[cold]
    #[track_caller]
    pub(super) fn initialise_to_change(&self) {
        if self.state_unborrowed("change") == State::Unset {
            self.initialise();
        }
    }

    pub(super) fn initialise_with(&self, init: impl FnOnce() -> T) {
        let beginning = self.cells.begin();
        beginning.finish(init());
    }
}
