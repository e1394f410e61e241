//! What people should be told tonight: one alert a person and kind, each with advice that follows from the causes.
//!
//! A score that moved is news where it moved by `alerts.min_points` or more *and* each night's score lies outside
//! of the other night's interval: what another crowd of the same kind would have done as well is noise. A topic is
//! news when it begins or ceases to be shown and its score moved by as many points, or it came or went altogether:
//! one that is near the bar may step over it every night. Silence is news on the first published night on which it
//! has lasted `alerts.inactive_days`. Nothing else is.

pub mod words;

use crate::influence::changes::Cause;
use crate::influence::interval::Interval;
use clout_base::day::Day;

/// The kinds of the contract, in the order of their words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The person has done nothing for a while.
    Inactive,
    /// The score fell.
    ScoreDropped,
    /// The score rose.
    ScoreRose,
    /// A topic is shown that was not.
    TopicGained,
    /// A topic is not shown any more.
    TopicLost,
}

impl Kind {
    /// The word in `alerts`.
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

/// When somebody is told.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertRules {
    /// Points by which a score must have moved in a day.
    pub min_points: f64,
    /// Days without any act after which a person is inactive.
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
    /// Whether tonight is the night on which somebody who was last active on that day is told: they are silent for long
    /// enough, and were not on the published night `before` (the day before where there is none).
    pub fn falls_silent(&self, last_active: Day, as_of: Day, before: Option<Day>) -> bool {
        let is_silent = |night: Day| night.0 - last_active.0 >= self.inactive_days;
        is_silent(as_of) && !is_silent(before.unwrap_or(as_of.minus(1)))
    }

    /// Whether a topic that is shown on one of two nights is news.
    pub fn is_turn(&self, topic: &Topic) -> bool {
        match (topic.before, topic.after) {
            (Some(before), Some(after)) => (after - before).abs() >= self.min_points,
            _ => true,
        }
    }
}

/// One alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The kind.
    pub kind: Kind,
    /// See [`clout_base::schema::ALERTS`].
    pub points: Option<f64>,
    /// What happened.
    pub message: String,
    /// What it rests on, and what would change it.
    pub advice: String,
}

/// A score with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Points.
    pub score: f64,
    /// Its 90 % interval.
    pub interval: Interval,
}

impl Scored {
    fn holds(&self, score: f64) -> bool {
        (self.interval.low..=self.interval.high).contains(&score)
    }
}

/// A topic that is shown on one of the two nights.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Its id.
    pub topic_id: String,
    /// Its score the day before, as published; none where there was nothing that spoke of it.
    pub before: Option<f64>,
    /// Its score tonight; none where nothing speaks of it any more.
    pub after: Option<f64>,
    /// Tonight: people who reacted on it, and people whose endorsement counts.
    pub sources: (i64, i64),
}

impl Topic {
    /// Its score on the night on which it is shown.
    pub fn shown(&self, is_gained: bool) -> f64 {
        let score = if is_gained { self.after } else { self.before };
        score.unwrap_or_default()
    }
}

/// One cause of a change with its points.
pub type Part<'a> = (Cause, &'a str, f64);

/// What is known of one person.
#[derive(Clone, Debug)]
pub struct Person<'a> {
    /// Tonight's score.
    pub score: Option<Scored>,
    /// That of the day before, as published.
    pub before: Option<Scored>,
    /// Why it moved, with details.
    pub reasons: Vec<Part<'a>>,
    /// Topics that are shown tonight and were not, the best first.
    pub gained: Vec<Topic>,
    /// Topics that were shown and are not.
    pub lost: Vec<Topic>,
    /// The published night before.
    pub night_before: Option<Day>,
    /// The day of the latest act.
    pub last_active: Option<Day>,
    /// Points that thirty days of silence will cost, at most 0, where they were asked for.
    pub silence: Option<f64>,
}

/// The alerts of one person on a night, in order of kinds.
pub fn of_person(person: &Person, rules: &AlertRules, as_of: Day) -> Vec<Alert> {
    let alerts = [
        inactive(person, rules, as_of),
        moved(person, rules, as_of),
        topics(Kind::TopicGained, &person.gained, rules, as_of),
        topics(Kind::TopicLost, &person.lost, rules, as_of),
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
        message: words::moved(before.score, score.score, as_of),
        advice: words::why(&person.reasons, points),
    })
}

fn inactive(person: &Person, rules: &AlertRules, as_of: Day) -> Option<Alert> {
    let (last, score) = (person.last_active?, person.score?);
    rules.falls_silent(last, as_of, person.night_before).then(|| Alert {
        kind: Kind::Inactive,
        points: person.silence,
        message: words::inactive(last, as_of),
        advice: words::silence(score.score, person.silence, as_of),
    })
}

fn topics(kind: Kind, turned: &[Topic], rules: &AlertRules, as_of: Day) -> Option<Alert> {
    let topics: Vec<Topic> = turned.iter().filter(|topic| rules.is_turn(topic)).cloned().collect();
    let is_gained = kind == Kind::TopicGained;
    let best = topics
        .iter()
        .map(|topic| topic.shown(is_gained))
        .max_by(f64::total_cmp)?;
    Some(Alert {
        kind,
        points: Some(best),
        message: words::topics(is_gained, &topics, as_of),
        advice: words::sources(is_gained, &topics, as_of),
    })
}

#[cfg(test)]
mod tests;
