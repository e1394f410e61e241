//! Formats days for paths: a day is a count since 1970-01-01, formatted as `YYYY-MM-DD`.
//!
//! The conversion is Howard Hinnant's `civil_from_days` ("chrono-Compatible Low-Level Date Algorithms"): it counts
//! from 0000-03-01, so that the leap day is the last day of its year, and splits by the 400-year cycle of 146,097
//! days. It is implemented in this module so that the generator does not depend on the rest of the crate.

/// Number of microseconds in a second.
pub(crate) const SECOND_MICROS: i64 = 1_000_000;

/// Number of seconds in a day.
pub(crate) const DAY_SECONDS: i64 = 86_400;

/// Number of microseconds in a day.
pub(crate) const DAY_MICROS: i64 = DAY_SECONDS * SECOND_MICROS;

/// First day that the contract accepts: 2004-01-01, in days since 1970-01-01.
pub(crate) const FIRST_CREDIBLE_DAY: i32 = 12_418;

/// Formats a day, for example `2026-10-31` for 20,757.
pub(crate) fn format_date(days_since_1970: i32) -> String {
    // Days from 0000-03-01 to 1970-01-01: 719,468.
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

/// Returns the first microsecond of a day.
pub(crate) fn day_start_micros(days_since_1970: i32) -> i64 {
    i64::from(days_since_1970) * DAY_MICROS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_formatted_as_calendar_dates() {
        for (day, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (FIRST_CREDIBLE_DAY, "2004-01-01"),
            (19_782, "2024-02-29"),
            (20_757, "2026-10-31"),
        ] {
            assert_eq!(format_date(day), text);
        }
    }
}
