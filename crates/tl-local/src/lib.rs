//! tl-local
#![forbid(unsafe_code)]
