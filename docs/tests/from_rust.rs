//! The tables of names from `parking_lot` and `std` are complete: every public name stands in them
//! once. Python's is in `name_table.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const PAGE: &str = include_str!("../src/from_rust.rs");

/// Defines a constant with these names, and imports them, so that a name that does not exist does
/// not compile.
macro_rules! names {
    ($constant:ident of $library:path as $module:ident: $($name:ident,)*) => {
        #[allow(unused_imports, deprecated, reason = "that they are there is all that matters")]
        mod $module {
            use $library as library;
            $(use library::$name;)*
        }

        const $constant: &[&str] = &[$(stringify!($name)),*];
    };
}

// What version 0.13 exports, with the feature `arc_lock`.
names! { PARKING_LOT of ::parking_lot as parking_lot_names:
    Condvar, FairMutex, FairMutexGuard, MappedFairMutexGuard, MappedMutexGuard,
    MappedRecursiveRwLockReadGuard, MappedRecursiveRwLockWriteGuard, MappedReentrantMutexGuard,
    MappedRwLockReadGuard, MappedRwLockWriteGuard, Mutex, MutexGuard, Once, OnceState, RawCondvar,
    RawFairMutex, RawMutex, RawRwLock, RawRwLockRecursive, RawThreadId, RecursiveRwLock,
    RecursiveRwLockReadGuard, RecursiveRwLockUpgradableReadGuard, RecursiveRwLockWriteGuard,
    ReentrantMutex, ReentrantMutexGuard, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard,
    RwLockWriteGuard, WaitTimeoutResult, lock_api,
}

/// What it exports with the features `arc_lock` and `deadlock_detection`.
const PARKING_LOT_FEATURES: &[&str] = &[
    "ArcMutexGuard",
    "ArcReentrantMutexGuard",
    "ArcRwLockReadGuard",
    "ArcRwLockUpgradableReadGuard",
    "ArcRwLockWriteGuard",
    "deadlock",
];

// The stable names of Rust 1.95.
names! { SYNC of ::std::sync as sync_names:
    Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, LockResult, Mutex, MutexGuard, ONCE_INIT,
    Once, OnceLock, OnceState, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError,
    TryLockResult, WaitTimeoutResult, Weak, atomic, mpsc,
}

/// The methods of those that have a counterpart, without constructors.
const SYNC_METHODS: &[&str] = &[
    "Barrier.wait",
    "BarrierWaitResult.is_leader",
    "Condvar.notify_all",
    "Condvar.notify_one",
    "Condvar.wait",
    "Condvar.wait_timeout",
    "Condvar.wait_timeout_ms",
    "Condvar.wait_timeout_while",
    "Condvar.wait_while",
    "Mutex.clear_poison",
    "Mutex.get_mut",
    "Mutex.into_inner",
    "Mutex.is_poisoned",
    "Mutex.lock",
    "Mutex.try_lock",
    "RwLock.clear_poison",
    "RwLock.get_mut",
    "RwLock.into_inner",
    "RwLock.is_poisoned",
    "RwLock.read",
    "RwLock.try_read",
    "RwLock.try_write",
    "RwLock.write",
    "RwLockWriteGuard.downgrade",
    "WaitTimeoutResult.timed_out",
];

names! { THREAD of ::std::thread as thread_names:
    AccessError, Builder, JoinHandle, LocalKey, Result, Scope, ScopedJoinHandle, Thread, ThreadId,
    available_parallelism, current, panicking, park, park_timeout, park_timeout_ms, scope, sleep,
    sleep_ms, spawn, yield_now,
}

/// The methods of those that have a counterpart, without constructors; those of the system's traits
/// for a `JoinHandle`; and the macro.
const THREAD_METHODS: &[&str] = &[
    "Builder.name",
    "Builder.spawn",
    "Builder.spawn_scoped",
    "Builder.spawn_unchecked",
    "Builder.stack_size",
    "JoinHandle.as_raw_handle",
    "JoinHandle.is_finished",
    "JoinHandle.join",
    "JoinHandle.thread",
    "JoinHandleExt.as_pthread_t",
    "LocalKey.get",
    "LocalKey.replace",
    "LocalKey.set",
    "LocalKey.take",
    "LocalKey.try_with",
    "LocalKey.with",
    "LocalKey.with_borrow",
    "LocalKey.with_borrow_mut",
    "Scope.spawn",
    "ScopedJoinHandle.is_finished",
    "ScopedJoinHandle.join",
    "ScopedJoinHandle.thread",
    "Thread.id",
    "Thread.name",
    "Thread.unpark",
    "thread_local",
];

/// The timed forms of `lock_api`.
const TIMED: &[&str] = &[
    "Condvar.wait_for",
    "Condvar.wait_until",
    "Condvar.wait_while_for",
    "Condvar.wait_while_until",
    "Mutex.try_lock_for",
    "Mutex.try_lock_until",
    "ReentrantMutex.try_lock_for",
    "ReentrantMutex.try_lock_until",
    "RwLock.try_read_for",
    "RwLock.try_read_until",
    "RwLock.try_upgradable_read_for",
    "RwLock.try_upgradable_read_until",
    "RwLock.try_write_for",
    "RwLock.try_write_until",
];

/// A row: another library's name, ours, and what differs.
#[derive(Debug)]
struct Row {
    theirs: String,
    ours: String,
    differs: String,
}

/// Returns the rows of the table under a title.
fn rows(page: &str, title: &str) -> Vec<Row> {
    let title = format!("\n//! # {title}\n");
    let (_, rest) = page.split_once(&title).expect("there is such a table");
    let end = rest.find("\n//! # ").unwrap_or(rest.len());
    let rows = rest[..end].lines().filter_map(|line| {
        let row = line.strip_prefix("//! | `")?;
        let cells: Vec<&str> = row.split(" | ").collect();
        // The titles of the columns are names too.
        let [theirs, ours, differs] = cells[..] else {
            panic!("{line} has not three cells");
        };
        (ours != "here").then(|| Row {
            theirs: theirs.trim_end_matches('`').to_owned(),
            ours: ours.to_owned(),
            differs: differs.trim_end_matches('|').trim().to_owned(),
        })
    });
    rows.collect()
}

/// Returns what is wrong with the table under a title, which should have these names.
fn wrong(page: &str, title: &str, names: &[&[&str]]) -> Vec<String> {
    let mut wanted: BTreeSet<&str> = names.concat().into_iter().collect();
    let mut wrong = Vec::new();
    for row in rows(page, title) {
        if !wanted.remove(row.theirs.as_str()) {
            wrong.push(format!("{title}: {} twice, or unknown", row.theirs));
        }
        let is_reasoned = match row.ours.as_str() {
            "left out" => !row.differs.is_empty(),
            ours => ours.starts_with("[`") && ours.contains("](tl_"),
        };
        if !is_reasoned {
            wrong.push(format!(
                "{title}: {} has neither link nor reason",
                row.theirs
            ));
        }
    }
    wrong.extend(wanted.iter().map(|name| format!("{title}: no {name}")));
    wrong
}

#[test]
fn every_name_of_parking_lot_has_one_row() {
    let names = [PARKING_LOT, PARKING_LOT_FEATURES];
    assert_eq!(wrong(PAGE, "`parking_lot` 0.13", &names), [""; 0]);
    assert_eq!(wrong(PAGE, "The timed forms", &[TIMED]), [""; 0]);
}

/// Returns the names that the root of a library exports, read from its source.
fn exported(source: &str) -> BTreeSet<String> {
    let lines = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join(" ");
    let mut names = BTreeSet::new();
    for item in code.split(';') {
        if let Some((_, module)) = item.rsplit_once("pub mod ") {
            names.insert(module.trim().to_owned());
        }
        let Some((_, path)) = item.rsplit_once("pub use ") else {
            continue;
        };
        let list = match path.split_once('{') {
            Some((_, list)) => list.trim_end().trim_end_matches('}'),
            None => path.rsplit("::").next().unwrap_or(path),
        };
        let list = list.split(',').map(str::trim);
        names.extend(list.filter(|name| !name.is_empty()).map(str::to_owned));
    }
    names
}

#[test]
fn the_names_of_parking_lot_are_those_that_it_exports() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["metadata", "--locked", "--format-version=1"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let parking_lot = packages.iter().find(|package| {
        let version = package["version"].as_str().unwrap();
        package["name"] == "parking_lot" && version.starts_with("0.13.")
    });
    let manifest = parking_lot.expect("this package takes it")["manifest_path"].as_str();
    let root = Path::new(manifest.unwrap()).with_file_name("src/lib.rs");
    let ours: BTreeSet<String> = [PARKING_LOT, PARKING_LOT_FEATURES]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(ours, exported(&fs::read_to_string(root).unwrap()));
}

#[test]
fn every_name_of_std_has_one_row() {
    assert_eq!(wrong(PAGE, "`std::sync`", &[SYNC, SYNC_METHODS]), [""; 0]);
    let names = [THREAD, THREAD_METHODS];
    assert_eq!(wrong(PAGE, "`std::thread`", &names), [""; 0]);
}

#[test]
fn what_is_wrong_with_a_table_is_noticed() {
    let page = "\n//! # Names\n\
                //! | `Names` | here | what differs |\n\
                //! | `Lock` | [`Lock`](tl_locks::Lock) | |\n\
                //! | `Lock` | [`Lock`](tl_locks::Lock) | |\n\
                //! | `Once` | left out | |\n\
                //! | `Twice` | left out | why not |\n";
    assert_eq!(
        wrong(page, "Names", &[&["Lock", "Once", "Never"]]),
        [
            "Names: Lock twice, or unknown",
            "Names: Once has neither link nor reason",
            "Names: Twice twice, or unknown",
            "Names: no Never",
        ]
    );
}
