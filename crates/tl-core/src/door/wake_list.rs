//! Waiters that are about to be woken.

use std::ptr;

use super::gate::Gate;
use super::node::Node;

/// Nodes that were taken out of their queues, in that order, to be woken when the list is dropped.
pub(super) struct WakeList {
    oldest: *const Node,
    youngest: *const Node,
}

impl WakeList {
    pub(super) fn new() -> WakeList {
        WakeList {
            oldest: ptr::null(),
            youngest: ptr::null(),
        }
    }

    /// Puts a node on the list.
    ///
    /// # Safety
    ///
    /// The node is in no queue and on no other list, so that nobody else uses its links or wakes
    /// it.
    pub(super) unsafe fn push(&mut self, node: *const Node) {
        // SAFETY: a node lives until it is woken, and only this list wakes those that are on it.
        unsafe {
            (*node).links.younger.set(ptr::null());
            match self.youngest.as_ref() {
                None => self.oldest = node,
                Some(youngest) => youngest.links.younger.set(node),
            }
        }
        self.youngest = node;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.oldest.is_null()
    }

    /// Takes the oldest off the list. The caller decides what becomes of it.
    pub(super) fn pop(&mut self) -> Option<*const Node> {
        let node = self.oldest;
        if node.is_null() {
            return None;
        }
        // SAFETY: a node on the list lives until it is woken, and only the list wakes it; it is not
        // on it any more after this.
        self.oldest = unsafe { (*node).links.younger.get() };
        if self.oldest.is_null() {
            self.youngest = ptr::null();
        }
        Some(node)
    }
}

impl Drop for WakeList {
    fn drop(&mut self) {
        let mut gate: Option<&'static Gate> = None;
        while let Some(node) = self.pop() {
            // SAFETY: the node was on the list, so it lives until it is woken, which is done here
            // once.
            let its_gate = unsafe {
                let its_gate = (*node).gate;
                Node::wake(node).then_some(its_gate).flatten()
            };
            // Those of one list have one gate, unless they were moved here from several buckets.
            if let Some(its_gate) = its_gate {
                if let Some(other) = gate
                    .replace(its_gate)
                    .filter(|gate| !ptr::eq(*gate, its_gate))
                {
                    other.open();
                }
            }
        }
        if let Some(gate) = gate {
            gate.open();
        }
    }
}
