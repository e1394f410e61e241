//! Averages measures over windows and compares the score with its best rival.

use serde::Serialize;

use super::prediction::{PopularityRelation, PredictionWindow, PredictorMeasures, SCORE_PREDICTOR};

/// Means over all windows.
#[derive(Clone, Debug, Serialize)]
pub struct PredictionSummary {
    /// Number of windows.
    pub windows: usize,
    /// Means of each measure, by predictor.
    pub predictors: Vec<PredictorMeasures>,
    /// Ratio to the best rival, by measure.
    pub ratios: Vec<RivalRatio>,
}

/// Comparison of the score with its best rival in one measure.
#[derive(Clone, Debug, Serialize)]
pub struct RivalRatio {
    /// Name of the measure.
    pub measure: &'static str,
    /// Rival with the greatest mean.
    pub best_rival: &'static str,
    /// Ratio of the score's mean to that rival's mean.
    pub ratio: f64,
}

/// Measure: its name and its accessor in a row.
type Measure = (&'static str, fn(&PredictorMeasures) -> f64);

impl PredictionSummary {
    /// Averages the windows. Predictors that are missing in some window are left out.
    pub fn from_windows(windows: &[PredictionWindow]) -> PredictionSummary {
        let names: Vec<&'static str> = windows.first().map_or(Vec::new(), |window| {
            let everywhere = |name: &&str| {
                windows
                    .iter()
                    .all(|w| w.predictors.iter().any(|row| row.predictor == *name))
            };
            window
                .predictors
                .iter()
                .map(|row| row.predictor)
                .filter(everywhere)
                .collect()
        });
        let predictors: Vec<PredictorMeasures> = names.iter().map(|name| mean(windows, name)).collect();
        let measures: [Measure; 4] = [
            ("ndcg_100", |row| row.ndcg_100),
            ("ndcg_1000", |row| row.ndcg_1000),
            ("spearman", |row| row.spearman),
            ("auc_top", |row| row.auc_top),
        ];
        let ratio = |(measure, value): Measure| {
            let own = predictors
                .iter()
                .find(|row| row.predictor == SCORE_PREDICTOR)
                .map(value)?;
            let others = predictors.iter().filter(|row| row.predictor != SCORE_PREDICTOR);
            let best = others.max_by(|a, b| value(a).total_cmp(&value(b)))?;
            (value(best) > 0.0).then(|| RivalRatio {
                measure,
                best_rival: best.predictor,
                ratio: own / value(best),
            })
        };
        PredictionSummary {
            windows: windows.len(),
            ratios: measures.into_iter().filter_map(ratio).collect(),
            predictors,
        }
    }
}

fn mean(windows: &[PredictionWindow], name: &'static str) -> PredictorMeasures {
    let rows: Vec<&PredictorMeasures> = windows
        .iter()
        .filter_map(|window| window.predictors.iter().find(|row| row.predictor == name))
        .collect();
    let mean =
        |value: fn(&PredictorMeasures) -> f64| rows.iter().map(|row| value(row)).sum::<f64>() / rows.len() as f64;
    PredictorMeasures {
        predictor: name,
        ndcg_100: mean(|row| row.ndcg_100),
        ndcg_1000: mean(|row| row.ndcg_1000),
        spearman: mean(|row| row.spearman),
        auc_top: mean(|row| row.auc_top),
        tied: mean(|row| row.tied),
    }
}

impl PopularityRelation {
    /// Averages over the windows with known followers; none if there are no such windows.
    pub fn from_windows(windows: &[PredictionWindow]) -> Option<PopularityRelation> {
        let known: Vec<PopularityRelation> = windows.iter().filter_map(|window| window.popularity).collect();
        let mean = |value: fn(&PopularityRelation) -> f64| known.iter().map(value).sum::<f64>() / known.len() as f64;
        (!known.is_empty()).then(|| PopularityRelation {
            people: known.iter().map(|one| one.people).sum::<usize>() / known.len(),
            r_squared: mean(|one| one.r_squared),
            partial_spearman: mean(|one| one.partial_spearman),
        })
    }
}
