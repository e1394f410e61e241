//! Calendar days in UTC: the unit of load dates and snapshot dates.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

/// Number of microseconds in a second.
pub const SECOND_MICROS: i64 = 1_000_000;

/// Number of seconds in a day.
pub const DAY_SECONDS: i64 = 86_400;

/// Number of microseconds in a day.
pub const DAY_MICROS: i64 = DAY_SECONDS * SECOND_MICROS;

/// Earliest valid day, 2004-01-01: no network of the contract existed before, so an earlier time is a clock error.
pub const FIRST_VALID_DAY: Day = Day(12_418);

/// A UTC calendar day, stored as the number of days since 1970-01-01.
///
/// The text form is `YYYY-MM-DD`; every other form is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Day(pub i32);

impl Day {
    /// Returns the day that contains a UTC instant (microseconds since 1970).
    pub fn from_micros(micros: i64) -> Day {
        // The whole range of i64 microseconds is 213 million days, so the cast cannot overflow.
        Day(micros.div_euclid(DAY_MICROS) as i32)
    }

    /// Returns the first instant of the day, in microseconds since 1970.
    pub fn start_micros(self) -> i64 {
        i64::from(self.0) * DAY_MICROS
    }

    /// Returns the first instant after the day (00:00 UTC of the next day), in microseconds since 1970.
    pub fn end_micros(self) -> i64 {
        self.next().start_micros()
    }

    /// Returns the following day.
    pub fn next(self) -> Day {
        Day(self.0 + 1)
    }

    /// Returns the day that lies `days` days earlier.
    pub fn days_before(self, days: i32) -> Day {
        Day(self.0 - days)
    }

    /// Returns the day that lies `days` days later.
    pub fn days_after(self, days: i32) -> Day {
        Day(self.0 + days)
    }
}

/// Formats an instant (microseconds since 1970) as an RFC 3339 timestamp in UTC.
pub fn format_instant(micros: i64) -> String {
    match jiff::Timestamp::from_microsecond(micros) {
        Ok(timestamp) => timestamp.to_string(),
        Err(_) => format!("{micros} us"),
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epoch = jiff::civil::date(1970, 1, 1);
        match epoch.checked_add(jiff::Span::new().days(self.0)) {
            Ok(date) => write!(f, "{date}"),
            Err(_) => write!(f, "day {}", self.0),
        }
    }
}

/// The error for a text that is not a date.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not a date: expected YYYY-MM-DD, for instance 2026-10-31")]
pub struct ParseDayError(String);

impl FromStr for Day {
    type Err = ParseDayError;

    fn from_str(text: &str) -> Result<Day, ParseDayError> {
        let is_plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let date: Date = is_plain
            .then(|| text.parse().ok())
            .flatten()
            .ok_or_else(|| ParseDayError(text.to_owned()))?;
        Day::from_date(date).ok_or_else(|| ParseDayError(text.to_owned()))
    }
}

impl Day {
    /// Parses the date of a partition's folder: `2026-10-31`, `20261031`, or midnight of that day as a timestamp
    /// without a zone or in UTC, such as `2026-10-31 00:00:00` or `2026-10-31T00:00:00Z`.
    ///
    /// # Errors
    /// Any other text, also a timestamp at another time of day or with another offset.
    pub fn parse_load_date(text: &str) -> Result<Day, ParseDayError> {
        let refused = || ParseDayError(text.to_owned());
        let without_zone = ["Z", "+00:00", " UTC"].iter().find_map(|zone| text.strip_suffix(zone));
        let text_of_moment = without_zone.unwrap_or(text);
        let moment: DateTime = text_of_moment.parse().map_err(|_| refused())?;
        // jiff accepts another offset or a zone after the time, and ignores it.
        let time = text_of_moment.split_once(['T', 't', ' ']).map(|(_, time)| time);
        let is_plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.');
        if time.is_some_and(|time| !time.bytes().all(is_plain)) {
            return Err(refused());
        }
        match moment.time() == Time::midnight() {
            true => Day::from_date(moment.date()).ok_or_else(refused),
            false => Err(refused()),
        }
    }

    fn from_date(date: Date) -> Option<Day> {
        let epoch = jiff::civil::date(1970, 1, 1);
        Some(Day(date.since(epoch).ok()?.get_days()))
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = ParseDayError;

    fn try_from(text: String) -> Result<Day, ParseDayError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_parsed_and_formatted_to_the_same_text() {
        for text in ["1970-01-01", "2012-07-04", "2024-02-29", "1969-12-31"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
        assert_eq!("1970-01-02".parse::<Day>().unwrap(), Day(1));
        assert_eq!(FIRST_VALID_DAY.to_string(), "2004-01-01");
    }

    #[test]
    fn dates_in_any_other_form_are_refused() {
        for text in [
            "2012-7-4",
            "20120704",
            "2023-02-29",
            "2012-07-04T00",
            "",
            "__HIVE_DEFAULT_PARTITION__",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_load_date_may_be_compact_or_a_midnight() {
        for text in [
            "2026-10-31",
            "20261031",
            "2026-10-31 00:00:00",
            "2026-10-31T00:00:00",
            "2026-10-31 00:00:00.000",
            "2026-10-31T00:00:00Z",
            "2026-10-31 00:00:00+00:00",
            "2026-10-31 00:00:00 UTC",
            "20261031T000000",
        ] {
            assert_eq!(Day::parse_load_date(text).unwrap().to_string(), "2026-10-31", "{text}");
        }
        for text in [
            "",
            "2026-10",
            "2026-02-30",
            "31.10.2026",
            "10/31/2026",
            "2026-10-31 05:00:00",
            "2026-10-31T00:00:00+02:00",
            "2026-10-31 00:00:00-05",
            "2026-10-31T00:00:00[Europe/Berlin]",
            "202610311",
            "1793404800",
            "today",
            "__HIVE_DEFAULT_PARTITION__",
        ] {
            assert!(Day::parse_load_date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_instant_before_1970_falls_on_the_day_before() {
        assert_eq!(Day::from_micros(-1), Day(-1));
        assert_eq!(Day::from_micros(0), Day(0));
        assert_eq!(Day(0).end_micros(), DAY_MICROS);
    }
}
