//! Keeps decayed amounts as integers, one sum for each period of days.
//!
//! An amount is kept in units of 2^-32 as of the end of the period in which it occurs, so adding amounts is adding
//! integers: the same sum in any order, on any number of threads, night by night or all at once. A reader multiplies
//! the sum of each period by its fade at the snapshot date. One fresh reaction is [`ONE`], so 2^31 of them fit.

use polars::prelude::*;

use super::frames::{build_column, build_table, join_on, read_i32};
use clout_base::day::{DAY_MICROS, Day};
use clout_base::error::Result;
use clout_model::influence::params::TopicParams;

/// Units of the amount 1.
pub const ONE: f64 = (1_u64 << 32) as f64;
/// Most days of a period. A shorter half-life has shorter periods, so that at most half fades within one.
const MAX_PERIOD_DAYS: f64 = 30.0;

/// Returns an amount in units.
pub fn to_units(amount: f64) -> i64 {
    (amount * ONE).round() as i64
}

/// Returns the amount of a number of units.
pub fn from_units(units: i64) -> f64 {
    units as f64 / ONE
}

/// Returns the decay factor from the instant `at` (microseconds since 1970) to the end of `day`.
pub fn decay_to(at: i64, day: Day, half_life_days: f64) -> f64 {
    let age_days = (day.end_micros() - at) as f64 / DAY_MICROS as f64;
    (-age_days / half_life_days).exp2()
}

/// Periods of a half-life, numbered from 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecayPeriods {
    half_life_days: f64,
    period_days: i32,
}

impl DecayPeriods {
    /// Returns the periods of a half-life.
    pub fn new(half_life_days: f64) -> DecayPeriods {
        DecayPeriods {
            half_life_days,
            period_days: half_life_days.ceil().clamp(1.0, MAX_PERIOD_DAYS) as i32,
        }
    }

    /// Returns the period of an instant.
    pub fn find_period(&self, at: i64) -> i32 {
        Day::from_micros(at).0.div_euclid(self.period_days)
    }

    /// Returns what is left of 1 at the end of the period of the instant `at`.
    pub fn fade_to_period_end(&self, at: i64) -> f64 {
        decay_to(at, self.last_day(self.find_period(at)), self.half_life_days)
    }

    fn last_day(&self, period: i32) -> Day {
        Day((period + 1) * self.period_days - 1)
    }

    /// Returns the first period with a day in the last `retention_days` at `as_of`.
    pub fn first_kept(&self, as_of: Day, retention_days: i32) -> i32 {
        (as_of.0 - retention_days + 1).div_euclid(self.period_days)
    }

    /// Returns the rows of a table with a `period`, with the columns `names` as units at the end of `as_of`.
    ///
    /// # Errors
    /// Returns an internal error if a column is missing.
    pub fn fade_columns<const N: usize>(&self, table: &DataFrame, names: [&str; N], as_of: Day) -> Result<LazyFrame> {
        let mut periods = read_i32(table, "period")?.to_vec();
        periods.sort_unstable();
        periods.dedup();
        let days = |period: &i32| f64::from(as_of.0 - self.last_day(*period).0);
        let fades: Vec<f64> = periods
            .iter()
            .map(|p| (-days(p) / self.half_life_days).exp2())
            .collect();
        let fades = build_table(vec![build_column("period", periods), build_column("fade", fades)])?;
        let faded = names.map(|name| {
            let product = col(name).cast(DataType::Float64) * col("fade");
            product
                .round(0, RoundMode::HalfToEven)
                .cast(DataType::Int64)
                .alias(name)
        });
        let faded = join_on(table.clone().lazy(), fades.lazy(), ["period"]).with_columns(faded);
        Ok(faded.drop(by_name(["fade"], true, false)))
    }
}

/// Periods of reactions and posts on topics, with their two half-lives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicPeriods {
    /// Half-life of what fades.
    pub short: DecayPeriods,
    /// Half-life of what lasts, in the same periods.
    pub lasting: DecayPeriods,
}

impl TopicPeriods {
    /// Returns the periods of a model.
    pub fn new(params: &TopicParams) -> TopicPeriods {
        let short = DecayPeriods::new(params.half_life_days);
        TopicPeriods {
            short,
            lasting: DecayPeriods {
                half_life_days: params.lasting_half_life_days,
                ..short
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::{collect, read_i64};

    #[test]
    fn an_amount_halves_in_its_half_life_whatever_its_period() {
        for (half_life, day) in [(30.0, 100), (30.0, 119), (7.5, 103), (0.5, 20_000), (300.0, -5)] {
            let periods = DecayPeriods::new(half_life);
            let at = Day(day).end_micros() - 1;
            let units = to_units(4.0 * periods.fade_to_period_end(at));
            let table = build_table(vec![
                build_column("period", vec![periods.find_period(at)]),
                build_column("worth", vec![units]),
            ]);
            let table = table.unwrap();
            for (days, left) in [
                (0.0, 4.0),
                (half_life.ceil(), 4.0 * (-half_life.ceil() / half_life).exp2()),
            ] {
                let faded = periods.fade_columns(&table, ["worth"], Day(day + days as i32)).unwrap();
                let read = from_units(read_i64(&collect(faded).unwrap(), "worth").unwrap()[0]);
                assert!((read - left).abs() < 1e-8, "{half_life} {day}: {read} {left}");
            }
        }
    }

    #[test]
    fn a_period_is_kept_while_one_of_its_days_is_within_retention() {
        let periods = DecayPeriods::new(30.0);
        let last = periods.last_day(3);
        assert_eq!(periods.first_kept(Day(last.0 + 720 - 1), 720), 3);
        assert_eq!(periods.first_kept(Day(last.0 + 720), 720), 4);
    }
}
