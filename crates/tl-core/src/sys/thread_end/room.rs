//! Thread-locals are there for as long as their thread: what is in one without a destructor stays
//! until it is taken.

use std::mem::ManuallyDrop;

/// Whether thread-locals are emulated, which Unix asks.
#[cfg(unix)]
pub(super) const IS_EMULATED: bool = false;

/// What a thread-local has of a `T`.
pub(super) type Room<T> = ManuallyDrop<T>;

pub(super) const fn put<T>(value: T) -> Room<T> {
    ManuallyDrop::new(value)
}

pub(super) fn take<T>(room: Room<T>) -> T {
    ManuallyDrop::into_inner(room)
}
