//! The standard library's handle to a thread.

use std::mem;
#[cfg(not(loom))]
use std::thread::JoinHandle;

#[cfg(not(loom))]
use tl_core::door::{Mutex, MutexGuard};
use tl_core::sys;

/// A handle of the standard library, to be joined or dropped in the process where it was made. In a
/// child made by `fork` there is no such thread: to join it would panic, and to drop the handle
/// would free what the C runtime has given to others.
pub(crate) struct OsThread<H> {
    handle: Option<H>,
    generation: u32,
}

impl<H> OsThread<H> {
    pub(crate) fn new(handle: H) -> OsThread<H> {
        OsThread {
            handle: Some(handle),
            generation: sys::fork_generation(),
        }
    }

    /// Returns the handle, if it is one of this process.
    pub(crate) fn into_handle(mut self) -> Option<H> {
        self.handle
            .take_if(|_| self.generation == sys::fork_generation())
    }
}

impl<H> Drop for OsThread<H> {
    fn drop(&mut self) {
        if self.generation != sys::fork_generation() {
            mem::forget(self.handle.take());
        }
    }
}

#[cfg(not(loom))]
impl OsThread<JoinHandle<()>> {
    /// Returns whether the thread has done what it had to, and joining it takes a moment at most.
    fn is_finished(&self) -> bool {
        self.handle.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

/// Handles of threads that nobody joins and that have not ended yet, or may be about to.
#[cfg(not(loom))]
static DISCARDED: Mutex<Vec<OsThread<JoinHandle<()>>>> = Mutex::new(Vec::new());

/// Gives up the handle of another thread, which may be ending at this moment.
///
/// It is not dropped here, since that detaches the thread. glibc first marks the thread as
/// detached, and then looks at the thread's memory, to see whether it has ended. In between, the
/// thread may end and free that memory, and a new thread may get it. Then glibc frees it once more
/// as soon as the new thread is about to end, and a join of that thread crashes. A join crashed in
/// one of some hundred stress runs while handles were dropped here, and in none since; nobody has
/// seen it happen step by step. So the handle is put aside, and a later call joins the thread when
/// it has as good as ended.
#[cfg(not(loom))]
pub(crate) fn discard(thread: OsThread<JoinHandle<()>>) {
    let mut ended = Vec::new();
    {
        let mut discarded = DISCARDED.lock();
        discarded.push(thread);
        let mut place = 0;
        while let Some(thread) = discarded.get(place) {
            if thread.is_finished() {
                ended.push(discarded.swap_remove(place));
            } else {
                place += 1;
            }
        }
    }
    for handle in ended.into_iter().filter_map(OsThread::into_handle) {
        // Its own result is always good: what the thread panicked with is kept elsewhere.
        let _ = handle.join();
    }
}

/// Locks what is put aside, for the thread that is about to fork.
#[cfg(not(loom))]
pub(crate) fn lock_discarded() -> MutexGuard<'static, Vec<OsThread<JoinHandle<()>>>> {
    DISCARDED.lock()
}

/// Does nothing: the models start no threads of the system.
#[cfg(loom)]
pub(crate) fn discard(_thread: OsThread<std::thread::JoinHandle<()>>) {}
