//! tl-barrier
#![forbid(unsafe_code)]
