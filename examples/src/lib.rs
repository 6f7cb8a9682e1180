//! What the examples share: printing values as Python does. The examples themselves are under
//! `src/bin`.

pub mod python;
