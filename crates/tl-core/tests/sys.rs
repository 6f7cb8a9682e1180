//! The wrappers of the system calls.

use std::cell::RefCell;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use tl_core::sys::{self, ThreadEnd};

#[test]
fn native_ids_are_those_of_the_system() {
    let id = sys::native_id();
    #[cfg(target_os = "linux")]
    assert!(std::path::Path::new(&format!("/proc/self/task/{id}")).exists());
    assert_ne!(id, thread::spawn(sys::native_id).join().unwrap());
}

#[test]
fn a_test_does_not_run_in_the_main_thread() {
    assert!(!sys::is_main_thread());
}

#[cfg_attr(
    not(any(target_os = "linux", target_os = "android")),
    ignore = "the names are cut for Linux"
)]
#[test]
fn names_are_cut_where_a_character_ends() {
    for (name, form) in [
        ("", ""),
        ("short", "short"),
        ("exactly-fifteen", "exactly-fifteen"),
        ("exactly-sixteen!", "exactly-sixteen"),
        ("vierzehn Bytesß", "vierzehn Bytes"),
        ("with\0zero", "with?zero"),
        ("日本語の名前", "日本語の名"),
    ] {
        assert_eq!(sys::os_name_form(name), form);
        let seen = thread::spawn(move || {
            sys::set_os_name(name);
            sys::os_name()
        });
        assert_eq!(seen.join().unwrap(), form);
    }
}

#[test]
fn naming_a_thread_that_does_not_exist_is_an_error() {
    assert!(sys::set_os_name_of(u64::from(u32::MAX), "nobody").is_err());
}

#[cfg_attr(not(target_os = "linux"), ignore = "other systems have no timer slack")]
#[test]
fn timer_slack_is_that_of_the_calling_thread_and_goes_back() {
    fn slack() -> String {
        let path = format!("/proc/{}/timerslack_ns", sys::native_id());
        std::fs::read_to_string(path).unwrap().trim().to_owned()
    }
    thread::spawn(|| {
        let before = slack();
        sys::set_timer_slack(Duration::from_nanos(1)).unwrap();
        assert_eq!(slack(), "1");
        sys::set_timer_slack(Duration::ZERO).unwrap();
        assert_eq!(slack(), before);
        sys::set_timer_slack(Duration::MAX).unwrap();
    })
    .join()
    .unwrap();
}

#[test]
fn the_end_of_a_thread_comes_after_all_thread_locals_whatever_their_order() {
    static SEEN: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    static END: ThreadEnd = ThreadEnd::new(|| SEEN.lock().unwrap().push("end"));
    struct Note(&'static str);
    impl Drop for Note {
        fn drop(&mut self) {
            // One that comes into being while the others are dropped.
            if self.0 == "first" {
                LATEST.set(Some(Note("latest")));
            }
            SEEN.lock().unwrap().push(self.0);
        }
    }
    thread_local! {
        static FIRST: RefCell<Option<Note>> = const { RefCell::new(None) };
        static SECOND: RefCell<Option<Note>> = const { RefCell::new(None) };
        static LATEST: RefCell<Option<Note>> = const { RefCell::new(None) };
    }

    thread::spawn(|| {
        FIRST.set(Some(Note("first")));
        END.arm().unwrap();
        END.arm().unwrap();
        SECOND.set(Some(Note("second")));
    })
    .join()
    .unwrap();
    let mut seen = SEEN.lock().unwrap().clone();
    assert_eq!(seen.pop(), Some("end"));
    seen.sort_unstable();
    assert_eq!(seen, ["first", "latest", "second"]);
}

#[test]
fn only_threads_that_arm_have_their_end_called_and_each_once() {
    static ENDED: AtomicU32 = AtomicU32::new(0);
    static END: ThreadEnd = ThreadEnd::new(|| {
        ENDED.fetch_add(1, Ordering::Relaxed);
    });

    END.prepare().unwrap();
    for turn in 0..100 {
        let arms = turn % 2 == 0;
        thread::spawn(move || {
            if arms {
                END.arm().unwrap();
            }
        })
        .join()
        .unwrap();
    }
    assert_eq!(ENDED.load(Ordering::Relaxed), 50);
}

/// Runs this test again in a child, which does `what` and exits.
fn child(what: &str) -> (Option<i32>, String) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "as_a_child", "--nocapture", "--test-threads=1"])
        .env("TL_CORE_CHILD", what)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), text)
}

#[test]
fn as_a_child() {
    extern "C" fn first() {
        eprint!("first ");
    }
    extern "C" fn second() {
        eprint!("second ");
    }
    extern "C" fn exit_again() {
        eprint!("again ");
        sys::exit_again(8);
    }

    let Ok(what) = std::env::var("TL_CORE_CHILD") else {
        return;
    };
    sys::at_exit(first).unwrap();
    match what.as_str() {
        "order" => sys::at_exit(second).unwrap(),
        "again" => sys::at_exit(exit_again).unwrap(),
        _ => unreachable!(),
    }
    sys::exit(7);
}

#[test]
fn exit_hooks_run_the_last_one_first() {
    assert_eq!(child("order"), (Some(7), "second first ".to_owned()));
}

#[test]
fn a_hook_may_exit_again_and_where_it_can_be_the_others_still_run() {
    let others = if cfg!(any(target_env = "musl", windows)) {
        ""
    } else {
        "first "
    };
    assert_eq!(child("again"), (Some(8), format!("again {others}")));
}
