//! Threads that borrow.
//!
//! They are started through the standard library's scope, which guarantees that nothing borrowed is
//! used too late. It does not promise that the thread-locals of its threads have been dropped when
//! it ends. For that, the [`Crew`] counts the threads that have not ended.

use std::fmt;
use std::io;
use std::ptr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};

use crate::crew::Crew;
use crate::crews;
use crate::spawn::no_result;
use crate::thread::{OsThread, Start};
use crate::{Builder, Thread};

const SCOPE: &Operation = &Operation::new("tl_thread", "scope");
const JOIN: &Operation = &Operation::new("ScopedJoinHandle", "join");
const JOIN_TIMEOUT: &Operation = &Operation::new("ScopedJoinHandle", "join_timeout");
const JOIN_DEADLINE: &Operation = &Operation::new("ScopedJoinHandle", "join_deadline");

/// Waits for the crew when the scope ends, however it ends.
struct CloseScope {
    key: usize,
    crew: Arc<Crew>,
    call: Call,
}

impl CloseScope {
    fn open(key: usize, call: Call) -> CloseScope {
        let crew = crews::open(key);
        CloseScope { key, crew, call }
    }
}

impl Drop for CloseScope {
    fn drop(&mut self) {
        // As long as one thread of the crew runs it may start others, and looks the crew up here.
        self.crew.wait(self.call);
        crews::close(self.key);
    }
}

/// Calls `f` with a scope in which threads can be started that borrow what lives longer than the
/// scope, and returns when they have all ended and their thread-locals have been dropped:
/// [`std::thread::scope`], with named and listed threads.
///
/// # Panics
///
/// Panics with the panic of `f`, if `f` panicked; else if a thread panicked that was not joined.
///
/// # Blocking
///
/// Waits until all threads of the scope have ended. In a child made by `fork` within the scope they
/// never do: there the process has to end within the scope.
///
/// # Examples
///
/// ```
/// let mut numbers = vec![1, 2, 3];
/// let mut sum = 0;
/// tl_thread::scope(|s| {
///     s.spawn(|| sum = numbers.iter().sum());
///     s.spawn(|| println!("{} numbers", numbers.len()));
/// });
/// numbers.push(sum);
/// assert_eq!(numbers, [1, 2, 3, 6]);
/// ```
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let call = Call::here(SCOPE);
    thread::scope(|std_scope| {
        let _close = CloseScope::open(ptr::from_ref(std_scope).addr(), call);
        f(std_scope)
    })
}

/// Where scoped threads are started. See [`scope`].
///
/// The type is a trait object, and the methods are those of `dyn ScopeBase`, because that is how a
/// reference to the standard library's scope can become a reference to this one. It is used as if
/// it were a struct.
///
/// # Examples
///
/// ```
/// use tl_thread::{Scope, ScopedJoinHandle, scope};
///
/// /// Starts one more thread in a scope that somebody else has opened.
/// fn count<'scope>(
///     s: &'scope Scope<'scope, '_>,
///     text: &'scope str,
/// ) -> ScopedJoinHandle<'scope, usize> {
///     s.spawn(|| text.split_whitespace().count())
/// }
///
/// let text = String::from("three short words");
/// assert_eq!(scope(|s| count(s, &text).join().unwrap()), 3);
/// ```
pub type Scope<'scope, 'env> = dyn ScopeBase<'scope, 'env> + 'scope;

/// What is behind a [`Scope`]: the standard library's [`std::thread::Scope`], and nothing else.
pub trait ScopeBase<'scope, 'env: 'scope>: Sync + sealed::Sealed {
    #[doc(hidden)]
    fn std_scope(&'scope self) -> &'scope thread::Scope<'scope, 'env>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for std::thread::Scope<'_, '_> {}
}

impl<'scope, 'env> ScopeBase<'scope, 'env> for thread::Scope<'scope, 'env> {
    fn std_scope(&'scope self) -> &'scope thread::Scope<'scope, 'env> {
        self
    }
}

impl<'scope, 'env> dyn ScopeBase<'scope, 'env> + 'scope {
    /// Calls `f` in a new thread of the scope, as [`spawn`](crate::spawn) does.
    ///
    /// # Panics
    ///
    /// If the operating system refuses the thread; [`Builder::spawn_scoped`] returns the error
    /// instead.
    ///
    /// # Examples
    ///
    /// ```
    /// let words = ["one", "two"];
    /// let lengths = tl_thread::scope(|s| {
    ///     let handles = words.map(|word| s.spawn(move || word.len()));
    ///     handles.map(|handle| handle.join().unwrap())
    /// });
    /// assert_eq!(lengths, [3, 3]);
    /// ```
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        Builder::new()
            .spawn_scoped(self, f)
            .expect("failed to spawn thread")
    }
}

impl fmt::Debug for dyn ScopeBase<'_, '_> + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

impl Builder {
    /// Calls `f` in the new thread, which is one of the scope. See [`scope`].
    ///
    /// It takes a [`std::thread::Scope`] too. Such a scope ends as the standard library says: when
    /// all functions have returned, and perhaps before the thread-locals of those threads have been
    /// dropped, for which a join waits.
    ///
    /// # Errors
    ///
    /// When the operating system refuses the thread, or the stack size is impossible. `f` is
    /// dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_thread::{Builder, scope};
    ///
    /// let text = String::from("borrowed");
    /// scope(|s| {
    ///     let handle = Builder::new().name("reader".into()).spawn_scoped(s, || text.len())?;
    ///     assert_eq!(handle.join().unwrap(), 8);
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn spawn_scoped<'scope, 'env, F, T>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let std_scope = scope.std_scope();
        let key = ptr::from_ref(std_scope).addr();
        // The thread joins the crew when it is started, and leaves when it has ended, or was
        // refused. In a scope that the standard library has opened there is no crew.
        let thread = self.thread(crews::of(key));
        let start = Start::of_new(&thread);
        let (builder, main) = start.build()?;
        let os = start.keep(builder.spawn_scoped(std_scope, main.around(f))?);
        Ok(ScopedJoinHandle { thread, os })
    }
}

/// A handle to the value of a scoped thread: [`std::thread::ScopedJoinHandle`], with time limits.
///
/// Dropping it does not end the thread. A handle that is leaked, with [`std::mem::forget`] say,
/// keeps its scope from ever ending, as the standard library's does.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, Instant};
///
/// let words = ["to", "be", "or", "not"];
/// tl_thread::scope(|s| {
///     let [one, two, three] = [(); 3].map(|()| s.spawn(|| words.concat()));
///     println!("{} is at work: {}", one.thread().name(), !one.is_finished());
///     assert_eq!(one.join().unwrap(), "tobeornot");
///
///     let a_minute = Duration::from_secs(60);
///     match two.join_timeout(a_minute) {
///         Ok(text) => assert_eq!(text.unwrap(), "tobeornot"),
///         Err(_handle) => println!("not yet; the scope waits for it all the same"),
///     }
///     assert!(three.join_deadline(Instant::now() + a_minute).is_ok());
/// });
/// ```
pub struct ScopedJoinHandle<'scope, T> {
    thread: Thread,
    os: OsThread<thread::ScopedJoinHandle<'scope, T>>,
}

impl<'scope, T> ScopedJoinHandle<'scope, T> {
    /// Waits for the thread as [`JoinHandle::join`](crate::JoinHandle::join) does, and returns its
    /// value.
    ///
    /// # Errors
    ///
    /// What the thread panicked with.
    ///
    /// # Blocking
    ///
    /// Waits until the thread has ended.
    #[track_caller]
    pub fn join(self) -> thread::Result<T> {
        let ScopedJoinHandle { thread, os } = self;
        let Some(os) = os.into_handle() else {
            return no_result();
        };
        thread.seen_to_join(Call::here(JOIN), || os.join())
    }

    /// Waits for the thread as [`JoinHandle::join_timeout`](crate::JoinHandle::join_timeout) does.
    ///
    /// # Errors
    ///
    /// The handle, if the thread has not ended by then. A panic of the thread is in the inner
    /// result.
    ///
    /// # Blocking
    ///
    /// Waits until the thread has ended, but no longer than `timeout`.
    #[must_use = "it is the thread's value, or the handle if the time ran out; dropping the handle gives the value up"]
    #[track_caller]
    pub fn join_timeout(
        self,
        timeout: Duration,
    ) -> Result<thread::Result<T>, ScopedJoinHandle<'scope, T>> {
        self.join_before(Deadline::after(timeout), Call::here(JOIN_TIMEOUT))
    }

    /// Waits for the thread as [`JoinHandle::join_deadline`](crate::JoinHandle::join_deadline)
    /// does.
    ///
    /// # Errors
    ///
    /// The handle, if the thread has not ended by then. A panic of the thread is in the inner
    /// result.
    ///
    /// # Blocking
    ///
    /// Waits until the thread has ended, but not after `deadline`.
    #[must_use = "it is the thread's value, or the handle if the time ran out; dropping the handle gives the value up"]
    #[track_caller]
    pub fn join_deadline(
        self,
        deadline: Instant,
    ) -> Result<thread::Result<T>, ScopedJoinHandle<'scope, T>> {
        self.join_before(Deadline::at(deadline), Call::here(JOIN_DEADLINE))
    }

    fn join_before(
        self,
        deadline: Deadline,
        call: Call,
    ) -> Result<thread::Result<T>, ScopedJoinHandle<'scope, T>> {
        if self.thread.wait_for_end(deadline, call) {
            Ok(self
                .os
                .into_handle()
                .map_or_else(no_result, thread::ScopedJoinHandle::join))
        } else {
            Err(self)
        }
    }

    /// Returns the thread itself, for its name, its flags, and to join it without its value.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Returns whether the thread has ended and its thread-locals have been dropped, so that
    /// [`join`](ScopedJoinHandle::join) would return at once.
    pub fn is_finished(&self) -> bool {
        !self.thread.is_alive()
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle")
            .field("thread", &self.thread)
            .finish_non_exhaustive()
    }
}
