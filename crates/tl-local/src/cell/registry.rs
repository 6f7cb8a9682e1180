//! What a local knows: its slots, whichever thread they belong to.

use std::mem;
use std::ptr::NonNull;

use tl_core::door::Mutex;

use super::slot::Slot;

/// The slots of a local. Its lock decides which of the two has exclusive access to a slot when a
/// thread ends and the owner of the local works on it at the same moment.
pub(super) struct Registry<T> {
    places: Mutex<Places<T>>,
}

struct Places<T> {
    all: Vec<Place<T>>,
    /// The indexes of those that are `Free`.
    free: Vec<usize>,
}

enum Place<T> {
    Free,
    /// A slot that belongs to its thread.
    Taken(Owned<T>),
    /// Its slot is with the visitor.
    Visited,
    /// As `Visited`, and the thread has ended: the visitor drops the slot.
    Abandoned,
}

/// The right to free a slot, and, when it is out of the registry, to touch it.
struct Owned<T>(NonNull<Slot<T>>);

// SAFETY: an `Owned` is exclusive access to the slot and its value; the value may be sent to
// another thread, and the rest of the slot is numbers.
unsafe impl<T: Send> Send for Owned<T> {}

impl<T> Owned<T> {
    /// # Safety
    ///
    /// The slot is in no registry, and its thread and the owner of the local will not touch it,
    /// except the caller.
    unsafe fn into_box(self) -> Box<Slot<T>> {
        // SAFETY: it was made by `Box::into_raw`, in `add`, and this consumes the only right to
        // free it.
        unsafe { Box::from_raw(self.0.as_ptr()) }
    }
}

impl<T> Registry<T> {
    pub(super) fn new() -> Registry<T> {
        Registry {
            places: Mutex::new(Places {
                all: Vec::new(),
                free: Vec::new(),
            }),
        }
    }

    /// Makes a slot for the calling thread. Returns it and its place.
    pub(super) fn add(&self) -> (NonNull<Slot<T>>, usize) {
        let slot = NonNull::from(Box::leak(Box::new(Slot::new())));
        let place = Place::Taken(Owned(slot));
        let mut places = self.places.lock();
        let index = match places.free.pop() {
            Some(index) => {
                places.all[index] = place;
                index
            }
            None => {
                places.all.push(place);
                places.all.len() - 1
            }
        };
        (slot, index)
    }

    /// Takes all slots out, for the exclusive owner of the local.
    pub(super) fn close(&self) -> impl Iterator<Item = Box<Slot<T>>> + use<T> {
        let places = {
            let mut places = self.places.lock();
            places.free = Vec::new();
            mem::take(&mut places.all)
        };
        places.into_iter().filter_map(|place| match place {
            // SAFETY: the slot has just been taken out of the registry, so its thread will not find
            // it there when it ends, and before that it cannot use the local, which has an
            // exclusive owner.
            Place::Taken(slot) => Some(unsafe { slot.into_box() }),
            Place::Free | Place::Visited | Place::Abandoned => None,
        })
    }

    /// Calls `f` with each value, for the exclusive owner of the local.
    pub(super) fn visit(&self, mut f: impl FnMut(&mut T)) {
        let mut index = 0;
        while let Some(slot) = self.check_out(&mut index) {
            let visit = Visit {
                registry: self,
                index,
                slot: slot.0,
            };
            // SAFETY: the slot is out of the registry; a thread that ends leaves it alone, and one
            // that runs cannot use the local, which has an exclusive owner. So this is the only
            // reference to the slot until `visit` is dropped.
            let slot = unsafe { &mut *visit.slot.as_ptr() };
            if let Some(value) = slot.value_mut() {
                f(value);
            }
            drop(visit);
            index += 1;
        }
    }

    /// Takes the next slot from `index` on out, and leaves its index there.
    fn check_out(&self, index: &mut usize) -> Option<Owned<T>> {
        let mut places = self.places.lock();
        while let Some(place) = places.all.get_mut(*index) {
            match mem::replace(place, Place::Visited) {
                Place::Taken(slot) => return Some(slot),
                other => *place = other,
            }
            *index += 1;
        }
        None
    }

    fn check_in(&self, index: usize, slot: Owned<T>) {
        let mut places = self.places.lock();
        let Places { all, free } = &mut *places;
        if let Place::Abandoned = all[index] {
            all[index] = Place::Free;
            free.push(index);
            drop(places);
            // SAFETY: the slot is out of the registry, its thread has left it, and the visitor is
            // at its end.
            drop(unsafe { slot.into_box() });
        } else {
            all[index] = Place::Taken(slot);
        }
    }
}

/// One visit to a slot, which ends also if the visitor panics.
struct Visit<'a, T> {
    registry: &'a Registry<T>,
    index: usize,
    slot: NonNull<Slot<T>>,
}

impl<T> Drop for Visit<'_, T> {
    fn drop(&mut self) {
        self.registry.check_in(self.index, Owned(self.slot));
    }
}

/// A registry as the table of a thread sees it.
pub(super) trait Leave: Send + Sync {
    /// Drops the slot at `index`, for its thread, which ends. If the owner of the local has it,
    /// that is left to the owner. If its value is borrowed it stays: the thread is ending the
    /// process, from within that borrow.
    fn leave(&self, index: usize);
}

impl<T: Send> Leave for Registry<T> {
    fn leave(&self, index: usize) {
        let mut places = self.places.lock();
        let Places { all, free } = &mut *places;
        // Where there is no such place any more, the local is dropped or was emptied.
        let Some(place) = all.get_mut(index) else {
            return;
        };
        if let Place::Taken(slot) = place {
            // SAFETY: the slot is in the registry, whose lock is held, so that its owner does not
            // have it, and its thread is the caller.
            if unsafe { slot.0.as_ref() }.is_borrowed() {
                return;
            }
        }
        match mem::replace(place, Place::Free) {
            Place::Taken(slot) => {
                free.push(index);
                drop(places);
                // SAFETY: the slot has just been taken out of the registry, so that its owner will
                // not find it there, and its thread is the caller.
                let slot = unsafe { slot.into_box() };
                drop(slot);
            }
            Place::Visited => *place = Place::Abandoned,
            other => *place = other,
        }
    }
}
