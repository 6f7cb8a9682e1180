//! The cases, one file a family.

use crate::case::Case;

mod locks;

/// All cases, in the order in which they are printed.
pub(crate) fn all() -> Vec<Case> {
    let families = [locks::cases];
    families.into_iter().flat_map(|cases| cases()).collect()
}
