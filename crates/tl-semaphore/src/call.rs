//! How a method notes that it was called.

/// The call of the method in which it stands, for a reader of what threads wait for.
macro_rules! call {
    ($Name:ident::$method:ident) => {
        Call::here(const { &Operation::new(stringify!($Name), stringify!($method)) })
    };
}
pub(crate) use call;
