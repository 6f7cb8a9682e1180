//! The C library as the benchmarks need it: pinning, processor time, futexes, and the peers that
//! live there. The only unsafe code of this crate besides the counting allocator.

use std::cell::UnsafeCell;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::FromRawFd;
use std::ptr;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Panics unless a call of the C library returned zero.
#[track_caller]
fn check(status: libc::c_int) {
    assert_eq!(status, 0, "a call of the C library failed");
}

/// Returns the cores that the calling thread may run on. There is at least one.
pub(crate) fn allowed_cores() -> Vec<usize> {
    // SAFETY: a zeroed set is an empty one; the size given is that of the set written to;
    // `CPU_ISSET` is asked only about cores that a set has room for.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        check(libc::sched_getaffinity(0, size_of_val(&set), &mut set));
        (0..libc::CPU_SETSIZE as usize)
            .filter(|&core| libc::CPU_ISSET(core, &set))
            .collect()
    }
}

/// Lets the calling thread run on this core only.
pub(crate) fn pin(core: usize) {
    // SAFETY: as above; `core` comes from `allowed_cores`.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(core, &mut set);
        check(libc::sched_setaffinity(0, size_of_val(&set), &set));
    }
}

/// Returns the processor time that the calling thread has used.
pub(crate) fn thread_time() -> Duration {
    clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// Returns the time of this clock.
fn clock(clock: libc::clockid_t) -> Duration {
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: the call writes the whole of `time` when it succeeds, which is checked.
    let time = unsafe {
        check(libc::clock_gettime(clock, time.as_mut_ptr()));
        time.assume_init()
    };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Returns the processor time that the process has used, with its threads that have ended.
pub(crate) fn process_time() -> Duration {
    clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// Returns the processor time that the process has used, and its children that have ended.
pub(crate) fn time_of_all() -> Duration {
    let used = |who| {
        let mut usage = MaybeUninit::<libc::rusage>::uninit();
        // SAFETY: the call writes the whole of `usage` when it succeeds, which is checked.
        let usage = unsafe {
            check(libc::getrusage(who, usage.as_mut_ptr()));
            usage.assume_init()
        };
        [usage.ru_utime, usage.ru_stime]
            .map(|time| Duration::new(time.tv_sec as u64, 1000 * time.tv_usec as u32))
            .iter()
            .sum::<Duration>()
    };
    used(libc::RUSAGE_SELF) + used(libc::RUSAGE_CHILDREN)
}

/// Returns how many of the ticks in `/proc` are a second.
pub(crate) fn ticks_per_second() -> f64 {
    // SAFETY: has no conditions.
    unsafe { libc::sysconf(libc::_SC_CLK_TCK) as f64 }
}

/// Lets the process be killed when the thread that started it ends, or at once if its parent is
/// not `parent` any more.
pub(crate) fn die_with(parent: u32) {
    // SAFETY: the option takes a signal, and touches no memory.
    check(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) });
    if std::os::unix::process::parent_id() != parent {
        std::process::exit(1);
    }
}

/// Sleeps until woken, if `word` is `value`. May wake up for no reason.
pub(crate) fn futex_wait(word: &AtomicU32, value: u32) {
    // SAFETY: the word is valid for the length of the call; without a timeout the other arguments
    // are not read.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            value,
            ptr::null::<libc::timespec>(),
        );
    }
}

/// Wakes up to `count` of the threads that sleep on `word`.
pub(crate) fn futex_wake(word: &AtomicU32, count: i32) {
    // SAFETY: a wake only uses the address of the word.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
            count,
        );
    }
}

/// Returns the system's number of the calling thread, by a system call each time.
#[inline]
pub(crate) fn gettid() -> i32 {
    // SAFETY: has no conditions.
    unsafe { libc::gettid() }
}

/// Returns the C library's number of the calling thread.
#[inline]
pub(crate) fn pthread_self() -> usize {
    // SAFETY: has no conditions.
    unsafe { libc::pthread_self() as usize }
}

/// Writes to standard error, in one call and without a lock.
#[inline]
pub(crate) fn write_stderr(bytes: &[u8]) {
    // SAFETY: the pointer is valid for the length that is given.
    unsafe { libc::write(libc::STDERR_FILENO, bytes.as_ptr().cast(), bytes.len()) };
}

/// Returns a pipe that keeps the writes apart: each read gives the bytes of one write. The reading
/// end does not block.
pub(crate) fn packet_pipe() -> io::Result<(File, File)> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for the two descriptors; when the call succeeded they are open and
    // nobody else's.
    unsafe {
        if libc::pipe2(
            ends.as_mut_ptr(),
            libc::O_DIRECT | libc::O_NONBLOCK | libc::O_CLOEXEC,
        ) != 0
        {
            return Err(io::Error::last_os_error());
        }
        Ok((File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1])))
    }
}

/// An object of the C library that several threads use. It lies on the heap and never moves.
struct InPlace<T>(Box<UnsafeCell<T>>);

// SAFETY: each `T` here is a lock or the like, which is there to be used by several threads.
unsafe impl<T: Send> Sync for InPlace<T> {}

impl<T> InPlace<T> {
    fn new(value: T) -> InPlace<T> {
        InPlace(Box::new(UnsafeCell::new(value)))
    }

    #[inline]
    fn get(&self) -> *mut T {
        self.0.get()
    }
}

/// A mutex of the C library.
pub(crate) struct PthreadMutex(InPlace<libc::pthread_mutex_t>);

impl PthreadMutex {
    pub(crate) fn new() -> PthreadMutex {
        PthreadMutex(InPlace::new(libc::PTHREAD_MUTEX_INITIALIZER))
    }

    pub(crate) fn recursive() -> PthreadMutex {
        let mutex = PthreadMutex::new();
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: the attributes are initialised first and destroyed last; the mutex is not in use
        // yet.
        unsafe {
            check(libc::pthread_mutexattr_init(attributes.as_mut_ptr()));
            check(libc::pthread_mutexattr_settype(
                attributes.as_mut_ptr(),
                libc::PTHREAD_MUTEX_RECURSIVE,
            ));
            check(libc::pthread_mutex_init(mutex.0.get(), attributes.as_ptr()));
            check(libc::pthread_mutexattr_destroy(attributes.as_mut_ptr()));
        }
        mutex
    }

    #[inline]
    pub(crate) fn lock(&self) {
        // SAFETY: the mutex is initialised and does not move.
        unsafe { libc::pthread_mutex_lock(self.0.get()) };
    }

    #[inline]
    pub(crate) fn try_lock(&self) -> bool {
        // SAFETY: as above.
        unsafe { libc::pthread_mutex_trylock(self.0.get()) == 0 }
    }

    /// Releases what the calling thread holds, as all callers here do.
    #[inline]
    pub(crate) fn unlock(&self) {
        // SAFETY: as above; the calling thread holds it.
        unsafe { libc::pthread_mutex_unlock(self.0.get()) };
    }
}

impl Drop for PthreadMutex {
    fn drop(&mut self) {
        // SAFETY: nobody else can use it any more.
        unsafe { libc::pthread_mutex_destroy(self.0.get()) };
    }
}

/// A lock for readers and writers of the C library.
pub(crate) struct PthreadRwLock(InPlace<libc::pthread_rwlock_t>);

impl PthreadRwLock {
    pub(crate) fn new() -> PthreadRwLock {
        PthreadRwLock(InPlace::new(libc::PTHREAD_RWLOCK_INITIALIZER))
    }

    #[inline]
    pub(crate) fn read(&self) {
        // SAFETY: the lock is initialised and does not move.
        unsafe { libc::pthread_rwlock_rdlock(self.0.get()) };
    }

    #[inline]
    pub(crate) fn write(&self) {
        // SAFETY: as above.
        unsafe { libc::pthread_rwlock_wrlock(self.0.get()) };
    }

    /// Releases what the calling thread holds, as all callers here do.
    #[inline]
    pub(crate) fn unlock(&self) {
        // SAFETY: as above; the calling thread holds it.
        unsafe { libc::pthread_rwlock_unlock(self.0.get()) };
    }
}

impl Drop for PthreadRwLock {
    fn drop(&mut self) {
        // SAFETY: nobody else can use it any more.
        unsafe { libc::pthread_rwlock_destroy(self.0.get()) };
    }
}

/// A condition variable of the C library.
pub(crate) struct PthreadCondition(InPlace<libc::pthread_cond_t>);

impl PthreadCondition {
    pub(crate) fn new() -> PthreadCondition {
        PthreadCondition(InPlace::new(libc::PTHREAD_COND_INITIALIZER))
    }

    /// Waits with a mutex that the calling thread holds.
    pub(crate) fn wait(&self, mutex: &PthreadMutex) {
        // SAFETY: both are initialised and do not move; the calling thread holds the mutex.
        unsafe { libc::pthread_cond_wait(self.0.get(), mutex.0.get()) };
    }

    pub(crate) fn notify_one(&self) {
        // SAFETY: as above.
        unsafe { libc::pthread_cond_signal(self.0.get()) };
    }

    pub(crate) fn notify_all(&self) {
        // SAFETY: as above.
        unsafe { libc::pthread_cond_broadcast(self.0.get()) };
    }
}

impl Drop for PthreadCondition {
    fn drop(&mut self) {
        // SAFETY: nobody else can use it any more.
        unsafe { libc::pthread_cond_destroy(self.0.get()) };
    }
}

/// A barrier of the C library.
pub(crate) struct PthreadBarrier(InPlace<MaybeUninit<libc::pthread_barrier_t>>);

impl PthreadBarrier {
    pub(crate) fn new(parties: usize) -> PthreadBarrier {
        let barrier = PthreadBarrier(InPlace::new(MaybeUninit::uninit()));
        // SAFETY: the place is for a barrier, and nobody uses it yet.
        check(unsafe {
            libc::pthread_barrier_init(barrier.0.get().cast(), ptr::null(), parties as u32)
        });
        barrier
    }

    pub(crate) fn wait(&self) {
        // SAFETY: `new` has initialised it, and it does not move.
        unsafe { libc::pthread_barrier_wait(self.0.get().cast()) };
    }
}

impl Drop for PthreadBarrier {
    fn drop(&mut self) {
        // SAFETY: nobody else can use it any more.
        unsafe { libc::pthread_barrier_destroy(self.0.get().cast()) };
    }
}

/// A semaphore of the C library.
pub(crate) struct PosixSemaphore(InPlace<MaybeUninit<libc::sem_t>>);

impl PosixSemaphore {
    pub(crate) fn new(value: u32) -> PosixSemaphore {
        let semaphore = PosixSemaphore(InPlace::new(MaybeUninit::uninit()));
        // SAFETY: the place is for a semaphore, and nobody uses it yet.
        check(unsafe { libc::sem_init(semaphore.0.get().cast(), 0, value) });
        semaphore
    }

    #[inline]
    pub(crate) fn acquire(&self) {
        // SAFETY: `new` has initialised it, and it does not move.
        unsafe { libc::sem_wait(self.0.get().cast()) };
    }

    #[inline]
    pub(crate) fn release(&self) {
        // SAFETY: as above.
        unsafe { libc::sem_post(self.0.get().cast()) };
    }
}

impl Drop for PosixSemaphore {
    fn drop(&mut self) {
        // SAFETY: nobody else can use it any more.
        unsafe { libc::sem_destroy(self.0.get().cast()) };
    }
}

/// Starts `count` threads that do nothing, with stacks as large as those of the standard library,
/// and joins them.
pub(crate) fn start_and_join(count: usize) {
    extern "C" fn nothing(_: *mut libc::c_void) -> *mut libc::c_void {
        ptr::null_mut()
    }
    const STACK: usize = 2 << 20;
    let mut threads = Vec::with_capacity(count);
    // SAFETY: the attributes are initialised first and destroyed last; each thread is written by
    // its creation, which is checked, and joined once.
    unsafe {
        let mut attributes = MaybeUninit::uninit();
        check(libc::pthread_attr_init(attributes.as_mut_ptr()));
        check(libc::pthread_attr_setstacksize(
            attributes.as_mut_ptr(),
            STACK,
        ));
        for _ in 0..count {
            let mut thread = MaybeUninit::uninit();
            check(libc::pthread_create(
                thread.as_mut_ptr(),
                attributes.as_ptr(),
                nothing,
                ptr::null_mut(),
            ));
            threads.push(thread.assume_init());
        }
        for thread in threads {
            check(libc::pthread_join(thread, ptr::null_mut()));
        }
        check(libc::pthread_attr_destroy(attributes.as_mut_ptr()));
    }
}
