//! Validates rows of activities; the first failed rule gives the reason. Other tables share some of the rules.

use std::ops::Range;

use arrow::array::{Array, StringViewArray};

use clout_base::day::{DAY_MICROS, Day, FIRST_VALID_DAY};

/// Validation rules of a partition.
#[derive(Clone, Copy, Debug)]
pub struct RowRules<'a> {
    /// Name of the network, for messages.
    pub network: &'a str,
    /// Load date of the partition.
    pub load_date: Day,
    /// `input.max_lateness_days`; none on the network's first load date, which may contain a backlog.
    pub max_lateness_days: Option<i32>,
}

/// Values of a row before validation.
#[derive(Clone, Copy, Debug)]
pub struct RawRow<'a> {
    /// `activity_id`.
    pub activity_id: Option<&'a str>,
    /// `occurred_at` as the file states it, microseconds since 1970.
    pub occurred_at: Option<i128>,
    /// `actor_id`.
    pub actor_id: Option<&'a str>,
    /// `verb`.
    pub verb: Option<&'a str>,
    /// `target_id`; null on a post.
    pub target_id: Option<&'a str>,
    /// Code of the verb, if the network has it.
    pub verb_code: Option<u8>,
}

/// Accepted row: (time, verb code).
pub type ValidRow = (i64, u8);

impl RowRules<'_> {
    /// Returns the times, in microseconds since 1970, that [`RowRules::judge`] accepts.
    pub fn valid_times(&self) -> Range<i64> {
        let oldest = self.max_lateness_days.map(|max| self.load_date.0.saturating_sub(max));
        let first = Day(oldest.unwrap_or(i32::MIN).max(FIRST_VALID_DAY.0));
        first.start_micros()..self.load_date.end_micros()
    }

    /// Returns the row's time and verb, or the reason for refusing it.
    pub fn judge(&self, found: &RawRow) -> Result<ValidRow, String> {
        let ids = [
            ("activity_id", found.activity_id),
            ("actor_id", found.actor_id),
            ("verb", found.verb),
        ];
        for (column, value) in ids {
            expect_some(column, value)?;
        }
        if found.target_id == Some("") {
            return Err("empty target_id: expected an id, or null on a post".to_owned());
        }
        let occurred_at = found
            .occurred_at
            .ok_or_else(|| describe_missing("null", "occurred_at"))?;
        let verb = found
            .verb_code
            .ok_or_else(|| self.unknown_verb(found.verb.unwrap_or_default()))?;
        Ok((self.judge_time(occurred_at)?, verb))
    }

    fn unknown_verb(&self, verb: &str) -> String {
        format!(
            "unknown verb: '{}' is not a verb of network {}",
            shorten_value(verb),
            self.network
        )
    }

    fn judge_time(&self, stated: i128) -> Result<i64, String> {
        let occurred_at = check_time(stated, self.load_date)?;
        let day = Day::from_micros(occurred_at);
        match self.max_lateness_days {
            Some(max) if self.load_date.0 - day.0 > max => Err(format!(
                "delivered too late: {} days after it occurred; input.max_lateness_days is {max}",
                self.load_date.0 - day.0
            )),
            _ => Ok(occurred_at),
        }
    }
}

/// Returns a stated time (microseconds since 1970), or a reason if it is before 2004 or after the load date. Writers
/// use times such as 0001-01-01, 9999-12-31 or the ends of their ranges for "unknown"; the reason shows the day.
pub fn check_time(stated: i128, load_date: Day) -> Result<i64, String> {
    let end = load_date.end_micros();
    if stated >= i128::from(end) {
        let ahead = (stated - i128::from(end)) / i128::from(DAY_MICROS);
        return Err(format!(
            "time after the load date's end: occurred on {}, {} day(s) after {load_date}",
            describe_day(stated),
            ahead + 1
        ));
    }
    match i64::try_from(stated) {
        Ok(time) if time >= FIRST_VALID_DAY.start_micros() => Ok(time),
        _ => Err(format!("time before 2004: occurred on {}", describe_day(stated))),
    }
}

/// Formats the day of any stated time. Years beyond four digits have a sign, as in ISO 8601.
fn describe_day(stated: i128) -> String {
    // Days since 0000-03-01, so that a leap day ends a year: the conversion is that of Howard Hinnant's
    // `civil_from_days`.
    let days = stated.div_euclid(i128::from(DAY_MICROS)) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = 400 * era + year_of_era + i128::from(month <= 2);
    match (0..=9_999).contains(&year) {
        true => format!("{year:04}-{month:02}-{day:02}"),
        false => format!("{year:+05}-{month:02}-{day:02}"),
    }
}

/// Returns the text of a required column in a row, or a reason if it is null or empty.
pub fn require_text<'a>(column: &str, texts: &'a StringViewArray, row: usize) -> Result<&'a str, String> {
    expect_some(column, texts.is_valid(row).then(|| texts.value(row)))
}

fn expect_some<'a>(column: &str, value: Option<&'a str>) -> Result<&'a str, String> {
    match value {
        None => Err(describe_missing("null", column)),
        Some("") => Err(describe_missing("empty", column)),
        Some(text) => Ok(text),
    }
}

/// Returns the reason for a required value that is `null` or `empty` (`how`).
pub fn describe_missing(how: &str, column: &str) -> String {
    format!("{how} {column}: the column is required")
}

/// Shortens a delivered value for a reason: at most 40 characters, without control characters.
pub fn shorten_value(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
