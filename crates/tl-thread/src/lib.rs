//! tl-thread
#![forbid(unsafe_code)]
