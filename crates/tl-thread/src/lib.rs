//! tl-thread
#![forbid(unsafe_code)]

mod current;
mod enumerate;
mod error;
mod excepthook;
mod life;
pub mod pending;
mod process_end;
mod registry;
mod runnable;
mod scope;
mod spawn;
mod stack;
mod statics;
mod thread;

pub use current::{current_thread, get_ident, get_native_id, main_thread};
pub use enumerate::{active_count, enumerate};
pub use error::{JoinError, SetDaemonError, StackSizeError, StartError};
pub use excepthook::{ExceptHookArgs, set_excepthook};
pub use process_end::{exit, shutdown};
pub use runnable::{Runnable, spawn_runnable};
pub use scope::{Scope, ScopeBase, ScopedJoinHandle, scope};
pub use spawn::{Builder, JoinHandle, spawn};
pub use stack::{set_stack_size, stack_size};
pub use thread::Thread;
pub use tl_core::ThreadIdent;
