//! A plugin that asks for the name of the thread that calls it, and does nothing else with the
//! crates.

/// Returns the length of the name of the calling thread.
// No other function of the program has this name, which is what the attribute asks.
#[unsafe(no_mangle)]
pub extern "C" fn length_of_name() -> usize {
    tl_core::with_current_name(str::len)
}
