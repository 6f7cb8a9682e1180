//! Waiting for the beginning.

use std::thread;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Note, Operation};

use super::{Origin, Thread};

const WAIT_BEGUN: &Operation = &Operation::new("Thread", "wait_begun");
const WAIT_BEGUN_TIMEOUT: &Operation = &Operation::new("Thread", "wait_begun_timeout");
const WAIT_BEGUN_DEADLINE: &Operation = &Operation::new("Thread", "wait_begun_deadline");

impl Thread {
    /// Returns whether the thread has begun: it runs as a thread of the operating system, with its
    /// [`native_id`](Thread::native_id), or has done so. [`start`](Thread::start) does not wait for
    /// that.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(tl_thread::current_thread().has_begun());
    /// assert!(!tl_thread::Thread::new(|| ()).has_begun());
    /// ```
    pub fn has_begun(&self) -> bool {
        self.inner.life.has_begun()
    }

    /// Waits until the thread has begun. Returns whether it has: false, at once, if it has not been
    /// started, and false for a timer that is cancelled before it fires.
    ///
    /// Python's `start` waits for that by itself. Here a program waits only if it needs something
    /// that a thread has once it runs, such as [`native_id`](Thread::native_id) to choose its
    /// processors.
    ///
    /// # Blocking
    ///
    /// Waits until the system has given the thread a core for the first time. For a pending timer
    /// that is when it fires.
    ///
    /// # Examples
    ///
    /// ```
    /// let thread = tl_thread::Thread::new(|| ());
    /// thread.start()?;
    /// assert!(thread.wait_begun());
    /// assert!(thread.native_id().is_some());
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    #[track_caller]
    pub fn wait_begun(&self) -> bool {
        self.wait_begun_before(Deadline::NEVER, Call::here(WAIT_BEGUN))
    }

    /// Waits as [`wait_begun`](Thread::wait_begun) does, for at most `timeout`.
    ///
    /// # Blocking
    ///
    /// The same as [`wait_begun`](Thread::wait_begun), but no longer than `timeout`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let thread = tl_thread::Thread::new(|| ());
    /// assert!(!thread.wait_begun_timeout(Duration::from_millis(1)));
    /// thread.start()?;
    /// assert!(thread.wait_begun_timeout(Duration::MAX));
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    #[track_caller]
    pub fn wait_begun_timeout(&self, timeout: Duration) -> bool {
        self.wait_begun_before(Deadline::after(timeout), Call::here(WAIT_BEGUN_TIMEOUT))
    }

    /// Waits as [`wait_begun`](Thread::wait_begun) does, until `deadline` at the latest.
    ///
    /// # Blocking
    ///
    /// The same as [`wait_begun`](Thread::wait_begun), but not after `deadline`.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(tl_thread::current_thread().wait_begun_deadline(std::time::Instant::now()));
    /// ```
    #[track_caller]
    pub fn wait_begun_deadline(&self, deadline: Instant) -> bool {
        self.wait_begun_before(Deadline::at(deadline), Call::here(WAIT_BEGUN_DEADLINE))
    }

    fn wait_begun_before(&self, deadline: Deadline, call: Call) -> bool {
        self.inner.life.wait_begun(deadline, &Note::new(call))
    }

    /// Returns whether the library did not start the thread, nor is it the main thread: it is known
    /// because it has called the library. Nobody here can join it, and the end of the process does
    /// not wait for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_thread::current_thread;
    ///
    /// assert!(!current_thread().is_foreign());
    /// let foreign = std::thread::spawn(current_thread).join().unwrap();
    /// assert!(foreign.is_foreign());
    /// ```
    pub fn is_foreign(&self) -> bool {
        self.origin_is(Origin::Foreign)
    }

    /// Returns the standard library's handle to the thread, with its
    /// [`ThreadId`](std::thread::ThreadId); `None` until the thread [has begun](Thread::has_begun),
    /// or, in one that the library did not start, has called it.
    ///
    /// # Examples
    ///
    /// ```
    /// let handle = tl_thread::spawn(|| std::thread::current().id());
    /// assert!(handle.thread().wait_begun());
    /// let id = handle.thread().std_thread().unwrap().id();
    /// assert_eq!(handle.join().unwrap(), id);
    /// ```
    pub fn std_thread(&self) -> Option<thread::Thread> {
        self.inner.std_thread.get().cloned()
    }

    /// Returns the handle that C's functions take, such as `pthread_setaffinity_np`; `None` before
    /// the thread [has begun](Thread::has_begun) and after its end. The caller of such a function
    /// makes sure that the thread does not end meanwhile.
    ///
    /// The same as
    /// [`JoinHandleExt::as_pthread_t`](std::os::unix::thread::JoinHandleExt::as_pthread_t).
    ///
    /// # Examples
    ///
    /// ```
    /// let thread = tl_thread::current_thread();
    /// assert!(thread.as_pthread_t().is_some());
    /// ```
    #[cfg(unix)]
    pub fn as_pthread_t(&self) -> Option<std::os::unix::thread::RawPthread> {
        // Relaxed: a number that refers to nothing.
        match self.inner.pthread.load(super::Ordering::Relaxed) {
            0 => None,
            pthread if self.is_alive() => Some(pthread as std::os::unix::thread::RawPthread),
            _ => None,
        }
    }

    /// Notes how the standard library and C know the calling thread, which is this one.
    pub(crate) fn note_os_thread(&self) {
        // It panics where std's own record is gone, among the last destructors of C.
        if let Ok(own) = std::panic::catch_unwind(thread::current) {
            // A failure means that it is known already.
            let _ = self.inner.std_thread.set(own);
        }
        #[cfg(unix)]
        self.inner
            .pthread
            .store(tl_core::sys::current_pthread(), super::Ordering::Relaxed);
    }
}
