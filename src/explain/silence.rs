//! Forecast of a score if no new data arrives. It is exact if trust and rank stay constant.

use serde::Serialize;

use super::reopened::Reopened;
use clout_base::day::Day;
use clout_model::influence::silence::score_of_person;

/// Forecast horizons in days.
const DAYS: [i32; 3] = [2, 7, 30];

/// Forecast score of one date.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Silence {
    /// Days without new reactions.
    pub days: i32,
    /// Date of the forecast; the score is that of the end of the day.
    pub snapshot_date: Day,
    /// Forecast score; null if all reactions have expired by then.
    pub score: Option<f64>,
    /// Difference to the score of the snapshot date, in points, at most 0.
    pub points: Option<f64>,
}

/// Computes the forecasts of the person; empty if the person has no score.
pub fn of_person(reopened: &Reopened) -> Vec<Silence> {
    let Some(current) = reopened.scored().standings.score(reopened.person) else {
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
            points: score.map(|score| score - current),
        }
    };
    DAYS.map(after).to_vec()
}
