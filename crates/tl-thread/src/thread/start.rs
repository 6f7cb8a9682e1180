//! From the handle to a thread of the operating system.

use std::io;
use std::mem;
use std::sync::atomic::Ordering;
use std::thread;

use super::run::{Main, Packet};
use super::{Inner, OsThread, Thread, os_thread};
use crate::{StartError, current, registry, stack};

impl Thread {
    /// Starts the thread.
    ///
    /// It does not wait for the thread to run. When it returns the thread is alive, listed by
    /// [`enumerate`](crate::enumerate), and has its [`ident`](Thread::ident); its
    /// [`native_id`](Thread::native_id) may be a moment behind.
    ///
    /// It is Python's
    /// [`start`](https://docs.python.org/3/library/threading.html#threading.Thread.start).
    ///
    /// # Errors
    ///
    /// [`StartError::AlreadyStarted`] if it has been started before, even if it has ended;
    /// [`StartError::Refused`] if the operating system does not give the thread, or its stack size
    /// is impossibly large. It can then be started again.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_thread::{StartError, Thread};
    ///
    /// let thread = Thread::new(|| ());
    /// thread.start()?;
    /// assert!(matches!(thread.start(), Err(StartError::AlreadyStarted)));
    /// # Ok::<(), StartError>(())
    /// ```
    pub fn start(&self) -> Result<(), StartError> {
        current::ensure_listed();
        let start = Start::begin(self).ok_or(StartError::AlreadyStarted)?;
        let handle = start
            .build()
            .and_then(|(builder, main)| builder.spawn(main.quietly()))
            .map_err(StartError::Refused)?;
        self.store_handle(start.keep(handle));
        Ok(())
    }

    /// Starts a thread that only the caller knows of, for a function whose result goes to `result`.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        function: impl FnOnce() -> T + Send + 'static,
        result: Packet<T>,
    ) -> io::Result<()> {
        let start = Start::of_new(self);
        let (builder, main) = start.build()?;
        let handle = builder.spawn(main.into_packet(function, result))?;
        self.store_handle(start.keep(handle));
        Ok(())
    }

    /// Returns what the system is to be asked for, and what the new thread is to do.
    pub(super) fn build(&self) -> io::Result<(thread::Builder, Main)> {
        let name = self.inner.record.name();
        // std panics at a zero byte in a name. What it tells the system is as long as the name, so
        // that `begin` knows where it was cut.
        let mut builder = thread::Builder::new().name(name.replace('\0', "?"));
        let own = self.inner.stack_size.load(Ordering::Relaxed);
        if let Some(size) = stack::for_new_thread(own)? {
            builder = builder.stack_size(size);
        }
        Ok((builder, Main::new(self, name)))
    }

    /// Keeps the operating system's thread for the thread that joins, unless it has ended
    /// meanwhile.
    pub(super) fn store_handle(&self, os: OsThread<thread::JoinHandle<()>>) {
        let mut not_kept = Some(os);
        {
            let mut work = self.inner.work.lock();
            if !self.inner.life.has_ended() {
                // In place of that of a thread that was started for this one in vain, if there is
                // one.
                mem::swap(&mut work.handle, &mut not_kept);
            }
        }
        if let Some(thread) = not_kept {
            os_thread::discard(thread);
        }
    }
}

/// The start of a thread: begun, built, and kept once the system has given the thread. Dropped
/// before that, it was refused: the thread is new again.
pub(crate) struct Start<'t> {
    thread: &'t Thread,
}

impl<'t> Start<'t> {
    /// Begins to start a thread; `None` if that was done before.
    fn begin(thread: &'t Thread) -> Option<Start<'t>> {
        if !thread.inner.life.start() {
            return None;
        }
        thread.join_crew();
        Some(Start { thread })
    }

    /// Begins to start a thread that only the caller knows of.
    pub(crate) fn of_new(thread: &'t Thread) -> Start<'t> {
        Start::begin(thread).expect("a new thread has not been started")
    }

    /// Gives the thread its identity and lists it. Returns what the system is to be asked for, and
    /// what the new thread is to do.
    pub(crate) fn build(&self) -> io::Result<(thread::Builder, Main)> {
        current::prepare()?;
        self.thread.inner.record.assign_ident();
        registry::list(self.thread);
        self.thread.build()
    }

    /// Keeps the thread, which the system has started, with the `handle` by which it is joined.
    pub(crate) fn keep<H>(self, handle: H) -> OsThread<H> {
        mem::forget(self);
        OsThread::new(handle)
    }
}

impl Drop for Start<'_> {
    /// Undoes the start: the system has refused the thread, or the function panicked when std
    /// therefore dropped it.
    fn drop(&mut self) {
        let Inner {
            record, life, crew, ..
        } = &*self.thread.inner;
        registry::unlist(self.thread);
        record.revoke_ident();
        life.refuse_start();
        if let Some(crew) = crew {
            crew.leave();
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::crew::Crew;
    use crate::pending;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    const LIMIT: Duration = Duration::from_secs(60);

    // Here, since to come by such a thread takes a refused spawn and a look at the list just then.
    #[test]
    fn a_thread_that_was_spawned_in_vain_and_is_started_by_who_found_it_ends() {
        let thread = Thread::without_function(None, None).with_daemon(true);
        thread.start().unwrap();
        assert_ends(&thread);
    }

    #[test]
    fn such_a_thread_leaves_the_crew_of_its_scope_as_it_found_it() {
        let crew = Arc::new(Crew::new());
        let new = || Thread::without_function(None, Some(Arc::clone(&crew))).with_daemon(true);

        let started = new();
        started.start().unwrap();
        assert_ends(&started);
        assert_leaves(&crew);

        let refused = new().with_stack_size(usize::MAX);
        assert!(matches!(refused.start(), Err(StartError::Refused(_))));
        assert!(crew.is_empty());

        let fired = new();
        pending::register(&fired).unwrap();
        pending::fire(&fired, || Some(())).unwrap();
        assert_ends(&fired);
        assert_leaves(&crew);
    }

    // Here, since the standard library drops what a thread is to do only when one of its own hooks
    // panics.
    #[test]
    fn a_thread_whose_function_is_dropped_before_it_begins_ends() {
        let thread = Thread::without_function(None, None);
        let start = Start::of_new(&thread);
        let (builder, main) = start.build().unwrap();
        drop(start.keep(builder.spawn(move || drop(main)).unwrap()));
        let error = thread.join().unwrap_err();
        assert_eq!(
            error.panic_message(),
            Some("the thread has ended before it began")
        );
        assert!(!crate::enumerate().contains(&thread));
    }

    // Here, since nobody else has the record of a thread.
    #[test]
    fn a_thread_that_cannot_become_what_it_is_to_be_ends() {
        let thread = Thread::without_function(None, None);
        let start = Start::of_new(&thread);
        let (builder, main) = start.build().unwrap();
        let record = Arc::clone(&thread.inner.record);
        thread::spawn(move || record.begin("")).join().unwrap();
        drop(start.keep(builder.spawn(main.quietly()).unwrap()));
        let error = thread.join().unwrap_err();
        assert!(
            error
                .panic_message()
                .unwrap()
                .contains("a record is that of one thread")
        );
        assert!(!crate::enumerate().contains(&thread));
    }

    fn assert_ends(thread: &Thread) {
        assert_eq!(thread.join_timeout(LIMIT), Ok(true));
        assert!(!crate::enumerate().contains(thread));
    }

    /// Waits until all threads have left the crew, which they do after those that join them have
    /// heard of their end.
    fn assert_leaves(crew: &Crew) {
        let begin = Instant::now();
        while !crew.is_empty() {
            assert!(
                begin.elapsed() < LIMIT,
                "more have joined than left, or fewer"
            );
            thread::yield_now();
        }
    }
}
