//! tl-event
#![forbid(unsafe_code)]
