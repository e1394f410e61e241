//! What changed since yesterday, last week and last month, and why.
//!
//! The reasons are the published ones: of one night the rows of `score_changes`, of several nights their sum. Each
//! night's points add up to that night's delta, so where every night is there, the sum is the whole change.
//! Where one is missing, the answer says which, and the reasons of the others are still told.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::queries::person::{Row, rows};
use crate::tables::past::DELTA_DAYS;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_base::schema::SCORE_CHANGES;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;
use clout_warehouse::there::still_there;

/// Details that are told of a cause.
const DETAILS: usize = 3;
/// The columns of `scores` that hold the deltas.
const DELTAS: [&str; 3] = ["delta_1d", "delta_7d", "delta_30d"];

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Days since then.
    pub days: i32,
    /// The snapshot that is compared with.
    pub since: Day,
    /// The published score then.
    pub score: Option<f64>,
    /// The published score of today less that one, in points.
    pub points: Option<f64>,
    /// Why there are no points.
    pub why_unknown: Option<String>,
    /// What did it, the largest first.
    pub causes: Vec<Cause>,
    /// The nights whose reasons are not there. Without any, the causes add up to the points.
    pub missing_nights: Vec<MissingNight>,
}

/// What one cause did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cause {
    /// The cause, as in `score_changes`.
    pub cause: String,
    /// Points in all.
    pub points: f64,
    /// The largest of them.
    pub details: Vec<Detail>,
}

/// A row of `score_changes`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Detail {
    /// The night.
    pub snapshot_date: Day,
    /// The network, and the people with the largest parts.
    pub detail: String,
    /// Points.
    pub points: f64,
}

/// A night whose reasons are not there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingNight {
    /// The night.
    pub snapshot_date: Day,
    /// Why not.
    pub why: String,
}

/// What is published of a person's past.
pub struct Past<'a> {
    /// Where the results are.
    pub store: &'a Store,
    /// The snapshot.
    pub manifest: &'a Manifest,
    /// The person.
    pub person_id: &'a str,
    /// The date of the newest snapshot, which names nobody who is not in it.
    pub newest: Day,
    /// Whether somebody is in the newest snapshot: others may name people who have opted out since.
    pub is_there: &'a dyn Fn(&str) -> bool,
}

/// One night: its rows, or why there are none.
type Night = std::result::Result<Vec<(String, Detail)>, String>;

impl Past<'_> {
    /// The changes since each of [`DELTA_DAYS`] before the snapshot, whose row of `scores` this is.
    pub fn changes(&self, scores: &Row) -> Result<Vec<Change>> {
        let today = self.manifest.snapshot_date;
        let longest = DELTA_DAYS.iter().zip(DELTAS);
        let told = longest.filter(|(_, column)| scores.get(*column).is_some_and(Value::is_number));
        let most = told.map(|(days, _)| *days).max().unwrap_or(1);
        let mut nights = Vec::new();
        for back in 0..most {
            nights.push(self.night(today.minus(back), scores)?);
        }
        let mut changes = Vec::new();
        for (days, column) in DELTA_DAYS.into_iter().zip(DELTAS) {
            changes.push(self.change(days, scores.get(column).and_then(Value::as_f64), scores, &nights));
        }
        Ok(changes)
    }

    fn change(&self, days: i32, points: Option<f64>, scores: &Row, nights: &[Night]) -> Change {
        let today = self.manifest.snapshot_date;
        let since = today.minus(days);
        let (score, why_unknown) = match points {
            Some(points) => (scores["score"].as_f64().map(|score| score - points), None),
            None => (None, Some(self.why_unknown(since, scores))),
        };
        let mut change = Change {
            days,
            since,
            score,
            points,
            why_unknown,
            causes: Vec::new(),
            missing_nights: Vec::new(),
        };
        if points.is_some() {
            let nights = &nights[..days as usize];
            for (back, night) in nights.iter().enumerate() {
                if let Err(why) = night {
                    let snapshot_date = today.minus(back as i32);
                    let why = why.clone();
                    change.missing_nights.push(MissingNight { snapshot_date, why });
                }
            }
            change.causes = by_cause(nights.iter().flatten().flatten());
        }
        change
    }

    /// The reasons of the change of one night. An earlier night that cannot be read is one whose reasons are not there.
    fn night(&self, date: Day, scores: &Row) -> Result<Night> {
        if date == self.manifest.snapshot_date {
            return self.reasons(self.manifest, scores);
        }
        let earlier = || {
            let Some(manifest) = snapshots::find(self.store, date)? else {
                return Ok(Err(format!("no snapshot of {date} is published")));
            };
            let published = rows(self.store, &manifest, "scores", self.person_id)?.pop();
            self.reasons(&manifest, &published.unwrap_or_default())
        };
        let unreadable = |_: Error| Err(unreadable(date));
        Ok(earlier().unwrap_or_else(unreadable))
    }

    /// The published reasons of a night whose row of `scores` this is.
    fn reasons(&self, manifest: &Manifest, scores: &Row) -> Result<Night> {
        let date = manifest.snapshot_date;
        if !manifest.tables.contains_key(SCORE_CHANGES.name) {
            let why = format!("the snapshot of {date} has no table score_changes: an earlier version of clout made it");
            return Ok(Err(why));
        }
        if !scores.get(DELTAS[0]).is_some_and(Value::is_number) {
            let before = date.minus(1);
            return Ok(Err(format!(
                "there was no score of both {before} and {date} to compare"
            )));
        }
        let mut night = Vec::new();
        for row in rows(self.store, manifest, SCORE_CHANGES.name, self.person_id)? {
            let text = |column: &str| row[column].as_str().unwrap_or_default();
            // What a recalibration names is a model and no person.
            let detail = match date == self.newest || text("cause") == "recalibrated" {
                true => text("detail").to_owned(),
                false => still_there(text("detail"), manifest, self.is_there),
            };
            let detail = Detail {
                snapshot_date: date,
                detail,
                points: row["points"].as_f64().unwrap_or(0.0),
            };
            night.push((text("cause").to_owned(), detail));
        }
        Ok(Ok(night))
    }

    /// Why there is no change since `since`.
    fn why_unknown(&self, since: Day, scores: &Row) -> String {
        if scores["score"].is_null() {
            return format!("there is no score of {}", self.manifest.snapshot_date);
        }
        let then = || {
            let Some(manifest) = snapshots::find(self.store, since)? else {
                return Ok(format!("no snapshot of {since} is published"));
            };
            let then = rows(self.store, &manifest, "scores", self.person_id)?;
            Ok(match then.first() {
                None => format!("the snapshot of {since} does not have this person"),
                Some(row) if row["score"].is_null() => format!("there was no score of {since}"),
                Some(_) => format!("{since} was published after this snapshot, which is never changed"),
            })
        };
        then().unwrap_or_else(|_: Error| unreadable(since))
    }
}

/// What is said of an earlier night of which a part is gone or damaged.
fn unreadable(date: Day) -> String {
    format!("the snapshot of {date} cannot be read whole (`clout snapshots verify` tells more)")
}

/// Sums by cause, the largest first, each with its largest rows.
fn by_cause<'a>(rows: impl Iterator<Item = &'a (String, Detail)>) -> Vec<Cause> {
    let mut by_cause: BTreeMap<&str, Vec<&Detail>> = BTreeMap::new();
    for (cause, detail) in rows {
        by_cause.entry(cause).or_default().push(detail);
    }
    let cause = |(cause, mut details): (&str, Vec<&Detail>)| {
        let points = details.iter().map(|detail| detail.points).sum();
        // Stable: of equals the later night comes first, and within one the order of the table.
        details.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
        Cause {
            cause: cause.to_owned(),
            points,
            details: details.into_iter().take(DETAILS).cloned().collect(),
        }
    };
    let mut causes: Vec<Cause> = by_cause.into_iter().map(cause).collect();
    causes.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
    causes
}

#[cfg(test)]
#[path = "changes_tests.rs"]
mod tests;
