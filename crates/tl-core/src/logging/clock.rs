//! The times of a record, and the text of its date.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use jiff::civil::DateTime;
use jiff::fmt::strtime::{BrokenDownTime, Config, PosixCustom};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::error::InitError;
use super::scratch::CachedDate;

const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// When a record was made: nanoseconds since 1970-01-01 00:00 UTC, which last until the year 2554.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment(u64);

impl Moment {
    pub(super) const UNUSED: Moment = Moment(0);

    /// Returns this moment. If the clock is set to a time before 1970, it is the first one of 1970.
    pub(super) fn now() -> Moment {
        let since_epoch = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Moment(since_epoch.as_nanos().try_into().unwrap_or(u64::MAX))
    }

    pub(super) fn created(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// Returns the whole milliseconds within the second, as a float, like Python's.
    pub(super) fn milliseconds(self) -> f64 {
        f64::from(self.subsecond_milliseconds())
    }

    fn second(self) -> u64 {
        self.0 / NANOSECONDS_PER_SECOND
    }

    fn subsecond_milliseconds(self) -> u32 {
        (self.0 % NANOSECONDS_PER_SECOND / 1_000_000) as u32
    }
}

/// Turns moments into dates, in local time.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    /// Tells the dates that threads keep for this clock from those of another.
    id: u64,
    zone: TimeZone,
    /// The format, [spelt out](spell_out). The date is `2018-05-01 15:39:49` if there is none.
    datefmt: Option<Box<str>>,
    has_fraction: bool,
    started: Instant,
}

impl Clock {
    pub(super) fn new(datefmt: Option<&str>) -> Result<Clock, InitError> {
        // Relaxed: only that the numbers differ matters.
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        Ok(Clock {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            zone: TimeZone::system(),
            has_fraction: datefmt.map(shows_fraction).transpose()?.unwrap_or(false),
            datefmt: datefmt.map(|datefmt| spell_out(datefmt).into()),
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
        match &self.datefmt {
            None => push_default_date(text, self.zone.to_datetime(timestamp)),
            Some(datefmt) => format_as(text, timestamp.to_zoned(self.zone.clone()), datefmt),
        }
    }
}

/// Appends `2018-05-01 15:39:49`. It uses no format: in a debug build that takes a dozen KiB of the
/// stack, which a thread may not have.
fn push_default_date(text: &mut String, date: DateTime) {
    // Years have four digits from now until they no longer fit the clock.
    for (number, digits, after) in [
        (date.year(), 4, "-"),
        (date.month().into(), 2, "-"),
        (date.day().into(), 2, " "),
        (date.hour().into(), 2, ":"),
        (date.minute().into(), 2, ":"),
        (date.second().into(), 2, ""),
    ] {
        for digit in (0..digits).rev() {
            let digit = number / 10_i16.pow(digit) % 10;
            text.push(char::from(b'0' + digit.unsigned_abs() as u8));
        }
        text.push_str(after);
    }
}

#[inline(never)]
fn format_as(text: &mut String, date: Zoned, datefmt: &str) {
    BrokenDownTime::from(&date)
        .format_with_config(&c_locale(), datefmt, text)
        .expect("the format was tried when the logger was built");
}

/// Replaces the directives that stand for several others by those: for such a directive the
/// formatter would call itself, which takes twice the stack.
fn spell_out(datefmt: &str) -> String {
    let mut spelt = String::with_capacity(datefmt.len());
    let mut characters = datefmt.chars();
    while let Some(character) = characters.next() {
        spelt.push(character);
        if character != '%' {
            continue;
        }
        let meaning = match characters.next() {
            Some('c') => "a %b %e %H:%M:%S %Y",
            Some('x') => "m/%d/%y",
            Some('X') => "H:%M:%S",
            Some('r') => "I:%M:%S %p",
            Some(other) => {
                spelt.push(other);
                continue;
            }
            None => break,
        };
        spelt.push_str(meaning);
    }
    spelt
}

/// Returns what makes `%c`, `%x`, `%X` and `%r` as in a C or Python program that sets no locale.
fn c_locale() -> Config<PosixCustom> {
    Config::new().custom(PosixCustom::new())
}

/// Returns whether dates of this format differ within a second; an error if it is no format at all.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(datefmt: &str, date: &Zoned) -> String {
        let mut text = String::new();
        format_as(&mut text, date.clone(), datefmt);
        text
    }

    #[test]
    fn the_default_date_is_that_of_its_format() {
        for second in [0, 951_782_399, 1_525_181_989, 18_446_744_073] {
            let date = Timestamp::new(second, 0).unwrap().to_zoned(TimeZone::UTC);
            let mut text = String::new();
            push_default_date(&mut text, date.datetime());
            assert_eq!(text, formatted("%Y-%m-%d %H:%M:%S", &date));
        }
    }

    #[test]
    fn what_is_spelt_out_means_the_same() {
        for second in [0, 1_525_181_989, 1_700_000_000] {
            let date = Timestamp::new(second, 0).unwrap().to_zoned(TimeZone::UTC);
            for datefmt in [
                "%c",
                "%x",
                "%X",
                "%r",
                "%%c %c%%%x",
                "%d",
                "",
                "%-d %e",
                "%%",
            ] {
                let spelt = spell_out(datefmt);
                assert_eq!(
                    formatted(&spelt, &date),
                    formatted(datefmt, &date),
                    "{datefmt}"
                );
            }
        }
        assert_eq!(spell_out("%"), "%");
        assert_eq!(spell_out("%c%"), "%a %b %e %H:%M:%S %Y%");
    }
}
