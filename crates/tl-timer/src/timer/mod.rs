//! The handle of a timer.

// First, so that its methods come first on the page of `Timer`.
mod calls;

mod as_thread;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use crate::every::Every;
use crate::once::Once;

/// A thread that calls a function once a time has passed, and that can be cancelled until then.
///
/// It is Python's [`Timer`](https://docs.python.org/3/library/threading.html#timer-objects), and a
/// handle: clones stand for the same timer, and are equal. Like any thread it is
/// [`start`](Timer::start)ed, has a name, and is listed by [`tl_thread::enumerate`]; the process
/// does not end before it has fired or been cancelled, unless it is a daemon. While it is pending
/// it costs no thread of the operating system. Dropping its handles does not cancel it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_timer::Timer;
///
/// let greet = Timer::new(Duration::from_millis(20), || println!("hello"));
/// let never = Timer::new(Duration::from_secs(3600), || unreachable!());
/// greet.start()?;
/// never.start()?;
/// assert!(never.cancel());
/// greet.join()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Mistakes that do not compile
///
/// A timer that is made but never started calls nothing. That is a warning, here made an error:
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// use std::time::Duration;
///
/// tl_timer::Timer::new(Duration::from_secs(1), || println!("never printed"));
/// ```
#[derive(Clone)]
pub struct Timer {
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Once(Arc<Once>),
    Every(Arc<Every>),
}

// A panic, wherever it comes from, leaves a timer as it says it does: see `cancel`.
impl UnwindSafe for Timer {}
impl RefUnwindSafe for Timer {}

impl PartialEq for Timer {
    fn eq(&self, other: &Timer) -> bool {
        self.thread() == other.thread()
    }
}

impl Eq for Timer {}

impl Hash for Timer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.thread().hash(state);
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, interval) = match &self.kind {
            Kind::Once(once) => ("interval", once.interval()),
            Kind::Every(every) => ("period", every.period()),
        };
        f.debug_struct("Timer")
            .field(name, &interval)
            .field("thread", self.thread())
            .finish()
    }
}
