//! Validates rows of activities; the first failed rule gives the reason. Other tables share some of the rules.

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
    /// `occurred_at`, microseconds since 1970.
    pub occurred_at: Option<i64>,
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
        self.judge_time(occurred_at)?;
        Ok((occurred_at, verb))
    }

    fn unknown_verb(&self, verb: &str) -> String {
        format!(
            "unknown verb: '{}' is not a verb of network {}",
            shorten_value(verb),
            self.network
        )
    }

    fn judge_time(&self, occurred_at: i64) -> Result<(), String> {
        let day = check_time(occurred_at, self.load_date)?;
        match self.max_lateness_days {
            Some(max) if self.load_date.0 - day.0 > max => Err(format!(
                "delivered too late: {} days after it occurred; input.max_lateness_days is {max}",
                self.load_date.0 - day.0
            )),
            _ => Ok(()),
        }
    }
}

/// Returns the day of an instant (microseconds since 1970), or a reason if it is before 2004 or after the load date.
pub fn check_time(occurred_at: i64, load_date: Day) -> Result<Day, String> {
    let day = Day::from_micros(occurred_at);
    if occurred_at >= load_date.end_micros() {
        let ahead = occurred_at.saturating_sub(load_date.end_micros()) / DAY_MICROS;
        return Err(format!(
            "time after the load date's end: occurred on {day}, {} day(s) after {load_date}",
            ahead + 1
        ));
    }
    match day < FIRST_VALID_DAY {
        true => Err(format!("time before 2004: occurred on {day}")),
        false => Ok(day),
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
mod tests {
    use super::*;

    const RULES: RowRules = RowRules {
        network: "twitter",
        load_date: Day(20_000),
        max_lateness_days: Some(30),
    };

    fn found(occurred_at: i64) -> RawRow<'static> {
        RawRow {
            activity_id: Some("1"),
            occurred_at: Some(occurred_at),
            actor_id: Some("a"),
            verb: Some("like"),
            target_id: None,
            verb_code: Some(2),
        }
    }

    #[test]
    fn times_are_bounded_by_the_load_date_and_the_lateness_window() {
        let end = RULES.load_date.end_micros();
        assert_eq!(RULES.judge(&found(end - 1)), Ok((end - 1, 2)));
        assert!(RULES.judge(&found(end)).unwrap_err().starts_with("time after"));
        let oldest = RULES.load_date.days_before(30).start_micros();
        assert!(RULES.judge(&found(oldest)).is_ok());
        assert!(
            RULES
                .judge(&found(oldest - 1))
                .unwrap_err()
                .starts_with("delivered too late")
        );
        assert!(
            RULES
                .judge(&found(FIRST_VALID_DAY.start_micros() - 1))
                .unwrap_err()
                .contains("2004")
        );
        let backlog = RowRules {
            max_lateness_days: None,
            ..RULES
        };
        assert!(backlog.judge(&found(FIRST_VALID_DAY.start_micros())).is_ok());
    }

    #[test]
    fn null_ids_and_unknown_verbs_are_refused_with_their_column() {
        let good = found(RULES.load_date.start_micros());
        let reason = |found: RawRow| RULES.judge(&found).unwrap_err();
        assert!(reason(RawRow { actor_id: None, ..good }).contains("actor_id"));
        assert!(
            reason(RawRow {
                activity_id: Some(""),
                ..good
            })
            .contains("empty activity_id")
        );
        assert!(
            reason(RawRow {
                target_id: Some(""),
                ..good
            })
            .contains("target_id")
        );
        assert!(
            reason(RawRow {
                occurred_at: None,
                ..good
            })
            .contains("occurred_at")
        );
        assert!(
            reason(RawRow {
                verb: Some("poke"),
                verb_code: None,
                ..good
            })
            .contains("'poke'")
        );
    }
}
