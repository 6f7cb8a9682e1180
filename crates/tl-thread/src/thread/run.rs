//! What a new thread of the operating system does: it becomes the thread of a handle, runs its
//! function, and ends.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;

use tl_core::door::{PooledMutex, trace_begin};
use tl_core::{ThreadIdent, current_ident};

use super::Thread;
use crate::transit::{self, Birth};
use crate::{current, excepthook};

/// Where a thread leaves its result for the thread that joins it.
pub(crate) type Packet<T> = Arc<PooledMutex<Option<thread::Result<T>>>>;

/// What a new thread of the operating system does: it becomes the thread of the handle, and runs
/// its function.
pub(crate) struct Main {
    birth: Birth,
    due: Due,
    os_name: Arc<str>,
}

impl Main {
    /// Prepares for a new thread of the operating system, which the system will know by `os_name`.
    pub(super) fn new(thread: &Thread, os_name: Arc<str>) -> Main {
        Main {
            birth: Birth::begin(),
            due: Due::new(thread),
            os_name,
        }
    }

    /// Notes that the new thread is there. Returns the thread that it becomes, whose end the caller
    /// sees to from now on, and the name by which the system knows it.
    fn arrive(self) -> (Thread, Arc<str>) {
        let Main {
            birth,
            mut due,
            os_name,
        } = self;
        drop(birth);
        let thread = due.take().expect("it is taken here alone");
        (thread, os_name)
    }

    /// Returns a function that runs the one that the handle keeps. It does not unwind.
    pub(super) fn quietly(self) -> impl FnOnce() + Send + 'static {
        move || {
            let (thread, os_name) = self.arrive();
            thread.run_own_function(&os_name);
            transit::end();
        }
    }

    /// Returns a function that runs the one that the handle of a pending thread keeps, if `ready`
    /// gives a permit and the thread is still pending then.
    pub(super) fn once_ready<P>(
        self,
        ready: impl FnOnce() -> Option<P> + Send + 'static,
    ) -> impl FnOnce() + Send + 'static {
        let Main {
            birth,
            mut due,
            os_name,
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

    /// Returns a function that runs `function`, whose result or panic goes to `result`. It does not
    /// unwind.
    pub(super) fn into_packet<T>(
        self,
        function: impl FnOnce() -> T,
        result: Packet<T>,
    ) -> impl FnOnce() {
        move || {
            let (thread, os_name) = self.arrive();
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

    /// Returns a function that runs `function`. A panic in it goes on when it has been noted.
    pub(crate) fn around<T>(self, function: impl FnOnce() -> T) -> impl FnOnce() -> T {
        move || {
            let (thread, os_name) = self.arrive();
            let result = run(thread, &os_name, function, |result| result);
            transit::end();
            result.unwrap_or_else(|payload| panic::resume_unwind(payload))
        }
    }
}

/// A thread that is being started, and whose end is not yet taken care of. If the new thread of the
/// operating system drops it, the thread has ended.
struct Due {
    thread: Option<Thread>,
    /// The thread that starts it: if std drops it there, the system has refused it, and so the
    /// `Start` is dropped next.
    starter: ThreadIdent,
}

impl Due {
    fn new(thread: &Thread) -> Due {
        Due {
            thread: Some(thread.clone()),
            starter: current_ident(),
        }
    }

    /// Returns the thread, whose end the caller sees to from now on.
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

impl Thread {
    /// Joins the crew, for each thread of the operating system that is started, so that each can
    /// leave it, at its end or when it is refused.
    pub(super) fn join_crew(&self) {
        if let Some(crew) = &self.inner.crew {
            crew.join();
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

    /// Ends a thread whose new thread of the operating system has dropped what it had to do.
    #[cold]
    fn end_without_result(&self) {
        let message = Arc::from("the thread has ended before it began");
        let _ = self.inner.panic.set(message);
        self.end();
    }
}

/// Runs `function` as `thread`. `keep` gets the result before the thread can be seen to have ended;
/// it does not unwind.
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
