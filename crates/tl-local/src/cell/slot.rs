//! The place of one value.

use std::cell::UnsafeCell;
use std::ptr::NonNull;

use tl_core::sync::Cell;

/// What is in a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Content {
    /// Nothing yet.
    Unset,
    /// Nothing yet: the initialiser is at work.
    Initialising,
    /// A value.
    Value,
    /// A value that is borrowed exclusively.
    Excluded,
    /// Nothing any more.
    Taken,
}

/// The place of the value of one thread in one local. [The module](super) says which thread may
/// touch it.
pub(super) struct Slot<T> {
    content: Cell<Content>,
    /// How many shared borrows of the value there are. Each is a call on the stack, so they cannot
    /// be too many.
    shares: Cell<usize>,
    /// `Some` if and only if `content` is `Value` or `Excluded`. Changed only while there is no
    /// borrow.
    value: UnsafeCell<Option<T>>,
}

impl<T> Slot<T> {
    pub(super) fn new() -> Slot<T> {
        Slot {
            content: Cell::new(Content::Unset),
            shares: Cell::new(0),
            value: UnsafeCell::new(None),
        }
    }

    pub(super) fn content(&self) -> Content {
        self.content.get()
    }

    /// The value, for a thread that has exclusive access to the slot.
    pub(super) fn value_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut().as_mut()
    }

    /// The value, for a thread that has exclusive access to the slot.
    pub(super) fn into_value(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Marks the beginning of the initialiser's work.
    ///
    /// # Panics
    ///
    /// If there is a value, or an initialiser is at work.
    pub(super) fn begin(&self) {
        assert!(matches!(
            self.content.get(),
            Content::Unset | Content::Taken
        ));
        self.content.set(Content::Initialising);
    }

    /// Marks the end of the work of an initialiser that has failed.
    pub(super) fn give_up(&self, before: Content) {
        self.content.set(before);
    }

    #[inline]
    pub(super) fn is_shared(&self) -> bool {
        self.shares.get() > 0
    }

    /// Whether there is a borrow of the value, of either kind.
    pub(super) fn is_borrowed(&self) -> bool {
        self.is_shared() || self.content.get() == Content::Excluded
    }

    /// Borrows the value.
    ///
    /// # Safety
    ///
    /// The content is `Value`.
    #[inline]
    pub(super) unsafe fn share(&self) -> Share<'_, T> {
        self.shares.set(self.shares.get() + 1);
        Share { slot: self }
    }

    /// Puts another value in, or none, and returns what was there. The content becomes `content`.
    ///
    /// # Panics
    ///
    /// If the value is borrowed, or `content` and `value` do not agree.
    pub(super) fn replace(&self, content: Content, value: Option<T>) -> Option<T> {
        assert!(!self.is_borrowed());
        assert_eq!(content == Content::Value, value.is_some());
        self.content.set(content);
        // SAFETY: there is no borrow of the value, and no code of the user runs here that could
        // make one.
        unsafe { self.value.get().replace(value) }
    }

    /// Marks the beginning of an exclusive borrow, which ends with [`readmit`](Slot::readmit).
    /// `None` if there is no value or it is borrowed.
    #[inline]
    pub(super) fn exclude(&self) -> Option<NonNull<T>> {
        if self.is_shared() || self.content.get() != Content::Value {
            return None;
        }
        self.content.set(Content::Excluded);
        // SAFETY: there is no borrow of the value, and from now on none can be made: `share` asks
        // for other content, and `replace` refuses.
        let value = unsafe { &mut *self.value.get() };
        value.as_mut().map(NonNull::from)
    }

    #[inline]
    /// Ends an exclusive borrow.
    pub(super) fn readmit(&self) {
        self.content.set(Content::Value);
    }
}

/// A shared borrow of the value in a slot.
pub(crate) struct Share<'a, T> {
    slot: &'a Slot<T>,
}

impl<T> std::ops::Deref for Share<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the content was `Value` when the borrow began, so there is one. While the borrow
        // lasts it is not changed: `replace` and `exclude` refuse. Nor is the slot freed: the local
        // is borrowed, and the thread runs.
        unsafe { (*self.slot.value.get()).as_ref().unwrap_unchecked() }
    }
}

impl<T> Drop for Share<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.slot.shares.set(self.slot.shares.get() - 1);
    }
}
