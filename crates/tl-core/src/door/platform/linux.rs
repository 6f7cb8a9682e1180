//! Linux: the futex and the monotonic clock.

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

/// Half of the `timespec` that the system call takes. That is the kernel's first one, of two
/// `long`s, whatever the C library's is by now: on 32 bits its seconds end 68 years after the start
/// of the machine, from which they count. Two systems with pointers of 32 bits have had 64 from the
/// beginning.
#[cfg(not(any(
    target_arch = "riscv32",
    all(target_arch = "x86_64", target_pointer_width = "32")
)))]
type Part = libc::c_long;
#[cfg(any(
    target_arch = "riscv32",
    all(target_arch = "x86_64", target_pointer_width = "32")
))]
type Part = i64;

/// `FUTEX_BITSET_MATCH_ANY`, all bits of the set, which `libc` does not have for Android.
const MATCH_ANY: u32 = u32::MAX;

pub(in crate::door) fn wait(word: &AtomicU32, expected: u32, until: Option<u64>) {
    // What cannot be represented is so far away that the thread can as well sleep until it is
    // woken.
    let until = until.and_then(|nanos| {
        let seconds = Part::try_from(nanos / 1_000_000_000).ok()?;
        Some([seconds, (nanos % 1_000_000_000) as Part])
    });
    let timeout = until.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: the word is a live, aligned `u32` for the length of the call, since it is borrowed;
    // the timeout is null or points to a live pair that is laid out as a `timespec`; the kernel
    // writes to neither. With the bitset variant the timeout is a point in time of
    // `CLOCK_MONOTONIC`, the clock of `now`. Every way in which the call can end (woken,
    // interrupted, timed out, another value) is one that the caller must expect, so its result is
    // not needed.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            ptr::from_ref(word),
            libc::FUTEX_WAIT_BITSET | libc::FUTEX_PRIVATE_FLAG,
            expected,
            timeout,
            ptr::null::<u32>(),
            MATCH_ANY,
        );
    }
}

pub(in crate::door) fn wake(word: *const AtomicU32) {
    wake_up_to(word, 1);
}

pub(in crate::door) fn wake_all(word: *const AtomicU32) {
    wake_up_to(word, i32::MAX);
}

fn wake_up_to(word: *const AtomicU32, limit: i32) {
    // SAFETY: the kernel takes the address as a key and does not read what is there; if the address
    // has meanwhile become something else, threads that sleep on it get a wake-up without reason,
    // which every sleeper on a futex must expect.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word,
            libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
            limit,
        );
    }
}

pub(in crate::door) fn now() -> u64 {
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: the pointer is to a place for one `timespec`, which the call fills: `CLOCK_MONOTONIC`
    // always exists.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_MONOTONIC, time.as_mut_ptr());
        time.assume_init()
    };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

pub(in crate::door) fn after(nanos: u64) -> Option<u64> {
    now().checked_add(nanos)
}

#[inline]
pub(in crate::door) fn pause() {
    std::hint::spin_loop();
}

/// Does nothing: the kernel keeps nothing for a thread that does not wait.
pub(crate) fn prepare_thread() {}

/// Returns whether the machine has one core: then a thread that spins keeps from running what it
/// waits for.
pub(in crate::door) fn has_one_core() -> bool {
    static CORES: AtomicU32 = AtomicU32::new(0);
    let mut cores = CORES.load(Ordering::Relaxed);
    if cores == 0 {
        // SAFETY: takes a number and returns one; -1 is an answer, too. It allocates nothing.
        let online = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
        cores = u32::try_from(online).unwrap_or(1).max(1);
        CORES.store(cores, Ordering::Relaxed);
    }
    cores == 1
}
