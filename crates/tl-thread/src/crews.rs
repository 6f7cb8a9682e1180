//! The crews of the open scopes.

use std::sync::Arc;

use tl_core::door::Mutex;
#[cfg(not(loom))]
use tl_core::door::MutexGuard;

use crate::crew::Crew;
use crate::statics::model_static;

/// By the address of the standard library's scope. There are few, so that a list is fast enough.
pub(crate) type Crews = Vec<(usize, Arc<Crew>)>;

model_static! {
    static CREWS: Mutex<Crews> = Mutex::new(Vec::new());
}

/// Locks them, for the thread that is about to fork.
#[cfg(not(loom))]
pub(crate) fn lock() -> MutexGuard<'static, Crews> {
    CREWS.lock()
}

/// Returns a new crew, for the scope that is at `key`.
pub(crate) fn open(key: usize) -> Arc<Crew> {
    let crew = Arc::new(Crew::new());
    CREWS.lock().push((key, Arc::clone(&crew)));
    crew
}

/// Returns the crew of the scope that is at `key`.
pub(crate) fn of(key: usize) -> Option<Arc<Crew>> {
    let crews = CREWS.lock();
    let (_, crew) = crews.iter().find(|(open, _)| *open == key)?;
    Some(Arc::clone(crew))
}

/// Forgets the crew of the scope that is at `key`, which ends.
pub(crate) fn close(key: usize) {
    CREWS.lock().retain(|(open, _)| *open != key);
}
