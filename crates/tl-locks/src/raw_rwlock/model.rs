//! The lock for its models, since under the model checker there is no `lock_api`.

use std::time::Duration;

use tl_core::door::{Call, Deadline, Operation};

use super::{RawRwLock, Wish};

const CALL: Call = Call::here(&Operation::new("RawRwLock", "in a model"));

macro_rules! for_models {
    ($($name:ident($this:ident $(, $timeout:ident: Duration)?) $(-> $result:ty)? => $body:expr;)*) => {
        /// For the models.
        #[allow(missing_docs, reason = "as the methods of `lock_api`'s traits")]
        impl RawRwLock {
            $(pub fn $name(&self $(, $timeout: Duration)?) $(-> $result)? {
                let $this = self;
                $body
            })*
        }
    };
}

for_models! {
    read(lock) => lock.acquire_shared(CALL);
    try_read(lock) -> bool => lock.try_acquire(Wish::Read);
    read_timeout(lock, timeout: Duration) -> bool => lock.acquire_shared_timeout(timeout, CALL);
    read_recursively(lock) => { lock.acquire_before(Wish::ReadRecursively, Deadline::NEVER, CALL); };
    release_read(lock) => lock.release_shared(false);
    write(lock) => lock.acquire_exclusive(CALL);
    try_write(lock) -> bool => lock.try_acquire(Wish::Write);
    write_timeout(lock, timeout: Duration) -> bool => lock.acquire_exclusive_timeout(timeout, CALL);
    release_write(lock) => lock.release_exclusive();
    release_write_fair(lock) => lock.release_exclusive_fair();
    write_to_read(lock) => lock.downgrade();
    write_to_upgradable(lock) => lock.downgrade_to_upgradable();
    read_upgradably(lock) => lock.acquire_upgradable(CALL);
    release_upgradable_read(lock) => lock.release_upgradable(false);
    upgradable_to_read(lock) => lock.downgrade_upgradable();
    upgrade_to_write(lock) => { lock.upgrade(Deadline::NEVER, CALL); };
    upgrade_timeout(lock, timeout: Duration) -> bool => lock.upgrade(Deadline::after(timeout), CALL);
}
