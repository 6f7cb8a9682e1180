//! Which entry of a table an address belongs to.

/// Returns the entry of `table` for `address`. The number of entries is a power of two, above 1.
///
/// This is Fibonacci hashing: the odd multiplier spreads addresses, which share their low bits and
/// often their high ones.
#[inline]
pub(super) fn entry_of<T, const ENTRIES: usize>(table: &[T; ENTRIES], address: usize) -> &T {
    const { assert!(ENTRIES.is_power_of_two() && ENTRIES > 1) };
    let shift = usize::BITS - ENTRIES.trailing_zeros();
    &table[address.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as usize) >> shift]
}
