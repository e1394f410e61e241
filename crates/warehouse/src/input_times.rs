//! Times of an input column, in every unit that the contract allows, without overflow.
//!
//! Writers use sentinels at the ends of their ranges, and a conversion to microseconds in 64 bits would wrap some of
//! them around into valid times. 128 bits hold every time that a file can state.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Int64Type, TimeUnit};

use super::admission::RefusalReason;

/// Julian day number of 1970-01-01.
const JULIAN_DAY_OF_1970: i128 = 2_440_588;
const DAY_MICROS: i128 = 86_400_000_000;

/// Column of times, read as microseconds since 1970, UTC.
#[derive(Clone, Debug)]
pub struct InputTimes {
    values: ArrayRef,
    format: TimeFormat,
}

/// Stored form of the times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeFormat {
    /// Integers of 64 bits in a unit.
    Int64(TimeUnit),
    /// Nanosecond of the day (64 bits), then Julian day (32 bits), both little-endian.
    Int96,
    /// Nulls only.
    Null,
}

impl InputTimes {
    /// Wraps a decoded column. Its type must belong to the format.
    pub(super) fn new(values: ArrayRef, format: TimeFormat) -> Result<InputTimes, RefusalReason> {
        let is_expected = match format {
            TimeFormat::Int64(_) => values.as_primitive_opt::<Int64Type>().is_some(),
            TimeFormat::Int96 => values
                .as_fixed_size_binary_opt()
                .is_some_and(|bytes| bytes.value_length() == 12),
            TimeFormat::Null => true,
        };
        match is_expected {
            true => Ok(InputTimes { values, format }),
            false => Err(format!("{} is not a column of times", values.data_type())),
        }
    }

    /// Returns the time of a row in microseconds since 1970, UTC, rounded down; `None` if it is null.
    pub fn micros(&self, row: usize) -> Option<i128> {
        if self.values.is_null(row) {
            return None;
        }
        match self.format {
            TimeFormat::Int64(unit) => {
                let value = self.values.as_primitive::<Int64Type>().value(row);
                Some(match unit {
                    TimeUnit::Second => i128::from(value) * 1_000_000,
                    TimeUnit::Millisecond => i128::from(value) * 1_000,
                    TimeUnit::Microsecond => i128::from(value),
                    TimeUnit::Nanosecond => i128::from(value.div_euclid(1_000)),
                })
            }
            TimeFormat::Int96 => int96_micros(self.values.as_fixed_size_binary().value(row)),
            TimeFormat::Null => None,
        }
    }

    /// Appends the times of all rows in microseconds, rounded down; those beyond 64 bits become the nearest value, and
    /// nulls the least.
    pub fn append_saturated_micros(&self, micros: &mut Vec<i64>) {
        let values = self.values.as_primitive_opt::<Int64Type>();
        match (self.format, values) {
            (TimeFormat::Int64(unit), Some(values)) if values.null_count() == 0 => {
                let values = values.values().iter();
                match unit {
                    TimeUnit::Second => micros.extend(values.map(|value| value.saturating_mul(1_000_000))),
                    TimeUnit::Millisecond => micros.extend(values.map(|value| value.saturating_mul(1_000))),
                    TimeUnit::Microsecond => micros.extend(values),
                    TimeUnit::Nanosecond => micros.extend(values.map(|value| value.div_euclid(1_000))),
                }
            }
            _ => {
                let nearest = |time: i128| time.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
                let rows = 0..self.values.len();
                micros.extend(rows.map(|row| self.micros(row).map_or(i64::MIN, nearest)));
            }
        }
    }
}

fn int96_micros(bytes: &[u8]) -> Option<i128> {
    let (nanos, day) = bytes.split_first_chunk::<8>()?;
    let nanos = i128::from(i64::from_le_bytes(*nanos));
    let day = i128::from(u32::from_le_bytes(*day.first_chunk::<4>()?));
    Some((day - JULIAN_DAY_OF_1970) * DAY_MICROS + nanos.div_euclid(1_000))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{FixedSizeBinaryArray, Int64Array, NullArray};

    use super::*;

    fn times(values: Vec<Option<i64>>, unit: TimeUnit) -> InputTimes {
        InputTimes::new(Arc::new(Int64Array::from(values)), TimeFormat::Int64(unit)).unwrap()
    }

    #[test]
    fn the_ends_of_every_unit_are_exact() {
        let ends = vec![Some(i64::MIN), Some(i64::MAX), None, Some(-1)];
        for (unit, scale) in [
            (TimeUnit::Second, 1_000_000),
            (TimeUnit::Millisecond, 1_000),
            (TimeUnit::Microsecond, 1),
        ] {
            let read = times(ends.clone(), unit);
            assert_eq!(read.micros(0), Some(i128::from(i64::MIN) * scale), "{unit:?}");
            assert_eq!(read.micros(1), Some(i128::from(i64::MAX) * scale), "{unit:?}");
            assert_eq!((read.micros(2), read.micros(3)), (None, Some(-scale)), "{unit:?}");
        }
        let nanos = times(ends, TimeUnit::Nanosecond);
        assert_eq!(
            nanos.micros(0),
            Some(-9_223_372_036_854_776),
            "1677-09-21, rounded down"
        );
        assert_eq!(nanos.micros(1), Some(9_223_372_036_854_775));
        assert_eq!(nanos.micros(3), Some(-1));
    }

    #[test]
    fn int96_is_exact_for_every_day() {
        let stored = |day: u32, nanos: i64| [&nanos.to_le_bytes()[..], &day.to_le_bytes()].concat();
        let rows = [
            stored(2_440_588, 0),
            stored(2_440_589, 1_999),
            // 9999-12-31 and 0001-01-01, beyond the range of 64-bit nanoseconds.
            stored(5_373_484, 86_399_999_999_000),
            stored(1_721_426, 0),
            stored(u32::MAX, i64::MAX),
            stored(0, i64::MIN),
        ];
        let bytes = FixedSizeBinaryArray::try_from_iter(rows.iter()).unwrap();
        let read = InputTimes::new(Arc::new(bytes), TimeFormat::Int96).unwrap();
        let found: Vec<i128> = (0..rows.len()).map(|row| read.micros(row).unwrap()).collect();
        assert_eq!(found[..2], [0, 86_400_000_001]);
        assert_eq!(found[2], 253_402_300_799_999_999);
        assert_eq!(found[3], -62_135_596_800_000_000);
        assert_eq!(
            found[4],
            (4_294_967_295 - 2_440_588) * DAY_MICROS + 9_223_372_036_854_775
        );
        assert_eq!(found[5], -2_440_588 * DAY_MICROS - 9_223_372_036_854_776);
    }

    #[test]
    fn saturated_times_are_the_times_that_fit_into_64_bits() {
        for unit in [
            TimeUnit::Second,
            TimeUnit::Millisecond,
            TimeUnit::Microsecond,
            TimeUnit::Nanosecond,
        ] {
            for given in [vec![Some(i64::MIN), Some(i64::MAX), Some(-1)], vec![Some(-1), None]] {
                let read = times(given, unit);
                let mut micros = vec![7];
                read.append_saturated_micros(&mut micros);
                let expected = (0..micros.len() - 1).map(|row| match read.micros(row) {
                    Some(time) => time.clamp(i64::MIN.into(), i64::MAX.into()) as i64,
                    None => i64::MIN,
                });
                assert_eq!(micros[1..], expected.collect::<Vec<_>>(), "{unit:?}");
            }
        }
    }

    #[test]
    fn nulls_have_no_time_and_other_types_are_refused() {
        let nulls: ArrayRef = Arc::new(NullArray::new(2));
        assert_eq!(
            InputTimes::new(nulls.clone(), TimeFormat::Null).unwrap().micros(1),
            None
        );
        assert!(InputTimes::new(nulls.clone(), TimeFormat::Int96).is_err());
        assert!(InputTimes::new(nulls, TimeFormat::Int64(TimeUnit::Second)).is_err());
    }
}

#[cfg(test)]
#[path = "input_times_file_tests.rs"]
mod file_tests;
