//! What a thread knows: its slots, by key.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};
use std::sync::Arc;

use tl_core::sys;
#[cfg(not(loom))]
use tl_core::sys::Kept;

use super::key::Key;
use super::registry::Leave;

/// How often a thread that ends goes through its values, to drop those that earlier drops have set.
/// A value that is set after that is refused. POSIX asks for as many rounds for its own
/// thread-local values.
const ROUNDS: u32 = 4;

/// In the key of an entry: the slot has no value that could be shared.
const UNREADABLE: u64 = 1;

/// What is found in the table under an index.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
struct Entry {
    /// The key of the local, with or without the mark `UNREADABLE`. So one comparison tells a
    /// reader all that it needs to know.
    key: u64,
    /// The slot. It may be freed if the local with this key does not exist any more.
    slot: *const (),
}

const ENTRY: usize = size_of::<Entry>();
const _: () = assert!(ENTRY == 16, "keys contain the offset of an entry");

const NO_ENTRY: Entry = Entry {
    key: UNREADABLE,
    slot: ptr::null(),
};

/// The table of a thread that has none.
struct Nothing {
    entry: Entry,
}

// SAFETY: it is never written, and the pointer in it is null.
unsafe impl Sync for Nothing {}

static NOTHING: Nothing = Nothing { entry: NO_ENTRY };

/// Its only entry, never to be written.
const fn nothing() -> *mut Entry {
    (&raw const NOTHING.entry).cast_mut()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The thread has had no value.
    Fresh,
    /// The thread has, or had, values.
    Used,
    /// The thread ends: its values are being dropped.
    Ending,
    /// The thread has dropped its values and takes no more.
    Ended,
}

/// What is needed to leave a local when the thread ends.
struct Record {
    registry: Arc<dyn Leave>,
    place: usize,
}

/// The slots of the calling thread.
pub(super) struct Table {
    /// The first of `mask / 16 + 1` entries, a power of two. They are `nothing()` or were allocated
    /// by `grow`.
    entries: Cell<*mut Entry>,
    /// The offset in bytes of the last entry, which is also the mask for the bits of a key that say
    /// where its entry is. A key whose index is beyond the table finds the entry of another key.
    mask: Cell<usize>,
    stage: Cell<Stage>,
    /// By the index of the key; as many as there are entries, or none.
    records: RefCell<Vec<Option<Record>>>,
}

impl Table {
    const fn new() -> Table {
        Table {
            entries: Cell::new(nothing()),
            mask: Cell::new(0),
            stage: Cell::new(Stage::Fresh),
            records: RefCell::new(Vec::new()),
        }
    }

    /// Returns the table of a thread that has none any more.
    fn ended() -> Table {
        let table = Table::new();
        table.stage.set(Stage::Ended);
        table
    }

    /// Returns where the entry of `key` is, if there is one. The entry there may be that of another
    /// key.
    #[inline]
    fn place(&self, key: Key) -> *mut Entry {
        let offset = key.bits() as usize & self.mask.get();
        // SAFETY: the masked key is the offset of an entry of the table.
        unsafe { self.entries.get().byte_add(offset) }
    }

    #[inline]
    fn entry(&self, key: Key) -> Entry {
        // SAFETY: the entries live until `grow` or `end` replace them, in this same thread.
        unsafe { *self.place(key) }
    }

    /// Returns the slot under `key`, if it has a value that can be shared.
    #[inline]
    pub(super) fn readable(&self, key: Key) -> Option<NonNull<()>> {
        let entry = self.entry(key);
        if entry.key == key.bits() {
            // SAFETY: only an entry that is unreadable has no slot.
            Some(unsafe { NonNull::new_unchecked(entry.slot.cast_mut()) })
        } else {
            None
        }
    }

    /// Returns the slot under `key`, if there is one.
    pub(super) fn slot(&self, key: Key) -> Option<NonNull<()>> {
        let entry = self.entry(key);
        if key != Key::NONE && entry.key & !UNREADABLE == key.bits() {
            NonNull::new(entry.slot.cast_mut())
        } else {
            None
        }
    }

    /// Marks the slot under `key`, which is there, as one that has a value to share, or not.
    #[inline]
    pub(super) fn mark(&self, key: Key, readable: bool) {
        assert!(
            key != Key::NONE && self.entry(key).key & !UNREADABLE == key.bits(),
            "only slots of this table are marked"
        );
        // SAFETY: the entry lives, as in `entry`. It is not the one that must not be written, whose
        // key is that of no local.
        unsafe { (*self.place(key)).key = key.bits() | if readable { 0 } else { UNREADABLE } };
    }

    fn write(&self, index: usize, entry: Entry) {
        assert!(index <= self.mask.get() / ENTRY && self.entries.get() != nothing());
        // SAFETY: the table has the index, and is not the one that must not be written.
        unsafe { *self.entries.get().add(index) = entry };
    }

    /// Returns whether the thread has dropped its values and takes no more, or has none and comes
    /// too late for one, since nobody would drop it.
    pub(super) fn has_ended(&self) -> bool {
        match self.stage.get() {
            Stage::Fresh => sys::is_thread_ending(),
            Stage::Used | Stage::Ending => false,
            Stage::Ended => true,
        }
    }

    /// Puts a slot without value under `key`. The thread has not ended.
    pub(super) fn install(
        &self,
        key: Key,
        slot: NonNull<()>,
        registry: Arc<dyn Leave>,
        place: usize,
    ) {
        let index = key.index();
        let mut records = self.records.borrow_mut();
        if records.len() <= index {
            let len = (index + 1).next_power_of_two().max(4);
            self.grow(len);
            records.resize_with(len, || None);
        }
        self.write(
            index,
            Entry {
                key: key.bits() | UNREADABLE,
                slot: slot.as_ptr(),
            },
        );
        let former = records[index].replace(Record { registry, place });
        drop(records);
        // It is that of a local which had this index and was dropped since.
        drop(former);
        if self.stage.get() == Stage::Fresh {
            self.stage.set(Stage::Used);
            end_with_thread();
        }
    }

    /// Replaces the table by a greater one of `len` entries.
    fn grow(&self, len: usize) {
        let mut entries = Vec::with_capacity(len);
        // SAFETY: the pointer is to as many live entries, and nothing is written meanwhile.
        entries.extend_from_slice(unsafe { &*self.entries() });
        entries.resize(len, NO_ENTRY);
        self.replace(Box::into_raw(entries.into_boxed_slice()));
    }

    fn entries(&self) -> *mut [Entry] {
        ptr::slice_from_raw_parts_mut(self.entries.get(), self.mask.get() / ENTRY + 1)
    }

    fn replace(&self, entries: *mut [Entry]) {
        let former = self.entries();
        self.entries.set(entries.cast());
        self.mask.set((entries.len() - 1) * ENTRY);
        if !ptr::addr_eq(former, nothing()) {
            // SAFETY: what is not `nothing()` came from a box, in `grow`, and nothing else points
            // to it any more.
            drop(unsafe { Box::from_raw(former) });
        }
    }

    /// Drops the values of the thread, which ends.
    fn end(&self) {
        self.stage.set(Stage::Ending);
        for _ in 0..ROUNDS {
            if !self.drop_values() {
                break;
            }
        }
        // From here on nothing is found and nothing is taken.
        self.stage.set(Stage::Ended);
        self.drop_values();
        self.replace(ptr::slice_from_raw_parts_mut(nothing(), 1));
        self.records.take();
    }

    /// Drops all values that there are now. Returns whether there were any.
    fn drop_values(&self) -> bool {
        let mut any = false;
        let mut index = 0;
        loop {
            let record = match self.records.borrow_mut().get_mut(index) {
                None => return any,
                Some(record) => record.take(),
            };
            if let Some(record) = record {
                any = true;
                self.write(index, NO_ENTRY);
                // The panic hook has reported it. It must not keep the other values from being
                // dropped.
                let outcome =
                    catch_unwind(AssertUnwindSafe(|| record.registry.leave(record.place)));
                if let Err(payload) = outcome {
                    discard(payload);
                }
            }
            index += 1;
        }
    }
}

/// Drops the payload of a panic. That may panic in its turn.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
}

/// Drops the values of its thread when the thread drops its thread-locals.
struct Guard {
    #[cfg(loom)]
    table: std::rc::Rc<Table>,
}

impl Drop for Table {
    fn drop(&mut self) {
        // Only where thread-locals are emulated is it still in use.
        if self.stage.get() == Stage::Used {
            self.end();
        }
    }
}

#[cfg(not(loom))]
impl Drop for Guard {
    fn drop(&mut self) {
        with_table(Table::end);
    }
}

#[cfg(not(loom))]
thread_local! {
    // Nothing to drop (see `Kept`): so it can be read without asking whether it still exists, in
    // every destructor too.
    static TABLE: Kept<Table> = const { Kept::new(Table::new()) };
    static GUARD: Guard = const { Guard {} };
}

/// Calls `f` with the table of the calling thread.
#[cfg(not(loom))]
#[inline]
pub(super) fn with_table<R>(f: impl FnOnce(&Table) -> R) -> R {
    let mut f = Some(f);
    let mut call = |table: &Table| f.take().map(|f| f(table));
    // Where thread-locals are emulated, it cannot be had while it is being dropped.
    let result = TABLE.try_with(|table| call(table));
    let result = result.unwrap_or_else(|_| call(&Table::ended()));
    result.expect("one of the two is called, once")
}

#[cfg(loom)]
impl Drop for Guard {
    fn drop(&mut self) {
        self.table.end();
    }
}

#[cfg(loom)]
loom::thread_local! {
    static TABLE: std::rc::Rc<Table> = std::rc::Rc::new(Table::new());
    static GUARD: Guard = Guard { table: TABLE.with(std::rc::Rc::clone) };
}

/// Calls `f` with the table of the calling thread. The model checker takes all thread-locals of a
/// thread away before it drops the first one, so there the table has ended when destructors run.
#[cfg(loom)]
pub(super) fn with_table<R>(f: impl FnOnce(&Table) -> R) -> R {
    let table = TABLE.try_with(std::rc::Rc::clone);
    f(&table.unwrap_or_else(|_| std::rc::Rc::new(Table::ended())))
}

/// Makes sure that the values of the calling thread are dropped when it ends.
fn end_with_thread() {
    // The guard has not been dropped: that ends the table, and this is called only by a table that
    // has its first value.
    GUARD.with(|_| ());
}
