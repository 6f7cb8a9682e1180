//! What a new thread takes over from the thread that makes it, to be carried to another.
//!
//! | function | promise | on a system that does not say |
//! | --- | --- | --- |
//! | [`Inherited::of_current`] | what a thread that the calling one made now would begin with; changes nothing | what it does not say is left out |
//! | [`Inherited::of_main`] | the same of the main thread, but for the signals: what comes from elsewhere is blocked | as above |
//! | [`Inherited::take_on`] | the calling thread has all of it, or says by `false` that it could not have something; the rest it has | `false` |
//! | [`Inherited::rank`] | the order in which threads go before others; only a lower one can be had for certain | 0 |
//! | [`Inherited::with_rank_of`] | all of the one, but the rank, which is the other's | as above |

use std::ffi::c_ulong;
use std::fmt;
use std::mem::{size_of, size_of_val};

/// How many words have one bit for each processor of most machines.
const CPU_WORDS: usize = 1024 / 64;
/// How many words have one bit for each processor that a Linux kernel can be built for.
const MOST_CPU_WORDS: usize = 8192 / 64;
/// What the kernel's set of signals takes.
const SIGNAL_BYTES: usize = if cfg!(any(target_arch = "mips", target_arch = "mips64")) {
    16
} else {
    8
};
/// That set: its first word has the first signals, in its lowest bits.
type Signals = [c_ulong; SIGNAL_BYTES / size_of::<c_ulong>()];
const NO_SIGNALS: Signals = [0; SIGNAL_BYTES / size_of::<c_ulong>()];
/// What a thread that serves the whole process does not block: signals that say what it did itself,
/// and those by which the C runtime reaches every thread, on which it may wait.
const NEVER_BLOCKED: &[i32] = &[
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGABRT,
    libc::SIGSYS,
    32,
    33,
    // One more in musl; in glibc the first that is the program's.
    if cfg!(target_env = "musl") { 34 } else { 33 },
];
/// The flag of a thread that does not pass its rank on to the threads that it makes.
const RESET_ON_FORK: u64 = 1;
// The kernel's policies. A batch counts as normal, and so does one that is newer.
const NORMAL: u32 = 0;
const FIFO: u32 = 1;
const ROUND_ROBIN: u32 = 2;
const IDLE: u32 = 5;
const DEADLINE: u32 = 6;

/// What a new thread takes over from the thread that makes it: on which processors it may run, its
/// niceness or real-time priority, and which signals it blocks.
///
/// A thread of the system is made by a thread that has the time to do so, which need not be the one
/// in whose name it works. This carries over what would else be that of the wrong one.
///
/// # Examples
///
/// ```
/// use tl_core::sys::Inherited;
///
/// let mine = Inherited::of_current();
/// let is_mine = std::thread::spawn(move || mine.take_on() && Inherited::of_current() == mine);
/// assert!(is_mine.join().unwrap());
/// ```
#[derive(Clone)]
pub struct Inherited {
    /// One bit a processor.
    cpus: [u64; CPU_WORDS],
    /// How many words of `cpus` the system uses; none if it does not say, or needs more.
    cpu_words: usize,
    /// Where it needs more.
    many_cpus: Vec<u64>,
    scheduling: Option<Attributes>,
    signals: Signals,
}

/// The kernel's `struct sched_attr`, as its first version has it.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Attributes {
    size: u32,
    policy: u32,
    flags: u64,
    nice: i32,
    priority: u32,
    runtime: u64,
    deadline: u64,
    period: u64,
}

impl Attributes {
    /// Returns what a thread begins with whose maker has these.
    fn passed_on(mut self) -> Attributes {
        // A deadline is passed on to nobody: a thread that has one can only make others if it is to
        // be reset.
        let is_reset = self.flags & RESET_ON_FORK != 0 || self.policy == DEADLINE;
        if is_reset && matches!(self.policy, FIFO | ROUND_ROBIN | DEADLINE) {
            self.policy = NORMAL;
            self.nice = 0;
            self.priority = 0;
        } else if is_reset {
            self.nice = self.nice.max(0);
        }
        Attributes {
            flags: 0,
            // Of the policies that are left none is about these, but the kernel may tell a default.
            runtime: 0,
            deadline: 0,
            period: 0,
            ..self
        }
    }
}

impl Inherited {
    /// Returns what a thread that the calling thread made now would begin with.
    pub fn of_current() -> Inherited {
        let mut inherited = Inherited::of_thread(0);
        // SAFETY: with no new set, the call only writes the old one, whose bytes there are at least
        // as many as it is told.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigprocmask,
                libc::SIG_SETMASK,
                std::ptr::null::<c_ulong>(),
                inherited.signals.as_mut_ptr(),
                SIGNAL_BYTES,
            )
        };
        inherited
    }

    /// Returns what a thread that serves the whole process should have: what the main thread would
    /// pass on, and all signals blocked that can come from elsewhere, so that no handler runs
    /// there.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::sys::Inherited;
    ///
    /// assert!(std::thread::spawn(|| Inherited::of_main().take_on()).join().unwrap());
    /// ```
    pub fn of_main() -> Inherited {
        let mut signals = NO_SIGNALS.map(|none| !none);
        for signal in NEVER_BLOCKED {
            let bit = signal.unsigned_abs() - 1;
            signals[(bit / c_ulong::BITS) as usize] &= !(1 << (bit % c_ulong::BITS));
        }
        Inherited {
            signals,
            ..Inherited::of_thread(std::process::id())
        }
    }

    /// Returns what the thread has that the system knows by this number; 0 is the calling one.
    fn of_thread(number: u32) -> Inherited {
        let mut cpus = [0; CPU_WORDS];
        let mut many_cpus = Vec::new();
        let cpu_words = cpus_of(number, &mut cpus);
        if cpu_words == 0 {
            many_cpus.resize(MOST_CPU_WORDS, 0);
            let words = cpus_of(number, &mut many_cpus);
            many_cpus.truncate(words);
        }
        let mut attributes = Attributes::default();
        // SAFETY: as above; the kernel knows this size of the structure since there is the call.
        let error = unsafe {
            libc::syscall(
                libc::SYS_sched_getattr,
                number,
                &raw mut attributes,
                size_of::<Attributes>(),
                0,
            )
        };
        Inherited {
            cpus,
            cpu_words,
            many_cpus,
            scheduling: (error == 0).then(|| attributes.passed_on()),
            signals: NO_SIGNALS,
        }
    }

    /// Makes the calling thread one that was begun with this. Returns whether it has all of it: an
    /// unprivileged process cannot give itself a higher rank than it has. What can be had is taken
    /// on in any case.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::sys::Inherited;
    ///
    /// assert!(Inherited::of_current().take_on());
    /// ```
    pub fn take_on(&self) -> bool {
        let mine = Inherited::of_current();
        let mut has_all = !self.cpus().is_empty() && self.scheduling.is_some();
        if mine.cpus() != self.cpus() {
            // SAFETY: the call reads as many bytes as it is told, which is how many there are.
            let error = unsafe {
                libc::syscall(
                    libc::SYS_sched_setaffinity,
                    0,
                    size_of_val(self.cpus()),
                    self.cpus().as_ptr(),
                )
            };
            has_all &= error == 0;
        }
        if let Some(scheduling) = self
            .scheduling
            .filter(|_| mine.scheduling != self.scheduling)
        {
            // SAFETY: the structure says its own size.
            let error =
                unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const scheduling, 0) };
            has_all &= error == 0;
        }
        if mine.signals != self.signals {
            self.block_signals();
        }
        has_all
    }

    fn block_signals(&self) {
        // SAFETY: the call reads as many bytes of the new set as it is told, of which there are at
        // least that many, and writes no old one. It never blocks what the C runtime waits for:
        // `NEVER_BLOCKED`, and a thread of which this was read does not either.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigprocmask,
                libc::SIG_SETMASK,
                self.signals.as_ptr(),
                std::ptr::null_mut::<c_ulong>(),
                SIGNAL_BYTES,
            )
        };
    }

    /// Returns how far a thread that has this goes before others: 0 if it runs only when nothing
    /// else wants to, from 1 to 40 the better the less nice it is, above 100 with a real-time
    /// priority.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::sys::Inherited;
    ///
    /// let mine = Inherited::of_current().rank();
    /// let of_another = std::thread::spawn(|| Inherited::of_current().rank());
    /// assert_eq!(of_another.join().unwrap(), mine);
    /// ```
    pub fn rank(&self) -> i32 {
        match self.scheduling {
            None => 0,
            Some(Attributes {
                policy: FIFO | ROUND_ROBIN,
                priority,
                ..
            }) => 100 + i32::try_from(priority).unwrap_or(0),
            Some(Attributes { policy: IDLE, .. }) => 0,
            Some(Attributes { nice, .. }) => 20 - nice,
        }
    }

    /// Returns the same, but for the rank, which is that of `other`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::sys::Inherited;
    ///
    /// let mine = Inherited::of_current();
    /// assert_eq!(Inherited::of_main().with_rank_of(&mine).rank(), mine.rank());
    /// ```
    #[must_use = "it is a new one"]
    pub fn with_rank_of(self, other: &Inherited) -> Inherited {
        Inherited {
            scheduling: other.scheduling,
            ..self
        }
    }

    fn cpus(&self) -> &[u64] {
        match self.cpu_words {
            0 => &self.many_cpus,
            words => &self.cpus[..words],
        }
    }
}

/// Asks for the processors of the thread that has this number. Returns how many words they take, or
/// 0 if they take more than there are.
fn cpus_of(number: u32, words: &mut [u64]) -> usize {
    // SAFETY: the call writes at most as many bytes as it is told, which is how many there are.
    let written = unsafe {
        libc::syscall(
            libc::SYS_sched_getaffinity,
            number,
            size_of_val(words),
            words.as_mut_ptr(),
        )
    };
    usize::try_from(written).unwrap_or(0) / size_of::<u64>()
}

impl PartialEq for Inherited {
    fn eq(&self, other: &Inherited) -> bool {
        self.cpus() == other.cpus()
            && self.scheduling == other.scheduling
            && self.signals == other.signals
    }
}

impl Eq for Inherited {}

impl fmt::Debug for Inherited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inherited")
            .field("cpus", &format_args!("{:x?}", self.cpus()))
            .field("rank", &self.rank())
            .field("signals", &format_args!("{:x?}", self.signals))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_processors_than_most_machines_have_are_kept_elsewhere() {
        assert_eq!(cpus_of(0, &mut []), 0, "there is no room");
        let few = Inherited::of_current();
        let many = Inherited {
            cpu_words: 0,
            many_cpus: few.cpus().to_vec(),
            ..few.clone()
        };
        assert_eq!(many, few);
        assert!(many.take_on());
        assert_eq!(Inherited::of_current(), few);
    }

    #[test]
    fn what_a_thread_passes_on_is_what_the_kernel_lets_it() {
        let attributes = |policy, flags, nice, priority| Attributes {
            policy,
            flags,
            nice,
            priority,
            runtime: 3_000_000,
            ..Attributes::default()
        };
        for (has, passes_on) in [
            (attributes(NORMAL, 0, -5, 0), (NORMAL, -5, 0)),
            (attributes(NORMAL, RESET_ON_FORK, -5, 0), (NORMAL, 0, 0)),
            (attributes(IDLE, RESET_ON_FORK, 7, 0), (IDLE, 7, 0)),
            (attributes(FIFO, 0, 0, 9), (FIFO, 0, 9)),
            (attributes(FIFO, RESET_ON_FORK, 0, 9), (NORMAL, 0, 0)),
            (attributes(DEADLINE, RESET_ON_FORK, 0, 0), (NORMAL, 0, 0)),
        ] {
            let new = has.passed_on();
            assert_eq!((new.policy, new.nice, new.priority), passes_on, "{has:?}");
            assert_eq!((new.flags, new.runtime), (0, 0));
        }
    }

    #[test]
    fn a_thread_that_serves_the_process_blocks_what_comes_from_elsewhere_alone() {
        let of_main = Inherited::of_main();
        let blocks = |signal: i32| {
            let bit = signal.unsigned_abs() - 1;
            of_main.signals[(bit / c_ulong::BITS) as usize] >> (bit % c_ulong::BITS) & 1 == 1
        };
        for signal in [
            libc::SIGINT,
            libc::SIGTERM,
            libc::SIGUSR1,
            libc::SIGALRM,
            40,
            64,
        ] {
            assert!(blocks(signal), "{signal}");
        }
        // Those of the C runtime, too: it would wait for a thread that blocks them.
        for signal in [libc::SIGSEGV, libc::SIGFPE, libc::SIGABRT, 32, 33] {
            assert!(!blocks(signal), "{signal}");
        }
    }
}
