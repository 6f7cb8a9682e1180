//! The values that came out of a local.

use std::fmt;
use std::iter::FusedIterator;
use std::vec;

/// The values of all threads, taken out of a [`Local`](crate::Local) by
/// [`drain`](crate::Local::drain).
///
/// Those that are not asked for are dropped with it.
///
/// # Examples
///
/// ```
/// use tl_local::Local;
///
/// let mut local = Local::new();
/// local.set("mine");
/// assert_eq!(local.drain().collect::<Vec<_>>(), ["mine"]);
/// assert!(!local.is_set());
/// ```
#[must_use = "the values are dropped with the iterator"]
pub struct Drain<T> {
    pub(crate) values: vec::IntoIter<T>,
}

impl<T> Iterator for Drain<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.values.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.values.size_hint()
    }
}

impl<T> ExactSizeIterator for Drain<T> {}

impl<T> FusedIterator for Drain<T> {}

impl<T: fmt::Debug> fmt::Debug for Drain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Drain")
            .field(&self.values.as_slice())
            .finish()
    }
}
