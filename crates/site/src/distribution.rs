//! Score distribution as a histogram with bins of one point.

use serde::Serialize;

/// Number of bins, from 0 to 100 points.
const BINS: usize = 100;
/// Step of the axis end, in points.
const AXIS_STEP: usize = 10;
/// Shortest axis, in points, so that the charts of small warehouses are comparable.
const LEAST_AXIS: usize = 50;

/// Number of people by score.
#[derive(Clone, Debug)]
pub(crate) struct ScoreHistogram {
    bins: [u64; BINS],
    /// Number of people with a score.
    pub scored: u64,
}

/// One bin: scores of at least `from` and below `to` points. The last bin includes 100.
#[derive(Debug, Serialize)]
pub(crate) struct HistogramBin {
    from: usize,
    to: usize,
    people: u64,
    /// Left edge and width, in percent of the axis.
    x: f64,
    width: f64,
    /// Height in percent of the highest bin, with a visible minimum.
    height: f64,
}

impl Default for ScoreHistogram {
    fn default() -> ScoreHistogram {
        ScoreHistogram {
            bins: [0; BINS],
            scored: 0,
        }
    }
}

impl ScoreHistogram {
    /// Adds one person.
    pub(crate) fn add(&mut self, score: f64) {
        self.bins[(score.max(0.0) as usize).min(BINS - 1)] += 1;
        self.scored += 1;
    }

    /// Returns the end of the axis, in points.
    pub(crate) fn axis_end(&self) -> usize {
        let last = self.bins.iter().rposition(|people| *people > 0).unwrap_or(0);
        (last + 1).next_multiple_of(AXIS_STEP).max(LEAST_AXIS)
    }

    /// Returns the non-empty bins, lowest first.
    pub(crate) fn bins(&self) -> Vec<HistogramBin> {
        const LEAST_HEIGHT: f64 = 0.8;
        const GAP: f64 = 0.15;
        let (axis, highest) = (
            self.axis_end() as f64,
            self.bins.iter().max().copied().unwrap_or(0).max(1),
        );
        let bar = |(from, people): (usize, &u64)| HistogramBin {
            from,
            to: from + 1,
            people: *people,
            x: 100.0 * from as f64 / axis,
            width: 100.0 * (1.0 - GAP) / axis,
            height: (100.0 * *people as f64 / highest as f64).max(LEAST_HEIGHT),
        };
        self.bins
            .iter()
            .enumerate()
            .filter(|(_, people)| **people > 0)
            .map(bar)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_score_is_in_one_bin_and_the_limits_are_in_the_outer_bins() {
        let mut spread = ScoreHistogram::default();
        for score in [1.0, 1.9, 2.0, 99.5, 100.0] {
            spread.add(score);
        }
        let bars: Vec<(usize, u64)> = spread.bins().iter().map(|bar| (bar.from, bar.people)).collect();
        assert_eq!(bars, [(1, 2), (2, 1), (99, 2)]);
        assert_eq!((spread.scored, spread.axis_end()), (5, 100));
    }

    #[test]
    fn the_axis_is_not_shorter_than_half_the_scale() {
        let mut spread = ScoreHistogram::default();
        assert_eq!((spread.axis_end(), spread.bins().len()), (50, 0));
        spread.add(50.0);
        assert_eq!(spread.axis_end(), 60);
    }
}
