//! The standard library keeps each thread-local, with a destructor or without, under a key of the C
//! library's, and drops them in the order of the keys: what is in one is dropped with it.

/// Whether thread-locals are emulated, which Unix asks.
#[cfg(unix)]
pub(super) const IS_EMULATED: bool = true;

/// What a thread-local has of a `T`.
pub(super) type Room<T> = T;

pub(super) const fn put<T>(value: T) -> Room<T> {
    value
}

pub(super) fn take<T>(room: Room<T>) -> T {
    room
}
