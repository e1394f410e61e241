//! Answer for an id that is not in a snapshot. Unknown people and opted-out people get the same answer.

use serde::Serialize;

use super::Question;
use crate::queries::near::near;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::there::There;

/// Answer for an id without a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Nobody {
    /// Requested id.
    pub person_id: String,
    /// Snapshot date.
    pub snapshot_date: Day,
    /// Always `false`; distinguishes this answer from that of a person in JSON.
    pub found: bool,
    /// Similar ids, most similar first.
    pub near: Vec<String>,
}

impl Nobody {
    /// Builds the answer, with similar ids of people in both this snapshot and the newest one.
    pub(super) fn of(question: &Question, there: &There) -> Result<Nobody> {
        let night = There::of(question.store, question.manifest)?;
        let ids = night.all().filter(|id| there.has(id));
        Ok(Nobody {
            person_id: question.person_id.to_owned(),
            snapshot_date: question.manifest.snapshot_date,
            found: false,
            near: near(ids, question.person_id),
        })
    }
}
