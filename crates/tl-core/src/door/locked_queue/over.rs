//! What a recorder is told of a wait that is over.

use crate::door::node::Node;
use crate::door::note::{Holder, Note};
use crate::door::platform;
use crate::door::trace::{self, Event, Waited};
use crate::door::word::QueueId;
use crate::ident::current_ident;
use crate::sync::atomic::Ordering;

/// Returns which thread holds what another begins to wait for, in the queue `key`, which is locked;
/// `None` if nobody records.
#[inline]
pub(super) fn holder_at_beginning(note: Option<&Note<'_>>, key: usize) -> Option<Holder> {
    match note {
        Some(note) if trace::is_on() => holder_of(note, key),
        _ => None,
    }
}

#[cold]
fn holder_of(note: &Note<'_>, key: usize) -> Option<Holder> {
    match note.holder {
        Some(holder) if note.held_key == key => holder(),
        _ => None,
    }
}

/// What the recorder is told of a wait when it is over.
pub(super) struct Over {
    pub(super) key: usize,
    pub(super) since: u64,
    pub(super) holder: Option<Holder>,
}

impl Over {
    /// Records it, if a recording is being made.
    #[inline]
    pub(super) fn tell(self, node: &Node, has_timed_out: bool) {
        if trace::is_on() {
            self.tell_now(node, has_timed_out);
        }
    }

    #[cold]
    fn tell_now(self, node: &Node, has_timed_out: bool) {
        let Some(note) = node.note() else {
            return;
        };
        trace::tell(Event::Waited(Waited {
            call: note.call,
            thread: current_ident(),
            serial: note.serial.load(Ordering::Relaxed),
            object: match note.object {
                0 => self.key,
                object => object,
            },
            queue: QueueId(self.key),
            has_moved_on: note.first_key.load(Ordering::Relaxed) != self.key,
            amount: note.amount,
            since: self.since,
            until: platform::now(),
            has_timed_out,
            holder: self.holder,
            notified: node.notified.get(),
            woken: node.woken.get(),
        }));
    }
}
