//! Alerts of one snapshot date: at most one per person and kind, each with advice derived from the causes.
//!
//! - A score alert needs a change of `alerts.min_points` or more, and each of the two scores must lie outside of the
//!   interval of the other. Smaller changes are sampling noise.
//! - A topic alert needs a topic that begins or ceases to be shown, and either a change of its score by
//!   `alerts.min_points` or more, or a topic that is new or has lost all its evidence. A topic close to the threshold
//!   may cross it every day without any real change.
//! - An inactivity alert appears on the first published date on which a person has been inactive for
//!   `alerts.inactive_days`.

pub mod texts;

use crate::influence::changes::ChangeCause;
use crate::influence::interval::ScoreInterval;
use clout_base::day::Day;

/// Kind of an alert. The variants are in alphabetical order of their published names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlertKind {
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

impl AlertKind {
    /// Returns the value of the column `kind` in `alerts`.
    pub fn as_str(self) -> &'static str {
        match self {
            AlertKind::Inactive => "inactive",
            AlertKind::ScoreDropped => "score_dropped",
            AlertKind::ScoreRose => "score_rose",
            AlertKind::TopicGained => "topic_gained",
            AlertKind::TopicLost => "topic_lost",
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
    pub fn becomes_inactive(&self, last_active: Day, as_of: Day, before: Option<Day>) -> bool {
        let is_silent = |night: Day| night.0 - last_active.0 >= self.inactive_days;
        is_silent(as_of) && !is_silent(before.unwrap_or(as_of.days_before(1)))
    }

    /// Returns true if a topic that is shown on only one of two dates justifies an alert.
    pub fn justifies_alert(&self, topic: &TopicTurn) -> bool {
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
    pub kind: AlertKind,
    /// Points, defined by kind in [`clout_base::schema::ALERTS`].
    pub points: Option<f64>,
    /// Sentence that names the person and states the event, with units and dates.
    pub message: String,
    /// Explanation of the causes, and advice.
    pub advice: String,
}

/// Score with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreEstimate {
    /// Score in points.
    pub score: f64,
    /// 90 % interval of the score.
    pub interval: ScoreInterval,
}

impl ScoreEstimate {
    fn holds(&self, score: f64) -> bool {
        (self.interval.low..=self.interval.high).contains(&score)
    }
}

/// Topic that is shown on only one of two consecutive dates.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicTurn {
    /// Id of the topic.
    pub topic_id: String,
    /// Published topic score of the day before; `None` if no evidence existed.
    pub before: Option<f64>,
    /// Topic score of the snapshot date; `None` if no evidence is left.
    pub after: Option<f64>,
    /// Number of reactors on the topic, and number of counted endorsers, on the snapshot date.
    pub sources: (i64, i64),
}

impl TopicTurn {
    /// Returns the score of the date on which the topic is shown.
    pub fn shown_score(&self, is_gained: bool) -> f64 {
        let score = if is_gained { self.after } else { self.before };
        score.unwrap_or_default()
    }
}

/// One cause of a change, its detail as in `score_changes`, and its points.
pub type CausePoints<'a> = (ChangeCause, &'a str, f64);

/// Input for the alerts of one person.
#[derive(Clone, Debug)]
pub struct PersonAlertInput<'a> {
    /// Id of the person.
    pub person_id: &'a str,
    /// Score of the snapshot date.
    pub score: Option<ScoreEstimate>,
    /// Published score of the day before.
    pub previous: Option<ScoreEstimate>,
    /// Causes of the change between the two scores.
    pub reasons: Vec<CausePoints<'a>>,
    /// Newly shown topics, highest score first.
    pub gained: Vec<TopicTurn>,
    /// Topics that are no longer shown, highest score first.
    pub lost: Vec<TopicTurn>,
    /// Previous published date.
    pub previous_date: Option<Day>,
    /// Day of the latest activity.
    pub last_active: Option<Day>,
    /// Forecast change of the score after thirty days without reactions, in points, at most 0; `None` if not computed.
    pub forecast_change: Option<f64>,
}

/// Computes the alerts of one person on a snapshot date, in order of kinds.
pub fn compute_person_alerts(person: &PersonAlertInput, rules: &AlertRules, as_of: Day) -> Vec<Alert> {
    let alerts = [
        inactive(person, rules, as_of),
        moved(person, rules, as_of),
        topics(AlertKind::TopicGained, person, rules, as_of),
        topics(AlertKind::TopicLost, person, rules, as_of),
    ];
    alerts.into_iter().flatten().collect()
}

fn moved(person: &PersonAlertInput, rules: &AlertRules, as_of: Day) -> Option<Alert> {
    let (before, score) = (person.previous?, person.score?);
    let points = score.score - before.score;
    let is_noise = before.holds(score.score) || score.holds(before.score);
    if points.abs() < rules.min_points || is_noise {
        return None;
    }
    let kind = if points < 0.0 {
        AlertKind::ScoreDropped
    } else {
        AlertKind::ScoreRose
    };
    Some(Alert {
        kind,
        points: Some(points),
        message: texts::write_score_change(person.person_id, before.score, score.score, as_of),
        advice: texts::write_causes(&person.reasons, points),
    })
}

fn inactive(person: &PersonAlertInput, rules: &AlertRules, as_of: Day) -> Option<Alert> {
    let (last, score) = (person.last_active?, person.score?);
    rules
        .becomes_inactive(last, as_of, person.previous_date)
        .then(|| Alert {
            kind: AlertKind::Inactive,
            points: person.forecast_change,
            message: texts::write_inactivity(person.person_id, last, as_of),
            advice: texts::write_forecast(score.score, person.forecast_change, as_of),
        })
}

fn topics(kind: AlertKind, person: &PersonAlertInput, rules: &AlertRules, as_of: Day) -> Option<Alert> {
    let is_gained = kind == AlertKind::TopicGained;
    let turned = if is_gained { &person.gained } else { &person.lost };
    let topics: Vec<TopicTurn> = turned
        .iter()
        .filter(|topic| rules.justifies_alert(topic))
        .cloned()
        .collect();
    let best = topics
        .iter()
        .map(|topic| topic.shown_score(is_gained))
        .max_by(f64::total_cmp)?;
    Some(Alert {
        kind,
        points: Some(best),
        message: texts::write_topics(person.person_id, is_gained, &topics, as_of),
        advice: texts::write_evidence(is_gained, &topics, as_of),
    })
}

#[cfg(test)]
mod tests;
