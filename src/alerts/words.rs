//! Alerts in words, for a person who never saw the model.

use super::{Part, Topic};
use crate::day::Day;
use crate::influence::changes::Cause;

/// Causes that an advice names.
const NAMED: usize = 3;
/// Topics that a message names.
const NAMED_TOPICS: usize = 5;
/// Days of silence that are foretold.
pub const SILENCE_DAYS: i32 = 30;

/// "Your score fell by 2.31 points, from 43.51 on 2026-10-30 to 41.20 on 2026-10-31 (on a scale from 1 to 100)."
pub fn moved(before: f64, after: f64, as_of: Day) -> String {
    let verb = if after < before { "fell" } else { "rose" };
    format!(
        "Your score {verb} by {:.2} points, from {before:.2} on {} to {after:.2} on {as_of} (on a scale from 1 to 100).",
        (after - before).abs(),
        as_of.minus(1),
    )
}

/// The largest causes in the direction of the change, and what the first of them means.
pub fn why(reasons: &[Part], points: f64) -> String {
    let mut along: Vec<&Part> = reasons.iter().filter(|(.., part)| part * points > 0.0).collect();
    along.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    let Some((first, ..)) = along.first() else {
        return String::new();
    };
    let told: Vec<String> = along
        .iter()
        .take(NAMED)
        .map(|(cause, detail, part)| told(*cause, detail, *part))
        .collect();
    format!("Because {}. {}", told.join("; "), advice(*first, points < 0.0))
}

/// "new reactions (twitter: ada and 2 more) +3.10 points"
fn told(cause: Cause, detail: &str, points: f64) -> String {
    let detail = if detail.is_empty() {
        String::new()
    } else {
        format!(" ({detail})")
    };
    format!("{}{detail} {points:+.2} points", plain(cause, points > 0.0))
}

/// A cause in plain words, as it raised or lowered a score.
pub fn plain(cause: Cause, has_raised: bool) -> &'static str {
    match cause {
        Cause::Corroboration if has_raised => "known people vouch for more of the crowd",
        Cause::Corroboration => "known people vouch for less of the crowd",
        Cause::FadedReactions => "earlier reactions count less as they age",
        Cause::IdentityChanged => "accounts belong to other people now",
        Cause::NetworkJoined => "you appeared on another network",
        Cause::NetworkLeft => "your last account on a network went",
        Cause::NewReactions => "new reactions",
        Cause::OptedOutReactors => "people who had reacted opted out",
        Cause::ReactorsFell => "people who react to you are less known or listened to",
        Cause::ReactorsRose => "people who react to you are better known or listened to",
        Cause::Recalibrated => "the model or its input was changed",
        Cause::RepeatsSaturated => "the same people reacted again, which adds less each time",
        Cause::ScaleLimit => "the scale ends at 1 and 100",
    }
}

fn advice(cause: Cause, has_fallen: bool) -> &'static str {
    match (cause, has_fallen) {
        (Cause::FadedReactions, _) => {
            "Nothing was taken from you: reactions fade with time, and new ones, best from people who have not reacted \
             lately, make up for them."
        }
        (Cause::ReactorsFell | Cause::ReactorsRose, _) => {
            "This is about those who react and not about what you did: a reaction counts as much as its author is known \
             and listened to."
        }
        (Cause::Corroboration, true) => {
            "Reactions of people whom nobody knows yet count as far as known people react, too; they count in full once \
             they have been seen on several days."
        }
        (Cause::Corroboration, false) => "More known people react to you, and with them the others are believed.",
        (Cause::NetworkLeft | Cause::IdentityChanged, _) => {
            "If an account that is yours is missing, or one that is not yours was added, the identities need mending."
        }
        (Cause::NetworkJoined, _) => "What people do there counts from now on; never having been there cost nothing.",
        (Cause::OptedOutReactors, _) => {
            "They asked not to be counted, which is theirs to decide; nothing is expected of you."
        }
        (Cause::Recalibrated, _) => {
            "Nobody did anything: scores of the two days come from different models or inputs, and both stay published."
        }
        (Cause::NewReactions, _) => {
            "It fades unless others follow: more different people weigh more than the same ones again."
        }
        (Cause::RepeatsSaturated, _) => "More different people weigh more than the same ones again.",
        (Cause::ScaleLimit, _) => "What lies beyond the ends of the scale is not shown.",
    }
}

/// "You were last seen on 2026-10-17, 14 days before 2026-10-31."
pub fn inactive(last: Day, days: i32, as_of: Day) -> String {
    format!("Your latest post or reaction was on {last}, {days} days before {as_of}.")
}

/// What thirty days without a reaction will cost.
pub fn silence(score: f64, cost: Option<f64>, as_of: Day) -> String {
    let until = cost.map(|cost| {
        format!(
            " If nobody does for {SILENCE_DAYS} days, the score goes from {score:.2} on {as_of} to {:.2} on {} \
             ({cost:+.2} points).",
            score + cost,
            as_of.plus(SILENCE_DAYS),
        )
    });
    format!(
        "Being away costs nothing by itself; what counts is whether others react.{}",
        until.unwrap_or_default()
    )
}

/// Which topics are shown now, or no longer.
pub fn topics(is_gained: bool, topics: &[Topic], as_of: Day) -> String {
    let (shown, more) = topics.split_at(topics.len().min(NAMED_TOPICS));
    let names: Vec<String> = shown
        .iter()
        .map(|topic| format!("{} ({:.2} points)", topic.topic_id, topic.score))
        .collect();
    let more = match more.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match is_gained {
        true => format!("Since {as_of} you are shown as credible on {}{more}.", names.join(", ")),
        false => format!(
            "Since {as_of} you are no longer shown as credible on {}{more}; the points are those of {}.",
            names.join(", "),
            as_of.minus(1)
        ),
    }
}

/// What the topics rest on tonight.
pub fn sources(is_gained: bool, topics: &[Topic]) -> String {
    let Some(first) = topics.first() else {
        return String::new();
    };
    let (reactors, endorsers) = first.sources;
    let rests = format!(
        "{}: {} reacted on it and {} endorsed it",
        first.topic_id,
        people(reactors),
        people(endorsers)
    );
    match is_gained {
        true => format!("{rests}. Two independent sources agree; `topic_evidence` lists them."),
        false => format!(
            "{rests}, and no two independent sources agree any more. One more known person who reacts to what you write on \
             it brings it back."
        ),
    }
}

fn people(count: i64) -> String {
    match count {
        0 => "nobody".to_owned(),
        1 => "1 person".to_owned(),
        count => format!("{count} people"),
    }
}
