//! The cells of a local: for each thread one place for a value. All `unsafe` of the crate is here,
//! behind a safe interface.
//!
//! | file | what it has |
//! | --- | --- |
//! | `key.rs` | the numbers of the locals, which are never used twice |
//! | `slot.rs` | the place of one value, with its borrows |
//! | `table.rs` | what a thread knows: its slots, by key |
//! | `registry.rs` | what a local knows: its slots, whichever thread they belong to |
//! | `cells.rs` | all this put together |
//! | `visits.rs` | looking at the values of other threads |
//!
//! # Which thread may touch a slot
//!
//! A slot is made by a thread for a local, and both can find it:
//!
//! ```text
//! table of the thread ──key──▶ slot ◀──place── registry of the local
//! ```
//!
//! 1. The thread touches it while it has a shared borrow of the local, and finds it by the key of
//!    the local. Keys are never used twice, so a slot of another local, perhaps freed, is never
//!    found.
//! 2. The holder of an exclusive borrow of the local touches it. That excludes (1).
//! 3. The thread, when it ends, drops it, without any borrow of the local. That excludes (1), which
//!    needs a running thread, but not (2). So both go through the lock of the registry: the one
//!    that takes the slot out of it has exclusive access.
//!
//!    There is one exception to what (1) needs: a thread that calls `exit` drops its thread-locals
//!    with its calls still on the stack, and may have lent the value to threads that go on. So a
//!    slot whose value is borrowed is left alone: nobody will return to that borrow.
//!
//! 4. A visitor in any thread looks at the value, with a shared borrow of the local, while the
//!    thread may look at it too (1). That is possible only if the value does not change any more.
//!    Such a value is *published*, as all values of a [`SharedLocal`](crate::SharedLocal) are.
//!
//! A visitor, be it the exclusive owner ([`Cells::for_each_mut`]) or any thread
//! ([`Cells::visits`]), is counted in the registry. A thread that ends does not wait for the
//! visitors, since they may be waiting for the thread: it leaves the slot to the last of them.

mod cells;
mod key;
mod registry;
mod slot;
mod table;
mod visits;

pub(crate) use cells::{Cells, Exclusion, State};
pub(crate) use visits::{Visit, Visits};
