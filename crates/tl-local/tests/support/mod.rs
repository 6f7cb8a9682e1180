//! What the tests of the local share.

use std::sync::Arc;

/// Takes a value out of its `Arc` when all other owners have given theirs back.
///
/// What those did with it is seen, by `into_inner` alone too; but that rests on a fence, which
/// ThreadSanitizer does not know. So this looks first in a way that it does.
pub(crate) fn unshared<T>(mut shared: Arc<T>) -> T {
    let owners = "all others have given theirs back";
    Arc::get_mut(&mut shared).expect(owners);
    Arc::into_inner(shared).expect(owners)
}
