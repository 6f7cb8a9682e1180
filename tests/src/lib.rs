//! Tests that cross the crates. This library holds what several of them use, and the programs of
//! the READMEs, which are compiled and run as its doctests.

/// Returns what `setitimer` takes for a signal every millisecond, from now on.
#[cfg(unix)]
#[must_use]
pub fn every_millisecond() -> libc::itimerval {
    let every = libc::timeval {
        tv_sec: 0,
        tv_usec: 1_000,
    };
    libc::itimerval {
        it_interval: every,
        it_value: every,
    }
}

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Workspace;

#[cfg(doctest)]
#[doc = include_str!("../../crates/tl-core/README.md")]
struct TlCore;

#[cfg(doctest)]
#[doc = include_str!("../../crates/tl-thread/README.md")]
struct TlThread;

#[cfg(doctest)]
#[doc = include_str!("../../crates/tl-timer/README.md")]
struct TlTimer;

#[cfg(doctest)]
#[doc = include_str!("../../crates/tl-inspect/README.md")]
struct TlInspect;

#[cfg(doctest)]
#[doc = include_str!("../../crates/tl-event/README.md")]
struct TlEvent;

#[cfg(doctest)]
#[doc = include_str!("../../crates/tl-locks/README.md")]
struct TlLocks;

#[cfg(doctest)]
#[doc = include_str!("../../crates/tl-condition/README.md")]
struct TlCondition;

#[cfg(doctest)]
#[doc = include_str!("../../crates/tl-barrier/README.md")]
struct TlBarrier;

#[cfg(doctest)]
#[doc = include_str!("../../crates/tl-semaphore/README.md")]
struct TlSemaphore;

#[cfg(doctest)]
#[doc = include_str!("../../crates/tl-local/README.md")]
struct TlLocal;
