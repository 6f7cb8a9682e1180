//! One line on standard error that says how far the run is. It is not shown where standard error is
//! no terminal.

use std::io::{IsTerminal, Write, stderr};
use std::time::Instant;

pub(crate) struct Progress {
    is_shown: bool,
    start: Instant,
    done: usize,
    total: usize,
}

impl Progress {
    pub(crate) fn new(total: usize) -> Progress {
        Progress {
            is_shown: stderr().is_terminal(),
            start: Instant::now(),
            done: 0,
            total,
        }
    }

    /// Says what comes next.
    pub(crate) fn step(&mut self, id: &str, name: &str, who: &str) {
        if self.is_shown {
            let share = 100 * self.done / self.total.max(1);
            let seconds = self.start.elapsed().as_secs();
            let line: String = format!("{share:3} %  {seconds:3} s  {id:<4} {name}: {who}")
                .chars()
                .take(100)
                .collect();
            // A progress line that cannot be written is no reason to stop measuring.
            let _ = write!(stderr(), "\r\x1b[K{line}");
        }
        self.done += 1;
    }

    pub(crate) fn finish(&self) {
        if self.is_shown {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}
