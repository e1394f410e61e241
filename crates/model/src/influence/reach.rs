//! Reach: the effective number of people behind a set of contributions.
//!
//! `(sum c)^2 / sum c^2` over the contributions c, the participation ratio (its inverse is Herfindahl and
//! Hirschman's index). The sums are scaled by the largest contribution so far, as BLAS computes a norm, so that
//! neither tiny nor huge contributions leave the range of a double.

/// An accumulator of contributions for the participation ratio.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReachSum {
    greatest: f64,
    /// Sum of c / greatest.
    sum: f64,
    /// Sum of (c / greatest)^2.
    squares: f64,
}

impl ReachSum {
    /// Adds one contribution, 0 or more.
    pub fn add(&mut self, contribution: f64) {
        if contribution > self.greatest {
            let ratio = self.greatest / contribution;
            self.sum *= ratio;
            self.squares *= ratio * ratio;
            self.greatest = contribution;
        }
        if self.greatest > 0.0 {
            let share = contribution / self.greatest;
            self.sum += share;
            self.squares += share * share;
        }
    }

    /// Returns the effective number of contributions; 0 if none is above 0.
    pub fn people(&self) -> f64 {
        if self.squares > 0.0 {
            self.sum * self.sum / self.squares
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(contributions: &[f64]) -> f64 {
        let mut reach = ReachSum::default();
        contributions.iter().for_each(|c| reach.add(*c));
        reach.people()
    }

    #[test]
    fn equal_contributions_count_in_full_at_any_size() {
        for size in [1e-300, 1.0, 1e300] {
            assert!((reach(&[size; 5]) - 5.0).abs() < 1e-12, "{size}");
        }
        assert_eq!(reach(&[]), 0.0);
        assert_eq!(reach(&[0.0, 0.0]), 0.0);
    }

    #[test]
    fn a_large_contribution_reduces_the_reach() {
        let expected = (3.0_f64 + 0.1).powi(2) / (9.0 + 0.01);
        assert!((reach(&[0.1, 3.0]) - expected).abs() < 1e-12);
        assert!((reach(&[3.0, 0.1]) - expected).abs() < 1e-12);
    }
}
