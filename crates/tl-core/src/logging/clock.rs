//! The times of a record, and the text of its date.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use jiff::Timestamp;
use jiff::fmt::strtime::{BrokenDownTime, Config, PosixCustom};
use jiff::tz::TimeZone;

use super::error::InitError;
use super::scratch::CachedDate;

const DEFAULT_DATEFMT: &str = "%Y-%m-%d %H:%M:%S";

const NANOSECONDS_A_SECOND: u64 = 1_000_000_000;

/// When a record was made: nanoseconds since 1970-01-01 00:00 UTC, which last until the year 2554.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(u64);

impl Moment {
    pub(super) const UNUSED: Moment = Moment(0);

    /// A clock that stands before 1970 counts as 1970.
    pub(super) fn now() -> Self {
        let since_epoch = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Moment(since_epoch.as_nanos().try_into().unwrap_or(u64::MAX))
    }

    pub(super) fn created(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// Whole milliseconds within the second; a float, as Python's is.
    pub(super) fn milliseconds(self) -> f64 {
        f64::from(self.subsecond_milliseconds())
    }

    fn second(self) -> u64 {
        self.0 / NANOSECONDS_A_SECOND
    }

    fn subsecond_milliseconds(self) -> u32 {
        (self.0 % NANOSECONDS_A_SECOND / 1_000_000) as u32
    }
}

/// Turns moments into dates, in local time.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// Tells the dates that threads keep for this clock from those of another.
    id: u64,
    zone: TimeZone,
    datefmt: Option<Box<str>>,
    has_fraction: bool,
    started: Instant,
}

impl Clock {
    pub(super) fn new(datefmt: Option<&str>) -> Result<Self, InitError> {
        // Relaxed: only that the numbers differ matters.
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        Ok(Clock {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            zone: TimeZone::system(),
            has_fraction: datefmt.map(shows_fraction).transpose()?.unwrap_or(false),
            datefmt: datefmt.map(Box::from),
            started: Instant::now(),
        })
    }

    pub(super) fn milliseconds_since_start(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1e3
    }

    /// Appends the date. Only the first record of a thread in each second pays for the calendar.
    #[inline(never)]
    pub(super) fn push_date(&self, line: &mut String, cache: &mut CachedDate, moment: Moment) {
        let second = moment.second();
        if self.has_fraction || cache.clock != self.id || cache.second != second {
            cache.text.clear();
            self.format_date(&mut cache.text, moment);
            cache.clock = self.id;
            cache.second = second;
        }
        line.push_str(&cache.text);
        if self.datefmt.is_none() {
            push_milliseconds(line, moment.subsecond_milliseconds());
        }
    }

    #[cold]
    fn format_date(&self, text: &mut String, moment: Moment) {
        let timestamp = Timestamp::from_nanosecond(moment.0.into()).expect("a year before 2554");
        let datefmt = self.datefmt.as_deref().unwrap_or(DEFAULT_DATEFMT);
        let date = timestamp.to_zoned(self.zone.clone());
        BrokenDownTime::from(&date)
            .format_with_config(&c_locale(), datefmt, text)
            .expect("the format was tried when the logger was built");
    }
}

/// `%c`, `%x`, `%X` and `%r` as a program of C, or Python, has them that sets no locale.
fn c_locale() -> Config<PosixCustom> {
    Config::new().custom(PosixCustom::new())
}

/// Whether dates of this format differ within a second; an error if it is no format at all.
fn shows_fraction(datefmt: &str) -> Result<bool, InitError> {
    let format = |nanosecond| {
        let timestamp = Timestamp::new(0, nanosecond).expect("a moment in 1970");
        BrokenDownTime::from(&timestamp.to_zoned(TimeZone::UTC))
            .to_string_with_config(&c_locale(), datefmt)
            .map_err(|error| InitError::DateFormat {
                datefmt: datefmt.into(),
                message: error.to_string().into(),
            })
    };
    Ok(format(0)? != format(123_456_789)?)
}

fn push_milliseconds(line: &mut String, milliseconds: u32) {
    line.push(',');
    for unit in [100, 10, 1] {
        line.push(char::from(b'0' + (milliseconds / unit % 10) as u8));
    }
}
