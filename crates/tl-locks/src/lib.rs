//! tl-locks
#![forbid(unsafe_code)]
