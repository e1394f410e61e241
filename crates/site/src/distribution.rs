//! How scores are spread, as bars of one point each.

use serde::Serialize;

/// Bars from 0 to 100 points.
const BINS: usize = 100;
/// The axis ends at a multiple of this many points.
const AXIS_STEP: usize = 10;
/// The least that the axis spans, so that nights of small warehouses look alike.
const LEAST_AXIS: usize = 50;

/// How many people have which score.
#[derive(Clone, Debug)]
pub struct Spread {
    bins: [u64; BINS],
    /// People with a score.
    pub scored: u64,
}

/// One bar: a score of at least `from` and below `to` points (the last bar holds 100, too).
#[derive(Debug, Serialize)]
pub struct Bar {
    from: usize,
    to: usize,
    people: u64,
    /// Left edge and width, in per cent of the axis.
    x: f64,
    width: f64,
    /// Height in per cent of the highest; a bar of anybody at all can be seen.
    height: f64,
}

impl Default for Spread {
    fn default() -> Spread {
        Spread {
            bins: [0; BINS],
            scored: 0,
        }
    }
}

impl Spread {
    /// Counts a person.
    pub fn add(&mut self, score: f64) {
        self.bins[(score.max(0.0) as usize).min(BINS - 1)] += 1;
        self.scored += 1;
    }

    /// Where the axis ends, in points.
    pub fn axis(&self) -> usize {
        let last = self.bins.iter().rposition(|people| *people > 0).unwrap_or(0);
        (last + 1).next_multiple_of(AXIS_STEP).max(LEAST_AXIS)
    }

    /// The bars with anybody in them, from low to high.
    pub fn bars(&self) -> Vec<Bar> {
        const LEAST_HEIGHT: f64 = 0.8;
        const GAP: f64 = 0.15;
        let (axis, highest) = (self.axis() as f64, self.bins.iter().max().copied().unwrap_or(0).max(1));
        let bar = |(from, people): (usize, &u64)| Bar {
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
    fn everybody_is_in_one_bar_and_the_limits_are_in_the_outer_ones() {
        let mut spread = Spread::default();
        for score in [1.0, 1.9, 2.0, 99.5, 100.0] {
            spread.add(score);
        }
        let bars: Vec<(usize, u64)> = spread.bars().iter().map(|bar| (bar.from, bar.people)).collect();
        assert_eq!(bars, [(1, 2), (2, 1), (99, 2)]);
        assert_eq!((spread.scored, spread.axis()), (5, 100));
    }

    #[test]
    fn the_axis_is_not_shorter_than_half_the_scale() {
        let mut spread = Spread::default();
        assert_eq!((spread.axis(), spread.bars().len()), (50, 0));
        spread.add(50.0);
        assert_eq!(spread.axis(), 60);
    }
}
