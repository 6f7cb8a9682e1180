//! tl-semaphore
#![forbid(unsafe_code)]
