//! What the door needs of the platform: a word to sleep on, a way to wake the thread that sleeps
//! there, a clock, and a way to pass a moment without sleeping. Nothing else in the door knows
//! where it runs.
//!
//! | function | promise |
//! | --- | --- |
//! | `wait(word, expected, until)` | sleeps if `word` still holds `expected`; returns after a `wake`, at the moment `until` if there is one, or for no reason at all: the caller looks at the word again |
//! | `wake(word)` | wakes one thread that sleeps on the address; it never reads the word, so the word may be gone |
//! | `wake_all(word)` | wakes all threads that sleep on the address, as `wake` does one |
//! | `now()` | nanoseconds of a clock that never goes back |
//! | `after(nanos)` | the moment on that clock that is so far from now; `None` if it cannot be represented |
//! | `pause()` | tells the processor that this is a spin loop |
//! | `has_one_core()` | whether spinning can never pay; `false` if that is not known |
//! | `prepare_thread()` | makes what is kept for the calling thread, so that it is dropped with its thread-locals |
//!
//! | file | where |
//! | --- | --- |
//! | `linux.rs` | Linux and Android: the bare futex |
//! | `portable.rs` | everywhere else, and with `--cfg portable`: the crate `parking_lot_core` |
//! | `model.rs` | under the model checker |

#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
compile_error!("these crates are about threads, which this target does not have");

#[cfg(all(
    not(loom),
    not(portable),
    any(target_os = "linux", target_os = "android")
))]
#[path = "linux.rs"]
mod imp;
#[cfg(loom)]
#[path = "model.rs"]
mod imp;
#[cfg(all(
    not(loom),
    any(portable, not(any(target_os = "linux", target_os = "android")))
))]
#[path = "portable.rs"]
mod imp;

pub(crate) use imp::prepare_thread;
pub(super) use imp::{after, has_one_core, now, pause, wait, wake, wake_all};

#[cfg(loom)]
pub use imp::let_time_pass;
