//! The atomics that the primitives are made of: those of `std`, or, under `--cfg loom`, those of
//! the model checker.
//!
//! Every word on which a protocol runs comes from here, so that what the model checker explores is
//! the source that ships. The model checker is [loom](https://docs.rs/loom).

#[cfg(loom)]
pub use loom::{cell::Cell, sync::atomic};
#[cfg(not(loom))]
#[doc(no_inline)]
pub use std::{cell::Cell, sync::atomic};

/// Defines a constructor that is `const`, but not under the model checker, which makes its atomics
/// at run time.
///
/// # Examples
///
/// ```
/// use tl_core::sync::atomic::AtomicU32;
/// use tl_core::sync::const_unless_loom;
///
/// struct Flag(AtomicU32);
///
/// impl Flag {
///     const_unless_loom! {
///         /// Creates a flag that is clear.
///         pub const fn new() -> Flag {
///             Flag(AtomicU32::new(0))
///         }
///     }
/// }
///
/// static FLAG: Flag = Flag::new();
/// assert_eq!(FLAG.0.load(tl_core::sync::atomic::Ordering::Relaxed), 0);
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! const_unless_loom {
    ($(#[$attribute:meta])* $visibility:vis const fn $($function:tt)*) => {
        #[cfg(not(loom))]
        $(#[$attribute])*
        $visibility const fn $($function)*

        #[cfg(loom)]
        $(#[$attribute])*
        $visibility fn $($function)*
    };
}

#[doc(hidden)]
pub use const_unless_loom;
