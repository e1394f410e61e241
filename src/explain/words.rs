//! The answer in words, for somebody who never saw the model. No ids stand in them.

use super::Answer;
use super::changes::Change;
use clout_model::alerts::words::{CORROBORATION, many};
use clout_model::facts::FORGOTTEN_AFTER_DAYS;

/// What the score is, where it stands, and who is behind it: a sentence each.
pub fn score(answer: &Answer) -> Vec<String> {
    let Some(score) = answer.measure("score") else {
        return unscored(answer);
    };
    let mut lines = vec![interval(answer, score)];
    lines.extend(place(answer));
    lines.push(coverage(answer));
    lines.extend(people(answer));
    lines.extend(last_active(answer));
    lines
}

fn unscored(answer: &Answer) -> Vec<String> {
    let mut lines = vec![format!(
        "No score: nobody else's reaction to this person was counted in the last {FORGOTTEN_AFTER_DAYS} days. That is no \
         score of 0, there is only nothing to go by"
    )];
    lines.push(coverage(answer));
    lines.extend(last_active(answer));
    lines
}

fn interval(answer: &Answer, score: f64) -> String {
    match (answer.measure("score_low"), answer.measure("score_high")) {
        (Some(low), Some(high)) if is_same(low, score) && is_same(score, high) => format!(
            "{score:.2}, and to the hundredth of a point the same in nine of ten cases, had another such crowd of people come by"
        ),
        (Some(low), Some(high)) => format!(
            "{score:.2}, and from {low:.2} to {high:.2} in nine of ten cases, had another such crowd of people come by"
        ),
        _ => format!("{score:.2}"),
    }
}

/// Whether two measures are shown as the same.
fn is_same(a: f64, b: f64) -> bool {
    format!("{a:.2}") == format!("{b:.2}")
}

/// What is hidden by the end of the scale, where the score is at one of them.
pub fn end_of_scale(answer: &Answer) -> Option<&'static str> {
    match answer.measure("score")? {
        score if is_same(score, 100.0) => Some(
            "The scale ends at 100, and this score is there: what one more reaction and silence do is hidden as far as it \
             lies beyond",
        ),
        score if is_same(score, 1.0) => Some(
            "The scale ends at 1, and this score is there: what one more reaction and silence do is hidden as far as it lies \
             below",
        ),
        _ => None,
    }
}

fn place(answer: &Answer) -> Option<String> {
    let rank = answer.measure("rank")? as u64;
    let among = match answer.persons_scored {
        Some(count) => format!(" of {} people with a score", thousands(count)),
        None => String::new(),
    };
    let below = answer.measure("percentile").unwrap_or(0.0);
    Some(format!("{}{among}: {below:.1} % of them have less", ordinal(rank)))
}

fn coverage(answer: &Answer) -> String {
    let has_room = match (answer.measure("score"), answer.measure("score_high")) {
        (Some(score), Some(high)) => !is_same(score, high),
        _ => false,
    };
    let room = if has_room {
        "; the upper end of its range allows for it"
    } else {
        ""
    };
    match answer.measure("coverage").unwrap_or(0.0) {
        seen if seen >= 0.995 => {
            "Coverage 1.00: this person was seen on every network that counts, and no load date is missing".to_owned()
        }
        seen if seen > 0.0 => format!(
            "Coverage {seen:.2}: of what everybody's influence is made of, some {:.0} % was seen of this person (networks, \
             load dates). The rest takes nothing from the score{room}",
            100.0 * seen
        ),
        _ => "Coverage 0.00: nothing that this person did or got was counted".to_owned(),
    }
}

fn people(answer: &Answer) -> Vec<String> {
    let reach = answer.measure("reach").unwrap_or(0.0);
    let spread = format!("Reach {reach:.1}: it is spread as evenly as over {reach:.1} people who react alike");
    let mean = |points: f64| {
        format!(
            "Audience influence {points:.1} points: the mean score of those who react, each by their part of this one"
        )
    };
    let brought = match answer.measure("amplification") {
        Some(each) => format!("Amplification {each:.2}: counted reactions for each post"),
        None => "Amplification not known: no post of this person is counted".to_owned(),
    };
    let audience = answer.measure("audience_influence").map(mean);
    [spread].into_iter().chain(audience).chain([brought]).collect()
}

fn last_active(answer: &Answer) -> Option<String> {
    let at = answer.scores.get("last_active_at")?.as_str()?;
    Some(format!("Last active at {at}"))
}

/// What a cause of `score_changes` means.
pub fn cause(cause: &str) -> &str {
    match cause {
        "new_reactions" => "new reactions",
        "faded_reactions" => "earlier reactions fade",
        "repeats_saturated" => "more by the same people, which counts less each time",
        "reactors_rose" => "people who react rose themselves",
        "reactors_fell" => "people who react fell themselves",
        "corroboration" => CORROBORATION,
        "network_joined" => "a network came in",
        "network_left" => "a network went out",
        "identity_changed" => "accounts changed hands",
        "opted_out_reactors" => "people who reacted have opted out",
        "scale_limit" => "the ends of the scale, 1 and 100",
        "recalibrated" => "another model, or input that was read again",
        other => other,
    }
}

/// What is not known of a change: one sentence, or none.
pub fn gap(change: &Change) -> Option<String> {
    let since = change.since;
    if let Some(why) = &change.why_unknown {
        return Some(format!("Since {since}: not known, for {why}"));
    }
    let first = change.missing_nights.first()?;
    let told = match (change.missing_nights.len(), change.days) {
        (1, 1) => "the reasons are not known".to_owned(),
        (missing, days) if missing as i32 == days => "the reasons are not known of any night".to_owned(),
        (missing, days) => format!("the reasons of {missing} of {days} nights are not known, and the rest is told"),
    };
    let dates: Vec<String> = change
        .missing_nights
        .iter()
        .skip(1)
        .map(|night| night.snapshot_date.to_string())
        .collect();
    let more = match dates.len() {
        0 => String::new(),
        1..=3 => format!("; nor of {}", dates.join(", ")),
        _ => format!(
            "; nor of {} and {} before",
            dates[..3].join(", "),
            many(dates.len() as i64 - 3, "night", "nights")
        ),
    };
    Some(format!("Since {since}: {told} ({}{more})", first.why))
}

/// 1st, 2nd, 3rd, 11th, 1,713th.
pub fn ordinal(number: u64) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{}{ending}", thousands(number))
}

/// 1,713.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::changes::MissingNight;
    use super::*;
    use clout_base::day::Day;
    use clout_base::schema::SCORE_CHANGES;

    #[test]
    fn numbers_are_written_as_people_do() {
        let places = [1, 2, 3, 4, 11, 12, 13, 21, 111, 1_002, 1_713].map(ordinal).join(" ");
        assert_eq!(places, "1st 2nd 3rd 4th 11th 12th 13th 21st 111th 1,002nd 1,713th");
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(thousands).join(" "),
            "0 999 1,000 1,234,567"
        );
    }

    #[test]
    fn every_cause_of_the_table_has_words() {
        let column = SCORE_CHANGES
            .columns
            .iter()
            .find(|column| column.name == "cause")
            .unwrap();
        let causes: Vec<&str> = column
            .description
            .split([',', ' '])
            .filter(|word| word.len() > 2)
            .collect();
        assert!(causes.len() >= 12, "{causes:?}");
        for name in causes {
            assert!(cause(name) != name, "{name}");
        }
    }

    #[test]
    fn a_change_says_which_nights_it_lacks() {
        let night = |day: i32| MissingNight {
            snapshot_date: Day(day),
            why: "no snapshot".to_owned(),
        };
        let change = |days: i32, missing: std::ops::Range<i32>, why_unknown: Option<&str>| Change {
            days,
            since: Day(20_000),
            score: None,
            points: None,
            why_unknown: why_unknown.map(str::to_owned),
            causes: Vec::new(),
            missing_nights: missing.map(night).collect(),
        };
        let gap = |change: &Change| super::gap(change).unwrap_or_default();
        assert_eq!(gap(&change(7, 0..0, None)), "");
        assert_eq!(
            gap(&change(7, 0..0, Some("reasons"))),
            "Since 2024-10-04: not known, for reasons"
        );
        assert!(gap(&change(1, 1..2, None)).ends_with("the reasons are not known (no snapshot)"));
        assert!(
            gap(&change(7, 1..3, None)).contains("of 2 of 7 nights")
                && gap(&change(7, 1..3, None)).contains("1970-01-03")
        );
        assert!(
            gap(&change(7, 1..8, None)).contains("of any night")
                && gap(&change(7, 1..8, None)).contains("3 nights before")
        );
    }
}
