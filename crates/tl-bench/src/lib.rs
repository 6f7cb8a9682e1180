//! tl-bench
#![forbid(unsafe_code)]
