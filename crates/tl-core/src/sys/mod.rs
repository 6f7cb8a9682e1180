//! Safe wrappers of the few system calls that the threading crates need beside the door's.
//!
//! | file | what it has |
//! | --- | --- |
//! | `process.rs` | the end of the process: [`at_exit`], [`exit`] |
//! | `thread.rs` | the calling thread as the system knows it: [`native_id`], [`is_main_thread`], its name, its timer slack |
//! | `thread_end.rs` | [`ThreadEnd`]: a call at the very end of a thread, after its thread-locals were dropped |
//!
//! Linux only.

mod process;
mod thread;
mod thread_end;

pub use process::{at_exit, exit};
pub use thread::{
    is_main_thread, native_id, os_name, os_name_form, set_os_name, set_os_name_of, set_timer_slack,
};
pub use thread_end::ThreadEnd;
