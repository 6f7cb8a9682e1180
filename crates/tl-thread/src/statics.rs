//! Statics of types that the model checker cannot make in a constant.

/// A `static` as written; under the model checker, which makes its locks and atomics at run time,
/// one made at its first use.
macro_rules! model_static {
    (static $name:ident: $type:ty = $value:expr;) => {
        #[cfg(not(loom))]
        static $name: $type = $value;
        #[cfg(loom)]
        static $name: std::sync::LazyLock<$type> = std::sync::LazyLock::new(|| $value);
    };
}
pub(crate) use model_static;
