//! Tests that cross the crates. This library holds the programs of the READMEs, which are compiled
//! and run as its doctests.

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
