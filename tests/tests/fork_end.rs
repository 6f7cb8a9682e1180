//! The end of a child made by `fork`: which of its threads it waits for, however it ends.
// ThreadSanitizer allows no new threads in a child.
#![cfg(all(unix, not(sanitize_thread)))]

#[path = "support/forking.rs"]
mod forking;
mod support;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};
use std::{process, thread};

use forking::{LIMIT, check, fork, fork_and_check};
use support::in_child;
use tl_thread::{Builder, main_thread};

#[test]
fn the_end_of_the_function_that_forked_is_the_end_of_the_child() {
    in_child(
        "the_end_of_the_function_that_forked_is_the_end_of_the_child",
        || {
            let begin = Instant::now();
            let mut pipe = [0; 2];
            // SAFETY: the pointer is to a place for two file descriptors.
            assert_eq!(unsafe { libc::pipe(pipe.as_mut_ptr()) }, 0);
            let [read, write] = pipe;
            let worker = tl_thread::spawn(move || {
                // SAFETY: as in `fork`; this child returns from the function.
                let child = unsafe { libc::fork() };
                if child == 0 {
                    // The process waits for it, but not for that daemon.
                    tl_thread::spawn(move || {
                        thread::sleep(Duration::from_millis(20));
                        // SAFETY: the pointer is to one byte.
                        unsafe { libc::write(write, b"x".as_ptr().cast(), 1) };
                    });
                    Builder::new()
                        .daemon(true)
                        .spawn(|| thread::sleep(LIMIT))
                        .unwrap();
                }
                child
            });
            check(worker.join().unwrap());
            let mut byte = 0_u8;
            // SAFETY: the pointer is to a place for one byte; the descriptors are those of the
            // pipe.
            let got = unsafe {
                libc::close(write);
                let got = libc::read(read, (&raw mut byte).cast(), 1);
                libc::close(read);
                got
            };
            assert_eq!((got, byte), (1, b'x'));
            assert!(begin.elapsed() < LIMIT);
        },
    );
}

/// Forks. The child starts a thread that takes a while, and ends by `end`. Returns whether it has
/// waited for that thread.
fn child_waits(end: impl FnOnce()) -> bool {
    let (mut reader, mut writer) = UnixStream::pair().unwrap();
    reader.set_read_timeout(Some(LIMIT)).unwrap();
    check(fork(move || {
        tl_thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            writer.write_all(b"x").unwrap();
        });
        end();
    }));
    reader.read(&mut [0]).is_ok_and(|length| length == 1)
}

/// Ends the process, after its exit hooks.
fn exit_in_c() {
    // SAFETY: nothing is asked for.
    unsafe { libc::exit(0) }
}

#[test]
fn a_child_waits_for_its_threads_however_it_ends() {
    in_child("a_child_waits_for_its_threads_however_it_ends", || {
        assert!(child_waits(exit_in_c));
        assert!(child_waits(|| process::exit(0)));
        assert!(child_waits(tl_thread::shutdown));
        let of_worker = tl_thread::spawn(|| child_waits(exit_in_c));
        assert!(of_worker.join().unwrap());
    });
}

#[test]
fn a_child_that_exits_waits_for_none_of_its_threads() {
    in_child("a_child_that_exits_waits_for_none_of_its_threads", || {
        // A child that waits is killed meanwhile.
        fork_and_check(|| {
            tl_thread::spawn(|| thread::sleep(2 * LIMIT));
            tl_thread::exit(0);
        });
    });
}

#[test]
fn a_child_made_while_the_parent_ends_waits_for_its_own_threads() {
    in_child(
        "a_child_made_while_the_parent_ends_waits_for_its_own_threads",
        || {
            // After this test has returned, and then `main`.
            tl_thread::spawn(|| {
                main_thread().join().unwrap();
                if !child_waits(exit_in_c) {
                    tl_thread::exit(1);
                }
            });
        },
    );
}

#[test]
fn a_child_made_while_the_parent_is_being_ended_can_be_ended_so_too() {
    /// The child is at an exit hook that does not end, and another thread ends it, by force.
    extern "C" fn fork_at_exit() {
        fork(|| {
            tl_thread::spawn(|| tl_thread::exit(0));
            thread::sleep(LIMIT);
        });
    }
    in_child(
        "a_child_made_while_the_parent_is_being_ended_can_be_ended_so_too",
        || {
            let (mut reader, writer) = UnixStream::pair().unwrap();
            let between = fork(|| {
                tl_core::sys::at_exit(fork_at_exit).unwrap();
                tl_thread::spawn(|| tl_thread::exit(0));
                thread::sleep(LIMIT);
            });
            drop(writer);
            check(between);
            // Its child has the other end, until it is over.
            reader.set_read_timeout(Some(LIMIT / 2)).unwrap();
            assert_eq!(reader.read(&mut [0]).unwrap(), 0);
        },
    );
}
