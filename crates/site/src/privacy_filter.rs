//! Privacy filter: a report of an older date names only people of the newest snapshot.
//!
//! People opted out since then are still in the older tables, by their own id and in the rows of others. A report of
//! the newest date uses the tables unchanged.

use serde_json::Value;

use clout_base::error::Result;
use clout_base::schema::{ALERTS, INFLUENCES, SCORE_CHANGES, TOPIC_EVIDENCE, TableSchema};
use clout_model::alerts::texts::write_causes;
use clout_model::influence::changes::ChangeCause;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshot_people::{SnapshotPeople, redact_detail};
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Filter for the people that a report may name.
pub(crate) struct PrivacyFilter<'a> {
    manifest: &'a Manifest,
    /// People of the newest snapshot; none if the report is about the newest snapshot.
    people: Option<SnapshotPeople>,
}

impl<'a> PrivacyFilter<'a> {
    /// Reads the people of the newest snapshot, unless the report is about it.
    pub(crate) fn read(store: &Store, manifest: &'a Manifest) -> Result<PrivacyFilter<'a>> {
        let newest = snapshots::list_dates(store)?.into_iter().next_back();
        let is_newest = newest.is_none_or(|newest| newest <= manifest.snapshot_date);
        let there = (!is_newest).then(|| SnapshotPeople::read_newest(store)).transpose()?;
        Ok(PrivacyFilter {
            manifest,
            people: there,
        })
    }

    /// Returns true if a person may be text.
    pub(crate) fn allows(&self, id: &str) -> bool {
        self.people.as_ref().is_none_or(|there| there.contains(id))
    }

    /// Removes all mentions of opted-out people from a person's rows of a table. If rows of `score_changes` are
    /// redacted, `changes` receives them; the advice of a later `alerts` row is then built from it.
    pub(crate) fn redact_rows(
        &self,
        table: &TableSchema,
        rows: Vec<Vec<Value>>,
        changes: &mut Option<Vec<Vec<Value>>>,
    ) -> Vec<Vec<Value>> {
        if self.people.is_none() {
            return rows;
        }
        let column = |name: &str| table.columns.iter().skip(1).position(|column| column.name == name);
        let text = |row: &[Value], name: &str| -> String {
            let cell = column(name).and_then(|index| row.get(index));
            cell.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        match table.name {
            name if name == INFLUENCES.name => keep(rows, |row| self.allows(&text(row, "other_person_id"))),
            name if name == TOPIC_EVIDENCE.name => keep(rows, |row| {
                text(row, "kind") != "audience" || self.allows(&text(row, "source_id"))
            }),
            name if name == SCORE_CHANGES.name => {
                let cleaned = self.redact_changes(&rows);
                *changes = (cleaned != rows).then(|| cleaned.clone());
                cleaned
            }
            name if name == ALERTS.name => match changes {
                Some(changes) => rows.into_iter().map(|row| rebuild_advice(row, changes)).collect(),
                None => rows,
            },
            _ => rows,
        }
    }

    /// Redacts rows of `score_changes` (cause, detail, points).
    fn redact_changes(&self, rows: &[Vec<Value>]) -> Vec<Vec<Value>> {
        let clean = |row: &Vec<Value>| {
            let mut row = row.clone();
            // The detail of a recalibration is a model version, not a person.
            if let [cause, detail, ..] = &mut row[..]
                && cause != ChangeCause::Recalibrated.name()
            {
                let text = detail.as_str().unwrap_or_default();
                *detail = redact_detail(text, self.manifest, &|id| self.allows(id)).into();
            }
            row
        };
        rows.iter().map(clean).collect()
    }
}

fn keep(mut rows: Vec<Vec<Value>>, is_kept: impl Fn(&[Value]) -> bool) -> Vec<Vec<Value>> {
    rows.retain(|row| is_kept(row));
    rows
}

/// Rebuilds the advice of a row of `alerts` (kind, points, message, advice) from the redacted changes.
fn rebuild_advice(mut row: Vec<Value>, changes: &[Vec<Value>]) -> Vec<Value> {
    if let [kind, points, _, advice] = &mut row[..]
        && kind.as_str().is_some_and(|kind| kind.starts_with("score_"))
    {
        let part = |row: &'_ Vec<Value>| -> Option<(ChangeCause, String, f64)> {
            let cause = ChangeCause::from_name(row.first()?.as_str()?)?;
            Some((cause, row.get(1)?.as_str()?.to_owned(), row.get(2)?.as_f64()?))
        };
        let parts: Vec<(ChangeCause, String, f64)> = changes.iter().filter_map(part).collect();
        let parts: Vec<(ChangeCause, &str, f64)> =
            parts.iter().map(|(c, detail, p)| (*c, detail.as_str(), *p)).collect();
        *advice = write_causes(&parts, points.as_f64().unwrap_or_default()).into();
    }
    row
}
