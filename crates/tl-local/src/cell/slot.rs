//! The place of one value.

use std::cell::UnsafeCell;
use std::ptr::NonNull;

use tl_core::sync::Cell;
use tl_core::sync::atomic::AtomicBool;
use tl_core::sync::atomic::Ordering::{Acquire, Release};

/// What is in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Nothing yet.
    Unset,
    /// Nothing yet: the initialiser is at work.
    Initialising,
    /// A value.
    Value,
    /// A value that is borrowed exclusively.
    Excluded,
    /// A value that other threads may see, and that does not change any more.
    Published,
    /// Nothing any more.
    Taken,
}

/// The place of the value of one thread in one local. [The module](super) says which thread may
/// touch it.
pub(super) struct Slot<T> {
    content: Cell<Content>,
    /// Whether the content is `Published`, for other threads.
    published: AtomicBool,
    /// How many shared borrows of the value there are. Each is a call on the stack, so they cannot
    /// be too many.
    shares: Cell<usize>,
    /// `Some` if and only if `content` is `Value`, `Excluded` or `Published`. Changed only while
    /// there is no borrow, and not if it is published.
    value: UnsafeCell<Option<T>>,
}

impl<T> Slot<T> {
    pub(super) fn new() -> Slot<T> {
        Slot {
            content: Cell::new(Content::Unset),
            published: AtomicBool::new(false),
            shares: Cell::new(0),
            value: UnsafeCell::new(None),
        }
    }

    pub(super) fn content(&self) -> Content {
        self.content.get()
    }

    /// Returns the value, if there is one, to be changed.
    ///
    /// # Safety
    ///
    /// There is no other reference to the value, and none will be made while this one is used.
    pub(super) unsafe fn value_mut(&self) -> Option<NonNull<T>> {
        // SAFETY: the caller vouches for it.
        let value = unsafe { &mut *self.value.get() };
        value.as_mut().map(NonNull::from)
    }

    /// Lets other threads see the value from now on, if there is one that is not borrowed
    /// exclusively. From now on the value does not change.
    pub(super) fn publish(&self) {
        if self.content.get() == Content::Value {
            self.content.set(Content::Published);
            // Release: pairs with the acquire in `published`, so that a thread that finds it
            // published sees the value.
            self.published.store(true, Release);
        }
    }

    /// Returns the value, for any thread, if it was published.
    pub(super) fn published(&self) -> Option<&T> {
        // Acquire: pairs with the release in `publish`.
        if !self.published.load(Acquire) {
            return None;
        }
        // SAFETY: there was a value when it was published, and since then it does not change:
        // `replace` and `exclude` refuse. A caller of `value_mut` vouches that this is not used.
        unsafe { (*self.value.get()).as_ref() }
    }

    /// Returns the value, for a thread that has exclusive access to the slot.
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

    /// Returns whether there is a borrow of the value, of either kind.
    pub(super) fn is_borrowed(&self) -> bool {
        self.is_shared() || self.content.get() == Content::Excluded
    }

    /// Borrows the value.
    ///
    /// # Safety
    ///
    /// The content is `Value` or `Published`.
    #[inline]
    pub(super) unsafe fn share(&self) -> Share<'_, T> {
        self.shares.set(self.shares.get() + 1);
        Share { slot: self }
    }

    /// Puts another value in, or none, and returns what was there. The content becomes `content`.
    ///
    /// # Panics
    ///
    /// If the value is borrowed or published, or `content` and `value` do not agree.
    pub(super) fn replace(&self, content: Content, value: Option<T>) -> Option<T> {
        assert!(!self.is_borrowed() && self.content.get() != Content::Published);
        assert_eq!(content == Content::Value, value.is_some());
        self.content.set(content);
        // SAFETY: there is no borrow of the value, and no code of the user runs here that could
        // make one.
        unsafe { self.value.get().replace(value) }
    }

    /// Marks the beginning of an exclusive borrow, which ends with [`readmit`](Slot::readmit).
    /// `None` if there is no value, or it is borrowed or published.
    #[inline]
    pub(super) fn exclude(&self) -> Option<NonNull<T>> {
        if self.is_shared() || self.content.get() != Content::Value {
            return None;
        }
        self.content.set(Content::Excluded);
        // SAFETY: there is no borrow of the value, and from now on none can be made: `share` asks
        // for other content, and `replace` and `publish` refuse.
        unsafe { self.value_mut() }
    }

    /// Ends an exclusive borrow.
    #[inline]
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
        // SAFETY: the content was `Value` or `Published` when the borrow began, so there is one.
        // While the borrow lasts it is not changed: `replace` and `exclude` refuse. Nor is the slot
        // freed: the local is borrowed, and the thread runs.
        unsafe { (*self.slot.value.get()).as_ref().unwrap_unchecked() }
    }
}

impl<T> Drop for Share<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.slot.shares.set(self.slot.shares.get() - 1);
    }
}
