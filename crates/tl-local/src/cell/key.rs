//! The numbers of the locals, which are never used twice.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::mem;

use tl_core::door::{PooledGuard, PooledMutex};

/// The number of a local: the index of its entry in the table of every thread, and the generation
/// of that index, which tells the local from all others that had the same index before.
///
/// | bits | meaning |
/// | --- | --- |
/// | 0 to 3 | 0: room for marks in the tables |
/// | 4 to 31 | the index: as it stands, the offset in bytes of an entry of 16 |
/// | 32 to 63 | the generation, from 1 |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(u64);

const INDEX_SHIFT: u32 = 4;
const GENERATION_SHIFT: u32 = 32;
const INDEXES: u32 = 1 << (GENERATION_SHIFT - INDEX_SHIFT);

impl Key {
    /// The key of no local.
    pub(super) const NONE: Key = Key(0);

    fn of(index: u32, generation: u32) -> Key {
        Key(u64::from(generation) << GENERATION_SHIFT | u64::from(index) << INDEX_SHIFT)
    }

    #[inline]
    pub(super) fn from_bits(bits: u64) -> Key {
        Key(bits)
    }

    #[inline]
    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    pub(super) fn index(self) -> usize {
        (self.0 as u32 >> INDEX_SHIFT) as usize
    }

    /// Returns a key that no local has ever had, with the smallest free index.
    pub(super) fn issue() -> Key {
        loop {
            let mut free = free();
            if let Some(Reverse((index, generation))) = free.returned.pop() {
                return Key::of(index, generation);
            }
            let (index, room) = (free.unused, free.returned.capacity());
            if index < INDEXES && room > index as usize {
                free.unused += 1;
                return Key::of(index, 1);
            }
            drop(free);
            assert!(
                index < INDEXES,
                "too many thread-local objects at once: there is room for {INDEXES}"
            );
            make_room(2 * room + 1);
        }
    }

    /// Gives the index back. The caller makes sure that no thread finds anything under this key any
    /// more.
    pub(super) fn retire(self) {
        let generation = (self.0 >> GENERATION_SHIFT) as u32;
        // An index whose generations are used up is not used again.
        if let Some(next) = generation.checked_add(1) {
            free().returned.push(Reverse((self.index() as u32, next)));
        }
    }
}

/// The keys that can be issued. Nothing is allocated while it is locked.
struct Free {
    /// Indexes that were given back, each with its next generation. There is room for all.
    returned: BinaryHeap<Reverse<(u32, u32)>>,
    /// From here on all indexes are unused.
    unused: u32,
}

/// Makes room for that many indexes that are given back.
#[cold]
fn make_room(wanted: usize) {
    let mut all = Vec::with_capacity(wanted);
    let mut free = free();
    if free.returned.capacity() < wanted {
        let before = mem::take(&mut free.returned).into_vec();
        all.extend_from_slice(&before);
        free.returned = all.into();
        drop(free);
        drop(before);
    }
}

#[cfg(not(loom))]
fn free() -> PooledGuard<'static, Free> {
    static FREE: PooledMutex<Free> = PooledMutex::new(Free {
        returned: BinaryHeap::new(),
        unused: 0,
    });
    FREE.lock()
}

#[cfg(loom)]
fn free() -> PooledGuard<'static, Free> {
    loom::lazy_static! {
        static ref FREE: PooledMutex<Free> = PooledMutex::new(Free {
            returned: BinaryHeap::new(),
            unused: 0,
        });
    }
    FREE.lock()
}
