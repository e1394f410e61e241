//! The answer about somebody who is not there: unknown, or opted out, which nothing tells apart.

use arrow::array::AsArray;
use serde::Serialize;

use super::Question;
use crate::day::Day;
use crate::error::Result;
use crate::queries::near::near;
use crate::queries::there::There;
use crate::warehouse::snapshots::read_table;

/// Nobody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Nobody {
    /// The id that was asked for.
    pub person_id: String,
    /// The date.
    pub snapshot_date: Day,
    /// Always false.
    pub found: bool,
    /// Ids that are nearly this one.
    pub near: Vec<String>,
}

impl Nobody {
    /// With the near ids of those who are in the snapshot, and still there.
    pub(super) fn of(question: &Question, there: &There) -> Result<Nobody> {
        let batches = read_table(question.store, question.manifest, "scores", Some(&["person_id"]))?;
        let columns = batches
            .iter()
            .filter_map(|batch| batch.column(0).as_string_opt::<i32>());
        let ids = columns.flat_map(|ids| ids.iter().flatten()).filter(|id| there.has(id));
        Ok(Nobody {
            person_id: question.person_id.to_owned(),
            snapshot_date: question.manifest.snapshot_date,
            found: false,
            near: near(ids, question.person_id),
        })
    }
}
