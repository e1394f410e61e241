//! Sentences about an answer, for readers without knowledge of the model. The sentences contain no ids.

use super::PersonExplanation;
use super::changes::ScoreChange;
use clout_model::account_activity::RETENTION_DAYS;
use clout_model::alerts::texts::{describe_cause, format_count};
use clout_model::influence::changes::ChangeCause;

/// Describes the score, its rank and coverage, and the people behind it, one sentence per line.
pub fn describe_score(answer: &PersonExplanation) -> Vec<String> {
    let Some(score) = answer.score_column("score") else {
        return unscored(answer);
    };
    let mut lines = vec![interval(answer, score)];
    lines.extend(rank(answer));
    lines.push(coverage(answer));
    lines.extend(people(answer));
    lines.extend(last_active(answer));
    lines
}

fn unscored(answer: &PersonExplanation) -> Vec<String> {
    let mut lines = vec![format!(
        "No score yet: no reaction by another person has been counted in the last {RETENTION_DAYS} days. This is \
         not a score of 0."
    )];
    lines.push(coverage(answer));
    lines.extend(last_active(answer));
    lines
}

fn interval(answer: &PersonExplanation, score: f64) -> String {
    match (answer.score_column("score_low"), answer.score_column("score_high")) {
        (Some(low), Some(high)) => format!("{score:.2} (90 % interval {low:.2} to {high:.2})"),
        _ => format!("{score:.2}"),
    }
}

/// Returns true if two numbers are printed in the same way.
fn is_same(a: f64, b: f64) -> bool {
    format!("{a:.2}") == format!("{b:.2}")
}

/// Explains the effect of the scale's limits, if the score is at one of them.
pub fn describe_scale_limit(answer: &PersonExplanation) -> Option<&'static str> {
    match answer.score_column("score")? {
        score if is_same(score, 100.0) => Some(
            "This score is at the upper limit of the scale, 100. The forecast and the effects above do not show \
             changes beyond it",
        ),
        score if is_same(score, 1.0) => Some(
            "This score is at the lower limit of the scale, 1. The forecast and the effects above do not show changes \
             below it",
        ),
        _ => None,
    }
}

fn rank(answer: &PersonExplanation) -> Option<String> {
    let rank = answer.score_column("rank")? as u64;
    let among = match answer.persons_scored {
        Some(count) => format!(" of {} people with a score", format_thousands(count)),
        None => String::new(),
    };
    let below = answer.score_column("percentile").unwrap_or(0.0);
    Some(format!(
        "{}{among}; {below:.1} % of them score lower",
        format_ordinal(rank)
    ))
}

fn coverage(answer: &PersonExplanation) -> String {
    let has_room = match (answer.score_column("score"), answer.score_column("score_high")) {
        (Some(score), Some(high)) => !is_same(score, high),
        _ => false,
    };
    let room = if has_room {
        "; the upper end of the interval allows for it"
    } else {
        ""
    };
    match answer.score_column("coverage").unwrap_or(0.0) {
        seen if seen >= 0.995 => {
            "Coverage 1.00: the data shows this person on every counted network, and no load date is missing".to_owned()
        }
        seen if seen > 0.0 => format!(
            "Coverage {seen:.2}: the data shows about {:.0} % of the expected signal (networks and load dates). \
             Missing data does not lower the score{room}",
            100.0 * seen
        ),
        _ => "Coverage 0.00: no activity by this person and no reaction to this person was counted".to_owned(),
    }
}

fn people(answer: &PersonExplanation) -> Vec<String> {
    let reach = answer.score_column("reach").unwrap_or(0.0);
    let reach = format!("Reach {reach:.1}: as if {reach:.1} people reacted equally");
    let mean = |points: f64| {
        format!(
            "Audience influence {points:.1}: mean score of the people who react, weighted by their part of this score"
        )
    };
    let amplification = match answer.score_column("amplification") {
        Some(each) => format!("Amplification {each:.2}: counted reactions per post"),
        None => "Amplification unknown: no post by this person was counted".to_owned(),
    };
    let audience = answer.score_column("audience_influence").map(mean);
    [reach].into_iter().chain(audience).chain([amplification]).collect()
}

fn last_active(answer: &PersonExplanation) -> Option<String> {
    let at = answer.scores.get("last_active_at")?.as_str()?;
    Some(format!("Last active at {at}"))
}

/// Describes a cause of `score_changes`. Returns unknown causes, as a newer version may write, unchanged.
pub fn describe_cause_name(cause: &str) -> &str {
    ChangeCause::from_name(cause).map_or(cause, |known| describe_cause(known))
}

/// Explains missing parts of a change; `None` if nothing is missing.
pub fn describe_gap(change: &ScoreChange) -> Option<String> {
    let since = change.since;
    if let Some(why) = &change.why_unknown {
        return Some(format!("The change since {since} is unknown: {why}"));
    }
    let first = change.missing_nights.first()?;
    let extent = match (change.missing_nights.len(), change.days) {
        (1, 1) => "the reasons are missing".to_owned(),
        (missing, days) if missing as i32 == days => "the reasons of all days are missing".to_owned(),
        (missing, days) => {
            format!("the reasons of {missing} of {days} days are missing; the table sums those of the other days")
        }
    };
    let dates: Vec<String> = change
        .missing_nights
        .iter()
        .skip(1)
        .map(|night| night.snapshot_date.to_string())
        .collect();
    let more = match dates.len() {
        0 => String::new(),
        1..=3 => format!("; also missing: {}", dates.join(", ")),
        _ => format!(
            "; also missing: {} and {} before",
            dates[..3].join(", "),
            format_count(dates.len() as i64 - 3, "day", "days")
        ),
    };
    Some(format!("Since {since}, {extent} ({}{more})", first.why))
}

/// Formats an ordinal number: 1st, 2nd, 3rd, 11th, 1,713th.
pub fn format_ordinal(number: u64) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{}{ending}", format_thousands(number))
}

/// Formats a number with thousands separators: 1,713.
pub fn format_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::changes::MissingDate;
    use super::*;
    use clout_base::day::Day;
    use clout_base::schema::SCORE_CHANGES;

    #[test]
    fn numbers_have_ordinal_endings_and_separators() {
        let ordinals = [1, 2, 3, 4, 11, 12, 13, 21, 111, 1_002, 1_713]
            .map(format_ordinal)
            .join(" ");
        assert_eq!(ordinals, "1st 2nd 3rd 4th 11th 12th 13th 21st 111th 1,002nd 1,713th");
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(format_thousands).join(" "),
            "0 999 1,000 1,234,567"
        );
    }

    #[test]
    fn every_cause_of_the_table_has_a_description() {
        let column = SCORE_CHANGES.columns.iter().find(|column| column.name == "cause");
        let description = column.unwrap().description;
        for name in ChangeCause::ALL.map(ChangeCause::name) {
            assert!(description.contains(name), "{name} is not in: {description}");
            assert_ne!(describe_cause_name(name), name);
        }
        assert_eq!(describe_cause_name("a_newer_cause"), "a_newer_cause");
    }

    #[test]
    fn an_incomplete_change_lists_its_missing_dates() {
        let night = |day: i32| MissingDate {
            snapshot_date: Day(day),
            why: "no snapshot".to_owned(),
        };
        let change = |days: i32, missing: std::ops::Range<i32>, why_unknown: Option<&str>| ScoreChange {
            days,
            since: Day(20_000),
            score: None,
            points: None,
            why_unknown: why_unknown.map(str::to_owned),
            causes: Vec::new(),
            missing_nights: missing.map(night).collect(),
        };
        let gap = |change: &ScoreChange| super::describe_gap(change).unwrap_or_default();
        assert_eq!(gap(&change(7, 0..0, None)), "");
        assert_eq!(
            gap(&change(7, 0..0, Some("reasons"))),
            "The change since 2024-10-04 is unknown: reasons"
        );
        assert!(gap(&change(1, 1..2, None)).ends_with("the reasons are missing (no snapshot)"));
        assert!(
            gap(&change(7, 1..3, None)).contains("of 2 of 7 days")
                && gap(&change(7, 1..3, None)).contains("1970-01-03")
        );
        assert!(
            gap(&change(7, 1..8, None)).contains("of all days")
                && gap(&change(7, 1..8, None)).contains("3 days before")
        );
    }
}
