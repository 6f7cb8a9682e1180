//! Models of the lock for many readers or one writer.

use loom::sync::Arc;
use loom::thread;
use tl_core::model::{explore, let_time_pass};
use tl_locks::RawRwLock;

use super::{Guarded, SOME_TIME, spawn};

type Shared = Guarded<RawRwLock>;

fn new() -> Arc<Shared> {
    Guarded::new(RawRwLock::new())
}

fn add_one_as_writer(shared: &Shared) {
    shared.lock.write();
    shared.add_one();
    shared.lock.release_write();
}

fn look_as_reader(shared: &Shared) -> u32 {
    shared.lock.read();
    let number = shared.number();
    shared.lock.release_read();
    number
}

/// Reads, and writes with no other writer in between.
fn add_one_by_upgrading(shared: &Shared) {
    shared.lock.read_upgradably();
    let before = shared.number();
    shared.lock.upgrade_to_write();
    assert_eq!(shared.number(), before);
    shared.add_one();
    shared.lock.release_write();
}

/// Asserts that, after all threads have ended, the lock is as good as new: nobody is queued, and it
/// is not held.
fn assert_free(shared: &Shared, number: u32) {
    assert!(shared.lock.try_write());
    assert_eq!(shared.number(), number);
    shared.lock.release_write();
    assert!(shared.lock.try_read());
    shared.lock.release_read();
}

#[test]
fn a_reader_and_a_writer_exclude_each_other() {
    explore(Some(3), || {
        let shared = new();
        let writer = spawn(&shared, add_one_as_writer);
        assert!(look_as_reader(&shared) <= 1);
        writer.join().unwrap();
        assert_free(&shared, 1);
    });
}

#[test]
fn two_writers_exclude_each_other() {
    explore(Some(3), || {
        let shared = new();
        let writer = spawn(&shared, add_one_as_writer);
        add_one_as_writer(&shared);
        writer.join().unwrap();
        assert_free(&shared, 2);
    });
}

#[test]
fn two_readers_and_a_writer_all_get_their_turn() {
    explore(Some(2), || {
        let shared = new();
        let writer = spawn(&shared, add_one_as_writer);
        let reader = spawn(&shared, look_as_reader);
        assert!(look_as_reader(&shared) <= 1);
        assert!(reader.join().unwrap() <= 1);
        writer.join().unwrap();
        assert_free(&shared, 1);
    });
}

#[test]
fn two_writers_and_a_reader_all_get_their_turn() {
    explore(Some(2), || {
        let shared = new();
        let writer = spawn(&shared, add_one_as_writer);
        let reader = spawn(&shared, look_as_reader);
        add_one_as_writer(&shared);
        assert!(reader.join().unwrap() <= 2);
        writer.join().unwrap();
        assert_free(&shared, 2);
    });
}

#[test]
fn two_that_wait_for_a_writer_both_get_in() {
    explore(Some(2), || {
        let shared = new();
        shared.lock.write();
        let writer = spawn(&shared, add_one_as_writer);
        let reader = spawn(&shared, look_as_reader);
        shared.add_one();
        shared.lock.release_write();
        assert!((1..=2).contains(&reader.join().unwrap()));
        writer.join().unwrap();
        assert_free(&shared, 2);
    });
}

#[test]
fn readers_do_not_wait_for_each_other() {
    explore(Some(3), || {
        let shared = new();
        shared.lock.read();
        let reader = spawn(&shared, look_as_reader);
        assert_eq!(reader.join().unwrap(), 0);
        shared.lock.release_read();
        assert_free(&shared, 0);
    });
}

#[test]
fn a_try_never_waits_and_never_lets_two_in() {
    explore(Some(3), || {
        let shared = new();
        let other = spawn(&shared, |shared| {
            let written = shared.lock.try_write();
            if written {
                shared.add_one();
                shared.lock.release_write();
            }
            u32::from(written)
        });
        if shared.lock.try_read() {
            assert!(shared.number() <= 1);
            shared.lock.release_read();
        }
        let written = other.join().unwrap();
        assert_free(&shared, written);
    });
}

#[test]
fn a_timeout_and_a_release_at_once_leave_the_lock_in_one_piece() {
    explore(Some(3), || {
        let shared = new();
        shared.lock.read();
        let writer = spawn(&shared, |shared| {
            let written = shared.lock.write_timeout(SOME_TIME);
            if written {
                shared.add_one();
                shared.lock.release_write();
            }
            u32::from(written)
        });
        let clock = thread::spawn(let_time_pass);
        assert_eq!(shared.number(), 0);
        shared.lock.release_read();
        clock.join().unwrap();
        let written = writer.join().unwrap();
        assert_free(&shared, written);
    });
}

#[test]
fn a_reader_whose_time_runs_out_takes_no_turn_of_another() {
    explore(Some(1), || {
        let shared = new();
        shared.lock.write();
        let patient = spawn(&shared, look_as_reader);
        let waiter = spawn(&shared, |shared| {
            if shared.lock.read_timeout(SOME_TIME) {
                shared.number();
                shared.lock.release_read();
            }
        });
        let_time_pass();
        shared.add_one();
        shared.lock.release_write();
        assert_eq!(patient.join().unwrap(), 1);
        waiter.join().unwrap();
        assert_free(&shared, 1);
    });
}

#[test]
fn an_overdue_writer_gets_in_between_readers() {
    explore(Some(2), || {
        let shared = new();
        shared.lock.read();
        let writer = spawn(&shared, add_one_as_writer);
        // A writer that waits by now is overdue, and closes the lock.
        let_time_pass();
        let reader = spawn(&shared, look_as_reader);
        assert_eq!(shared.number(), 0);
        shared.lock.release_read();
        assert!(reader.join().unwrap() <= 1);
        writer.join().unwrap();
        assert_free(&shared, 1);
    });
}

#[test]
fn an_overdue_reader_is_handed_the_lock() {
    explore(Some(2), || {
        let shared = new();
        shared.lock.write();
        let reader = spawn(&shared, look_as_reader);
        let_time_pass();
        shared.add_one();
        shared.lock.release_write();
        // Comes by while the lock is handed over.
        add_one_as_writer(&shared);
        assert!((1..=2).contains(&reader.join().unwrap()));
        assert_free(&shared, 2);
    });
}

#[test]
fn who_reads_reads_again_past_an_overdue_writer() {
    explore(Some(3), || {
        let shared = new();
        shared.lock.read();
        let writer = spawn(&shared, add_one_as_writer);
        let_time_pass();
        shared.lock.read_recursively();
        assert_eq!(shared.number(), 0);
        shared.lock.release_read();
        assert_eq!(shared.number(), 0);
        shared.lock.release_read();
        writer.join().unwrap();
        assert_free(&shared, 1);
    });
}

#[test]
fn a_fair_release_lets_a_waiter_in() {
    explore(Some(2), || {
        let shared = new();
        shared.lock.write();
        let writer = spawn(&shared, add_one_as_writer);
        let reader = spawn(&shared, look_as_reader);
        shared.add_one();
        shared.lock.release_write_fair();
        assert!((1..=2).contains(&reader.join().unwrap()));
        writer.join().unwrap();
        assert_free(&shared, 2);
    });
}

#[test]
fn a_writer_that_becomes_a_reader_lets_readers_in_and_no_writer() {
    explore(Some(2), || {
        let shared = new();
        shared.lock.write();
        let reader = spawn(&shared, look_as_reader);
        let writer = spawn(&shared, add_one_as_writer);
        shared.add_one();
        shared.lock.write_to_read();
        assert_eq!(shared.number(), 1);
        // Not overdue, the writer does not keep it out.
        assert_eq!(reader.join().unwrap(), 1);
        assert_eq!(shared.number(), 1);
        shared.lock.release_read();
        writer.join().unwrap();
        assert_free(&shared, 2);
    });
}

#[test]
fn a_writer_that_becomes_upgradable_writes_again_before_all_others() {
    explore(Some(1), || {
        let shared = new();
        shared.lock.write();
        let reader = spawn(&shared, look_as_reader);
        let other = spawn(&shared, add_one_by_upgrading);
        shared.add_one();
        shared.lock.write_to_upgradable();
        assert_eq!(shared.number(), 1);
        shared.lock.upgrade_to_write();
        assert_eq!(shared.number(), 1);
        shared.add_one();
        shared.lock.release_write();
        assert!((1..=3).contains(&reader.join().unwrap()));
        other.join().unwrap();
        assert_free(&shared, 3);
    });
}

#[test]
fn an_upgrade_waits_for_the_readers() {
    explore(Some(3), || {
        let shared = new();
        let upgrading = spawn(&shared, add_one_by_upgrading);
        assert!(look_as_reader(&shared) <= 1);
        upgrading.join().unwrap();
        assert_free(&shared, 1);
    });
}

#[test]
fn an_upgrade_waits_for_two_readers() {
    explore(Some(2), || {
        let shared = new();
        let upgrading = spawn(&shared, add_one_by_upgrading);
        let reader = spawn(&shared, look_as_reader);
        assert!(look_as_reader(&shared) <= 1);
        assert!(reader.join().unwrap() <= 1);
        upgrading.join().unwrap();
        assert_free(&shared, 1);
    });
}

#[test]
fn an_upgradable_reader_a_reader_and_a_writer_all_get_their_turn() {
    explore(Some(2), || {
        let shared = new();
        let reader = spawn(&shared, look_as_reader);
        let writer = spawn(&shared, add_one_as_writer);
        shared.lock.read_upgradably();
        assert!(shared.number() <= 1);
        shared.lock.release_upgradable_read();
        assert!(reader.join().unwrap() <= 1);
        writer.join().unwrap();
        assert_free(&shared, 1);
    });
}

#[test]
fn an_upgrade_a_reader_and_a_writer_all_get_their_turn() {
    explore(Some(2), || {
        let shared = new();
        let upgrading = spawn(&shared, add_one_by_upgrading);
        let writer = spawn(&shared, add_one_as_writer);
        assert!(look_as_reader(&shared) <= 2);
        upgrading.join().unwrap();
        writer.join().unwrap();
        assert_free(&shared, 2);
    });
}

#[test]
fn two_upgrades_exclude_each_other() {
    explore(Some(3), || {
        let shared = new();
        let other = spawn(&shared, add_one_by_upgrading);
        add_one_by_upgrading(&shared);
        other.join().unwrap();
        assert_free(&shared, 2);
    });
}

#[test]
fn an_upgrade_whose_time_runs_out_lets_readers_in_again() {
    explore(Some(2), || {
        let shared = new();
        shared.lock.read();
        let upgrading = spawn(&shared, |shared| {
            shared.lock.read_upgradably();
            let upgraded = shared.lock.upgrade_timeout(SOME_TIME);
            assert!(!upgraded, "somebody reads");
            shared.lock.release_upgradable_read();
        });
        let reader = spawn(&shared, look_as_reader);
        let_time_pass();
        assert_eq!(reader.join().unwrap(), 0);
        upgrading.join().unwrap();
        shared.lock.release_read();
        assert_free(&shared, 0);
    });
}

#[test]
fn an_upgrade_whose_time_runs_out_as_the_reader_leaves_counts_once() {
    explore(Some(3), || {
        let shared = new();
        shared.lock.read();
        let upgrading = spawn(&shared, |shared| {
            shared.lock.read_upgradably();
            let upgraded = shared.lock.upgrade_timeout(SOME_TIME);
            if upgraded {
                shared.add_one();
                shared.lock.release_write();
            } else {
                shared.lock.release_upgradable_read();
            }
            u32::from(upgraded)
        });
        let_time_pass();
        assert_eq!(shared.number(), 0);
        shared.lock.release_read();
        let upgraded = upgrading.join().unwrap();
        assert_free(&shared, upgraded);
    });
}

#[test]
fn who_gives_the_right_to_upgrade_up_passes_it_on() {
    explore(Some(2), || {
        let shared = new();
        shared.lock.read_upgradably();
        let other = spawn(&shared, |shared| {
            shared.lock.read_upgradably();
            assert_eq!(shared.number(), 0);
            shared.lock.release_upgradable_read();
        });
        shared.lock.upgradable_to_read();
        // Both read at once.
        other.join().unwrap();
        assert_eq!(shared.number(), 0);
        shared.lock.release_read();
        assert_free(&shared, 0);
    });
}

#[test]
fn the_right_to_upgrade_is_handed_over_to_one_when_overdue() {
    explore(Some(1), || {
        let shared = new();
        shared.lock.read_upgradably();
        let others = [(); 2].map(|()| spawn(&shared, add_one_by_upgrading));
        let_time_pass();
        shared.lock.upgradable_to_read();
        assert_eq!(shared.number(), 0);
        shared.lock.release_read();
        for other in others {
            other.join().unwrap();
        }
        assert_free(&shared, 2);
    });
}
