//! Elsewhere: the destructor of a thread-local. Those of thread-locals that were used earlier run
//! after it.

use std::cell::RefCell;
use std::io;
use std::ptr;

#[derive(Debug)]
pub(super) struct Hook {
    at_end: fn(),
}

thread_local!(static ARMED: Armed = const { Armed(RefCell::new(Vec::new())) });

struct Armed(RefCell<Vec<&'static Hook>>);

impl Drop for Armed {
    fn drop(&mut self) {
        for hook in self.0.take() {
            super::ending::call(hook.at_end);
        }
    }
}

impl Hook {
    pub(super) const fn new(at_end: fn()) -> Hook {
        Hook { at_end }
    }

    pub(super) fn arm(&'static self) -> io::Result<()> {
        let armed = ARMED.try_with(|armed| {
            let mut armed = armed.0.borrow_mut();
            if !armed.iter().any(|hook| ptr::eq(*hook, self)) {
                armed.push(self);
            }
        });
        // The thread has ended already.
        armed.map_err(|_| io::ErrorKind::Unsupported.into())
    }

    pub(super) fn prepare(&'static self) -> io::Result<()> {
        Ok(())
    }
}
