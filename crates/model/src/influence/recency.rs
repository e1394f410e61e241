//! Decay of reactions with age: a mixture of half-lives.
//!
//! With half-lives `h_j` (days) and their masses `m_j` in a steady state (summing to 1),
//!
//! ```text
//! K(age) = sum_j (m_j / h_j) 2^(-age / h_j)          one reaction of age `age`, per day
//! M(H)   = sum_j  m_j (1 - 2^(-H / h_j))             a steady person after H days of history
//! ```
//!
//! A steady person sums K over H days, which is proportional to M(H). Division by K(0) M(H) makes a short
//! history comparable with a long one. Right after a burst K falls with the shortest half-life; after a year of
//! even days, silence costs the loss of the longest ones. (DESIGN 2.1: `M` is exact for a continuous stream;
//! the factor ln 2 between rate and half-life is the same in K and M and cancels.)
//!
//! Sums per half-life are stored as of the last load date that changed them. They depend only on the load dates
//! with rows, and not on the dates of the runs.

use serde::{Deserialize, Serialize};

use clout_base::day::{DAY_MICROS, Day};

/// A mixture of half-lives with its masses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HalfLifeMixture {
    half_lives_days: Vec<f64>,
    masses: Vec<f64>,
}

impl HalfLifeMixture {
    /// Creates the mixture from validated parameters.
    pub fn new(params: &super::params::RecencyParams) -> HalfLifeMixture {
        HalfLifeMixture {
            half_lives_days: params.half_lives_days.clone(),
            masses: params.masses.clone(),
        }
    }

    /// Returns the number of half-lives.
    pub fn len(&self) -> usize {
        self.half_lives_days.len()
    }

    /// Returns true without half-lives; validated parameters have at least one.
    pub fn is_empty(&self) -> bool {
        self.half_lives_days.is_empty()
    }

    /// Adds to `sums` a reaction of `weight`, decayed to the end of its load date.
    pub fn add_reaction(&self, sums: &mut [f64], weight: f64, occurred_at: i64, load_date: Day) {
        let age_days = (load_date.end_micros() - occurred_at) as f64 / DAY_MICROS as f64;
        for (sum, half_life) in sums.iter_mut().zip(&self.half_lives_days) {
            *sum += weight * (-age_days / half_life).exp2();
        }
    }

    /// Returns the factors by which sums shrink in `days` days, by half-life.
    pub fn fading_factors(&self, days: f64) -> Vec<f64> {
        self.half_lives_days.iter().map(|h| (-days / h).exp2()).collect()
    }

    /// Returns the factors that turn sums of `days` days ago into a share of K(0) M(`history_days`), by half-life.
    pub fn reading_factors(&self, days: f64, history_days: f64) -> Vec<f64> {
        let unit = self.kernel(0.0) * self.steady_mass(history_days);
        let fading = self.fading_factors(days);
        let rates = self.masses.iter().zip(&self.half_lives_days).map(|(m, h)| m / h);
        rates.zip(fading).map(|(rate, factor)| rate * factor / unit).collect()
    }

    /// Computes K(age), age in days.
    pub fn kernel(&self, age_days: f64) -> f64 {
        self.masses
            .iter()
            .zip(&self.half_lives_days)
            .map(|(m, h)| m / h * (-age_days / h).exp2())
            .sum()
    }

    /// Computes M(H), H in days: 0 at 0, and 1 in the limit.
    pub fn steady_mass(&self, history_days: f64) -> f64 {
        self.masses
            .iter()
            .zip(&self.half_lives_days)
            .map(|(m, h)| m * (1.0 - (-history_days / h).exp2()))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::influence::params::RecencyParams;

    fn mixture() -> HalfLifeMixture {
        HalfLifeMixture::new(&RecencyParams::default())
    }

    #[test]
    fn reading_later_equals_fading_first() {
        let mixture = mixture();
        let mut sums = vec![0.0; mixture.len()];
        mixture.add_reaction(&mut sums, 2.0, Day(9).start_micros() + 5, Day(10));
        let read = |days, sums: &[f64]| {
            mixture
                .reading_factors(days, 40.0)
                .iter()
                .zip(sums)
                .map(|(f, s)| f * s)
                .sum::<f64>()
        };
        let faded: Vec<f64> = sums
            .iter()
            .zip(mixture.fading_factors(3.0))
            .map(|(s, f)| s * f)
            .collect();
        assert!((read(3.0, &sums) - read(0.0, &faded)).abs() < 1e-15);
        let age_days = 2.0 - 5.0 / DAY_MICROS as f64;
        let unit = mixture.kernel(0.0) * mixture.steady_mass(40.0);
        assert!((read(0.0, &sums) - 2.0 * mixture.kernel(age_days) / unit).abs() < 1e-12);
    }

    #[test]
    fn a_long_history_has_mass_one() {
        assert_eq!(mixture().steady_mass(0.0), 0.0);
        assert!((mixture().steady_mass(1e5) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn silence_after_a_year_of_even_days_costs_few_points() {
        // Points lost = 12 log10 of the ratio, before saturation reduces it.
        let mixture = mixture();
        let rest = |days: i32| {
            let lived: f64 = (days..days + 365).map(|age| mixture.kernel(f64::from(age))).sum();
            let steady: f64 = (0..365).map(|age| mixture.kernel(f64::from(age))).sum();
            -12.0 * (lived / steady).log10()
        };
        // Ages at the cut itself, which is the worst hour; `evaluate::time` checks all hours against 1.0 and 3.0.
        assert!(rest(2) < 1.8 && rest(10) < 3.0, "{} {}", rest(2), rest(10));
        assert!(rest(1) < rest(2) && rest(2) < rest(10));
    }
}
