//! From the handle to the running thread, and to its end.

use std::io;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use tl_core::door::{PooledMutex, trace_begin, trace_end};
use tl_core::{ThreadIdent, current_ident};

use super::{Inner, OsThread, Thread, os_thread};
use crate::transit::{self, Birth};
use crate::{StartError, current, excepthook, registry, stack};

impl Thread {
    /// Starts the thread.
    ///
    /// It does not wait for the thread to run. When it returns the thread is alive, listed by
    /// [`enumerate`](crate::enumerate), and has its [`ident`](Thread::ident); its
    /// [`native_id`](Thread::native_id) may be a moment behind.
    ///
    /// As Python's
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
        if !self.inner.life.start() {
            return Err(StartError::AlreadyStarted);
        }
        match self.launch(|builder, main| builder.spawn(main.quietly())) {
            Ok(handle) => {
                self.keep(handle);
                Ok(())
            }
            Err(error) => Err(StartError::Refused(error)),
        }
    }

    /// Starts a thread that only the caller knows of, for a function whose result goes to `result`.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        function: impl FnOnce() -> T + Send + 'static,
        result: Packet<T>,
    ) -> io::Result<()> {
        let main = |main: Main| main.into_packet(function, result);
        let handle = self.launch_new(|builder, own| builder.spawn(main(own)))?;
        self.keep(handle);
        Ok(())
    }

    /// Starts a thread that only the caller knows of.
    pub(crate) fn launch_new<H>(
        &self,
        spawn: impl FnOnce(thread::Builder, Main) -> io::Result<H>,
    ) -> io::Result<H> {
        let is_first = self.inner.life.start();
        debug_assert!(is_first, "a new thread has not been started");
        self.launch(spawn)
    }

    /// Starts the operating system's thread of one whose life is running: identity, list, system,
    /// in this order, and all of it undone if the system refuses, or if the function panics when
    /// std drops it for that.
    fn launch<H>(
        &self,
        spawn: impl FnOnce(thread::Builder, Main) -> io::Result<H>,
    ) -> io::Result<H> {
        self.join_crew();
        let refusal = Refusal(self);
        current::prepare()?;
        self.inner.record.assign_ident();
        registry::list(self);
        let handle = self.spawn_os_thread(spawn)?;
        mem::forget(refusal);
        Ok(handle)
    }

    /// For each thread of the operating system that is started, so that each can leave, at its end
    /// or when it is refused.
    fn join_crew(&self) {
        if let Some(crew) = &self.inner.crew {
            crew.join();
        }
    }

    pub(super) fn spawn_os_thread<H>(
        &self,
        spawn: impl FnOnce(thread::Builder, Main) -> io::Result<H>,
    ) -> io::Result<H> {
        let name = self.inner.record.name();
        // std panics at a zero byte in a name. What it tells the system is as long as the name, so
        // that `begin` knows where it was cut.
        let mut builder = thread::Builder::new().name(name.replace('\0', "?"));
        let own = self.inner.stack_size.load(Ordering::Relaxed);
        if let Some(size) = stack::for_new_thread(own)? {
            builder = builder.stack_size(size);
        }
        let main = Main {
            due: Due::new(self),
            os_name: name,
            birth: Birth::begin(),
        };
        spawn(builder, main)
    }

    /// Keeps the operating system's thread for the thread that joins, unless it has ended
    /// meanwhile.
    pub(super) fn keep(&self, handle: thread::JoinHandle<()>) {
        let mut not_kept = Some(OsThread::new(handle));
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

    /// The thread has ended: its thread-locals are dropped.
    pub(crate) fn end(&self) {
        trace_end(|| Some((self.ident()?, self.name())));
        self.end_and_unlist();
        // It has not been joined: the system need not keep what is left of it for that.
        let handle = self.inner.work.lock().handle.take();
        drop(handle);
        if let Some(crew) = &self.inner.crew {
            crew.leave();
        }
    }

    /// Makes the calling thread this one, and runs the function that the handle keeps.
    fn run_own_function(self, os_name: &str) {
        // There is none if a spawn was refused, and another thread, which had found this one in the
        // list, has started it since.
        let function = self.inner.work.lock().function.take();
        let call = || function.map_or((), |function| function());
        run(self, os_name, call, |result| {
            if let Err(payload) = result {
                excepthook::discard(payload);
            }
        });
    }

    /// The new thread of the operating system has dropped what it was to do.
    #[cold]
    fn end_without_result(&self) {
        let message = Arc::from("the thread has ended before it began");
        let _ = self.inner.panic.set(message);
        self.end();
    }

    /// The main thread has left `main`, or is about to: a second call changes nothing.
    pub(crate) fn main_is_over(&self) {
        debug_assert!(self.is_main());
        let life = &self.inner.life;
        if registry::unlist_if(self, || life.end_once()) {
            life.announce_end();
        }
    }

    /// Both under the lock of the list: a thread that has left it has ended, and one whose end is
    /// seen is no longer in it.
    fn end_and_unlist(&self) {
        let life = &self.inner.life;
        registry::unlist_if(self, || {
            life.end();
            true
        });
        life.announce_end();
    }
}

/// Dropped when the system has refused a thread that was to be started: it is new again.
struct Refusal<'t>(&'t Thread);

impl Drop for Refusal<'_> {
    fn drop(&mut self) {
        let Inner {
            record, life, crew, ..
        } = &*self.0.inner;
        registry::unlist(self.0);
        record.revoke_ident();
        life.refuse_start();
        if let Some(crew) = crew {
            crew.leave();
        }
    }
}

/// Where a thread leaves its result for the thread that joins it.
pub(crate) type Packet<T> = Arc<PooledMutex<Option<thread::Result<T>>>>;

/// A thread that is being started, whose end no one sees to yet. If the new thread of the operating
/// system drops it, the thread has ended.
struct Due {
    thread: Option<Thread>,
    /// The thread that starts it: if std drops it there, the system has refused it, and [`Refusal`]
    /// follows.
    starter: ThreadIdent,
}

impl Due {
    fn new(thread: &Thread) -> Due {
        Due {
            thread: Some(thread.clone()),
            starter: current_ident(),
        }
    }

    /// The thread, whose end the caller sees to from now on.
    fn take(&mut self) -> Option<Thread> {
        self.thread.take()
    }
}

impl Drop for Due {
    fn drop(&mut self) {
        let thread = self.thread.take();
        if let Some(thread) = thread.filter(|_| current_ident() != self.starter) {
            thread.end_without_result();
        }
    }
}

/// What a new thread of the operating system does: it becomes the thread of the handle, and runs
/// its function.
pub(crate) struct Main {
    due: Due,
    os_name: Arc<str>,
    birth: Birth,
}

impl Main {
    /// The function that the handle keeps. It does not unwind.
    fn quietly(self) -> impl FnOnce() + Send + 'static {
        move || self.run_quietly()
    }

    fn run_quietly(self) {
        let Main {
            mut due,
            os_name,
            birth,
        } = self;
        drop(birth);
        let Some(thread) = due.take() else {
            return;
        };
        thread.run_own_function(&os_name);
        transit::end();
    }

    /// The function that the handle of a pending thread keeps, if `ready` gives a permit and the
    /// thread is still pending then.
    pub(super) fn once_ready<P>(
        self,
        ready: impl FnOnce() -> Option<P> + Send + 'static,
    ) -> impl FnOnce() + Send + 'static {
        let Main {
            mut due,
            os_name,
            birth,
        } = self;
        // Until it has fired, a pending thread ends by being cancelled.
        let thread = due.take();
        move || {
            drop(birth);
            if let Some(permit) = ready() {
                if let Some(thread) = thread.filter(|thread| thread.inner.life.fire()) {
                    thread.join_crew();
                    thread.run_own_function(&os_name);
                }
                drop(permit);
            }
            transit::end();
        }
    }

    /// Another function, whose result, or panic, goes to `result`. It does not unwind.
    fn into_packet<T>(self, function: impl FnOnce() -> T, result: Packet<T>) -> impl FnOnce() {
        let Main {
            mut due,
            os_name,
            birth,
        } = self;
        move || {
            drop(birth);
            let Some(thread) = due.take() else {
                return;
            };
            run(thread, &os_name, function, |outcome| {
                *result.lock() = Some(outcome);
                // If nobody wants the result it is dropped here, by code of the user's.
                let dropped = panic::catch_unwind(AssertUnwindSafe(|| drop(result)));
                if let Err(payload) = dropped {
                    excepthook::discard(payload);
                }
            });
            transit::end();
        }
    }

    /// Another function. A panic in it goes on when it has been noted.
    pub(crate) fn around<T>(self, function: impl FnOnce() -> T) -> impl FnOnce() -> T {
        let Main {
            mut due,
            os_name,
            birth,
        } = self;
        move || {
            drop(birth);
            let thread = due.take().expect("it is called once");
            let result = run(thread, &os_name, function, |result| result);
            transit::end();
            result.unwrap_or_else(|payload| panic::resume_unwind(payload))
        }
    }
}

/// `keep` has the result before the thread can be seen to have ended. It does not unwind.
///
/// Whatever panics here, the thread ends, and threads that join it hear of it.
fn run<T, R>(
    thread: Thread,
    os_name: &str,
    function: impl FnOnce() -> T,
    keep: impl FnOnce(thread::Result<T>) -> R,
) -> R {
    let mut will_leave = false;
    let result = panic::catch_unwind(AssertUnwindSafe(|| {
        thread.runs_now();
        thread.inner.record.begin(os_name);
        will_leave = current::enter(&thread);
        thread.inner.life.begin();
        trace_begin(|| thread.name());
        function()
    }));
    if let Err(payload) = &result {
        let message = excepthook::message_of(&**payload);
        // Nothing else sets it, so this does not fail.
        let _ = thread.inner.panic.set(Arc::clone(&message));
        excepthook::report(&thread, &message, &**payload);
    }
    let kept = keep(result);
    if !will_leave {
        current::leave_as(&thread);
    }
    kept
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::crew::Crew;
    use crate::pending;
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
        let spawn = |builder: thread::Builder, main: Main| builder.spawn(move || drop(main));
        drop(thread.launch_new(spawn).unwrap());
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
        let spawn = |builder: thread::Builder, main: Main| {
            let record = Arc::clone(&main.due.thread.as_ref().unwrap().inner.record);
            thread::spawn(move || record.begin("")).join().unwrap();
            builder.spawn(main.quietly())
        };
        drop(thread.launch_new(spawn).unwrap());
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

    /// A thread leaves its crew after those that join it have heard of its end.
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
