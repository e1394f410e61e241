//! Changes of a score within 1, 7 and 30 days, with their published reasons.
//!
//! The reasons of one day are its rows of `score_changes`; the reasons of several days are the sums of these rows.
//! The points of each day add up to its delta, so if no day is missing, the sum is the whole change. If days are
//! missing, the answer lists them and gives the reasons of the other days.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::queries::person_rows::{JsonRow, read_person_rows};
use crate::tables::published_history::DELTA_DAYS;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_base::schema::SCORE_CHANGES;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshot_people::redact_detail;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Number of details per cause.
const DETAILS: usize = 3;
/// Columns of `scores` with the deltas, in the order of [`DELTA_DAYS`].
const DELTAS: [&str; 3] = ["delta_1d", "delta_7d", "delta_30d"];

/// Change of a score since an earlier date.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoreChange {
    /// Days between the two dates.
    pub days: i32,
    /// Earlier date.
    pub since: Day,
    /// Published score of the earlier date.
    pub score: Option<f64>,
    /// Published score of the snapshot date minus the earlier one, in points.
    pub points: Option<f64>,
    /// Reason for missing points.
    pub why_unknown: Option<String>,
    /// Causes of the change, largest first.
    pub causes: Vec<CauseSum>,
    /// Dates without published reasons. If empty, the causes add up to the points.
    pub missing_nights: Vec<MissingDate>,
}

/// Contribution of one cause to a change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CauseSum {
    /// Name of the cause, as in `score_changes`.
    pub cause: String,
    /// Sum of points over all dates and networks.
    pub points: f64,
    /// Rows with the most points, largest first.
    pub details: Vec<CauseDetail>,
}

/// Row of `score_changes`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CauseDetail {
    /// Snapshot date of the row.
    pub snapshot_date: Day,
    /// Network, and the people with the largest parts.
    pub detail: String,
    /// Change of the score, in points.
    pub points: f64,
}

/// Date without published reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingDate {
    /// Snapshot date.
    pub snapshot_date: Day,
    /// Reason why they are missing.
    pub why: String,
}

/// Access to the published history of a person.
pub struct PersonHistory<'a> {
    /// Output store.
    pub store: &'a Store,
    /// Manifest of the snapshot.
    pub manifest: &'a Manifest,
    /// Id of the person.
    pub person_id: &'a str,
    /// Date of the newest snapshot. Its rows name only people in it, so they need no filter.
    pub newest: Day,
    /// Returns true for ids in the newest snapshot. Older snapshots may name people with a later opt-out.
    pub is_present: &'a dyn Fn(&str) -> bool,
}

/// Rows of one date with their causes, or the reason why they are missing.
type Night = std::result::Result<Vec<(String, CauseDetail)>, String>;

impl PersonHistory<'_> {
    /// Returns the changes since each of [`DELTA_DAYS`] before the snapshot date. `scores` is the person's row of
    /// `scores` on that date.
    pub fn read_changes(&self, scores: &JsonRow) -> Result<Vec<ScoreChange>> {
        let today = self.manifest.snapshot_date;
        let deltas = DELTA_DAYS.iter().zip(DELTAS);
        let known = deltas.filter(|(_, column)| scores.get(*column).is_some_and(Value::is_number));
        let most = known.map(|(days, _)| *days).max().unwrap_or(1);
        let mut nights = Vec::new();
        for back in 0..most {
            nights.push(self.night(today.days_before(back), scores)?);
        }
        let mut changes = Vec::new();
        for (days, column) in DELTA_DAYS.into_iter().zip(DELTAS) {
            changes.push(self.change(days, scores.get(column).and_then(Value::as_f64), scores, &nights));
        }
        Ok(changes)
    }

    fn change(&self, days: i32, points: Option<f64>, scores: &JsonRow, nights: &[Night]) -> ScoreChange {
        let today = self.manifest.snapshot_date;
        let since = today.days_before(days);
        let (score, why_unknown) = match points {
            Some(points) => (scores["score"].as_f64().map(|score| score - points), None),
            None => (None, Some(self.why_unknown(since, scores))),
        };
        let mut change = ScoreChange {
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
                    let snapshot_date = today.days_before(back as i32);
                    let why = why.clone();
                    change.missing_nights.push(MissingDate { snapshot_date, why });
                }
            }
            change.causes = by_cause(nights.iter().flatten().flatten());
        }
        change
    }

    /// Reads the reasons of one date. An earlier date that cannot be read counts as missing and is no error.
    fn night(&self, date: Day, scores: &JsonRow) -> Result<Night> {
        if date == self.manifest.snapshot_date {
            return self.reasons(self.manifest, scores);
        }
        let earlier = || {
            let Some(manifest) = snapshots::read_manifest(self.store, date)? else {
                return Ok(Err(format!("no snapshot of {date} is published")));
            };
            let published = read_person_rows(self.store, &manifest, "scores", self.person_id)?.pop();
            self.reasons(&manifest, &published.unwrap_or_default())
        };
        let unreadable = |_: Error| Err(unreadable(date));
        Ok(earlier().unwrap_or_else(unreadable))
    }

    /// Reads the published reasons of a date. `scores` is the person's row of `scores` on that date.
    fn reasons(&self, manifest: &Manifest, scores: &JsonRow) -> Result<Night> {
        let date = manifest.snapshot_date;
        if !manifest.tables.contains_key(SCORE_CHANGES.name) {
            let why = format!("the snapshot of {date} has no table score_changes: an older version of clout wrote it");
            return Ok(Err(why));
        }
        if !scores.get(DELTAS[0]).is_some_and(Value::is_number) {
            let before = date.days_before(1);
            return Ok(Err(format!("{before} and {date} do not both have a score")));
        }
        let mut night = Vec::new();
        for row in read_person_rows(self.store, manifest, SCORE_CHANGES.name, self.person_id)? {
            let text = |column: &str| row[column].as_str().unwrap_or_default();
            // The detail of a recalibration names model versions, not people.
            let detail = match date == self.newest || text("cause") == "recalibrated" {
                true => text("detail").to_owned(),
                false => redact_detail(text("detail"), manifest, self.is_present),
            };
            let detail = CauseDetail {
                snapshot_date: date,
                detail,
                points: row["points"].as_f64().unwrap_or(0.0),
            };
            night.push((text("cause").to_owned(), detail));
        }
        Ok(Ok(night))
    }

    /// Explains why the change since `since` is unknown.
    fn why_unknown(&self, since: Day, scores: &JsonRow) -> String {
        if scores["score"].is_null() {
            return format!("the person has no score on {}", self.manifest.snapshot_date);
        }
        let then = || {
            let Some(manifest) = snapshots::read_manifest(self.store, since)? else {
                return Ok(format!("no snapshot of {since} is published"));
            };
            let then = read_person_rows(self.store, &manifest, "scores", self.person_id)?;
            Ok(match then.first() {
                None => format!("the snapshot of {since} does not contain this person"),
                Some(row) if row["score"].is_null() => format!("the person had no score on {since}"),
                Some(_) => format!("{since} was published after this snapshot, and snapshots never change"),
            })
        };
        then().unwrap_or_else(|_: Error| unreadable(since))
    }
}

/// Explains that an earlier snapshot is incomplete or damaged.
fn unreadable(date: Day) -> String {
    format!("the snapshot of {date} is incomplete or damaged; check it with `clout snapshots verify`")
}

/// Sums the rows by cause, largest first, each with its largest rows.
fn by_cause<'a>(rows: impl Iterator<Item = &'a (String, CauseDetail)>) -> Vec<CauseSum> {
    let mut by_cause: BTreeMap<&str, Vec<&CauseDetail>> = BTreeMap::new();
    for (cause, detail) in rows {
        by_cause.entry(cause).or_default().push(detail);
    }
    let cause = |(cause, mut details): (&str, Vec<&CauseDetail>)| {
        let points = details.iter().map(|detail| detail.points).sum();
        // The sort is stable: on ties the later date comes first, then the order of the table.
        details.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
        CauseSum {
            cause: cause.to_owned(),
            points,
            details: details.into_iter().take(DETAILS).cloned().collect(),
        }
    };
    let mut causes: Vec<CauseSum> = by_cause.into_iter().map(cause).collect();
    causes.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
    causes
}

#[cfg(test)]
#[path = "changes_tests.rs"]
mod tests;
