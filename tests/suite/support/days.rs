//! Parses days and times of day in the notation of the tests.

use clout_base::day::{DAY_MICROS, Day};

/// Parses a date.
pub fn day(text: &str) -> Day {
    text.parse().expect("a date")
}

/// Lists each day from one to another.
pub fn days(first: &str, last: &str) -> Vec<Day> {
    (day(first).0..=day(last).0).map(Day).collect()
}

/// Parses a time into microseconds since 1970: `10:00`, `10:00:01.5` (on the load date), `D-3T10:00` (days before it),
/// `D+1T00:00` or `2026-03-01T10:00`.
pub fn time(load_date: Day, text: &str) -> i64 {
    let (date, clock) = match text.split_once('T') {
        None => (load_date, text),
        Some((date, clock)) => match date.strip_prefix('D') {
            Some(offset) => (
                Day(load_date.0 + offset.parse::<i32>().expect("an offset in days")),
                clock,
            ),
            None => (day(date), clock),
        },
    };
    let mut micros = 0.0;
    for (part, unit) in clock.split(':').zip([3_600e6, 60e6, 1e6]) {
        micros += part.parse::<f64>().expect("a part of a time") * unit;
    }
    i64::from(date.0) * DAY_MICROS + micros.round() as i64
}
