//! Windows: the loader calls the functions of a section of the program when a thread ends, in the
//! order of the section's parts.
//!
//! The standard library's part, in which it runs the destructors of thread-locals, is `.CRT$XLB`,
//! and C++'s is `.CRT$XLD`. This one's name comes after both. (Where the standard library uses a
//! fiber's storage for that, as it does from 1.98 on, its destructors have run before any of these
//! calls.)
//!
//! With GNU's tools (`windows-gnu`) the standard library emulates thread-locals, those without
//! destructors too, and drops all of them in its part. There this one's comes first, and a thread's
//! end before that of its thread-locals.

use std::cell::Cell;
use std::ffi::c_void;
use std::io;
use std::sync::OnceLock;

/// How many there can be: each has a bit of a thread's word.
const HOOKS: usize = 64;

/// How often a function can ask to be called once more: as often as on other systems.
const ROUNDS: usize = 4;

/// `DLL_THREAD_DETACH`: a thread ends, and the process does not.
const THREAD_ENDS: u32 = 3;

static TABLE: [OnceLock<&'static Hook>; HOOKS] = [const { OnceLock::new() }; HOOKS];

// It has no destructor, so that it is there as long as the thread runs.
thread_local!(static ARMED: Cell<u64> = const { Cell::new(0) });

#[derive(Debug)]
pub(super) struct Hook {
    /// The place in the table; `None` if there was none left.
    place: OnceLock<Option<usize>>,
    at_end: fn(),
}

impl Hook {
    pub(super) const fn new(at_end: fn()) -> Hook {
        Hook {
            place: OnceLock::new(),
            at_end,
        }
    }

    pub(super) fn arm(&'static self) -> io::Result<()> {
        let place = self.place()?;
        ARMED.set(ARMED.get() | 1 << place);
        Ok(())
    }

    pub(super) fn prepare(&'static self) -> io::Result<()> {
        self.place().map(|_| ())
    }

    fn place(&'static self) -> io::Result<usize> {
        let place = self
            .place
            .get_or_init(|| TABLE.iter().position(|entry| entry.set(self).is_ok()));
        place.ok_or_else(|| io::ErrorKind::OutOfMemory.into())
    }
}

// SAFETY: what the loader expects in this section are pointers to functions of this type. `#[used]`
// keeps this one, though nothing refers to it; the section itself is there because the standard
// library asks for it.
#[cfg_attr(
    not(all(target_env = "gnu", not(target_abi = "llvm"))),
    unsafe(link_section = ".CRT$XLY")
)]
#[cfg_attr(
    all(target_env = "gnu", not(target_abi = "llvm")),
    unsafe(link_section = ".CRT$XLAA")
)]
#[used]
static AT_THREAD_END: extern "system" fn(*mut c_void, u32, *mut c_void) = at_thread_end;

extern "system" fn at_thread_end(_module: *mut c_void, reason: u32, _reserved: *mut c_void) {
    if reason != THREAD_ENDS {
        return;
    }
    for _ in 0..ROUNDS {
        let armed = ARMED.replace(0);
        if armed == 0 {
            return;
        }
        for (place, hook) in TABLE.iter().enumerate() {
            let is_armed = armed & 1 << place != 0;
            if let Some(hook) = hook.get().filter(|_| is_armed) {
                super::ending::call(hook.at_end);
            }
        }
    }
}
