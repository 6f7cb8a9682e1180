//! What a thread keeps from one record to the next, so that a record needs no memory of its own.

use std::cell::Cell;

/// A line that grew beyond this is given back after its record.
const KEPT_CAPACITY: usize = 64 * 1024;

/// The memory in which a thread makes up its lines.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) line: String,
    pub(super) date: CachedDate,
}

/// The date that the thread wrote last: within a second it stays the same.
#[derive(Debug, Default)]
pub(super) struct CachedDate {
    /// The clock that made the text; clocks count from 1.
    pub(super) clock: u64,
    pub(super) second: u64,
    pub(super) text: String,
}

thread_local! {
    /// Empty before the thread's first record, and while one is being made: a message whose
    /// `Display` logs finds it empty, and so never sees the half of the outer line.
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

impl Scratch {
    /// Returns the thread's own, or a new one: for the first record, within another record, and
    /// when the thread's locals are gone.
    pub(super) fn take() -> Box<Scratch> {
        SCRATCH
            .try_with(Cell::take)
            .ok()
            .flatten()
            .unwrap_or_default()
    }

    /// Keeps it for the thread's next record.
    pub(super) fn put_back(mut self: Box<Scratch>) {
        if self.line.capacity() > KEPT_CAPACITY {
            self.line = String::new();
        }
        self.line.clear();
        // When the thread's locals are gone it is dropped here.
        let _ = SCRATCH.try_with(|scratch| scratch.set(Some(self)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_moderate_size_is_kept() {
        let mut scratch = Scratch::take();
        scratch.line.reserve_exact(1000);
        scratch.line.push_str("left over");
        let capacity = scratch.line.capacity();
        scratch.put_back();

        let scratch = Scratch::take();
        assert_eq!(scratch.line, "");
        assert_eq!(scratch.line.capacity(), capacity);
    }

    #[test]
    fn a_huge_line_is_given_back() {
        let mut scratch = Scratch::take();
        scratch.line.reserve_exact(KEPT_CAPACITY + 1);
        scratch.put_back();
        assert_eq!(Scratch::take().line.capacity(), 0);
    }

    #[test]
    fn within_a_record_another_finds_a_fresh_line() {
        let mut outer = Scratch::take();
        outer.line.push_str("outer");
        let inner = Scratch::take();
        assert_eq!(inner.line, "");
        inner.put_back();
        assert_eq!(outer.line, "outer");
        outer.put_back();
    }
}
