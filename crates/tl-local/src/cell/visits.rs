//! Looking at the values of other threads, one after the other.

use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

use super::cells::Cells;
use super::registry::Registry;
use super::slot::Slot;

impl<T> Cells<T> {
    /// Returns visits to all values that [are published](Slot::publish).
    pub(crate) fn visits(&self) -> Visits<'_, T> {
        Visits {
            registry: self.registry.lock().clone(),
            next: 0,
            cells: PhantomData,
        }
    }
}

/// Visits to the published values of some cells, one after the other.
pub(crate) struct Visits<'a, T> {
    /// `None` if no thread has had a value.
    registry: Option<Arc<Registry<T>>>,
    /// The place at which to look next.
    next: usize,
    /// As long as there is a visit, the cells are not dropped, nor emptied.
    cells: PhantomData<&'a Cells<T>>,
}

impl<'a, T> Iterator for Visits<'a, T> {
    type Item = Visit<'a, T>;

    fn next(&mut self) -> Option<Visit<'a, T>> {
        let registry = self.registry.as_ref()?;
        let (index, slot) =
            registry.check_out(&mut self.next, |slot| slot.published().is_some())?;
        Some(Visit {
            registry: Arc::clone(registry),
            index,
            slot,
            cells: PhantomData,
        })
    }
}

/// A visit to a value, which lasts until this is dropped.
pub(crate) struct Visit<'a, T> {
    registry: Arc<Registry<T>>,
    index: usize,
    slot: NonNull<Slot<T>>,
    cells: PhantomData<&'a Cells<T>>,
}

impl<T> Deref for Visit<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the slot is not freed before the visit ends: its thread leaves it to the
        // visitors, and the cells are borrowed, so that they have no exclusive owner.
        let slot = unsafe { self.slot.as_ref() };
        slot.published().expect("it was when the visit began")
    }
}

impl<T> Drop for Visit<'_, T> {
    fn drop(&mut self) {
        self.registry.check_in(self.index);
    }
}
