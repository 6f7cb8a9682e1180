//! The order of the timers: a heap out of which any item can be taken.
//!
//! Each item has a slot, which it keeps, and while it is queued a position in the heap, which
//! changes. The slot knows the position and the position the slot:
//!
//! ```text
//! order   [ 3 s, slot 1 │ 5 s, slot 0 │ 9 s, slot 3 ]       sorted as a heap with four children a node
//! slots   [ at 1, item │ at 0, item │ vacant │ at 2, item ]
//! ```

use tl_core::door::Deadline;

/// How many children a node has. With four the heap is flatter than with two, and four children
/// fill a line of the cache.
const ARITY: usize = 4;
/// The position of an item that has a slot but is not queued.
const NOT_QUEUED: u32 = u32::MAX;
/// The end of the list of vacant slots.
const NO_SLOT: u32 = u32::MAX;

/// Items in the order of their deadlines.
#[derive(Debug)]
pub(crate) struct Heap<T> {
    /// The parent of the node at `n` is at `(n - 1) / ARITY`, and is due no later.
    order: Vec<Node>,
    slots: Vec<Slot<T>>,
    /// The vacant slot that is used next.
    vacant: u32,
    /// How many slots are taken.
    taken: usize,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    deadline: Deadline,
    slot: u32,
}

#[derive(Debug)]
enum Slot<T> {
    Vacant { next: u32 },
    Taken { position: u32, item: T },
}

impl<T> Heap<T> {
    pub(crate) const fn new() -> Heap<T> {
        Heap {
            order: Vec::new(),
            slots: Vec::new(),
            vacant: NO_SLOT,
            taken: 0,
        }
    }

    /// Returns whether no item is queued.
    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Returns whether any item has a slot, queued or not.
    pub(crate) fn has_items(&self) -> bool {
        self.taken != 0
    }

    /// Returns the earliest deadline.
    pub(crate) fn first(&self) -> Option<Deadline> {
        self.order.first().map(|node| node.deadline)
    }

    /// Queues an item and returns its slot.
    ///
    /// # Panics
    ///
    /// If there are more than four thousand million items.
    pub(crate) fn insert(&mut self, deadline: Deadline, item: T) -> u32 {
        let taken = Slot::Taken {
            position: NOT_QUEUED,
            item,
        };
        let slot = self.vacant;
        if let Some(place) = self.slots.get_mut(slot as usize) {
            if let Slot::Vacant { next } = std::mem::replace(place, taken) {
                self.vacant = next;
            }
            self.taken += 1;
            self.queue(slot, deadline);
            return slot;
        }
        let slot = u32::try_from(self.slots.len()).expect("fewer than 2^32 pending timers");
        self.slots.push(taken);
        self.taken += 1;
        self.queue(slot, deadline);
        slot
    }

    /// Takes the earliest item out of the order. It keeps its slot, until it is removed.
    pub(crate) fn pop(&mut self) -> Option<(Deadline, &T)> {
        let Node { deadline, slot } = *self.order.first()?;
        self.unqueue(0);
        match &mut self.slots[slot as usize] {
            Slot::Taken { position, item } => {
                *position = NOT_QUEUED;
                Some((deadline, item))
            }
            Slot::Vacant { .. } => None,
        }
    }

    /// Queues an item that was popped.
    pub(crate) fn queue(&mut self, slot: u32, deadline: Deadline) {
        self.order.push(Node { deadline, slot });
        self.sift_up(self.order.len() - 1);
    }

    /// Queues an item, which may be queued already or have been popped, with another deadline.
    pub(crate) fn move_to(&mut self, slot: u32, deadline: Deadline) {
        match self.slots.get(slot as usize) {
            Some(&Slot::Taken { position, .. }) if position != NOT_QUEUED => {
                self.unqueue(position as usize);
            }
            _ => {}
        }
        self.queue(slot, deadline);
    }

    /// Takes an item out of its slot, and out of the order if it is queued.
    pub(crate) fn remove(&mut self, slot: u32) -> Option<T> {
        let vacant = Slot::Vacant { next: self.vacant };
        match std::mem::replace(self.slots.get_mut(slot as usize)?, vacant) {
            Slot::Taken { position, item } => {
                self.vacant = slot;
                self.taken -= 1;
                if position != NOT_QUEUED {
                    self.unqueue(position as usize);
                }
                Some(item)
            }
            before => {
                self.slots[slot as usize] = before;
                None
            }
        }
    }

    /// Calls `f` with each item that has a slot, and forgets all of them, without freeing anything.
    #[cfg(not(loom))]
    pub(crate) fn forget(&mut self, mut f: impl FnMut(&T)) {
        for slot in &self.slots {
            if let Slot::Taken { item, .. } = slot {
                f(item);
            }
        }
        std::mem::forget(std::mem::replace(self, Heap::new()));
    }

    /// Gives memory back, if no slot is taken.
    pub(crate) fn release_memory(&mut self) {
        if self.taken == 0 {
            *self = Heap::new();
        }
    }

    /// Takes the node at `position` out of the order.
    fn unqueue(&mut self, position: usize) {
        let removed = self.order.swap_remove(position);
        // The last node is in its place now, unless it was the last itself.
        if let Some(moved) = self.order.get(position) {
            if moved.deadline < removed.deadline {
                self.sift_up(position);
            } else {
                self.sift_down(position);
            }
        }
    }

    fn sift_up(&mut self, mut position: usize) {
        let node = self.order[position];
        while position > 0 {
            let parent = (position - 1) / ARITY;
            if self.order[parent].deadline <= node.deadline {
                break;
            }
            self.place(position, self.order[parent]);
            position = parent;
        }
        self.place(position, node);
    }

    fn sift_down(&mut self, mut position: usize) {
        let node = self.order[position];
        loop {
            let children = position * ARITY + 1;
            let end = (children + ARITY).min(self.order.len());
            let earliest = (children..end).min_by_key(|&child| self.order[child].deadline);
            let Some(child) = earliest.filter(|&c| self.order[c].deadline < node.deadline) else {
                break;
            };
            self.place(position, self.order[child]);
            position = child;
        }
        self.place(position, node);
    }

    fn place(&mut self, at: usize, node: Node) {
        self.order[at] = node;
        if let Slot::Taken { position, .. } = &mut self.slots[node.slot as usize] {
            // No more nodes than slots, whose number fits.
            *position = at as u32;
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::time::Duration;

    /// Small numbers that look random, the same in every run.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % limit
        }
    }

    #[test]
    fn agrees_with_a_sorted_map() {
        let mut numbers = Numbers(0x5eed);
        // So few that some items are due at the same time.
        let deadlines: Vec<Deadline> = (0..5_000)
            .map(|micros| Deadline::after(Duration::from_micros(micros)))
            .collect();
        let mut heap = Heap::new();
        // By deadline and a number of its own, where the item is and what it is.
        let mut expected: BTreeMap<(Deadline, u64), u32> = BTreeMap::new();
        let mut popped: Vec<(u32, u64)> = Vec::new();
        for number in 0..40_000 {
            // Grows to some thousand items and shrinks again.
            let inserts = if number % 8_000 < 4_000 { 6 } else { 2 };
            match numbers.below(10) {
                n if n < inserts => {
                    let deadline = deadlines[numbers.below(5_000) as usize];
                    expected.insert((deadline, number), heap.insert(deadline, number));
                }
                7 => match heap.pop() {
                    Some((deadline, &item)) => {
                        assert_eq!(expected.keys().next().map(|key| key.0), Some(deadline));
                        let slot = expected.remove(&(deadline, item)).expect("it was queued");
                        popped.push((slot, item));
                    }
                    None => assert!(expected.is_empty()),
                },
                9 => {
                    let nth = numbers.below(expected.len() as u64 + 1) as usize;
                    if let Some((&key, &slot)) = expected.iter().nth(nth) {
                        let deadline = deadlines[numbers.below(5_000) as usize];
                        heap.move_to(slot, deadline);
                        expected.remove(&key);
                        expected.insert((deadline, key.1), slot);
                    }
                }
                8 => {
                    if let Some((slot, item)) = popped.pop() {
                        let deadline = deadlines[numbers.below(5_000) as usize];
                        if numbers.below(3) == 0 {
                            heap.move_to(slot, deadline);
                            expected.insert((deadline, item), slot);
                        } else if numbers.below(2) == 0 {
                            assert_eq!(heap.remove(slot), Some(item));
                            assert_eq!(heap.remove(slot), None);
                        } else {
                            heap.queue(slot, deadline);
                            expected.insert((deadline, item), slot);
                        }
                    }
                }
                _ => {
                    let nth = numbers.below(expected.len() as u64 + 1) as usize;
                    if let Some((&key, &slot)) = expected.iter().nth(nth) {
                        assert_eq!(heap.remove(slot), Some(key.1));
                        expected.remove(&key);
                    }
                }
            }
            assert_eq!(heap.first(), expected.keys().next().map(|key| key.0));
            assert_eq!(heap.is_empty(), expected.is_empty());
        }
        while let Some((deadline, &item)) = heap.pop() {
            let slot = expected.remove(&(deadline, item)).expect("it was queued");
            assert_eq!(heap.remove(slot), Some(item));
        }
        assert!(expected.is_empty());
        for (slot, item) in popped {
            assert_eq!(heap.remove(slot), Some(item));
        }
        assert_eq!(heap.taken, 0);
    }

    #[test]
    fn uses_slots_again_and_gives_memory_back() {
        let mut heap = Heap::new();
        for number in 0..1000 {
            let slot = heap.insert(Deadline::NEVER, number);
            assert_eq!(slot, 0);
            assert_eq!(heap.remove(slot), Some(number));
        }
        let slot = heap.insert(Deadline::NEVER, 0);
        heap.release_memory();
        assert_eq!(heap.remove(slot), Some(0));
        heap.release_memory();
        assert_eq!((heap.order.capacity(), heap.slots.capacity()), (0, 0));
    }
}
