//! Days as the warehouse writes them in paths: a count since 1970-01-01, shown as `YYYY-MM-DD`.
//!
//! The conversion is Howard Hinnant's `civil_from_days` ("chrono-Compatible Low-Level Date
//! Algorithms"): count from 0000-03-01, so that the leap day is the last of its year, and split by
//! the 400-year cycle of 146,097 days. It is written out here so that this module needs nothing
//! of the rest of the crate.

/// Microseconds in a second.
pub const SECOND_MICROS: i64 = 1_000_000;

/// Seconds in a day.
pub const DAY_SECONDS: i64 = 86_400;

/// Microseconds in a day.
pub const DAY_MICROS: i64 = DAY_SECONDS * SECOND_MICROS;

/// The day 2004-01-01, before which the contract refuses times.
pub const FIRST_CREDIBLE_DAY: i32 = 12_418;

/// The text of a day, for instance `2026-10-31` for 20,757.
pub fn date_text(days_since_1970: i32) -> String {
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    let days = i64::from(days_since_1970) + 719_468;
    let cycle = days.div_euclid(146_097);
    let day_of_cycle = days.rem_euclid(146_097);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_cycle + cycle * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The first microsecond of a day.
pub fn day_start_micros(days_since_1970: i32) -> i64 {
    i64::from(days_since_1970) * DAY_MICROS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_the_names_of_the_calendar() {
        for (day, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (FIRST_CREDIBLE_DAY, "2004-01-01"),
            (19_782, "2024-02-29"),
            (20_757, "2026-10-31"),
        ] {
            assert_eq!(date_text(day), text);
        }
    }
}
