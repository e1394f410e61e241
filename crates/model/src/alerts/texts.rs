//! Texts of alerts, for readers without knowledge of the model.

use super::{CausePoints, TopicTurn};
use crate::influence::changes::{ChangeCause, describe_detail};
use clout_base::day::Day;

/// Number of causes that an advice names.
const NAMED: usize = 3;
/// Number of topics that a message names.
const NAMED_TOPICS: usize = 5;
/// Longest person id in a message, in characters. Longer ids are cut; `person_id` has the whole id.
const LONGEST_NAME: usize = 80;
/// Days without reactions that an inactivity alert forecasts.
pub const FORECAST_DAYS: i32 = 30;

/// Cuts an id that is too long for a sentence.
pub fn shorten_id(id: &str) -> String {
    if id.len() <= LONGEST_NAME {
        return id.to_owned();
    }
    match id.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &id[..end]),
        None => id.to_owned(),
    }
}

/// Writes "ada's score fell by 2.31 points to 41.20 on 2026-10-31, from 43.51 on 2026-10-30 (scale: 1 to 100)."
pub fn write_score_change(person_id: &str, before: f64, after: f64, as_of: Day) -> String {
    let verb = if after < before { "fell" } else { "rose" };
    format!(
        "{}'s score {verb} by {:.2} points to {after:.2} on {as_of}, from {before:.2} on {} (scale: 1 to 100).",
        shorten_id(person_id),
        (after - before).abs(),
        as_of.days_before(1),
    )
}

/// Lists the largest causes in the direction of the change and the sum of all others, so that the listed points add up
/// to the change, and adds advice for the largest cause.
pub fn write_causes(reasons: &[CausePoints], points: f64) -> String {
    let mut causes: Vec<Summed> = summed(reasons);
    causes.retain(|cause| cause.points * points > 0.0);
    causes.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
    causes.truncate(NAMED);
    let Some(first) = causes.first() else {
        return String::new();
    };
    let mut items: Vec<String> = causes.iter().map(Summed::text).collect();
    // The rest is computed from the rounded points, so that the numbers add up as they are printed.
    let listed: i64 = causes.iter().map(|cause| cents(cause.points)).sum();
    let rest = cents(points) - listed;
    if rest != 0 {
        items.push(format!("all other causes {:+.2} points", rest as f64 / 100.0));
    }
    format!("Causes: {}. {}", items.join("; "), advice(first.cause, points < 0.0))
}

/// Rounds points to hundredths, as printed.
fn cents(points: f64) -> i64 {
    (100.0 * points).round() as i64
}

/// One cause summed over all networks.
struct Summed<'a> {
    cause: ChangeCause,
    points: f64,
    /// Details with their points, largest first.
    details: Vec<(&'a str, f64)>,
}

fn summed<'a>(reasons: &[CausePoints<'a>]) -> Vec<Summed<'a>> {
    let mut causes: Vec<Summed> = Vec::new();
    for (cause, detail, points) in reasons {
        let index = causes.iter().position(|known| known.cause == *cause);
        let index = index.unwrap_or_else(|| {
            causes.push(Summed {
                cause: *cause,
                points: 0.0,
                details: Vec::new(),
            });
            causes.len() - 1
        });
        causes[index].points += points;
        causes[index].details.push((detail, *points));
    }
    for cause in &mut causes {
        cause.details.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    }
    causes
}

impl Summed<'_> {
    /// Writes "new reactions (twitter: ada and 2 more; linkedin: bob) +3.10 points".
    fn text(&self) -> String {
        let details = self.details.iter().filter(|(detail, _)| !detail.is_empty());
        let details: Vec<String> = details.map(|(detail, _)| describe_detail(detail)).collect();
        let (shown, more) = details.split_at(details.len().min(NAMED));
        let detail = match (shown.len(), more.len()) {
            (0, _) => String::new(),
            (_, 0) => format!(" ({})", shown.join("; ")),
            (_, more) => format!(" ({}; and {more} more)", shown.join("; ")),
        };
        format!(
            "{}{detail} {:+.2} points",
            describe_cause(self.cause),
            cents(self.points) as f64 / 100.0
        )
    }
}

/// Returns a short description of a cause.
pub fn describe_cause(cause: ChangeCause) -> &'static str {
    match cause {
        ChangeCause::Corroboration => "credit for reactions by people without trust yet",
        ChangeCause::FadedReactions => "earlier reactions faded with age",
        ChangeCause::IdentityChanged => "accounts were assigned to another person",
        ChangeCause::NetworkJoined => "first appearance on a network",
        ChangeCause::NetworkLeft => "last account on a network removed",
        ChangeCause::NewReactions => "new reactions",
        ChangeCause::OptedOutReactors => "earlier reactors opted out",
        ChangeCause::ReactorsFell => "people who reacted lost rank or trust",
        ChangeCause::ReactorsRose => "people who reacted gained rank or trust",
        ChangeCause::Recalibrated => "the model or its input changed",
        ChangeCause::RepeatsSaturated => "repeated reactions by the same people count less",
        ChangeCause::ScaleLimit => "limits of the scale, 1 and 100",
    }
}

fn advice(cause: ChangeCause, has_fallen: bool) -> &'static str {
    match (cause, has_fallen) {
        (ChangeCause::FadedReactions, _) => {
            "All reactions fade with time. New ones offset this, most of all those by people without a recent reaction."
        }
        (ChangeCause::ReactorsFell | ChangeCause::ReactorsRose, _) => {
            "This change comes from the people who react, not from this person's own activity: a reaction counts more \
             if its author has more rank and trust."
        }
        (ChangeCause::Corroboration, true) => {
            "Reactions by people who are not yet trusted count only as far as trusted people react, too. They count in \
             full once their authors have been active on several days."
        }
        (ChangeCause::Corroboration, false) => {
            "More trusted people react, which also raises the credit for reactions by people who are not yet trusted."
        }
        (ChangeCause::NetworkLeft | ChangeCause::IdentityChanged, _) => {
            "If an account is missing or belongs to another person, correct the table identities."
        }
        (ChangeCause::NetworkJoined, _) => {
            "Reactions on this network count from now on. Absence from a network never lowers a score."
        }
        (ChangeCause::OptedOutReactors, _) => "Anyone may opt out at any time. No action is needed.",
        (ChangeCause::Recalibrated, _) => {
            "The scores of the two days come from different models or inputs, not from new activity. Both stay \
             published."
        }
        (ChangeCause::NewReactions, _) => {
            "The gain fades unless more reactions follow. Reactions by more people add more than repeated ones by the \
             same people."
        }
        (ChangeCause::RepeatsSaturated, _) => {
            "Reactions by more people add more than repeated ones by the same people."
        }
        (ChangeCause::ScaleLimit, _) => {
            "Published scores stay between 1 and 100, even if influence exceeds these limits."
        }
    }
}

/// Writes "ada's latest post or reaction was on 2026-10-17, 14 days before 2026-10-31."
pub fn write_inactivity(person_id: &str, last: Day, as_of: Day) -> String {
    let days = format_count(i64::from(as_of.0 - last.0), "day", "days");
    let name = shorten_id(person_id);
    format!("{name}'s latest post or reaction was on {last}, {days} before {as_of}.")
}

/// States the forecast for thirty days without a reaction. `cost` is the forecast change in points.
pub fn write_forecast(score: f64, cost: Option<f64>, as_of: Day) -> String {
    let forecast = cost.map(|cost| {
        format!(
            " Without new reactions for {FORECAST_DAYS} days, the score goes from {score:.2} on {as_of} to {:.2} on {} \
             ({cost:+.2} points).",
            score + cost,
            as_of.days_after(FORECAST_DAYS),
        )
    });
    format!(
        "Inactivity alone does not lower a score; a lack of reactions does.{}",
        forecast.unwrap_or_default()
    )
}

/// Lists the topics that are newly shown, or no longer shown.
pub fn write_topics(person_id: &str, is_gained: bool, topics: &[TopicTurn], as_of: Day) -> String {
    let (shown, more) = topics.split_at(topics.len().min(NAMED_TOPICS));
    let names: Vec<String> = shown
        .iter()
        .map(|topic| format!("{} ({:.2} points)", topic.topic_id, topic.shown_score(is_gained)))
        .collect();
    let more = match more.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (person, names) = (shorten_id(person_id), names.join(", "));
    match is_gained {
        true => format!("Since {as_of}, {person} is shown as credible on {names}{more}."),
        false => format!(
            "Since {as_of}, {person} is no longer shown as credible on {names}{more}; points as of {}.",
            as_of.days_before(1)
        ),
    }
}

/// States the change of the first topic's score, and its evidence on the snapshot date.
pub fn write_evidence(is_gained: bool, topics: &[TopicTurn], as_of: Day) -> String {
    let Some(first) = topics.first() else {
        return String::new();
    };
    let (id, yesterday) = (&first.topic_id, as_of.days_before(1));
    let change = match (first.before, first.after) {
        (Some(before), Some(after)) => {
            format!("{id} went from {before:.2} points on {yesterday} to {after:.2} on {as_of}")
        }
        (None, _) => format!("{id} is new: it had no evidence on {yesterday}"),
        (_, None) => return format!("{id} has no evidence left."),
    };
    let (reactors, endorsers) = first.sources;
    let evidence = format!(
        "{change}. On this topic, {} reacted and {} endorsed",
        people(reactors),
        people(endorsers)
    );
    match is_gained {
        true => format!("{evidence}. At least two independent sources agree."),
        false => format!("{evidence}. It no longer has two independent sources that include a trusted person."),
    }
}

fn people(count: i64) -> String {
    match count {
        0 => "no person".to_owned(),
        count => format_count(count, "person", "people"),
    }
}

/// Writes a count with its noun: "1 person", "2 people".
pub fn format_count(count: i64, one: &str, more: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {more}"),
    }
}
