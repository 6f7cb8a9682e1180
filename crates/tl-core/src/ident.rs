//! Identities of threads: numbers that are never used twice in the life of the process.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of a thread, unique for the life of the process and never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ThreadIdent(NonZeroU64);

impl ThreadIdent {
    /// The identity as a number: what a lock stores to remember its owner.
    #[inline]
    pub const fn as_u64(self) -> NonZeroU64 {
        self.0
    }
}

impl fmt::Display for ThreadIdent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}

/// The identity of the calling thread.
#[inline]
pub fn current_ident() -> ThreadIdent {
    match NonZeroU64::new(CURRENT.get()) {
        Some(ident) => ThreadIdent(ident),
        None => assign(),
    }
}

#[cold]
fn assign() -> ThreadIdent {
    let ident = NonZeroU64::new(NEXT.fetch_add(1, Ordering::Relaxed)).expect("fewer than 2^64 threads");
    CURRENT.set(ident.get());
    ThreadIdent(ident)
}
