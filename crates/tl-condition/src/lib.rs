//! tl-condition
#![forbid(unsafe_code)]
