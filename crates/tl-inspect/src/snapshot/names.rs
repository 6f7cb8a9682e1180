//! The names of threads.

use std::collections::HashMap;
use std::sync::Arc;

use tl_core::ThreadIdent;
use tl_thread::Thread;

/// The names of the threads that are alive.
#[derive(Default)]
pub(crate) struct Names(pub(crate) HashMap<ThreadIdent, Arc<str>>);

impl Names {
    pub(crate) fn of_all(threads: &[Thread]) -> Names {
        let named = |thread: &Thread| Some((thread.ident()?, thread.name()));
        Names(threads.iter().filter_map(named).collect())
    }

    pub(crate) fn add(&mut self, thread: &Thread) {
        if let Some(ident) = thread.ident() {
            self.0.insert(ident, thread.name());
        }
    }

    pub(super) fn are_listed(&self, ident: ThreadIdent) -> bool {
        self.0.contains_key(&ident)
    }

    pub(crate) fn of(&self, ident: Option<ThreadIdent>) -> ThreadName {
        let known = ident.and_then(|ident| self.0.get(&ident));
        ThreadName {
            ident: ident.map_or(0, |ident| ident.as_u64().get()),
            is_listed: known.is_some(),
            name: known.map_or_else(|| "?".into(), Arc::clone),
        }
    }
}

/// Which thread it is: its name and its identity.
///
/// # Examples
///
/// ```
/// use tl_inspect::{ThreadName, deadlocks};
///
/// fn describe(thread: &ThreadName) -> String {
///     match (thread.is_listed(), thread.ident()) {
///         (true, Some(ident)) => format!("{} ({ident})", thread.name()),
///         _ => format!("{}, which has ended", thread.name()),
///     }
/// }
/// for deadlock in deadlocks() {
///     println!("{}", describe(deadlock.links()[0].thread()));
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ThreadName {
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_str"))]
    pub(super) name: Arc<str>,
    ident: u64,
    is_listed: bool,
}

impl ThreadName {
    /// Returns the name; `?` if the library does not know it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the identity; `None` if the thread has none yet.
    pub fn ident(&self) -> Option<ThreadIdent> {
        ThreadIdent::from_u64(self.ident)
    }

    /// Returns whether [`tl_thread::enumerate`] lists the thread. A thread that it does not list
    /// has ended, or was not started by the library and has not called it yet.
    pub fn is_listed(&self) -> bool {
        self.is_listed
    }
}

#[cfg(feature = "serde")]
fn as_str<S: serde::Serializer>(name: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name)
}
