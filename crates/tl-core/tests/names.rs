//! Names: defaults and their numbers, renaming, what the operating system shows, and the end of a
//! thread.

use std::cell::RefCell;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use tl_core::names::ThreadRecord;
use tl_core::{ThreadIdent, current_ident, current_name, sys, with_current_name};

/// Runs `f` in a thread that has this record.
fn run<T: Send + 'static>(record: &Arc<ThreadRecord>, f: impl FnOnce() -> T + Send + 'static) -> T {
    let record = Arc::clone(record);
    thread::spawn(move || {
        record.begin("");
        f()
    })
    .join()
    .unwrap()
}

fn comm(native_id: u64) -> String {
    let name = fs::read_to_string(format!("/proc/self/task/{native_id}/comm")).unwrap();
    name.trim_end_matches('\n').to_owned()
}

#[test]
fn the_main_thread_is_main_thread_from_wherever_it_is_asked() {
    let main = ThreadRecord::main();
    assert_eq!(&*main.name(), "MainThread");
    assert_eq!(main.ident(), Some(ThreadIdent::MAIN));
    #[cfg(target_os = "linux")]
    assert_eq!(main.native_id(), Some(std::process::id().into()));
    // This is the thread of a test, and the first caller.
    assert_ne!(&*current_name(), "MainThread");
}

#[test]
fn a_thread_of_the_standard_library_has_its_own_name() {
    let thread = thread::Builder::new().name("std-worker".into());
    let name = thread.spawn(current_name).unwrap().join().unwrap();
    assert_eq!(&*name, "std-worker");
}

#[test]
fn a_thread_without_a_name_is_a_dummy_with_a_number_of_its_own() {
    let names = [(); 4].map(|()| thread::spawn(current_name).join().unwrap());
    let mut numbers =
        names.map(|name| name.strip_prefix("Dummy-").unwrap().parse::<u64>().unwrap());
    assert!(numbers[0] >= 1);
    assert!(numbers.is_sorted());
    numbers.sort_unstable();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn a_name_once_given_stays() {
    thread::spawn(|| {
        let first = current_name();
        assert_eq!(current_name(), first);
        with_current_name(|name| assert_eq!(name, &*first));
        assert_eq!(ThreadRecord::current().name(), first);
    })
    .join()
    .unwrap();
}

/// The only test that makes unnamed records: the numbers are the process's.
#[test]
fn unnamed_threads_are_numbered_from_one_and_named_ones_do_not_count() {
    let first = ThreadRecord::unnamed();
    let named = ThreadRecord::unnamed();
    named.set_initial_name("named");
    let second = ThreadRecord::unnamed();
    assert_eq!(
        [first.name(), named.name(), second.name()].map(|name| name.to_string()),
        ["Thread-1", "named", "Thread-2"]
    );
    // One that somebody has seen keeps its number, and so does one after which another got its own.
    second.set_initial_name("seen");
    let third = ThreadRecord::unnamed();
    let fourth = ThreadRecord::unnamed();
    third.set_initial_name("overtaken");
    assert_eq!(&*fourth.name(), "Thread-4");
    // Renaming is not the same as naming.
    fourth.set_name("renamed");
    assert_eq!(&*ThreadRecord::unnamed().name(), "Thread-5");
}

#[test]
fn a_record_gives_its_thread_identity_and_name() {
    let record = ThreadRecord::new("recorded");
    assert_eq!((record.ident(), record.native_id()), (None, None));
    let ident = record.assign_ident();
    let (seen, name, native_id) = run(&record, || {
        (current_ident(), current_name(), sys::native_id())
    });
    assert_eq!((seen, &*name), (ident, "recorded"));
    assert_eq!(record.native_id(), Some(native_id));
    assert_eq!(record.ident(), Some(ident));
}

#[test]
fn a_record_that_was_refused_has_no_identity_until_it_gets_another() {
    let record = ThreadRecord::new("refused");
    let first = record.assign_ident();
    record.revoke_ident();
    assert_eq!(record.ident(), None);
    assert!(run(&record, current_ident) > first);
}

#[test]
fn what_a_thread_was_given_before_it_began_is_replaced() {
    let record = ThreadRecord::new("worker");
    let ident = record.assign_ident();
    let outcome = thread::spawn(move || {
        let temporary = ThreadRecord::current();
        let before = (current_ident(), current_name());
        let name_inside = with_current_name(|_| {
            record.begin("");
            current_name()
        });
        let after = (current_ident(), current_name());
        // A name for the one that is no more reaches no thread's system name.
        temporary.set_name("lost");
        (before, name_inside, after, tl_core::sys::os_name())
    });
    let (before, name_inside, after, os_name) = outcome.join().unwrap();
    assert_ne!(before.0, ident);
    assert_ne!(&*before.1, "worker");
    assert_eq!(&*name_inside, "worker");
    assert_eq!((after.0, &*after.1), (ident, "worker"));
    assert_eq!(os_name, "worker");
}

#[test]
fn a_thread_that_has_begun_cannot_begin_again() {
    let outcome = thread::spawn(|| {
        ThreadRecord::new("rightful").begin("");
        let before = current_ident();
        let record = ThreadRecord::new("usurper");
        let panic = std::panic::catch_unwind(|| record.begin(""));
        (panic.is_err(), before == current_ident(), current_name())
    });
    let (panicked, unchanged, name) = outcome.join().unwrap();
    assert!(panicked && unchanged);
    assert_eq!(&*name, "rightful");
}

#[test]
fn a_thread_sees_its_new_name_at_once_whoever_renames_it() {
    let record = ThreadRecord::new("old");
    let (ask, asked) = mpsc::channel::<()>();
    let (answer, answers) = mpsc::channel();
    let thread = thread::spawn({
        let record = Arc::clone(&record);
        move || {
            record.begin("");
            for () in asked {
                with_current_name(|name| answer.send(name.to_owned()).unwrap());
            }
        }
    });
    for name in ["old", "new", "newer", "", "a name with a \0 in it"] {
        record.set_name(name);
        ask.send(()).unwrap();
        assert_eq!(answers.recv().unwrap(), name);
    }
    drop(ask);
    thread.join().unwrap();
    record.set_name("afterwards");
    assert_eq!(&*record.name(), "afterwards");
}

#[test]
fn who_reads_a_name_may_rename_the_thread_and_read_again() {
    let record = ThreadRecord::new("outer");
    let own = Arc::clone(&record);
    run(&record, move || {
        with_current_name(|outer| {
            own.set_name("inner");
            with_current_name(|inner| assert_eq!((outer, inner), ("outer", "inner")));
            assert_eq!(&*current_name(), "inner");
            assert_eq!(outer, "outer");
        });
        with_current_name(|name| assert_eq!(name, "inner"));
    });
}

#[test]
fn a_panic_while_a_name_is_read_does_no_harm() {
    let record = ThreadRecord::new("calm");
    run(&record, || {
        let panic = std::panic::catch_unwind(|| with_current_name(|_| panic!("on purpose")));
        assert!(panic.is_err());
        with_current_name(|name| assert_eq!(name, "calm"));
    });
}

#[cfg_attr(
    not(target_os = "linux"),
    ignore = "looks into Linux's /proc for what the system calls another thread"
)]
#[test]
fn the_operating_system_sees_names_and_changes_of_names() {
    let record = ThreadRecord::new("before-start");
    let (ready, is_ready) = mpsc::channel();
    let (finish, finished) = mpsc::channel::<()>();
    let thread = thread::spawn({
        let record = Arc::clone(&record);
        move || {
            record.begin("");
            ready.send(sys::os_name()).unwrap();
            finished.recv().unwrap_err();
            record.set_name("by itself");
            sys::os_name()
        }
    });
    assert_eq!(is_ready.recv().unwrap(), "before-start");
    let id = record.native_id().unwrap();
    record.set_name("from elsewhere, and too long");
    assert_eq!(comm(id), "from elsewhere,");
    record.set_name("fünfzehn Bytesß");
    assert_eq!(comm(id), "fünfzehn Bytes");
    drop(finish);
    assert_eq!(thread.join().unwrap(), "by itself");
}

/// A record begun twice would give two threads the same identity, and a lock that goes by it to
/// both.
#[test]
fn an_identity_is_never_that_of_two_threads() {
    let begin = |record: &Arc<ThreadRecord>| {
        let record = Arc::clone(record);
        let begun = thread::spawn(move || {
            record.begin("");
            current_ident()
        });
        begun.join().ok()
    };
    let record = ThreadRecord::new("one");
    let ident = record.assign_ident();
    assert_eq!(begin(&record), Some(ident));
    assert_eq!(begin(&record), None);
    assert_eq!(begin(&ThreadRecord::main()), None);
    assert_eq!(begin(&ThreadRecord::current()), None);

    // Nor is it taken from one that has begun.
    for record in [&record, &ThreadRecord::main(), &ThreadRecord::current()] {
        let before = record.ident();
        let assign = catch_unwind(AssertUnwindSafe(|| record.assign_ident()));
        let revoke = catch_unwind(AssertUnwindSafe(|| record.revoke_ident()));
        assert!(assign.is_err() && revoke.is_err());
        assert_eq!(record.ident(), before);
    }

    // A thread that has been refused a record is its own.
    let refused = thread::spawn(move || {
        let panic = std::panic::catch_unwind(|| record.begin(""));
        (panic.is_err(), current_ident())
    });
    let (is_refused, own) = refused.join().unwrap();
    assert!(is_refused);
    assert_ne!(own, ident);
}

#[test]
fn the_name_is_there_while_thread_locals_are_dropped() {
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    struct Ask;
    impl Drop for Ask {
        fn drop(&mut self) {
            let name = with_current_name(|name| name.to_owned());
            SEEN.lock().unwrap().push(name);
        }
    }
    thread_local! {
        static EARLY: RefCell<Option<Ask>> = const { RefCell::new(None) };
        static LATE: RefCell<Option<Ask>> = const { RefCell::new(None) };
    }

    // One that lives longer than what the library may keep in a thread-local, and one that does
    // not.
    let thread = thread::Builder::new().name("a rather long name, longer than the system's".into());
    thread
        .spawn(|| {
            EARLY.set(Some(Ask));
            current_name();
            LATE.set(Some(Ask));
        })
        .unwrap()
        .join()
        .unwrap();
    let thread = thread::Builder::new().name("first call at the end".into());
    thread
        .spawn(|| EARLY.set(Some(Ask)))
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(
        *SEEN.lock().unwrap(),
        [
            "a rather long name, longer than the system's",
            "a rather long name, longer than the system's",
            "first call at the end"
        ]
    );
}

#[test]
fn a_record_is_freed_with_its_thread() {
    let record = ThreadRecord::new("short");
    run(&record, || {
        current_name();
        ThreadRecord::current().set_name("shorter");
        current_name();
    });
    let weak = Arc::downgrade(&record);
    drop(record);
    assert_eq!(weak.strong_count(), 0);
}

#[test]
fn readers_never_see_half_a_name() {
    let record = ThreadRecord::new("aaaaaaaa");
    let stop = Arc::new(AtomicBool::new(false));
    let reads = Arc::new(AtomicUsize::new(0));
    let thread = thread::spawn({
        let (record, stop, reads) = (Arc::clone(&record), Arc::clone(&stop), Arc::clone(&reads));
        move || {
            record.begin("");
            while !stop.load(Ordering::Relaxed) {
                with_current_name(|name| {
                    assert!(["aaaaaaaa", "bbbb"].contains(&name), "{name}");
                });
                reads.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    for turn in 0..2_000 {
        record.set_name(["bbbb", "aaaaaaaa"][turn % 2]);
    }
    while reads.load(Ordering::Relaxed) < 1_000 {
        thread::yield_now();
    }
    stop.store(true, Ordering::Relaxed);
    thread.join().unwrap();
}

#[test]
fn debug_shows_the_name_and_does_not_wait_for_it() {
    let record = ThreadRecord::new("shown");
    assert!(format!("{record:?}").contains("shown"));
}
