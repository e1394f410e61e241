//! Alerts of one snapshot date: at most one per person and kind, each with advice derived from the causes.
//!
//! - A score alert needs a change of `alerts.min_points` or more, and each of the two scores must lie outside of the
//!   interval of the other. Smaller changes are sampling noise.
//! - A topic alert needs a topic that begins or ceases to be shown, and either a change of its score by
//!   `alerts.min_points` or more, or a topic that is new or has lost all its evidence. A topic close to the threshold
//!   may cross it every day without any real change.
//! - An inactivity alert appears on the first published date on which a person has been inactive for
//!   `alerts.inactive_days`.

pub mod words;

use crate::influence::changes::Cause;
use crate::influence::interval::Interval;
use clout_base::day::Day;

/// Kind of an alert. The variants are in alphabetical order of their published names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The person has not been active for `alerts.inactive_days`.
    Inactive,
    /// The score fell.
    ScoreDropped,
    /// The score rose.
    ScoreRose,
    /// A topic is shown that was not shown the day before.
    TopicGained,
    /// A topic is no longer shown.
    TopicLost,
}

impl Kind {
    /// Returns the value of the column `kind` in `alerts`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Inactive => "inactive",
            Kind::ScoreDropped => "score_dropped",
            Kind::ScoreRose => "score_rose",
            Kind::TopicGained => "topic_gained",
            Kind::TopicLost => "topic_lost",
        }
    }
}

/// Thresholds of alerts, as in the section `alerts` of a job file.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertRules {
    /// Smallest change of a score within a day that causes an alert, in points.
    pub min_points: f64,
    /// Days without any activity after which a person is inactive.
    pub inactive_days: i32,
}

impl Default for AlertRules {
    fn default() -> Self {
        AlertRules {
            // A twelfth of a decade: a fifth more or less influence.
            min_points: 1.0,
            inactive_days: 14,
        }
    }
}

impl AlertRules {
    /// Returns true if a person last active on `last_active` is inactive on `as_of`, but was not yet inactive on the
    /// previous published date `before`. Without a previous date, compares with the day before `as_of`.
    pub fn falls_silent(&self, last_active: Day, as_of: Day, before: Option<Day>) -> bool {
        let is_silent = |night: Day| night.0 - last_active.0 >= self.inactive_days;
        is_silent(as_of) && !is_silent(before.unwrap_or(as_of.minus(1)))
    }

    /// Returns true if a topic that is shown on only one of two dates justifies an alert.
    pub fn is_turn(&self, topic: &Topic) -> bool {
        match (topic.before, topic.after) {
            (Some(before), Some(after)) => (after - before).abs() >= self.min_points,
            _ => true,
        }
    }
}

/// One alert about a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Kind of the alert.
    pub kind: Kind,
    /// Points, defined by kind in [`clout_base::schema::ALERTS`].
    pub points: Option<f64>,
    /// Sentence that names the person and states the event, with units and dates.
    pub message: String,
    /// Explanation of the causes, and advice.
    pub advice: String,
}

/// Score with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Score in points.
    pub score: f64,
    /// 90 % interval of the score.
    pub interval: Interval,
}

impl Scored {
    fn holds(&self, score: f64) -> bool {
        (self.interval.low..=self.interval.high).contains(&score)
    }
}

/// Topic that is shown on only one of two consecutive dates.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Id of the topic.
    pub topic_id: String,
    /// Published topic score of the day before; `None` if no evidence existed.
    pub before: Option<f64>,
    /// Topic score of the snapshot date; `None` if no evidence is left.
    pub after: Option<f64>,
    /// Number of reactors on the topic, and number of counted endorsers, on the snapshot date.
    pub sources: (i64, i64),
}

impl Topic {
    /// Returns the score of the date on which the topic is shown.
    pub fn shown(&self, is_gained: bool) -> f64 {
        let score = if is_gained { self.after } else { self.before };
        score.unwrap_or_default()
    }
}

/// One cause of a change, its detail as in `score_changes`, and its points.
pub type Part<'a> = (Cause, &'a str, f64);

/// Input for the alerts of one person.
#[derive(Clone, Debug)]
pub struct Person<'a> {
    /// Id of the person.
    pub person_id: &'a str,
    /// Score of the snapshot date.
    pub score: Option<Scored>,
    /// Published score of the day before.
    pub before: Option<Scored>,
    /// Causes of the change between the two scores.
    pub reasons: Vec<Part<'a>>,
    /// Newly shown topics, highest score first.
    pub gained: Vec<Topic>,
    /// Topics that are no longer shown, highest score first.
    pub lost: Vec<Topic>,
    /// Previous published date.
    pub night_before: Option<Day>,
    /// Day of the latest activity.
    pub last_active: Option<Day>,
    /// Forecast change of the score after thirty days without reactions, in points, at most 0; `None` if not computed.
    pub silence: Option<f64>,
}

/// Computes the alerts of one person on a snapshot date, in order of kinds.
pub fn of_person(person: &Person, rules: &AlertRules, as_of: Day) -> Vec<Alert> {
    let alerts = [
        inactive(person, rules, as_of),
        moved(person, rules, as_of),
        topics(Kind::TopicGained, person, rules, as_of),
        topics(Kind::TopicLost, person, rules, as_of),
    ];
    alerts.into_iter().flatten().collect()
}

fn moved(person: &Person, rules: &AlertRules, as_of: Day) -> Option<Alert> {
    let (before, score) = (person.before?, person.score?);
    let points = score.score - before.score;
    let is_noise = before.holds(score.score) || score.holds(before.score);
    if points.abs() < rules.min_points || is_noise {
        return None;
    }
    let kind = if points < 0.0 {
        Kind::ScoreDropped
    } else {
        Kind::ScoreRose
    };
    Some(Alert {
        kind,
        points: Some(points),
        message: words::moved(person.person_id, before.score, score.score, as_of),
        advice: words::why(&person.reasons, points),
    })
}

fn inactive(person: &Person, rules: &AlertRules, as_of: Day) -> Option<Alert> {
    let (last, score) = (person.last_active?, person.score?);
    rules.falls_silent(last, as_of, person.night_before).then(|| Alert {
        kind: Kind::Inactive,
        points: person.silence,
        message: words::inactive(person.person_id, last, as_of),
        advice: words::silence(score.score, person.silence, as_of),
    })
}

fn topics(kind: Kind, person: &Person, rules: &AlertRules, as_of: Day) -> Option<Alert> {
    let is_gained = kind == Kind::TopicGained;
    let turned = if is_gained { &person.gained } else { &person.lost };
    let topics: Vec<Topic> = turned.iter().filter(|topic| rules.is_turn(topic)).cloned().collect();
    let best = topics
        .iter()
        .map(|topic| topic.shown(is_gained))
        .max_by(f64::total_cmp)?;
    Some(Alert {
        kind,
        points: Some(best),
        message: words::topics(person.person_id, is_gained, &topics, as_of),
        advice: words::sources(is_gained, &topics, as_of),
    })
}

#[cfg(test)]
mod tests;
