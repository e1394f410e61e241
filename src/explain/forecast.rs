//! Forecast of a score if no new data arrives. It is exact if trust and rank stay constant.

use serde::Serialize;

use super::loaded_state::LoadedState;
use clout_base::day::Day;
use clout_model::influence::silence_forecast::forecast_score;

/// Forecast horizons in days.
const DAYS: [i32; 3] = [2, 7, 30];

/// Forecast score of one date.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoreForecast {
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
pub fn compute_forecasts(reopened: &LoadedState) -> Vec<ScoreForecast> {
    let Some(current) = reopened.scored().scores.score(reopened.person_index) else {
        return Vec::new();
    };
    let memory = reopened.account_state();
    let after = |days: i32| {
        let (now, later) = (reopened.moment_after(0), reopened.moment_after(days));
        let (scored, model) = (reopened.scored(), &reopened.job.model);
        let score = forecast_score(&memory, scored, &now, &later, model, reopened.person_index);
        ScoreForecast {
            days,
            snapshot_date: later.as_of,
            score,
            points: score.map(|score| score - current),
        }
    };
    DAYS.map(after).to_vec()
}
