//! Names, given and numbered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) enum Text {
    Given(Arc<str>),
    /// A default name. It is put together when somebody asks for it: a timer that never fires needs
    /// none.
    Numbered(&'static Series, u64),
}

/// A series of default names.
pub(super) struct Series {
    pub(super) prefix: &'static str,
    given: AtomicU64,
}

pub(super) static THREADS: Series = Series::new("Thread");
pub(super) static DUMMIES: Series = Series::new("Dummy");

impl Series {
    const fn new(prefix: &'static str) -> Series {
        Series {
            prefix,
            given: AtomicU64::new(0),
        }
    }

    pub(super) fn next(&'static self) -> Text {
        // Relaxed: that no two calls get the same number is all that is asked.
        Text::Numbered(self, self.given.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Takes the number back, if it is the last one that was given.
    pub(super) fn give_back(&self, number: u64) {
        // A failure means that other numbers have been given since: this one is not used again.
        let _ =
            self.given
                .compare_exchange(number, number - 1, Ordering::Relaxed, Ordering::Relaxed);
    }
}
