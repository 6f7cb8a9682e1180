//! What the door needs of the platform: a word to sleep on, a way to wake who sleeps there, a clock, and the two ways to
//! pass a moment without sleeping. Nothing else in the door knows where it runs.
//!
//! | function | promise |
//! | --- | --- |
//! | `wait(word, expected, deadline)` | sleeps if `word` still holds `expected`; returns after a `wake`, at the deadline, or for no reason at all: the caller looks at the word again |
//! | `wake(word)` | wakes one thread that sleeps on the address; it never reads the word, so the word may be gone |
//! | `now()` | nanoseconds of a clock that never goes back |
//! | `after(nanos)` | the moment on that clock that is so far from now; `None` if it cannot be represented |
//! | `pause()` | tells the processor that this is a spin loop |
//! | `yield_now()` | lets another thread run first, if one wants to |

#[cfg(not(any(loom, target_os = "linux")))]
compile_error!(
    "these crates sleep on Linux's futex and are tested on Linux alone; other systems are not supported"
);

#[cfg(all(not(loom), target_os = "linux"))]
#[path = "linux.rs"]
mod imp;
#[cfg(loom)]
#[path = "model.rs"]
mod imp;

pub(super) use imp::{after, now, pause, wait, wake, yield_now};

#[cfg(loom)]
pub use imp::let_time_pass;
