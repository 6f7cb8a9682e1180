//! Unix: the C runtime calls, from `pthread_atfork` on.

use std::cell::Cell;
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{ForkHooks, ForkRank};

const RANKS: usize = ForkRank::Door as usize + 1;

static HOOKS: [OnceLock<ForkHooks>; RANKS] = [const { OnceLock::new() }; RANKS];

/// How long a thread waits for another one that registers the functions of this module.
const REGISTRATION_LIMIT: Duration = Duration::from_millis(100);

/// How many forks there are between this process and the one that was started.
static GENERATION: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// The ranks, as bits, whose `before` has been called for the fork that this thread is at.
    static PREPARED: Cell<u32> = const { Cell::new(0) };
}

/// Sees to it that these functions are called around each `fork` of the process, in the order of
/// the ranks.
///
/// The first call for a rank counts, later ones change nothing, and cost two loads.
///
/// A panic in one of them aborts the process.
///
/// # Errors
///
/// When the C runtime has no memory for it.
///
/// # Examples
///
/// ```
/// use tl_core::sys::{ForkHooks, ForkRank, at_fork};
///
/// at_fork(ForkRank::Streams, ForkHooks {
///     before: || println!("about to fork"),
///     in_parent: || println!("forked"),
///     in_child: || (),
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn at_fork(rank: ForkRank, hooks: ForkHooks) -> io::Result<()> {
    HOOKS[rank as usize].get_or_init(|| hooks);
    match register() {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

/// Registers the functions below, once. Returns the number of an error, or 0.
fn register() -> i32 {
    const NOT: u32 = 0;
    const BEING: u32 = 1;
    const DONE: u32 = 2;
    static STATE: AtomicU32 = AtomicU32::new(NOT);

    // Relaxed, all of them: the state is all that there is to see.
    if STATE.load(Ordering::Relaxed) == DONE {
        return 0;
    }
    let exchange =
        |from, to| STATE.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed);
    let begin = Instant::now();
    while let Err(state) = exchange(NOT, BEING) {
        // Another thread is at it, or was when the process forked, and is not here.
        if state == DONE {
            return 0;
        }
        if begin.elapsed() > REGISTRATION_LIMIT {
            STATE.store(DONE, Ordering::Relaxed);
            return 0;
        }
        thread::yield_now();
    }
    // SAFETY: the three functions are safe to call, take nothing, and stay as long as the code of
    // this program or plugin, with which the C runtime forgets them.
    let error = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
    STATE.store(if error == 0 { DONE } else { NOT }, Ordering::Relaxed);
    error
}

/// Returns how many forks there are between this process and the one that was started, as far as
/// they were seen (see [`at_fork`]): what a handle compares to find out whether its thread may
/// exist.
///
/// # Examples
///
/// ```
/// assert_eq!(tl_core::sys::fork_generation(), 0);
/// ```
#[inline]
pub fn fork_generation() -> u32 {
    // Relaxed: it changes while there is only one thread.
    GENERATION.load(Ordering::Relaxed)
}

extern "C" fn before() {
    let mut prepared = 0;
    for (rank, hooks) in HOOKS.iter().enumerate() {
        if let Some(hooks) = hooks.get() {
            (hooks.before)();
            prepared |= 1 << rank;
        }
    }
    PREPARED.set(prepared);
}

extern "C" fn in_parent() {
    after(|hooks| hooks.in_parent);
}

extern "C" fn in_child() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
    after(|hooks| hooks.in_child);
}

fn after(which: fn(&ForkHooks) -> fn()) {
    let prepared = PREPARED.replace(0);
    for (rank, hooks) in HOOKS.iter().enumerate().rev() {
        // One that was registered during the fork was not called before it.
        if let Some(hooks) = hooks.get().filter(|_| prepared & 1 << rank != 0) {
            which(hooks)();
        }
    }
}
