//! Unix: the destructor of a `pthread` key.
//!
//! The C library runs the destructors of keys when the thread ends, in rounds: one that sets a key
//! again is called again in the next. Where it also knows the destructors of thread-locals
//! (`__cxa_thread_atexit_impl`: glibc, linked dynamically), it runs those before all keys.
//! Elsewhere (static programs, musl, the BSDs) `thread_local!` rests on a key of its own, all of
//! its destructors run when that key's turn comes, and whether that is before ours is chance. So a
//! *witness*, a thread-local with a destructor, tells whether they have run, and as long as they
//! have not our destructor puts itself off to the next round.

use std::ffi::c_void;
use std::io;
use std::ptr;
use std::sync::OnceLock;

use super::room::IS_EMULATED;

#[derive(Debug)]
pub(super) struct Hook {
    key: OnceLock<Result<libc::pthread_key_t, i32>>,
    at_end: fn(),
}

/// A key's value is the address of its `Hook`, whose lowest bits are free to count the rounds.
const ROUND: usize = 0b11;
const _: () = assert!(align_of::<Hook>() > ROUND);

/// The C libraries make at least four rounds (`PTHREAD_DESTRUCTOR_ITERATIONS`), numbered from 0.
const LAST_ROUND: usize = 3;

thread_local!(static WITNESS: Witness = const { Witness });

struct Witness;

impl Drop for Witness {
    fn drop(&mut self) {}
}

/// Returns whether the thread-locals of the calling thread, those with destructors, are still
/// there.
fn has_thread_locals() -> bool {
    WITNESS.try_with(|_| {}).is_ok()
}

impl Hook {
    pub(super) const fn new(at_end: fn()) -> Hook {
        Hook {
            key: OnceLock::new(),
            at_end,
        }
    }

    pub(super) fn arm(&'static self) -> io::Result<()> {
        let key = self.key()?;
        // Makes the witness, so that its destructor runs with the others. Of that the C runtime
        // knows in which library it is, and keeps a plugin loaded until it has run; of a key's it
        // does not.
        has_thread_locals();
        self.set(key, 0)
    }

    pub(super) fn prepare(&'static self) -> io::Result<()> {
        self.key().map(|_| ())
    }

    fn set(&'static self, key: libc::pthread_key_t, round: usize) -> io::Result<()> {
        let value = ptr::from_ref(self).map_addr(|address| address | round);
        // SAFETY: the key was created and is never deleted. Its value is only read by `run`, which
        // expects what is stored here: a pointer to a `Hook` that lives forever, and a round in its
        // lowest bits.
        match unsafe { libc::pthread_setspecific(key, value.cast()) } {
            0 => Ok(()),
            error => Err(io::Error::from_raw_os_error(error)),
        }
    }

    fn key(&self) -> io::Result<libc::pthread_key_t> {
        let key = self.key.get_or_init(|| {
            let mut key = 0;
            // SAFETY: the pointer is to a place for one key, and `run` is a destructor for the
            // values that `set` stores.
            match unsafe { libc::pthread_key_create(&mut key, Some(run)) } {
                0 => Ok(key),
                error => Err(error),
            }
        });
        key.map_err(io::Error::from_raw_os_error)
    }
}

extern "C" fn run(value: *mut c_void) {
    let round = value.addr() & ROUND;
    let hook = value.map_addr(|address| address & !ROUND);
    // SAFETY: the C library passes the value of a key whose destructor this is. All of them are
    // stored by `set`, as pointers to a `Hook` that lives forever and is only ever shared, with the
    // round in the lowest bits.
    let hook: &'static Hook = unsafe { &*hook.cast::<Hook>().cast_const() };
    // The other thread-locals are emulated by keys, too: there is no later for what they have.
    if !IS_EMULATED && round < LAST_ROUND && has_thread_locals() {
        let is_put_off = hook.key().is_ok_and(|key| hook.set(key, round + 1).is_ok());
        if is_put_off {
            return;
        }
    }
    super::ending::call(hook.at_end);
}
