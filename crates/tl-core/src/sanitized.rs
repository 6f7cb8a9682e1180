//! For tests under ThreadSanitizer: what the standard library orders in a way that the sanitizer
//! does not see.

use std::sync::atomic::{AtomicUsize, Ordering};

/// [`std::thread`], with a [`scope`](thread::scope) whose end the sanitizer sees.
///
/// The end of `std`'s waits for a count inside the standard library, which is not built for the
/// sanitizer. So all that the threads of a scope wrote would look as if nothing ordered it before
/// what follows the scope.
pub mod thread {
    pub use std::thread::*;

    use super::{AtomicUsize, Ordering};

    /// How many threads of scopes have ended.
    static ENDED: AtomicUsize = AtomicUsize::new(0);

    /// Opens a scope as [`std::thread::scope`] does.
    pub fn scope<'env, F, T>(f: F) -> T
    where
        F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
    {
        // The interface wants a reference for as long as the scope lasts: there is no shorter way
        // to have one.
        let result = std::thread::scope(|scope| f(Box::leak(Box::new(Scope { scope }))));
        // Acquire: pairs with the release in `Ended`.
        ENDED.load(Ordering::Acquire);
        result
    }

    /// The same as [`std::thread::Scope`].
    #[derive(Debug)]
    pub struct Scope<'scope, 'env: 'scope> {
        scope: &'scope std::thread::Scope<'scope, 'env>,
    }

    impl<'scope> Scope<'scope, '_> {
        /// Starts a thread as [`std::thread::Scope::spawn`] does.
        pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
        where
            F: FnOnce() -> T + Send + 'scope,
            T: Send + 'scope,
        {
            self.scope.spawn(|| {
                let _ended = Ended;
                f()
            })
        }
    }

    /// Dropped when what a thread was to do is done.
    struct Ended;

    impl Drop for Ended {
        fn drop(&mut self) {
            // Release: pairs with the acquire in `scope`.
            ENDED.fetch_add(1, Ordering::Release);
        }
    }
}
