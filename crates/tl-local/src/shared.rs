//! The local whose values all threads may look at.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Deref;
use std::panic::{RefUnwindSafe, UnwindSafe};

use tl_core::sync::const_unless_loom;

use crate::cell::{State, Visit, Visits};
use crate::drain::Drain;
use crate::local::Local;

/// An object in which every thread has a value of its own, and may look at those of the others.
///
/// It is a [`Local`] whose values are `Sync`, and are not replaced once they are set. So any thread
/// can [go through](SharedLocal::iter) the values of all threads, while those use them. What is to
/// change within a value is an atomic, or is behind a lock. A thread reaches its own value in a few
/// instructions, without a lock or an atomic operation, as in a `Local`.
///
/// The value lives until its thread ends, or the `SharedLocal`, whichever comes first, as in a
/// `Local`: see [the crate](crate#the-life-of-a-value), also for
/// [values that should outlive their thread](crate#values-that-outlive-their-thread).
///
/// In other libraries it is `thread_local::ThreadLocal`, whose values stay until the object goes.
///
/// # Panics
///
/// Within an initialiser, a use of the same `SharedLocal` in the same thread panics. There is room
/// for 2²⁸ objects with values at the same time, `Local`s included; a first value in one more
/// panics.
///
/// # Examples
///
/// Each thread counts for itself, and anybody adds up, meanwhile:
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use std::thread;
/// use tl_local::SharedLocal;
///
/// static HITS: SharedLocal<AtomicU64> = SharedLocal::with_init_fn(|| AtomicU64::new(0));
///
/// fn hit() {
///     HITS.with(|hits| hits.unwrap().fetch_add(1, Ordering::Relaxed));
/// }
///
/// fn hits() -> u64 {
///     HITS.iter().map(|hits| hits.load(Ordering::Relaxed)).sum()
/// }
///
/// hit();
/// thread::scope(|scope| {
///     let other = scope.spawn(|| {
///         hit();
///         assert_eq!(hits(), 2);
///     });
///     other.join().unwrap();
/// });
/// // The value of the thread that has ended is gone.
/// assert_eq!(hits(), 1);
/// ```
///
/// A value cannot be one that only its own thread may look at:
///
/// ```compile_fail,E0277
/// use std::cell::Cell;
/// use tl_local::SharedLocal;
///
/// static COUNT: SharedLocal<Cell<u32>> = SharedLocal::new();
/// ```
pub struct SharedLocal<T: Send + Sync + 'static> {
    /// All its values are published.
    local: Local<T>,
}

// A value is looked at only, and what a panic can leave half changed in it is its own affair, as
// with a static.
impl<T: Send + Sync + 'static> UnwindSafe for SharedLocal<T> {}
impl<T: Send + Sync + 'static> RefUnwindSafe for SharedLocal<T> {}

impl<T: Send + Sync + 'static> SharedLocal<T> {
    const_unless_loom! {
        /// Makes one in which no thread has a value.
        ///
        /// # Examples
        ///
        /// ```
        /// use std::sync::atomic::AtomicU64;
        /// use tl_local::SharedLocal;
        ///
        /// static HITS: SharedLocal<AtomicU64> = SharedLocal::new();
        /// assert_eq!(HITS.iter().count(), 0);
        /// ```
        #[must_use]
        pub const fn new() -> SharedLocal<T> {
            SharedLocal {
                local: Local::new(),
            }
        }
    }

    /// Makes one in which each thread has the value that `init` returns.
    ///
    /// `init` runs in the thread, at the first use of its value: once, unless it panics. Then
    /// nothing is set, the panic propagates to the caller, and the next use tries again. It does
    /// not run in a thread that has [set](SharedLocal::set) a value before, nor when others look.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Mutex;
    /// use tl_local::SharedLocal;
    ///
    /// let start = String::from("idle");
    /// let doing = SharedLocal::with_init(move || Mutex::new(start.clone()));
    /// doing.with(|doing| doing.unwrap().lock().unwrap().push('!'));
    /// for doing in doing.iter() {
    ///     assert_eq!(*doing.lock().unwrap(), "idle!");
    /// }
    /// ```
    #[must_use]
    pub fn with_init(init: impl Fn() -> T + Send + Sync + 'static) -> SharedLocal<T> {
        SharedLocal {
            local: Local::with_init(init),
        }
    }

    /// Makes one as [`with_init`](SharedLocal::with_init) does, for a static: `init` is a function,
    /// or a closure that captures nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::AtomicBool;
    /// use tl_local::SharedLocal;
    ///
    /// static BUSY: SharedLocal<AtomicBool> = SharedLocal::with_init_fn(|| AtomicBool::new(false));
    /// assert!(BUSY.with(|busy| busy.is_some()));
    /// ```
    #[cfg(not(loom))]
    #[must_use]
    pub const fn with_init_fn(init: fn() -> T) -> SharedLocal<T> {
        SharedLocal {
            local: Local::with_init_fn(init),
        }
    }

    /// Returns a clone of the calling thread's value. `None` if it has none.
    ///
    /// # Panics
    ///
    /// Within an initialiser of the same `SharedLocal`. If the initialiser or the clone panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_local::SharedLocal;
    ///
    /// let name: SharedLocal<Arc<str>> = SharedLocal::new();
    /// assert_eq!(name.get(), None);
    /// name.set(Arc::from("me")).unwrap();
    /// assert_eq!(&*name.get().unwrap(), "me");
    /// ```
    #[inline]
    #[track_caller]
    pub fn get(&self) -> Option<T>
    where
        T: Clone,
    {
        self.with(|value| value.cloned())
    }

    /// Sets the calling thread's value, which has to be its first: others may be looking at it
    /// from then on, so it is not replaced.
    ///
    /// # Errors
    ///
    /// Hands `value` back if the thread has a value; or if it has dropped its values already, as a
    /// thread does that ends, and cannot keep another.
    ///
    /// # Panics
    ///
    /// Within an initialiser of the same `SharedLocal`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::AtomicU64;
    /// use tl_local::SharedLocal;
    ///
    /// let hits = SharedLocal::new();
    /// assert!(hits.set(AtomicU64::new(1)).is_ok());
    /// assert!(hits.set(AtomicU64::new(2)).is_err());
    /// ```
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        match self.local.cells.state() {
            State::Unset => {}
            State::Initialising => Local::<T>::refuse_to_initialise_again(),
            _ => return Err(value),
        }
        self.local.cells.replace(value);
        self.local.cells.publish();
        Ok(())
    }

    /// Returns whether the calling thread has a value. Does not run the initialiser, and never
    /// panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_local::SharedLocal;
    ///
    /// let user = SharedLocal::new();
    /// assert!(!user.is_set());
    /// user.set("me").unwrap();
    /// assert!(user.is_set());
    /// ```
    pub fn is_set(&self) -> bool {
        self.local.is_set()
    }

    /// Calls `f` with the calling thread's value, or with `None` if it has none. Returns what `f`
    /// returns.
    ///
    /// # Panics
    ///
    /// Within an initialiser of the same `SharedLocal`. If the initialiser or `f` panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use tl_local::SharedLocal;
    ///
    /// let hits = SharedLocal::with_init(|| AtomicU64::new(0));
    /// assert_eq!(hits.with(|hits| hits.unwrap().fetch_add(1, Ordering::Relaxed)), 0);
    /// ```
    #[inline]
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> R {
        if let Some(value) = self.local.cells.share() {
            return f(Some(&value));
        }
        self.local.initialise();
        self.local.cells.publish();
        f(self.local.cells.share().as_deref())
    }

    /// Calls `f` with the calling thread's value. If it has none, it gets the one that `init`
    /// returns first. Returns what `f` returns.
    ///
    /// One with an [initialiser](SharedLocal::with_init) of its own prefers that one, at the
    /// thread's first use. A thread that has dropped its values already cannot keep another: then
    /// what `init` returns is dropped after `f`, and no other thread sees it.
    ///
    /// # Panics
    ///
    /// Within an initialiser of the same `SharedLocal`. If an initialiser or `f` panics; an
    /// initialiser that does leaves nothing set.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use tl_local::SharedLocal;
    ///
    /// let hits: SharedLocal<AtomicU64> = SharedLocal::new();
    /// hits.with_or_init(|| AtomicU64::new(5), |hits| hits.fetch_add(1, Ordering::Relaxed));
    /// assert_eq!(hits.iter().next().unwrap().load(Ordering::Relaxed), 6);
    /// ```
    #[inline]
    #[track_caller]
    pub fn with_or_init<R>(&self, init: impl FnOnce() -> T, f: impl FnOnce(&T) -> R) -> R {
        if let Some(value) = self.local.cells.share() {
            return f(&value);
        }
        self.local.with_or_init(init, |value| {
            self.local.cells.publish();
            f(value)
        })
    }

    /// Goes through the values of all threads that have one, in no particular order.
    ///
    /// It returns no value twice, and every value that was set before, unless its thread ends
    /// meanwhile. A value that is set later may be among them or not; that of a thread that has
    /// ended is not. In a child made by `fork` the values of the parent's threads stay.
    ///
    /// No thread waits for it, whether it uses its value or ends. If a thread ends while others
    /// have [its value](SharedRef), the last of them drops the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Barrier;
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use std::thread;
    /// use tl_local::SharedLocal;
    ///
    /// let (progress, half_way) = (SharedLocal::new(), Barrier::new(3));
    /// thread::scope(|scope| {
    ///     for done in [20, 30] {
    ///         let (progress, half_way) = (&progress, &half_way);
    ///         scope.spawn(move || {
    ///             progress.set(AtomicU32::new(done)).unwrap();
    ///             half_way.wait();
    ///             half_way.wait();
    ///         });
    ///     }
    ///     half_way.wait();
    ///     let done: u32 = progress.iter().map(|done| done.load(Ordering::Relaxed)).sum();
    ///     assert_eq!(done, 50);
    ///     half_way.wait();
    /// });
    /// ```
    pub fn iter(&self) -> SharedIter<'_, T> {
        SharedIter {
            visits: self.local.cells.visits(),
        }
    }

    /// Takes the values of all threads out, in no particular order. It is as new afterwards: no
    /// thread has a value, and an initialiser runs again where it is needed.
    ///
    /// Values of threads that are ending at this moment are among them, or are dropped in their
    /// threads.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_local::SharedLocal;
    ///
    /// let mut result = SharedLocal::new();
    /// result.set(1).unwrap();
    /// assert_eq!(result.drain().collect::<Vec<_>>(), [1]);
    /// assert!(!result.is_set());
    /// ```
    pub fn drain(&mut self) -> Drain<T> {
        self.local.drain()
    }
}

impl<T: Send + Sync + 'static> Default for SharedLocal<T> {
    /// Makes one in which no thread has a value.
    fn default() -> SharedLocal<T> {
        SharedLocal::new()
    }
}

impl<'a, T: Send + Sync + 'static> IntoIterator for &'a SharedLocal<T> {
    type Item = SharedRef<'a, T>;
    type IntoIter = SharedIter<'a, T>;

    /// Returns what [`iter`](SharedLocal::iter) does.
    fn into_iter(self) -> SharedIter<'a, T> {
        self.iter()
    }
}

impl<T: fmt::Debug + Send + Sync + 'static> fmt::Debug for SharedLocal<T> {
    /// Shows the values of all threads. Does not run the initialiser.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct All<'a, T: Send + Sync + 'static>(&'a SharedLocal<T>);
        impl<T: fmt::Debug + Send + Sync + 'static> fmt::Debug for All<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.0).finish()
            }
        }
        f.debug_struct("SharedLocal")
            .field("values", &All(self))
            .finish()
    }
}

/// The values of all threads in a [`SharedLocal`], made by [`iter`](SharedLocal::iter).
///
/// # Examples
///
/// ```
/// use tl_local::SharedLocal;
///
/// let shared = SharedLocal::new();
/// shared.set(1).unwrap();
/// let values: Vec<i32> = shared.iter().map(|value| *value).collect();
/// assert_eq!(values, [1]);
/// ```
#[must_use = "an iterator does nothing until it is asked for its values"]
pub struct SharedIter<'a, T: Send + Sync + 'static> {
    visits: Visits<'a, T>,
}

impl<'a, T: Send + Sync + 'static> Iterator for SharedIter<'a, T> {
    type Item = SharedRef<'a, T>;

    fn next(&mut self) -> Option<SharedRef<'a, T>> {
        let visit = self.visits.next()?;
        Some(SharedRef { visit })
    }
}

impl<T: Send + Sync + 'static> FusedIterator for SharedIter<'_, T> {}

impl<T: Send + Sync + 'static> fmt::Debug for SharedIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedIter").finish_non_exhaustive()
    }
}

/// The value of a thread, as [`SharedLocal::iter`] returns it.
///
/// It derefs to the value, and keeps it alive: if the thread ends meanwhile, the value is dropped
/// with the last such reference.
///
/// # Examples
///
/// ```
/// use tl_local::SharedLocal;
///
/// let shared = SharedLocal::new();
/// shared.set(String::from("mine")).unwrap();
/// let value = shared.iter().next().unwrap();
/// assert_eq!(value.len(), 4);
/// ```
#[must_use = "it is the value to be looked at"]
pub struct SharedRef<'a, T: Send + Sync + 'static> {
    visit: Visit<'a, T>,
}

impl<T: Send + Sync + 'static> Deref for SharedRef<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.visit
    }
}

impl<T: fmt::Debug + Send + Sync + 'static> fmt::Debug for SharedRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<T: fmt::Display + Send + Sync + 'static> fmt::Display for SharedRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}
