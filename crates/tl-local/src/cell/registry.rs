//! What a local knows: its slots, whichever thread they belong to.

use std::mem;
use std::ptr::NonNull;

use tl_core::door::PooledMutex;

use super::slot::Slot;

/// The slots of a local. Its lock decides which of two threads has exclusive access to a slot, when
/// the slot's own thread ends while the owner of the local works on it.
pub(super) struct Registry<T> {
    places: PooledMutex<Places<T>>,
}

struct Places<T> {
    all: Vec<Place<T>>,
    /// The indexes of those that are `Free`.
    free: Vec<usize>,
}

enum Place<T> {
    Free,
    Taken(Taken<T>),
}

/// | visitors | `left` | which thread drops the slot |
/// | --- | --- | --- |
/// | none | no | its thread when it ends, or the owner of the local |
/// | some | no | the same; the thread, when it ends, sets `left` instead |
/// | some | yes | the last visitor |
struct Taken<T> {
    slot: Owned<T>,
    visitors: usize,
    /// Whether the thread has ended.
    left: bool,
}

/// The right to free a slot, and, when it is out of the registry, to touch it.
struct Owned<T>(NonNull<Slot<T>>);

// SAFETY: an `Owned` is exclusive access to the slot and its value; the value may be sent to
// another thread, and the rest of the slot is numbers.
unsafe impl<T: Send> Send for Owned<T> {}

impl<T> Owned<T> {
    /// Returns the slot as the box that it was.
    ///
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
            places: PooledMutex::new(Places {
                all: Vec::new(),
                free: Vec::new(),
            }),
        }
    }

    /// Makes a slot for the calling thread. Returns it and its place.
    pub(super) fn add(&self) -> (NonNull<Slot<T>>, usize) {
        let slot = NonNull::from(Box::leak(Box::new(Slot::new())));
        let place = Place::Taken(Taken {
            slot: Owned(slot),
            visitors: 0,
            left: false,
        });
        let index = loop {
            let mut places = self.places.lock();
            if let Some(index) = places.free.pop() {
                places.all[index] = place;
                break index;
            }
            if places.all.len() < places.all.capacity() {
                places.all.push(place);
                break places.all.len() - 1;
            }
            let wanted = 2 * places.all.len() + 1;
            drop(places);
            self.grow(wanted);
        };
        (slot, index)
    }

    /// Makes room for that many places, all of which may be free at once: nothing is allocated
    /// under the lock.
    #[cold]
    fn grow(&self, wanted: usize) {
        let mut other = Places {
            all: Vec::with_capacity(wanted),
            free: Vec::with_capacity(wanted),
        };
        let mut places = self.places.lock();
        if places.all.capacity() < wanted {
            other.all.append(&mut places.all);
            other.free.append(&mut places.free);
            mem::swap(&mut *places, &mut other);
        }
    }

    /// Takes all slots out, for the exclusive owner of the local.
    pub(super) fn close(&self) -> impl Iterator<Item = Box<Slot<T>>> + use<T> {
        let none = Places {
            all: Vec::new(),
            free: Vec::new(),
        };
        let places = mem::replace(&mut *self.places.lock(), none);
        places.all.into_iter().filter_map(|place| match place {
            // SAFETY: the slot has just been taken out of the registry, so its thread will not find
            // it there when it ends, and before that it cannot use the local, which has an
            // exclusive owner. Nor is there a visitor: each borrows the local. One that is still
            // counted was forgotten.
            Place::Taken(taken) => Some(unsafe { taken.slot.into_box() }),
            Place::Free => None,
        })
    }

    /// Calls `f` with each value, for the exclusive owner of the local.
    pub(super) fn visit(&self, mut f: impl FnMut(&mut T)) {
        let mut next = 0;
        while let Some((index, slot)) = self.check_out(&mut next, |_| true) {
            let _visit = Visit {
                registry: self,
                index,
            };
            // SAFETY: a thread that ends leaves the slot to the visitor, and one that runs cannot
            // use the local, which has an exclusive owner: nor can another visitor. So there is no
            // other reference to the value until the visit ends.
            if let Some(mut value) = unsafe { slot.as_ref().value_mut() } {
                // SAFETY: the same.
                f(unsafe { value.as_mut() });
            }
        }
    }

    /// Finds the next slot, from the place `next` on, that `wanted` accepts. Until
    /// [`check_in`](Registry::check_in) of its place, which is returned too, it is not freed.
    pub(super) fn check_out(
        &self,
        next: &mut usize,
        wanted: impl Fn(&Slot<T>) -> bool,
    ) -> Option<(usize, NonNull<Slot<T>>)> {
        let mut places = self.places.lock();
        while let Some(place) = places.all.get_mut(*next) {
            let index = *next;
            *next += 1;
            if let Place::Taken(taken) = place {
                // SAFETY: the slot is in the registry, whose lock is held, so nobody frees it.
                if !taken.left && wanted(unsafe { taken.slot.0.as_ref() }) {
                    taken.visitors += 1;
                    return Some((index, taken.slot.0));
                }
            }
        }
        None
    }

    /// Ends a visit. If its thread has ended meanwhile, the last visitor drops the slot.
    pub(super) fn check_in(&self, index: usize) {
        let mut places = self.places.lock();
        let Places { all, free } = &mut *places;
        let Some(Place::Taken(taken)) = all.get_mut(index) else {
            return;
        };
        taken.visitors -= 1;
        if taken.visitors > 0 || !taken.left {
            return;
        }
        if let Place::Taken(taken) = mem::replace(&mut all[index], Place::Free) {
            free.push(index);
            drop(places);
            // SAFETY: the slot has just been taken out of the registry, its thread has left it,
            // and this was the last visitor.
            drop(unsafe { taken.slot.into_box() });
        }
    }
}

/// One visit to a slot by the exclusive owner, which ends also if the visitor panics.
struct Visit<'a, T> {
    registry: &'a Registry<T>,
    index: usize,
}

impl<T> Drop for Visit<'_, T> {
    fn drop(&mut self) {
        self.registry.check_in(self.index);
    }
}

/// A registry as the table of a thread sees it.
pub(super) trait Leave: Send + Sync {
    /// Drops the slot at `index`, for its thread, which ends. If it has visitors, that is left to
    /// the last of them. If its value is borrowed it stays: the thread is ending the process, from
    /// within that borrow.
    fn leave(&self, index: usize);
}

impl<T: Send> Leave for Registry<T> {
    fn leave(&self, index: usize) {
        let mut places = self.places.lock();
        let Places { all, free } = &mut *places;
        // If there is no such place any more, the local was dropped or emptied.
        let Some(Place::Taken(taken)) = all.get_mut(index) else {
            return;
        };
        // SAFETY: the slot is in the registry, whose lock is held, so nobody frees it. What is
        // asked for is the thread's own, and that is the caller.
        if unsafe { taken.slot.0.as_ref() }.is_borrowed() {
            return;
        }
        if taken.visitors > 0 {
            taken.left = true;
            return;
        }
        if let Place::Taken(taken) = mem::replace(&mut all[index], Place::Free) {
            free.push(index);
            drop(places);
            // SAFETY: the slot has just been taken out of the registry, so that neither its owner
            // nor a visitor will find it there, there is no visitor, and its thread is the caller.
            drop(unsafe { taken.slot.into_box() });
        }
    }
}
