//! How a method notes that it was called.

/// The call of the method that it stands in, for who looks at what threads wait for.
macro_rules! call {
    ($Name:ident::$method:ident) => {
        Call::here(const { &Operation::new(stringify!($Name), stringify!($method)) })
    };
}
pub(crate) use call;
