//! Points in time at which a wait gives up.

use std::time::{Duration, Instant};

use super::platform;

/// When a wait gives up: a point on the monotonic clock, or never.
///
/// A timeout becomes a deadline once, where a call enters the library; from then on no time is
/// added or lost, however often the wait is interrupted. What cannot be represented is never.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, Instant};
/// use tl_core::door::Deadline;
///
/// assert!(Deadline::after(Duration::ZERO).has_passed());
/// assert!(Deadline::at(Instant::now()).has_passed());
/// assert_eq!(Deadline::after(Duration::MAX), Deadline::NEVER);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// Nanoseconds on the platform's clock; the greatest value is never.
    nanos: u64,
}

impl Deadline {
    /// The deadline that never comes.
    pub const NEVER: Deadline = Deadline { nanos: u64::MAX };

    /// Returns the moment that is `timeout` from now; never, if that is more than about 584 years
    /// away.
    pub fn after(timeout: Duration) -> Deadline {
        let nanos = u64::try_from(timeout.as_nanos()).ok();
        match nanos.and_then(platform::after) {
            Some(nanos) => Deadline { nanos },
            None => Deadline::NEVER,
        }
    }

    /// Returns the moment `instant`. One in the past has passed.
    pub fn at(instant: Instant) -> Deadline {
        Deadline::after(instant.saturating_duration_since(Instant::now()))
    }

    /// Returns the moment that is `lead` earlier. What never comes does not come earlier either.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_core::door::Deadline;
    ///
    /// let later = Deadline::after(Duration::from_secs(3_600));
    /// assert!(!later.earlier_by(Duration::from_secs(1)).has_passed());
    /// assert!(later.earlier_by(Duration::from_secs(3_600)).has_passed());
    /// assert_eq!(Deadline::NEVER.earlier_by(Duration::MAX), Deadline::NEVER);
    /// ```
    pub fn earlier_by(self, lead: Duration) -> Deadline {
        match self.nanos() {
            Some(nanos) => {
                let lead = u64::try_from(lead.as_nanos()).unwrap_or(u64::MAX);
                Deadline {
                    nanos: nanos.saturating_sub(lead),
                }
            }
            None => Deadline::NEVER,
        }
    }

    /// Returns the moment that is `delay` later; never, if there is no such moment.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_core::door::Deadline;
    ///
    /// let now = Deadline::after(Duration::ZERO);
    /// assert!(!now.delayed(Duration::from_secs(3_600)).has_passed());
    /// assert_eq!(now.delayed(Duration::ZERO), now);
    /// assert_eq!(now.delayed(Duration::MAX), Deadline::NEVER);
    /// ```
    pub fn delayed(self, delay: Duration) -> Deadline {
        let delay = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
        Deadline {
            nanos: self.nanos.saturating_add(delay),
        }
    }

    /// Returns how long it is until the moment: zero if it has come, `None` if it never comes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_core::door::Deadline;
    ///
    /// let hour = Duration::from_secs(3_600);
    /// assert!(Deadline::after(hour).time_left().is_some_and(|left| left <= hour));
    /// assert_eq!(Deadline::after(Duration::ZERO).time_left(), Some(Duration::ZERO));
    /// assert_eq!(Deadline::NEVER.time_left(), None);
    /// ```
    pub fn time_left(self) -> Option<Duration> {
        let nanos = self.nanos()?;
        Some(Duration::from_nanos(nanos.saturating_sub(platform::now())))
    }

    /// Returns whether the moment has come.
    pub fn has_passed(self) -> bool {
        self != Deadline::NEVER && self.has_passed_by(platform::now())
    }

    /// Returns whether the moment has come at `now` on the platform's clock.
    pub(super) fn has_passed_by(self, now: u64) -> bool {
        self != Deadline::NEVER && self.nanos <= now
    }

    /// Returns the point on the platform's clock, or `None` for never.
    pub(super) fn nanos(self) -> Option<u64> {
        (self != Deadline::NEVER).then_some(self.nanos)
    }
}
