//! The cells of a local put together.

use std::ptr::NonNull;
use std::sync::Arc;

use tl_core::door::PooledMutex;
use tl_core::sync::atomic::{AtomicU64, Ordering};
use tl_core::sync::const_unless_loom;

use super::key::Key;
use super::registry::{Leave, Registry};
use super::slot::{Content, Share, Slot};
use super::table::with_table;

/// For each thread a place for a value.
pub(crate) struct Cells<T> {
    /// The bits of the key: `Key::NONE` while no thread has had a value. Relaxed is enough: a
    /// thread that finds something under a key has put it there itself. Written with `registry`
    /// locked, or by the exclusive owner.
    key: AtomicU64,
    /// `Some` if and only if there is a key.
    pub(super) registry: PooledMutex<Option<Arc<Registry<T>>>>,
}

/// What the calling thread has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// No value so far.
    Unset,
    /// No value so far: the initialiser is at work.
    Initialising,
    /// A value, not borrowed.
    Free,
    /// A value, and shared borrows of it; or one that is published.
    Shared,
    /// A value, borrowed exclusively.
    Excluded,
    /// No value any more: it was taken.
    Taken,
    /// No value: the thread has dropped its values and takes no more.
    Ended,
}

impl<T> Cells<T> {
    const_unless_loom! {
        pub(crate) const fn new() -> Cells<T> {
            Cells {
                key: AtomicU64::new(Key::NONE.bits()),
                registry: PooledMutex::new(None),
            }
        }
    }

    #[inline]
    fn key(&self) -> Key {
        Key::from_bits(self.key.load(Ordering::Relaxed))
    }

    /// Borrows the value of the calling thread, if there is one that is not borrowed exclusively.
    #[inline]
    pub(crate) fn share(&self) -> Option<Share<'_, T>> {
        let slot = with_table(|table| table.readable(self.key()))?;
        // SAFETY: the slot was made for the key of these cells, so it is one for a `T`. It is not
        // freed while they are borrowed and the thread runs (see the module), which is longer than
        // the returned borrow. What is readable has a value.
        Some(unsafe { slot.cast::<Slot<T>>().as_ref().share() })
    }

    /// Returns the slot of the calling thread.
    fn slot(&self) -> Option<&Slot<T>> {
        let slot = with_table(|table| table.slot(self.key()))?;
        // SAFETY: as in `share`.
        Some(unsafe { slot.cast::<Slot<T>>().as_ref() })
    }

    /// Returns what the calling thread has.
    pub(crate) fn state(&self) -> State {
        match self.slot() {
            None if with_table(|table| table.has_ended()) => State::Ended,
            None => State::Unset,
            Some(slot) => match slot.content() {
                Content::Unset => State::Unset,
                Content::Initialising => State::Initialising,
                Content::Value if slot.is_shared() => State::Shared,
                Content::Value => State::Free,
                Content::Published => State::Shared,
                Content::Excluded => State::Excluded,
                Content::Taken => State::Taken,
            },
        }
    }

    /// Lets other threads [visit](Cells::visits) the value of the calling thread from now on, if it
    /// has one. It does not change any more.
    pub(crate) fn publish(&self) {
        if let Some(slot) = self.slot() {
            slot.publish();
        }
    }

    /// Takes all values out, for the exclusive owner, and leaves the cells as new.
    pub(crate) fn empty(&mut self) -> Vec<T> {
        let Some(registry) = self.registry.lock().take() else {
            return Vec::new();
        };
        let values = registry
            .close()
            .filter_map(|slot| slot.into_value())
            .collect();
        let key = self.key();
        self.key.store(Key::NONE.bits(), Ordering::Relaxed);
        key.retire();
        values
    }

    /// Calls `f` with each value, for the exclusive owner.
    pub(crate) fn for_each_mut(&mut self, f: impl FnMut(&mut T)) {
        let registry = self.registry.lock().clone();
        if let Some(registry) = registry {
            registry.visit(f);
        }
    }
}

impl<T: Send + 'static> Cells<T> {
    /// Sets the value of the calling thread and returns the former one.
    ///
    /// # Panics
    ///
    /// If the value is borrowed or published, or the thread has ended.
    pub(crate) fn replace(&self, value: T) -> Option<T> {
        let former = self.slot_or_new().replace(Content::Value, Some(value));
        self.mark(true);
        former
    }

    /// Takes the value of the calling thread out.
    ///
    /// # Panics
    ///
    /// If it is borrowed.
    pub(crate) fn take(&self) -> Option<T> {
        let slot = self.slot()?;
        if slot.content() != Content::Value {
            return None;
        }
        let value = slot.replace(Content::Taken, None);
        self.mark(false);
        value
    }

    /// Borrows the value of the calling thread exclusively, if there is one that is not borrowed.
    #[inline]
    pub(crate) fn exclude(&self) -> Option<Exclusion<'_, T>> {
        let slot = with_table(|table| table.readable(self.key()))?;
        // SAFETY: as in `share`.
        let slot = unsafe { slot.cast::<Slot<T>>().as_ref() };
        let value = slot.exclude()?;
        self.mark(false);
        Some(Exclusion {
            cells: self,
            slot,
            value,
        })
    }

    /// Notes that an initialiser is at work in the calling thread.
    ///
    /// # Panics
    ///
    /// If there is a value, an initialiser is at work, or the thread has ended.
    pub(crate) fn begin(&self) -> Beginning<'_, T> {
        let slot = self.slot_or_new();
        let before = slot.content();
        slot.begin();
        Beginning {
            cells: self,
            slot,
            before,
        }
    }

    #[inline]
    fn mark(&self, readable: bool) {
        with_table(|table| table.mark(self.key(), readable));
    }

    /// Returns the registry, made if there is none. Nothing else is done while it is locked than to
    /// look and to put one there, as the lock asks for.
    fn registry_or_new(&self) -> Arc<Registry<T>> {
        if let Some(registry) = &*self.registry.lock() {
            return Arc::clone(registry);
        }
        let (new, key) = (Arc::new(Registry::new()), Key::issue());
        let mut place = self.registry.lock();
        let Some(other) = &*place else {
            self.key.store(key.bits(), Ordering::Relaxed);
            return Arc::clone(place.insert(new));
        };
        let other = Arc::clone(other);
        drop(place);
        key.retire();
        other
    }

    fn slot_or_new(&self) -> &Slot<T> {
        if let Some(slot) = self.slot() {
            return slot;
        }
        assert!(!with_table(|table| table.has_ended()));
        let registry = self.registry_or_new();
        let (slot, place) = registry.add();
        let leave: Arc<dyn Leave> = registry;
        with_table(|table| table.install(self.key(), slot.cast(), leave, place));
        // SAFETY: as in `share`.
        unsafe { slot.as_ref() }
    }
}

impl<T> Drop for Cells<T> {
    fn drop(&mut self) {
        drop(self.empty());
    }
}

/// An exclusive borrow of the value of the calling thread.
pub(crate) struct Exclusion<'a, T: Send + 'static> {
    cells: &'a Cells<T>,
    slot: &'a Slot<T>,
    value: NonNull<T>,
}

impl<T: Send + 'static> Exclusion<'_, T> {
    #[inline]
    pub(crate) fn value(&mut self) -> &mut T {
        // SAFETY: from `exclude` until this is dropped the slot gives no other reference to the
        // value, and this is borrowed exclusively. The slot is not freed, as in `Cells::share`.
        unsafe { self.value.as_mut() }
    }
}

impl<T: Send + 'static> Drop for Exclusion<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.slot.readmit();
        self.cells.mark(true);
    }
}

/// The time while an initialiser is at work. If it ends without a value, all is as before.
pub(crate) struct Beginning<'a, T: Send + 'static> {
    cells: &'a Cells<T>,
    slot: &'a Slot<T>,
    before: Content,
}

impl<T: Send + 'static> Beginning<'_, T> {
    pub(crate) fn finish(self, value: T) {
        self.cells.replace(value);
    }
}

impl<T: Send + 'static> Drop for Beginning<'_, T> {
    fn drop(&mut self) {
        if self.slot.content() == Content::Initialising {
            self.slot.give_up(self.before);
        }
    }
}
