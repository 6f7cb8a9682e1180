//! Safe wrappers of the few system calls that the threading crates need beside the door's.
//!
//! | file | what it has |
//! | --- | --- |
//! | `bare_thread.rs` | [`spawn_bare`]: a thread that the standard library does not know of |
//! | `inherited/` | [`Inherited`]: what a new thread takes over from the one that makes it |
//! | `process.rs` | the end of the process: [`at_exit`], [`exit`], [`exit_now`] |
//! | `fork/` | what is done around a `fork`: [`at_fork`], [`fork_generation`]; and on a system that has none |
//! | `signal.rs` | [`catch_signal`], on Unix: a signal that a thread waits for |
//! | `stream.rs` | [`Stream`]: a standard stream that a whole text goes to, in a child made by `fork` too |
//! | `thread.rs` | the calling thread as the system knows it: [`native_id`], [`is_main_thread`], its name, its timer slack |
//! | `thread_end/` | [`ThreadEnd`]: a call at the very end of a thread, after its thread-locals were dropped; [`Kept`]: what a thread-local keeps until then |
//! | `linux.rs`, `apple.rs`, `bsd.rs`, `windows.rs`, `other.rs` | what of that differs from system to system |
//!
//! What each of those files has, and promises:
//!
//! | function | promise |
//! | --- | --- |
//! | `native_id()` | the number of the calling thread: no other thread has it at the same time, and it is not 0 |
//! | `main_native_id()` | that of the main thread, from any thread; `None` where only the main thread itself can tell |
//! | `is_main_thread()` | whether the calling thread is the one on which the system started the process |
//! | `OS_NAME_BYTES` | how much of a name the system keeps |
//! | `set_os_name(name)` | names the calling thread; the name fits, and has no zero byte |
//! | `set_os_name_of(native_id, name)` | names another thread of the process, or says that this cannot be done |
//! | `os_name()` | the name of the calling thread |
//! | `set_timer_slack(slack)` | how late its timed waits may end, or that this cannot be said |
//!
//! What holds on each system:
//!
//! | | `native_id` is | a name has | renaming another thread | timer slack |
//! | --- | --- | --- | --- | --- |
//! | Linux, Android | `gettid` | 15 bytes | yes | yes |
//! | macOS, iOS, … | `pthread_threadid_np` | 63 bytes | no | no |
//! | FreeBSD, DragonFly, NetBSD, OpenBSD | that of the kernel's thread | 19 to 31 bytes | no | no |
//! | Windows | `GetCurrentThreadId` | what Windows keeps | yes | no; a timed wait ends with a tick of its clock, up to 16 ms late |
//! | others | counted by this crate | nothing | no | no |
//!
//! [`Inherited`] knows Linux; on other systems it is empty, and a thread has what the thread that
//! made it passes on.
//! [`spawn_bare`] is for all systems with `pthread`s.
//!
//! What a system can't do is an error of the kind [`Unsupported`](std::io::ErrorKind::Unsupported).

mod bare_thread;
mod fork;
#[cfg_attr(
    any(target_os = "linux", target_os = "android"),
    path = "inherited/linux.rs"
)]
#[cfg_attr(
    not(any(target_os = "linux", target_os = "android")),
    path = "inherited/other.rs"
)]
mod inherited;
mod process;
#[cfg(unix)]
mod signal;
mod stream;
mod thread;
mod thread_end;

#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "linux.rs")]
#[cfg_attr(target_vendor = "apple", path = "apple.rs")]
#[cfg_attr(
    any(
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "netbsd",
        target_os = "openbsd"
    ),
    path = "bsd.rs"
)]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(
    not(any(
        target_os = "linux",
        target_os = "android",
        target_vendor = "apple",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "netbsd",
        target_os = "openbsd",
        windows
    )),
    path = "other.rs"
)]
mod imp;

pub use bare_thread::spawn_bare;
pub use fork::{ForkHooks, ForkRank, at_fork, fork_generation};
pub(crate) use imp::main_native_id;
pub use inherited::Inherited;
pub use process::{at_exit, exit, exit_again, exit_now};
#[cfg(unix)]
pub use signal::{CaughtSignal, catch_signal};
pub use stream::Stream;
#[cfg(feature = "logging")]
pub(crate) use stream::Turn;
#[cfg(unix)]
pub use thread::current_pthread;
pub use thread::{
    OS_NAME_BYTES, is_main_thread, native_id, os_name, os_name_form, set_os_name, set_os_name_of,
    set_timer_slack,
};
pub use thread_end::{Kept, ThreadEnd, is_thread_ending};
