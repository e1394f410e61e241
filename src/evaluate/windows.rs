//! Moments of the evaluation and lengths of the prediction windows.

use std::fmt;
use std::str::FromStr;

use super::stream::CountedStream;
use clout_base::day::{DAY_MICROS, Day};
use clout_base::error::{Error, Result};

/// Length of time in whole hours, written `12h` or `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HourSpan {
    /// Number of hours, at least 1.
    pub hours: i64,
}

/// Longest span: ten years, longer than any useful window.
const MAX_HOURS: i64 = 87_600;

impl HourSpan {
    /// Returns the length in microseconds.
    pub fn to_micros(self) -> i64 {
        self.hours * (DAY_MICROS / 24)
    }
}

impl FromStr for HourSpan {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<HourSpan, String> {
        let wrong = || format!("{text} is not a span: expected hours or days, for example 12h or 7d");
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
        let number: i64 = number.parse().map_err(|_| wrong())?;
        let hours = match unit {
            "h" => number,
            "d" => number.saturating_mul(24),
            _ => return Err(wrong()),
        };
        match (1..=MAX_HOURS).contains(&hours) {
            true => Ok(HourSpan { hours }),
            false => Err(format!("{text} is out of range: expected 1h to 3650d")),
        }
    }
}

impl fmt::Display for HourSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hours % 24 {
            0 => write!(f, "{}d", self.hours / 24),
            _ => write!(f, "{}h", self.hours),
        }
    }
}

/// Requested moments and windows.
#[derive(Clone, Debug)]
pub struct EvaluationPlan {
    /// First snapshot date; the first load date if it is none or earlier.
    pub from: Option<Day>,
    /// Last snapshot date; if none, the last date that leaves a full window.
    pub to: Option<Day>,
    /// Step between moments.
    pub every: HourSpan,
    /// Lengths of the prediction windows.
    pub ahead: Vec<HourSpan>,
}

impl EvaluationPlan {
    /// Returns the moments, ascending: the ends of days, or hours if `every` is not a multiple of a day. Each leaves
    /// the longest window complete.
    ///
    /// # Errors
    /// Returns a usage error if no moment does.
    pub fn moments(&self, stream: &CountedStream) -> Result<Vec<i64>> {
        let longest = self.ahead.iter().max().map_or(0, |span| span.to_micros());
        let end = stream.last_load_date.end_micros() - longest;
        let last = self.to.map_or(end, |to| to.end_micros().min(end));
        let first = self
            .from
            .map_or(stream.first_load_date, |from| from.max(stream.first_load_date))
            .end_micros();
        let moments: Vec<i64> = (0..)
            .map(|step| first + step * self.every.to_micros())
            .take_while(|at| *at <= last)
            .collect();
        match moments.is_empty() {
            false => Ok(moments),
            true => Err(Error::usage(format!(
                "no moment to evaluate: the input has load dates from {} to {}, and each moment needs {} ahead of it. \
                 Choose an earlier --from or a shorter --ahead",
                stream.first_load_date,
                stream.last_load_date,
                HourSpan {
                    hours: longest / (DAY_MICROS / 24)
                }
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_parsed_and_formatted() {
        for (text, hours, shown) in [("12h", 12, "12h"), ("24h", 24, "1d"), ("7d", 168, "7d")] {
            let span: HourSpan = text.parse().unwrap();
            assert_eq!((span.hours, span.to_string().as_str()), (hours, shown));
        }
        for text in ["", "7", "d", "0h", "-1d", "9w", "99999999999999999d", "1é"] {
            assert!(text.parse::<HourSpan>().is_err(), "{text}");
        }
    }
}
