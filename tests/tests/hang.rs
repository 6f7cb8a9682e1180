//! A deadlock of each kind is found, and described in the right words.

use std::process::Command;

/// Returns what the program prints when it hangs in this way.
fn output(kind: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_hang"))
        .arg(kind)
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    text
}

/// Returns what [`output`] does, with numbers for the addresses, and code for the lines.
fn report(kind: &str) -> String {
    let text = output(kind);
    let mut addresses: Vec<String> = Vec::new();
    let mut words = Vec::new();
    for word in text.split_inclusive([' ', '\n']) {
        let bare = word.trim_end().trim_end_matches([',', '.']);
        let plain = if bare.starts_with("0x") {
            let known = addresses.iter().position(|address| address == bare);
            let number = known.unwrap_or_else(|| {
                addresses.push(bare.to_owned());
                addresses.len() - 1
            });
            word.replace(bare, &format!("[{}]", number + 1))
        } else if let Some((file, line)) = bare.rsplit_once(".rs:") {
            let number: usize = line.parse().unwrap();
            let source = include_str!("../src/bin/hang.rs");
            let code = source.lines().nth(number - 1).unwrap().trim();
            assert!(file.ends_with("hang"), "{text}");
            word.replace(bare, &format!("`{code}`"))
        } else {
            word.to_owned()
        };
        words.push(plain);
    }
    words.concat()
}

/// Returns the report without where the locks were acquired, which is known with the feature
/// `owners`.
fn without_places(report: &str) -> String {
    let mut parts = report.split(" since `");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        text.push_str(part.split_once("`").unwrap().1);
    }
    text
}

const TWO_LOCKS: &str = "\
Deadlock: 2 threads wait for each other
  \"left\" waits in RLock::lock at `let _b = B.lock();`
      for the RLock at [1], which is held by \"right\"
  \"right\" waits in RLock::acquire at `A.acquire();`
      for the RLock at [2], which is held by \"left\"
";

#[test]
fn two_locks_in_opposite_order() {
    assert_eq!(without_places(&report("two-locks")), TWO_LOCKS);
}

#[test]
fn an_exit_hook_sees_the_daemons_that_are_stuck() {
    assert_eq!(without_places(&report("two-locks-at-exit")), TWO_LOCKS);
}

#[test]
fn a_process_ends_while_daemons_look_and_record() {
    for _ in 0..20 {
        assert_eq!(report("look-at-exit"), "none\n");
    }
}

#[test]
fn three_threads_in_a_circle() {
    assert_eq!(
        without_places(&report("three-locks")),
        "\
Deadlock: 3 threads wait for each other
  \"one\" waits in RLock::lock at `let _second = second.lock();`
      for the RLock at [1], which is held by \"two\"
  \"two\" waits in RLock::lock at `let _second = second.lock();`
      for the RLock at [2], which is held by \"three\"
  \"three\" waits in RLock::lock at `let _second = second.lock();`
      for the RLock at [3], which is held by \"one\"
"
    );
}

#[test]
fn a_join_of_a_thread_that_needs_what_the_joiner_holds() {
    assert_eq!(
        without_places(&report("lock-and-join")),
        "\
Deadlock: 2 threads wait for each other
  \"worker\" waits in RLock::acquire at `A.acquire();`
      for the RLock at [1], which is held by \"owner\"
  \"owner\" waits in Thread::join at `worker.join().unwrap();`
      for \"worker\" to end
"
    );
}

#[test]
fn a_condition_whose_lock_is_held_by_a_thread_that_needs_what_the_waiter_holds() {
    assert_eq!(
        without_places(&report("condition")),
        "\
Deadlock: 2 threads wait for each other
  \"waiter\" waits in Condition::wait at `guard.wait();`
      to take the lock back, for the lock of the Condition at [1], which is held by \"notifier\"
  \"notifier\" waits in RLock::lock at `let _a = A.lock();`
      for the RLock at [2], which is held by \"waiter\"
"
    );
}

#[test]
fn a_barrier_to_which_nobody_can_come_any_more() {
    assert_eq!(
        without_places(&report("barrier")),
        "\
Deadlock: 2 threads wait for each other
  \"early\" waits in Barrier::wait at `BARRIER.wait().unwrap();`
      for others to come; \"late\" cannot
  \"late\" waits in RLock::acquire at `A.acquire();`
      for the RLock at [1], which is held by \"early\"
  It lasts unless a thread that this library does not know comes.
"
    );
}

#[test]
fn a_thread_that_joins_itself_through_another() {
    assert_eq!(
        report("join-oneself"),
        "\
Deadlock: 2 threads wait for each other
  \"first\" waits in Thread::join at `second.join().unwrap();`
      for \"second\" to end
  \"second\" waits in Thread::join at `FIRST.get().unwrap().join().unwrap();`
      for \"first\" to end
"
    );
}

#[test]
fn a_circle_that_a_time_limit_opens_is_none() {
    assert_eq!(report("none"), "none\n");
}

#[cfg(feature = "owners")]
#[test]
fn two_mutexes_in_opposite_order() {
    assert_eq!(
        report("two-mutexes"),
        "\
Deadlock: 2 threads wait for each other
  \"left\" waits in Mutex::lock at `*N.lock() += 1;`
      for the Mutex at [1], which is held by \"right\" since `let _n = N.lock();`
  \"right\" waits in Mutex::lock at `*M.lock() += 1;`
      for the Mutex at [2], which is held by \"left\" since `let _m = M.lock();`
  It lasts unless another thread releases one of the locks.
"
    );
}

#[cfg(feature = "owners")]
#[test]
fn a_join_of_a_thread_that_needs_the_mutex_of_the_joiner() {
    assert_eq!(
        report("mutex-and-join"),
        "\
Deadlock: 2 threads wait for each other
  \"worker\" waits in Mutex::lock at `*M.lock() += 1;`
      for the Mutex at [1], which is held by \"owner\" since `let _m = M.lock();`
  \"owner\" waits in Thread::join at `worker.join().unwrap();`
      for \"worker\" to end
  It lasts unless another thread releases one of the locks.
"
    );
}

#[cfg(feature = "owners")]
#[test]
fn a_thread_that_locks_a_mutex_twice() {
    assert_eq!(
        report("mutex-twice"),
        "\
Deadlock: a thread waits for itself
  \"twice\" waits in Mutex::lock at `*M.lock() += *first;`
      for the Mutex at [1], which is held by itself since `let first = M.lock();`
  It lasts unless another thread releases one of the locks.
"
    );
}

/// `lock_api` keeps the owner to itself, but the lock inside has a holder. That lock is acquired on
/// a line of `lock_api`.
#[cfg(feature = "owners")]
#[test]
fn a_reentrant_mutex_has_a_holder() {
    let text = output("reentrant-mutex");
    let begins = |line: usize, with: &str| text.lines().nth(line).unwrap().starts_with(with);
    assert!(
        begins(0, "Deadlock: 2 threads wait for each other"),
        "{text}"
    );
    assert!(
        begins(1, "  \"left\" waits in RLock::acquire at "),
        "{text}"
    );
    assert!(begins(3, "  \"right\" waits in Mutex::lock at "), "{text}");
    let holder = text.lines().nth(4).unwrap();
    assert!(holder.starts_with("      for the Mutex at 0x"), "{text}");
    assert!(
        holder.contains(", which is held by \"left\" since "),
        "{text}"
    );
}

#[cfg(feature = "owners")]
#[test]
fn a_reader_and_a_writer_that_each_want_what_the_other_holds() {
    assert_eq!(
        report("reader-and-writer"),
        "\
Deadlock: 2 threads wait for each other
  \"reader\" waits in Mutex::lock at `*M.lock() += 1;`
      for the Mutex at [1], which is held by \"writer\" since `let _m = M.lock();`
  \"writer\" waits in RwLock::write at `*R.write() += 1;`
      for the RwLock at [2], which is held by \"reader\" since `let _r = R.read();`
  It lasts unless another thread releases one of the locks.
"
    );
}

#[cfg(feature = "owners")]
#[test]
fn a_reader_that_writes() {
    assert_eq!(
        report("read-then-write"),
        "\
Deadlock: a thread waits for itself
  \"both\" waits in RwLock::write at `*R.write() = *value + 1;`
      for the RwLock at [1], which is held by itself since `let value = R.read();`
  It lasts unless another thread releases one of the locks.
"
    );
}

#[cfg(feature = "owners")]
#[test]
fn a_reader_that_reads_again_behind_a_writer() {
    assert_eq!(
        report("read-twice"),
        "\
Deadlock: a thread waits for itself
  \"reader\" waits in RwLock::read at `let _second = R.read();`
      for the RwLock at [1], which is held by itself since `let _first = R.read();`
  It lasts unless another thread releases one of the locks.
"
    );
}

#[test]
fn a_lock_that_another_thread_releases_is_no_certain_deadlock() {
    assert_eq!(report("lock-twice-released"), "none\n");
}

#[test]
fn a_process_that_does_not_end_says_for_which_threads_it_waits() {
    let text = report("end");
    let lines: Vec<_> = text.lines().collect();
    let begin = "The process has waited for its end for ";
    assert!(lines[0].starts_with(begin), "{text}");
    let end = "The main thread has left main, but 1 thread that is no daemon has not ended:";
    assert!(lines[0].ends_with(end), "{text}");
    assert!(lines[1].starts_with("\"stuck\" #"), "{text}");
    let code = "let stuck = Thread::new(|| NEVER.wait()).with_name(\"stuck\");";
    let wait = format!("    waits in Event::wait at `{code}`, for ");
    assert!(lines[2].starts_with(&wait), "{text}");
    // The main thread is in the snapshot, though not in the list any more.
    let main = lines
        .iter()
        .position(|line| line.starts_with("\"MainThread\" #1"));
    let main = main.unwrap_or_else(|| panic!("{text}"));
    assert!(
        lines[main + 1].starts_with("    has left main; the process waits until"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn a_program_that_gets_a_signal_says_what_it_does() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let mut program = Command::new(env!("CARGO_BIN_EXE_hang"));
    let mut program = program
        .arg("signal")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stderr.take().unwrap()).lines();
    let mut expect = |text: &str| {
        let found = lines
            .by_ref()
            .find(|line| line.as_ref().unwrap().starts_with(text));
        assert!(found.is_some(), "{text} is not printed");
    };
    expect("\"MainThread\" #1");
    expect("\"left\" #");
    expect("    waits in RLock::acquire at ");
    expect("Deadlock: 2 threads wait for each other");
    program.kill().unwrap();
    program.wait().unwrap();
}
