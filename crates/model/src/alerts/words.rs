//! Alerts in words, for a person who never saw the model.

use super::{Part, Topic};
use crate::influence::changes::{Cause, in_words};
use clout_base::day::Day;

/// Causes that an advice names.
const NAMED: usize = 3;
/// Topics that a message names.
const NAMED_TOPICS: usize = 5;
/// What `corroboration` is called wherever people read it.
pub const CORROBORATION: &str = "how far people whom nobody knows yet are believed";
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

/// The largest causes in the direction of the change and what all others took or added, so that the points told add up
/// to the change; and what the first of them means.
pub fn why(reasons: &[Part], points: f64) -> String {
    let mut causes: Vec<Summed> = summed(reasons);
    causes.retain(|cause| cause.points * points > 0.0);
    causes.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
    causes.truncate(NAMED);
    let Some(first) = causes.first() else {
        return String::new();
    };
    let mut items: Vec<String> = causes.iter().map(Summed::told).collect();
    let told: i64 = causes.iter().map(|cause| cents(cause.points)).sum();
    let rest = cents(points) - told;
    if rest != 0 {
        items.push(format!("all else {:+.2} points", rest as f64 / 100.0));
    }
    format!("Because {}. {}", items.join("; "), advice(first.cause, points < 0.0))
}

/// Points as they are shown, in hundredths.
fn cents(points: f64) -> i64 {
    (100.0 * points).round() as i64
}

/// A cause on all networks.
struct Summed<'a> {
    cause: Cause,
    points: f64,
    /// Details, the largest first.
    details: Vec<(&'a str, f64)>,
}

fn summed<'a>(reasons: &[Part<'a>]) -> Vec<Summed<'a>> {
    let mut causes: Vec<Summed> = Vec::new();
    for (cause, detail, points) in reasons {
        let place = causes.iter().position(|known| known.cause == *cause);
        let place = place.unwrap_or_else(|| {
            causes.push(Summed {
                cause: *cause,
                points: 0.0,
                details: Vec::new(),
            });
            causes.len() - 1
        });
        causes[place].points += points;
        causes[place].details.push((detail, *points));
    }
    for cause in &mut causes {
        cause.details.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    }
    causes
}

impl Summed<'_> {
    /// "new reactions (twitter: ada and 2 more; linkedin: bob) +3.10 points"
    fn told(&self) -> String {
        let details = self.details.iter().filter(|(detail, _)| !detail.is_empty());
        let details: Vec<String> = details.map(|(detail, _)| in_words(detail)).collect();
        let (shown, more) = details.split_at(details.len().min(NAMED));
        let detail = match (shown.len(), more.len()) {
            (0, _) => String::new(),
            (_, 0) => format!(" ({})", shown.join("; ")),
            (_, more) => format!(" ({}; and {more} more)", shown.join("; ")),
        };
        format!(
            "{}{detail} {:+.2} points",
            plain(self.cause),
            cents(self.points) as f64 / 100.0
        )
    }
}

/// A cause in plain words.
fn plain(cause: Cause) -> &'static str {
    match cause {
        Cause::Corroboration => CORROBORATION,
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

/// "Your latest post or reaction was on 2026-10-17, 14 days before 2026-10-31."
pub fn inactive(last: Day, as_of: Day) -> String {
    let days = many(i64::from(as_of.0 - last.0), "day", "days");
    format!("Your latest post or reaction was on {last}, {days} before {as_of}.")
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
        .map(|topic| format!("{} ({:.2} points)", topic.topic_id, topic.shown(is_gained)))
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

/// What became of the first of the topics, and what it rests on tonight.
pub fn sources(is_gained: bool, topics: &[Topic], as_of: Day) -> String {
    let Some(first) = topics.first() else {
        return String::new();
    };
    let (id, yesterday) = (&first.topic_id, as_of.minus(1));
    let became = match (first.before, first.after) {
        (Some(before), Some(after)) => {
            format!("{id} went from {before:.2} points on {yesterday} to {after:.2} on {as_of}")
        }
        (None, _) => format!("{id} is new: nothing spoke of it on {yesterday}"),
        (_, None) => return format!("{id} is gone: nothing that is remembered speaks of it any more."),
    };
    let (reactors, endorsers) = first.sources;
    let rests = format!(
        "{became}. {} reacted on it and {} endorsed it",
        people(reactors),
        people(endorsers)
    );
    match is_gained {
        true => format!("{rests}. Two independent sources agree on it."),
        false => format!("{rests}, and no two independent sources agree on it any more, one of them a known person."),
    }
}

fn people(count: i64) -> String {
    match count {
        0 => "nobody".to_owned(),
        count => many(count, "person", "people"),
    }
}

/// A count and its word: "1 person", "2 people".
pub fn many(count: i64, one: &str, more: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {more}"),
    }
}
