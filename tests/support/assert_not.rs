//! An assertion that a type does not have a trait. The tests of the crates take this file by its
//! path.

/// Does not compile if the type has the trait: then there are two candidates for the parameter of
/// `Ambiguous`.
macro_rules! assert_not {
    ($type:ty: $trait:ident) => {{
        trait Ambiguous<A> {
            fn here() {}
        }
        impl<T: ?Sized> Ambiguous<()> for T {}
        struct Both;
        impl<T: ?Sized + $trait> Ambiguous<Both> for T {}
        <$type as Ambiguous<_>>::here();
    }};
}
