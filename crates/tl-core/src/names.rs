//! Names of threads.

use std::sync::Arc;

/// The name of the calling thread.
pub fn current_name() -> Arc<str> {
    with_current_name(|name| Arc::from(name))
}

/// Calls `f` with the name of the calling thread.
pub fn with_current_name<R>(f: impl FnOnce(&str) -> R) -> R {
    f(std::thread::current().name().unwrap_or("Dummy"))
}
