//! What the system can do to a program: refuse threads, interrupt waits, split the process in two, close its standard error; and
//! more threads than anybody should have. What changes a whole process happens in a child.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, io, mem, ptr, thread};

use tl_barrier::Barrier;
use tl_condition::{Condition, Monitor};
use tl_event::Event;
use tl_locks::{Lock, Mutex, RLock};
use tl_semaphore::Semaphore;
use tl_thread::{StartError, Thread, active_count};
use tl_timer::Timer;

/// Which case a child runs.
const CASE: &str = "TL_FAULTS_CASE";

/// What a child prints when all went well.
const DONE: &str = "the case is done";

/// Runs the case in a child, with whatever else `prepare` asks for.
fn in_child(case: &str, prepare: impl FnOnce(&mut Command)) {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "runs_a_case_in_a_child", "--nocapture"])
        .env(CASE, case)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null());
    prepare(&mut command);
    let output = command.output().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success() && out.contains(DONE),
        "{case}: {}\n{out}{err}",
        output.status
    );
}

#[test]
fn runs_a_case_in_a_child() {
    let Ok(case) = env::var(CASE) else {
        return;
    };
    match case.as_str() {
        "threads-refused" => threads_refused(),
        "many-threads" => many_threads(),
        "stderr-closed" => stderr_closed(),
        "fork" => fork(),
        "clock" => clock(),
        _ => panic!("no such case: {case}"),
    }
    println!("{DONE}");
}

// --- Threads that the system refuses. The limit on addresses is tested in `tl-thread` and `tl-timer`.

#[test]
fn under_a_limit_on_threads_a_start_is_refused_and_works_later() {
    in_child("threads-refused", |_| {});
}

/// Lets the user of this process have so many threads.
fn limit_threads(count: libc::rlim_t) {
    // SAFETY: the structure is a local one, which the calls fill and read.
    let done = unsafe {
        let mut limit: libc::rlimit = mem::zeroed();
        libc::getrlimit(libc::RLIMIT_NPROC, &raw mut limit) == 0 && {
            limit.rlim_cur = count.min(limit.rlim_max);
            libc::setrlimit(libc::RLIMIT_NPROC, &raw const limit) == 0
        }
    };
    assert!(done, "{}", io::Error::last_os_error());
}

fn threads_refused() {
    // The limit does not hold for root, so nobody it is.
    // SAFETY: no more than a number is passed.
    assert_eq!(unsafe { libc::setuid(65_534) }, 0, "run by another user");
    let runs = Arc::new(AtomicU32::new(0));
    let thread = Thread::new({
        let runs = Arc::clone(&runs);
        move || {
            runs.fetch_add(1, Ordering::Relaxed);
        }
    });
    let timer = Timer::new(Duration::ZERO, {
        let runs = Arc::clone(&runs);
        move || {
            runs.fetch_add(1, Ordering::Relaxed);
        }
    });
    let listed = active_count();
    limit_threads(1);
    for _ in 0..3 {
        let Err(StartError::Refused(error)) = thread.start() else {
            panic!("one more thread than the limit");
        };
        assert_eq!(error.raw_os_error(), Some(libc::EAGAIN));
        assert!(matches!(timer.start(), Err(StartError::Refused(_))));
        assert!(!thread.is_alive() && !timer.is_alive());
        assert_eq!(active_count(), listed);
    }
    // What needs no thread goes on: waits with a timeout, and what does not wait.
    assert!(!Event::new().wait_timeout(Duration::from_millis(1)));
    assert!(Semaphore::new(1).try_acquire());
    assert_eq!(Barrier::new(1).wait().unwrap().index(), 0);
    limit_threads(libc::RLIM_INFINITY);
    thread.start().unwrap();
    timer.start().unwrap();
    thread.join().unwrap();
    timer.join().unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}

// --- Ten thousand threads.

#[test]
fn ten_thousand_threads_wait_and_none_is_forgotten() {
    in_child("many-threads", |_| {});
}

fn many_threads() {
    const THREADS: usize = 10_000;
    struct Shared {
        event: Event,
        semaphore: Semaphore,
        condition: Condition<Lock>,
        lock: RLock,
        barrier: Barrier,
        notified: AtomicBool,
        passed: [AtomicUsize; 4],
    }
    let shared = Arc::new(Shared {
        event: Event::new(),
        semaphore: Semaphore::new(0),
        condition: Condition::with_lock(Lock::new()),
        lock: RLock::new(),
        barrier: Barrier::new(THREADS + 1),
        notified: AtomicBool::new(false),
        passed: [const { AtomicUsize::new(0) }; 4],
    });
    let before = active_count();
    let threads: Vec<Thread> = (0..THREADS)
        .map(|_| {
            let shared = Arc::clone(&shared);
            let thread = Thread::new(move || {
                let pass = |stage: usize| shared.passed[stage].fetch_add(1, Ordering::Relaxed);
                shared.event.wait();
                pass(0);
                shared.semaphore.acquire();
                pass(1);
                let guard = shared.condition.lock();
                guard.wait_for(|| shared.notified.load(Ordering::Relaxed));
                drop(guard);
                shared.lock.with(|| shared.lock.with(|| pass(2)));
                shared.barrier.wait().unwrap();
                pass(3);
            })
            .with_stack_size(32 * 1024)
            // So that the case fails at once, and does not wait for the others, if the system has no room for all.
            .with_daemon(true);
            thread.start().unwrap();
            thread
        })
        .collect();
    assert_eq!(active_count(), before + THREADS);
    assert_eq!(tl_thread::enumerate().len(), before + THREADS);
    let until_all_passed = |stage: usize| {
        while shared.passed[stage].load(Ordering::Relaxed) < THREADS {
            thread::sleep(Duration::from_millis(1));
        }
    };
    shared.event.set();
    until_all_passed(0);
    shared.semaphore.release_many(THREADS).unwrap();
    until_all_passed(1);
    {
        let guard = shared.condition.lock();
        shared.notified.store(true, Ordering::Relaxed);
        guard.notify_all();
    }
    until_all_passed(2);
    shared.barrier.wait().unwrap();
    for thread in &threads {
        thread.join().unwrap();
    }
    assert!(
        shared
            .passed
            .iter()
            .all(|n| n.load(Ordering::Relaxed) == THREADS)
    );
    assert_eq!(active_count(), before);
    assert_eq!(shared.semaphore.available(), 0);
    assert!(!shared.lock.locked() && !shared.condition.locked());
}

// --- Standard error.

#[test]
fn with_standard_error_closed_a_panic_is_still_heard_of() {
    in_child("stderr-closed", |_| {});
}

fn stderr_closed() {
    // SAFETY: nothing else in this child uses the descriptor.
    assert_eq!(unsafe { libc::close(2) }, 0);
    let thread = Thread::new(|| panic!("into the void"));
    thread.start().unwrap();
    let error = thread.join().unwrap_err();
    assert!(error.to_string().contains("into the void"), "{error}");
    let timer = Timer::new(Duration::ZERO, || panic!("into the void"));
    timer.start().unwrap();
    assert!(timer.join().is_err());
    tl_core::logging::BasicConfig::new().init().unwrap();
    log::error!("into the void");
}

// --- Signals.

static INTERRUPTIONS: AtomicU32 = AtomicU32::new(0);

extern "C" fn interrupted(_signal: libc::c_int) {
    INTERRUPTIONS.fetch_add(1, Ordering::Relaxed);
}

/// Lets `wait` run in a thread that is hit by a hundred signals, each of which interrupts the system call that it is in, and then
/// lets it go. It must not have returned before that.
fn interrupt(what: &str, wait: impl FnOnce() + Send + 'static, let_go: impl FnOnce()) {
    let (begun, may_return) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let waiter = thread::spawn({
        let (begun, may_return) = (Arc::clone(&begun), Arc::clone(&may_return));
        move || {
            begun.store(true, Ordering::Relaxed);
            wait();
            may_return.load(Ordering::Relaxed)
        }
    });
    while !begun.load(Ordering::Relaxed) {
        thread::yield_now();
    }
    for _ in 0..100 {
        let before = INTERRUPTIONS.load(Ordering::Relaxed);
        send_signal(&waiter);
        while INTERRUPTIONS.load(Ordering::Relaxed) == before {
            assert!(!waiter.is_finished(), "{what}: the signal ended the wait");
            thread::yield_now();
        }
    }
    may_return.store(true, Ordering::Relaxed);
    let_go();
    assert!(waiter.join().unwrap(), "{what}: a signal ended the wait");
}

fn send_signal<T>(to: &thread::JoinHandle<T>) {
    use std::os::unix::thread::JoinHandleExt;
    // SAFETY: the thread has not been joined, so that its identity is its own.
    let error = unsafe { libc::pthread_kill(to.as_pthread_t(), libc::SIGUSR1) };
    assert_eq!(error, 0);
}

#[test]
fn a_signal_ends_no_wait() {
    // SAFETY: an all-zero `sigaction` is one without flags, `SA_RESTART` among them, and with an empty mask; the handler only counts.
    let installed = unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = interrupted as extern "C" fn(libc::c_int) as usize;
        libc::sigaction(libc::SIGUSR1, &raw const action, ptr::null_mut())
    };
    assert_eq!(installed, 0);
    let long = Duration::from_secs(3600);

    let event = Arc::new(Event::new());
    let waits = Arc::clone(&event);
    interrupt("Event", move || waits.wait(), || event.set());

    let event = Arc::new(Event::new());
    let waits = Arc::clone(&event);
    let timed = move || assert!(waits.wait_timeout(long));
    interrupt("Event, timed", timed, || event.set());

    let lock = Arc::new(Lock::new());
    lock.acquire();
    let waits = Arc::clone(&lock);
    interrupt("Lock", move || waits.acquire(), || lock.release().unwrap());

    let condition = Arc::new(Condition::with_lock(Lock::new()));
    let waits = Arc::clone(&condition);
    let notify = || {
        // It may not wait yet, and what is notified before that is nobody's.
        while condition.lock().notify_all() == 0 {
            thread::yield_now();
        }
    };
    interrupt("Condition", move || waits.lock().wait(), notify);

    let barrier = Arc::new(Barrier::new(2));
    let waits = Arc::clone(&barrier);
    let meet = move || assert!(waits.wait().is_ok());
    interrupt("Barrier", meet, || assert!(barrier.wait().is_ok()));

    let semaphore = Arc::new(Semaphore::new(0));
    let waits = Arc::clone(&semaphore);
    let acquire = move || assert!(waits.acquire_many_timeout(2, long));
    interrupt("Semaphore", acquire, || semaphore.release_many(2).unwrap());

    let go = Arc::new(Event::new());
    let goes = Arc::clone(&go);
    let joined = Thread::new(move || goes.wait());
    joined.start().unwrap();
    interrupt("Thread", move || joined.join().unwrap(), || go.set());

    let mutex = Arc::new(Mutex::new(0));
    let guard = mutex.lock();
    let waits = Arc::clone(&mutex);
    interrupt("Mutex", move || *waits.lock() += 1, || drop(guard));

    let start = Instant::now();
    let patience = Duration::from_millis(30);
    let timed_out = move || assert!(!Event::new().wait_timeout(patience));
    interrupt_often_until(timed_out);
    assert!(
        start.elapsed() >= patience,
        "a signal took time off a timeout"
    );
}

/// Interrupts a wait that ends by itself.
fn interrupt_often_until(wait: impl FnOnce() + Send + 'static) {
    let waiter = thread::spawn(wait);
    while !waiter.is_finished() {
        send_signal(&waiter);
        thread::yield_now();
    }
    waiter.join().unwrap();
}

// --- Fork.

#[test]
fn in_a_forked_child_what_does_not_wait_works() {
    in_child("fork", |_| {});
}

/// What holds in the child is in the documentation of the door: its thread is the only one, and those that wait, wait for ever.
fn fork() {
    struct Shared {
        event: Event,
        semaphore: Semaphore,
        condition: Condition<Lock>,
        monitor: Monitor<u32>,
        waiting: AtomicU32,
    }
    let shared = Arc::new(Shared {
        event: Event::new(),
        semaphore: Semaphore::new(0),
        condition: Condition::with_lock(Lock::new()),
        monitor: Monitor::new(0),
        waiting: AtomicU32::new(0),
    });
    let waits: [fn(&Shared); 3] = [
        |shared| shared.event.wait(),
        |shared| shared.semaphore.acquire(),
        |shared| {
            let guard = shared.condition.lock();
            shared.waiting.fetch_add(1, Ordering::Relaxed);
            guard.wait();
        },
    ];
    let waiters = waits.map(|wait| {
        let shared = Arc::clone(&shared);
        tl_thread::spawn(move || wait(&shared))
    });
    // The one that notes it under the lock has let go of it by then, in the queue. The others may or may not be in theirs.
    while shared.waiting.load(Ordering::Relaxed) == 0 || shared.condition.locked() {
        thread::yield_now();
    }
    // Not in the middle of the beginning of a wait, of which the child would see one half.
    for waiter in &waiters {
        while !sleeps(waiter.thread()) {
            thread::yield_now();
        }
    }
    // SAFETY: the child makes no use of what other threads may hold, as the allocator, and leaves by `_exit`.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let all_well = works_in_the_child(&shared.event, &shared.semaphore, &shared.condition)
            && shared.monitor.try_lock().is_some();
        // SAFETY: it ends the child, with nothing to be said for.
        unsafe { libc::_exit(if all_well { 0 } else { 1 }) };
    }
    assert_eq!(exit_code(child), Some(0));
    // In the parent nothing has changed.
    shared.event.set();
    shared.semaphore.release().unwrap();
    assert_eq!(shared.condition.lock().notify_all(), 1);
    for waiter in waiters {
        waiter.join().unwrap();
    }
}

/// Whether the system says that the thread sleeps.
fn sleeps(thread: &Thread) -> bool {
    let Some(id) = thread.native_id() else {
        return false;
    };
    let stat = std::fs::read_to_string(format!("/proc/self/task/{id}/stat")).unwrap();
    // The name before it, in parentheses, may contain anything.
    let (_, state) = stat.rsplit_once(')').unwrap();
    state.trim_start().starts_with('S')
}

fn works_in_the_child(event: &Event, semaphore: &Semaphore, condition: &Condition<Lock>) -> bool {
    // What is free can be had, what is new works, and what is called that has waiters returns.
    let (lock, rlock) = (Lock::new(), RLock::new());
    lock.acquire();
    rlock.acquire();
    event.set();
    let permits = semaphore.release().is_ok();
    let notified = condition.lock().notify_all();
    lock.release().is_ok()
        && rlock.release().is_ok()
        && event.wait_timeout(Duration::from_secs(3600))
        && permits
        // Who waits there is still listed, though nobody is there to go on.
        && notified == 1
        && !Event::new().wait_timeout(Duration::from_millis(1))
        && Barrier::new(1).wait().is_ok()
}

/// The exit code of a child, which is killed after a minute.
fn exit_code(child: libc::pid_t) -> Option<i32> {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut status = 0;
    loop {
        // SAFETY: the pointer is to a place for the status.
        let ended = unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) };
        if ended == child {
            return libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
        }
        if Instant::now() > deadline {
            // SAFETY: it is a child of this process that has not been waited for.
            unsafe { libc::kill(child, libc::SIGKILL) };
        }
        thread::sleep(Duration::from_millis(1));
    }
}

// --- The clock.

#[test]
fn waits_never_ask_for_the_clock_that_can_be_set() {
    in_child("clock", |_| {});
}

const FUTEX_CLOCK_REALTIME: u32 = 256;

/// From now on the kernel answers `EACCES` to every wait on a futex that asks for the real-time clock. A wait without a time limit
/// may name that clock, as the C runtime's own waits for the end of a thread do: it is not asked.
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
    // The lower half of an argument; it comes first where numbers begin with their lower half.
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
    // SAFETY: the filter points to as many instructions as it says, which the kernel copies. It holds for this thread and those
    // that it starts.
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
    // The filter sees what it is to see.
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
