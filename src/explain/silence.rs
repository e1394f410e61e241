//! What silence will cost: the score some days on, if nobody reacts to the person from now on.

use serde::Serialize;

use super::reopened::Reopened;
use clout_base::day::Day;
use clout_model::influence::silence::score_of_person;

/// Days of silence that are told.
const DAYS: [i32; 3] = [2, 7, 30];

/// One prospect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Silence {
    /// Days of silence.
    pub days: i32,
    /// The date at whose end the score is.
    pub snapshot_date: Day,
    /// The score then; null where all reactions are forgotten by then.
    pub score: Option<f64>,
    /// That score less tonight's, in points: 0 or less.
    pub points: Option<f64>,
}

/// The prospects of the person asked about; none without a score, for there is nothing to lose.
pub fn of_person(reopened: &Reopened) -> Vec<Silence> {
    let Some(tonight) = reopened.scored().standings.score(reopened.person) else {
        return Vec::new();
    };
    let after = |days: i32| {
        let moments = (&reopened.moment(0), &reopened.moment(days));
        let score = reopened.with_memory(|memory| {
            let params = &reopened.job.model;
            score_of_person(memory, reopened.scored(), moments, params, reopened.person)
        });
        Silence {
            days,
            snapshot_date: moments.1.as_of,
            score,
            points: score.map(|score| score - tonight),
        }
    };
    DAYS.map(after).to_vec()
}
