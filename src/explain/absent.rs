//! The answer about somebody who is not there: unknown, or opted out, which nothing tells apart.

use serde::Serialize;

use super::Question;
use crate::queries::near::near;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::there::There;

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
