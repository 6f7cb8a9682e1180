//! Time limits do not depend on the clock that can be set.
//!
//! Not for every system: the filter of system calls is Linux's.

#![cfg(target_os = "linux")]

mod support;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};
use std::{io, mem};

use support::in_child;
use tl_barrier::Barrier;
use tl_condition::Condition;
use tl_event::Event;
use tl_locks::Lock;
use tl_semaphore::Semaphore;
use tl_thread::Thread;
use tl_timer::Timer;

#[test]
fn waits_never_ask_for_the_clock_that_can_be_set() {
    in_child("waits_never_ask_for_the_clock_that_can_be_set", clock);
}

const FUTEX_CLOCK_REALTIME: u32 = 256;

/// Lets the kernel answer `EACCES` to every wait on a futex that asks for the real-time clock. A
/// wait without a time limit may name that clock, as the C runtime's own waits for the end of a
/// thread do, since the clock is not read.
fn forbid_real_time() {
    let code = |code: u32| u16::try_from(code).unwrap();
    let load = |offset: usize| libc::sock_filter {
        code: code(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS),
        jt: 0,
        jf: 0,
        k: u32::try_from(offset).unwrap(),
    };
    let jump = |test: u32, k: u32, jt: u8, jf: u8| libc::sock_filter {
        code: code(libc::BPF_JMP | test | libc::BPF_K),
        jt,
        jf,
        k,
    };
    let answer = |k: u32| libc::sock_filter {
        code: code(libc::BPF_RET | libc::BPF_K),
        jt: 0,
        jf: 0,
        k,
    };
    // The lower half of an argument, which comes first on a little-endian machine.
    let argument = |number: usize| {
        mem::offset_of!(libc::seccomp_data, args)
            + number * size_of::<u64>()
            + if cfg!(target_endian = "big") { 4 } else { 0 }
    };
    let (operation, timeout) = (argument(1), argument(3));
    let mut program = [
        load(mem::offset_of!(libc::seccomp_data, nr)),
        jump(libc::BPF_JEQ, u32::try_from(libc::SYS_futex).unwrap(), 0, 5),
        load(operation),
        jump(libc::BPF_JSET, FUTEX_CLOCK_REALTIME, 0, 3),
        load(timeout),
        jump(libc::BPF_JEQ, 0, 1, 0),
        answer(libc::SECCOMP_RET_ERRNO | libc::EACCES as u32),
        answer(libc::SECCOMP_RET_ALLOW),
    ];
    let filter = libc::sock_fprog {
        len: u16::try_from(program.len()).unwrap(),
        filter: program.as_mut_ptr(),
    };
    // SAFETY: the filter points to as many instructions as it says, which the kernel copies. It
    // holds for this thread and those that it starts.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(
                libc::PR_SET_SECCOMP,
                libc::SECCOMP_MODE_FILTER,
                &raw const filter,
            ) == 0
    };
    assert!(done, "{}", io::Error::last_os_error());
}

fn clock() {
    forbid_real_time();
    let word = AtomicU32::new(0);
    let wait = |operation: libc::c_int| {
        let soon = libc::timespec {
            tv_sec: 0,
            tv_nsec: 1,
        };
        // SAFETY: the word and the time are live, and nobody writes to them.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                &raw const word,
                operation,
                0,
                &raw const soon,
                0,
                u32::MAX,
            )
        };
        io::Error::last_os_error().raw_os_error()
    };
    // The filter refuses what it should.
    let real_time = libc::FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME as libc::c_int;
    assert_eq!(wait(real_time), Some(libc::EACCES));
    assert_eq!(wait(libc::FUTEX_WAIT_BITSET), Some(libc::ETIMEDOUT));

    let short = Duration::from_millis(2);
    let start = Instant::now();
    assert!(!Event::new().wait_timeout(short));
    let lock = Lock::new();
    lock.acquire();
    assert!(!lock.acquire_timeout(short));
    assert!(!Condition::new().lock().wait_timeout(short));
    assert!(!Semaphore::new(0).acquire_timeout(short));
    assert!(Barrier::new(2).wait_timeout(short).is_err());
    let event = Arc::new(Event::new());
    let waits = Arc::clone(&event);
    let thread = Thread::new(move || waits.wait());
    thread.start().unwrap();
    assert_eq!(thread.join_timeout(short), Ok(false));
    assert!(start.elapsed() >= 6 * short);
    let timer = Timer::new(short, move || event.set());
    timer.start().unwrap();
    timer.join().unwrap();
    thread.join().unwrap();
}
