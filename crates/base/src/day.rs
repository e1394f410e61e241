//! Calendar days in UTC, as the warehouse counts them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Microseconds in a day.
pub const DAY_MICROS: i64 = 86_400_000_000;

/// A UTC calendar day, as days since 1970-01-01. Written `YYYY-MM-DD`, and nothing else is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Day(pub i32);

impl Day {
    /// The day on which a UTC instant (microseconds since 1970) falls.
    pub fn of_micros(micros: i64) -> Day {
        // The whole range of i64 microseconds is 213 million days, so this always fits.
        Day(micros.div_euclid(DAY_MICROS) as i32)
    }

    /// The day's first instant, in microseconds since 1970.
    pub fn start_micros(self) -> i64 {
        i64::from(self.0) * DAY_MICROS
    }

    /// The first instant after the day: the next day's 00:00 UTC.
    pub fn end_micros(self) -> i64 {
        self.next().start_micros()
    }

    /// The day after.
    pub fn next(self) -> Day {
        Day(self.0 + 1)
    }

    /// The day `days` before.
    pub fn minus(self, days: i32) -> Day {
        Day(self.0 - days)
    }

    /// The day `days` after.
    pub fn plus(self, days: i32) -> Day {
        Day(self.0 + days)
    }
}

/// An instant (microseconds since 1970) as people write it, in UTC.
pub fn instant(micros: i64) -> String {
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

/// A text that is not a day.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not a date: expected YYYY-MM-DD, for instance 2026-10-31")]
pub struct NotADay(String);

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Day, NotADay> {
        let is_plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let date: Date = is_plain
            .then(|| text.parse().ok())
            .flatten()
            .ok_or_else(|| NotADay(text.to_owned()))?;
        let epoch = jiff::civil::date(1970, 1, 1);
        let span = date.since(epoch).map_err(|_| NotADay(text.to_owned()))?;
        Ok(Day(span.get_days()))
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Day, NotADay> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_and_written_the_same() {
        for text in ["1970-01-01", "2012-07-04", "2024-02-29", "2004-01-01"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
        assert_eq!("1970-01-02".parse::<Day>().unwrap(), Day(1));
    }

    #[test]
    fn odd_dates_are_refused() {
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
    fn an_instant_before_1970_falls_on_the_day_before() {
        assert_eq!(Day::of_micros(-1), Day(-1));
        assert_eq!(Day::of_micros(0), Day(0));
        assert_eq!(Day(0).end_micros(), DAY_MICROS);
    }
}
