//! Who influences the person, and whom the person influences: for anyone, as the table `influences` has it for
//! the people near the top.

use serde::Serialize;

use super::Question;
use super::reopened::Reopened;
use crate::queries::person::Row;
use crate::tables::Tonight;
use crate::tables::influences;
use clout_base::error::Result;
use clout_base::schema::INFLUENCES;

/// Rows a direction, the contract's most.
const MOST: usize = 20;

/// A row of `influences`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Neighbour {
    /// The other person.
    pub other_person_id: String,
    /// `influenced_by`: the other reacted to the person; `influences`: the person reacted to the other.
    pub direction: String,
    /// Score x share of contributions: of the person's score in the first case, of the other's in the second.
    pub points: f64,
    /// Counted reactions.
    pub reactions: i64,
}

/// The neighbours of the person asked about, the strongest first; at most 20 a direction.
pub fn of_person(reopened: &Reopened) -> Vec<Neighbour> {
    let (judged, scored) = (&reopened.judged, reopened.scored());
    let model = scored.model(&reopened.job.model);
    let tonight = Tonight {
        networks: &reopened.job.networks,
        persons: &judged.persons,
        presences: &judged.presences,
        attention: &scored.attention,
        model: &model,
        line: &scored.line,
        standings: &scored.standings,
        coverage: &[],
        intervals: &[],
    };
    let rows = influences::of_person(&tonight, reopened.person, MOST);
    let neighbour = |row: &influences::Row| Neighbour {
        other_person_id: reopened.id(row.other).to_owned(),
        direction: row.direction.to_owned(),
        points: row.points,
        reactions: row.reactions,
    };
    rows.iter().map(neighbour).collect()
}

/// The published neighbours, where the person is near enough to the top to have any.
pub fn published(question: &Question) -> Result<Option<Vec<Neighbour>>> {
    let text = |row: &Row, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let neighbour = |row: &Row| Neighbour {
        other_person_id: text(row, "other_person_id"),
        direction: text(row, "direction"),
        points: row["points"].as_f64().unwrap_or(0.0),
        reactions: row["reactions"].as_i64().unwrap_or(0),
    };
    let mut rows: Vec<Neighbour> = question.rows(INFLUENCES.name)?.iter().map(neighbour).collect();
    // As the state gives them; of equals the lesser id first, which is the order of the table.
    rows.sort_by(|a, b| (a.direction.cmp(&b.direction)).then(b.points.total_cmp(&a.points)));
    Ok(Some(rows).filter(|rows| !rows.is_empty()))
}
