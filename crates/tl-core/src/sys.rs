//! Safe wrappers of the few system calls.
