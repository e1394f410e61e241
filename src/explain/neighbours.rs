//! Neighbours of a person in the graph of reactions, in both directions. The table `influences` has them only for
//! people in the top percentiles; this module computes them for anyone.

use serde::Serialize;

use super::ExplainRequest;
use super::loaded_state::LoadedState;
use crate::queries::person_rows::JsonRow;
use crate::tables::influences;
use clout_base::error::Result;
use clout_base::schema::INFLUENCES;

/// Maximum number of rows per direction, as in `influences`.
const MOST: usize = 20;

/// Row of `influences`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InfluenceNeighbour {
    /// Id of the other person.
    pub other_person_id: String,
    /// `influenced_by` if the other reacted to the person; `influences` if the person reacted to the other.
    pub direction: String,
    /// Score x share of its contributions, in points: of the person's score for `influenced_by`, of the other's score
    /// for `influences`.
    pub points: f64,
    /// Number of counted reactions.
    pub reactions: i64,
}

/// Computes the neighbours of the person, most points first, at most 20 per direction.
pub fn compute_neighbours(reopened: &LoadedState) -> Vec<InfluenceNeighbour> {
    let inputs = reopened.scored_state.snapshot_inputs(&reopened.job, &[], &[]);
    let rows = influences::compute_rows(&inputs, reopened.person_index, MOST);
    let neighbour = |row: &influences::InfluenceRow| InfluenceNeighbour {
        other_person_id: reopened.person_id(row.other).to_owned(),
        direction: row.direction.to_owned(),
        points: row.points,
        reactions: row.reactions,
    };
    rows.iter().map(neighbour).collect()
}

/// Reads the published neighbours; `None` if the person has none, as everyone below the top percentiles.
pub fn read_published_neighbours(question: &ExplainRequest) -> Result<Option<Vec<InfluenceNeighbour>>> {
    let text = |row: &JsonRow, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let neighbour = |row: &JsonRow| InfluenceNeighbour {
        other_person_id: text(row, "other_person_id"),
        direction: text(row, "direction"),
        points: row["points"].as_f64().unwrap_or(0.0),
        reactions: row["reactions"].as_i64().unwrap_or(0),
    };
    let mut rows: Vec<InfluenceNeighbour> = question.rows(INFLUENCES.name)?.iter().map(neighbour).collect();
    // Same order as `of_person`. The sort is stable, so ties stay in the order of the table: by id.
    rows.sort_by(|a, b| (a.direction.cmp(&b.direction)).then(b.points.total_cmp(&a.points)));
    Ok(Some(rows).filter(|rows| !rows.is_empty()))
}
