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

/// Choice of the moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentRule {
    /// The end of the first date, then one moment each span.
    Every(HourSpan),
    /// The ends of the first 40, 50, 60, 70, 80 and 90 % of the days, with the next tenth of the days as window. All
    /// load dates are used.
    Rolling,
}

/// Tenths of the days before a rolling moment.
const ROLLING_TENTHS: std::ops::RangeInclusive<i32> = 4..=9;

/// Moment and the end of its prediction window, in microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MomentWindow {
    /// Moment; the rows before it are known.
    pub at: i64,
    /// End of the window (exclusive).
    pub end: i64,
}

/// Requested moments and windows.
#[derive(Clone, Debug)]
pub struct EvaluationPlan {
    /// First snapshot date; the first load date if it is none or earlier.
    pub from: Option<Day>,
    /// Last snapshot date; if none, the last date that leaves a full window.
    pub to: Option<Day>,
    /// Choice of the moments between these dates.
    pub rule: MomentRule,
    /// Lengths of the prediction windows of [`MomentRule::Every`].
    pub ahead: Vec<HourSpan>,
}

impl EvaluationPlan {
    /// Returns the moments, ascending: the ends of days, or hours if the step is not a multiple of a day. Each leaves
    /// the longest window complete.
    ///
    /// # Errors
    /// Returns a usage error if no moment does.
    pub fn moments(&self, stream: &CountedStream) -> Result<Vec<i64>> {
        let windows = self.windows(stream.first_load_date, stream.last_load_date)?;
        Ok(windows.into_iter().map(|window| window.at).collect())
    }

    /// Returns the moments between two load dates, ascending, each with its longest window.
    ///
    /// # Errors
    /// Returns a usage error if no moment leaves its window complete.
    pub fn windows(&self, first_load: Day, last_load: Day) -> Result<Vec<MomentWindow>> {
        match self.rule {
            MomentRule::Every(step) => self.stepped_windows(step, first_load, last_load),
            MomentRule::Rolling => rolling_windows(first_load, last_load),
        }
    }

    fn stepped_windows(&self, step: HourSpan, first_load: Day, last_load: Day) -> Result<Vec<MomentWindow>> {
        let longest = self.ahead.iter().max().map_or(0, |span| span.to_micros());
        let end = last_load.end_micros() - longest;
        let last = self.to.map_or(end, |to| to.end_micros().min(end));
        let first = self.from.map_or(first_load, |from| from.max(first_load)).end_micros();
        let moments: Vec<MomentWindow> = (0..)
            .map(|count| first + count * step.to_micros())
            .take_while(|at| *at <= last)
            .map(|at| MomentWindow { at, end: at + longest })
            .collect();
        match moments.is_empty() {
            false => Ok(moments),
            true => Err(Error::usage(format!(
                "no moment to evaluate: the input has load dates from {} to {}, and each moment needs {} ahead of it. \
                 Choose an earlier --from or a shorter --ahead",
                first_load,
                last_load,
                HourSpan {
                    hours: longest / (DAY_MICROS / 24)
                }
            ))),
        }
    }
}

/// Returns the rolling moments of the days between two load dates, both included.
fn rolling_windows(first_load: Day, last_load: Day) -> Result<Vec<MomentWindow>> {
    let days = last_load.0 - first_load.0 + 1;
    let tenths = ROLLING_TENTHS.end() + 1;
    if days < tenths {
        return Err(Error::usage(format!(
            "rolling moments need {tenths} days, and the input has load dates from {first_load} to {last_load}"
        )));
    }
    let start_of = |tenth: i32| Day(first_load.0 + days * tenth / tenths).start_micros();
    let window = |tenth: i32| MomentWindow {
        at: start_of(tenth),
        end: start_of(tenth + 1),
    };
    Ok(ROLLING_TENTHS.map(window).collect())
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

    fn plan(rule: MomentRule) -> EvaluationPlan {
        EvaluationPlan {
            from: None,
            to: None,
            rule,
            ahead: vec![HourSpan { hours: 24 }, HourSpan { hours: 48 }],
        }
    }

    #[test]
    fn rolling_windows_follow_one_another_to_the_last_day() {
        let windows = plan(MomentRule::Rolling).windows(Day(100), Day(122)).unwrap();
        // 23 days: the cuts are after 9, 11, 13, 16, 18 and 20 of them.
        let starts = [109, 111, 113, 116, 118, 120].map(|day| Day(day).start_micros());
        assert_eq!(windows.iter().map(|window| window.at).collect::<Vec<_>>(), starts);
        assert!(windows.windows(2).all(|pair| pair[0].end == pair[1].at));
        assert_eq!(windows[5].end, Day(122).end_micros());
        assert!(plan(MomentRule::Rolling).windows(Day(100), Day(108)).is_err());
    }

    #[test]
    fn stepped_windows_have_the_longest_length() {
        let step = HourSpan { hours: 48 };
        let windows = plan(MomentRule::Every(step)).windows(Day(100), Day(105)).unwrap();
        let wanted = [(100, 102), (102, 104)].map(|(at, end)| MomentWindow {
            at: Day(at).end_micros(),
            end: Day(end).end_micros(),
        });
        assert_eq!(windows, wanted);
    }
}
