//! A handle that cancels its timer.

use std::ops::Deref;

use crate::Timer;

/// A timer that is [cancelled](Timer::cancel) when this is dropped: made by
/// [`cancel_on_drop`](Timer::cancel_on_drop). It derefs to the [`Timer`].
///
/// A call that has begun is neither stopped nor waited for.
///
/// # Panics
///
/// Dropping it panics if the destructor of what the timer's function holds does. The timer is
/// cancelled nevertheless.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_timer::Timer;
///
/// let timer = Timer::new(Duration::from_secs(3600), || unreachable!());
/// timer.start()?;
/// let handle = timer.clone();
/// drop(timer.cancel_on_drop());
/// assert!(!handle.is_alive());
/// # Ok::<(), tl_thread::StartError>(())
/// ```
///
/// # Mistakes that do not compile
///
/// Not to keep it cancels the timer at once. That is a warning, here made an error:
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// use std::time::Duration;
///
/// let timer = tl_timer::Timer::new(Duration::from_secs(1), || println!("never printed"));
/// timer.start().unwrap();
/// timer.cancel_on_drop();
/// ```
#[derive(Debug)]
#[must_use = "the timer is cancelled as soon as this is dropped: keep it in a variable"]
pub struct CancelOnDrop {
    /// Empty once it is disarmed.
    timer: Option<Timer>,
}

impl Timer {
    /// Turns the handle into one that [`cancel`](Timer::cancel)s the timer when it is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_timer::Timer;
    ///
    /// fn answer() -> Result<u32, tl_thread::StartError> {
    ///     let warning = Timer::new(Duration::from_secs(10), || println!("this takes long"));
    ///     warning.start()?;
    ///     let _warning = warning.cancel_on_drop();
    ///     Ok(6 * 7) // however the function is left, no warning comes afterwards
    /// }
    ///
    /// assert_eq!(answer()?, 42);
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    pub fn cancel_on_drop(self) -> CancelOnDrop {
        CancelOnDrop { timer: Some(self) }
    }
}

impl CancelOnDrop {
    /// Returns the timer, which is no longer cancelled by itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_timer::Timer;
    ///
    /// let timer = Timer::new(Duration::from_millis(1), || println!("it is called"));
    /// timer.start()?;
    /// let guard = timer.cancel_on_drop();
    /// guard.disarm().join()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn disarm(mut self) -> Timer {
        self.timer.take().expect(ARMED)
    }
}

const ARMED: &str = "only `disarm` takes the timer";

impl Deref for CancelOnDrop {
    type Target = Timer;

    fn deref(&self) -> &Timer {
        self.timer.as_ref().expect(ARMED)
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(timer) = &self.timer {
            timer.cancel();
        }
    }
}
