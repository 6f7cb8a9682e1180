//! What a thread-local keeps for the end of its thread.

use std::ops::{Deref, DerefMut};

use super::room::{self, Room};

/// A value in a thread-local for the function of a [`ThreadEnd`](super::ThreadEnd) to take, which
/// has no destructor as long as it is in there.
///
/// Where thread-locals are emulated, it may be dropped before that function is called. So the
/// destructor of a `T` has to do what that function would do with it.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use tl_core::sys::Kept;
///
/// thread_local!(static NAME: RefCell<Kept<Option<String>>> =
///     const { RefCell::new(Kept::new(None)) });
///
/// NAME.replace(Kept::new(Some("Alice".to_owned())));
/// assert_eq!(NAME.replace(Kept::new(None)).into_inner().as_deref(), Some("Alice"));
/// ```
#[derive(Debug)]
pub struct Kept<T>(Room<T>);

impl<T> Kept<T> {
    /// Keeps `value`.
    pub const fn new(value: T) -> Kept<T> {
        Kept(room::put(value))
    }

    /// Takes the value.
    pub fn into_inner(self) -> T {
        room::take(self.0)
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
