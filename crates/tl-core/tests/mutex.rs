//! The lock under the door.

use std::panic::catch_unwind;
#[cfg(not(sanitize_thread))]
use std::thread;

use tl_core::door::Mutex;
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;

#[test]
fn the_mutex_excludes_and_survives_a_panic() {
    const ROUNDS: u64 = 50_000;
    static SUM: Mutex<u64> = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    *SUM.lock() += 1;
                }
            });
        }
    });
    assert_eq!(*SUM.lock(), 4 * ROUNDS);

    let unwound = catch_unwind(|| {
        let _held = SUM.lock();
        assert!(SUM.try_lock().is_none());
        assert_eq!(format!("{SUM:?}"), "Mutex { value: <locked> }");
        panic!("on purpose");
    });
    assert!(unwound.is_err());
    assert_eq!(
        format!("{SUM:?}"),
        format!("Mutex {{ value: {} }}", 4 * ROUNDS)
    );
}
