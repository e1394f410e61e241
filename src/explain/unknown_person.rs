//! Answer for an id that is not in a snapshot. Unknown people and opted-out people get the same answer.

use serde::Serialize;

use super::ExplainRequest;
use crate::queries::suggest_ids::suggest_ids;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::snapshot_people::SnapshotPeople;

/// Answer for an id without a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnknownPerson {
    /// Requested id.
    pub person_id: String,
    /// Snapshot date.
    pub snapshot_date: Day,
    /// Always `false`; distinguishes this answer from that of a person in JSON.
    pub found: bool,
    /// Similar ids, most similar first.
    pub near: Vec<String>,
}

impl UnknownPerson {
    /// Builds the answer, with similar ids of people in both this snapshot and the newest one.
    pub(super) fn with_similar_ids(question: &ExplainRequest, there: &SnapshotPeople) -> Result<UnknownPerson> {
        let night = SnapshotPeople::read_snapshot(question.store, question.manifest)?;
        let ids = night.iter_ids().filter(|id| there.contains(id));
        Ok(UnknownPerson {
            person_id: question.person_id.to_owned(),
            snapshot_date: question.manifest.snapshot_date,
            found: false,
            near: suggest_ids(ids, question.person_id),
        })
    }
}
