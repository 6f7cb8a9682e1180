//! The size of the stack of threads that ask for none. It is the process's, so this is one test.

use tl_thread::{StackSizeError, set_stack_size, spawn, stack_size};

/// Calls itself until the stack has grown by `bytes`.
#[inline(never)]
fn dig(from: usize, bytes: usize) -> usize {
    let page = std::hint::black_box([1_u8; 4096]);
    if from.abs_diff(std::ptr::from_ref(&page).addr()) > bytes {
        return 1;
    }
    dig(from, bytes) + usize::from(page[0])
}

#[test]
fn the_default_is_honoured_and_what_cannot_be_is_refused() {
    assert_eq!(stack_size(), 0);
    for refused in [1, 100, 32 * 1024 - 1] {
        let error = StackSizeError::TooSmall(refused);
        assert_eq!(set_stack_size(refused), Err(error));
        assert!(error.to_string().contains("32768"), "{error}");
    }
    for refused in [usize::MAX, usize::MAX / 2] {
        assert_eq!(
            set_stack_size(refused),
            Err(StackSizeError::TooLarge(refused))
        );
    }
    assert_eq!(stack_size(), 0);

    let size = 32 << 20;
    set_stack_size(size).unwrap();
    assert_eq!(stack_size(), size);
    let depth = spawn(move || {
        let here = 0_u8;
        dig(std::ptr::from_ref(&here).addr(), size * 7 / 8)
    });
    assert!(depth.join().unwrap() > 1);

    set_stack_size(32 * 1024).unwrap();
    spawn(|| ()).join().unwrap();
    set_stack_size(0).unwrap();
    assert_eq!(stack_size(), 0);
    spawn(|| ()).join().unwrap();
}
