//! tl-timer
#![forbid(unsafe_code)]
