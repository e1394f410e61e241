//! Converts the cells of a frame to JSON values: dates and instants to ISO 8601 texts, lists to arrays.

use polars::prelude::*;
use serde_json::Value;

use clout_base::day::{Day, format_instant};

/// Conversion of NaN and infinities, for which JSON has no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonFinite {
    /// Null, for JSON: readers expect only numbers or null in a numeric column.
    Null,
    /// The texts `NaN`, `inf` or `-inf`, to distinguish them from null.
    Text,
}

/// Columns of a frame, for iteration by row.
pub struct FrameCells(Vec<Series>);

impl FrameCells {
    /// Takes the columns of a frame, each in one chunk.
    pub fn from_frame(frame: &DataFrame) -> FrameCells {
        let whole = |column: &Column| column.as_materialized_series().rechunk();
        FrameCells(frame.columns().iter().map(whole).collect())
    }

    /// Iterates over the rows; the values of a row are in column order.
    pub fn iter_rows(&self, not_finite: NonFinite) -> impl Iterator<Item = Vec<Value>> {
        let rows = self.0.first().map_or(0, |column| column.len());
        let mut columns: Vec<_> = self.0.iter().map(Series::iter).collect();
        (0..rows).map(move |_| {
            let next = columns.iter_mut().map(|column| column.next().unwrap_or(AnyValue::Null));
            next.map(|value| json(value, not_finite)).collect()
        })
    }
}

fn json(value: AnyValue, not_finite: NonFinite) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(flag) => flag.into(),
        AnyValue::Int8(number) => number.into(),
        AnyValue::Int16(number) => number.into(),
        AnyValue::Int32(number) => number.into(),
        AnyValue::Int64(number) => number.into(),
        AnyValue::UInt8(number) => number.into(),
        AnyValue::UInt16(number) => number.into(),
        AnyValue::UInt32(number) => number.into(),
        AnyValue::UInt64(number) => number.into(),
        // Through text: a direct cast to f64 would print 0.1_f32 as 0.10000000149011612.
        AnyValue::Float32(measure) => number(measure.to_string().parse().unwrap_or(f64::NAN), not_finite),
        AnyValue::Float64(measure) => number(measure, not_finite),
        AnyValue::String(text) => text.into(),
        AnyValue::StringOwned(text) => text.as_str().into(),
        AnyValue::Date(day) => Day(day).to_string().into(),
        AnyValue::Datetime(at, unit, zone) => time(at, unit, zone.is_some()),
        AnyValue::DatetimeOwned(at, unit, zone) => time(at, unit, zone.is_some()),
        AnyValue::List(items) => items
            .iter()
            .map(|item| json(item, not_finite))
            .collect::<Vec<_>>()
            .into(),
        other => other.to_string().into(),
    }
}

fn number(measure: f64, not_finite: NonFinite) -> Value {
    match (serde_json::Number::from_f64(measure), not_finite) {
        (Some(number), _) => Value::Number(number),
        (None, NonFinite::Null) => Value::Null,
        (None, NonFinite::Text) => measure.to_string().into(),
    }
}

/// Formats an instant; without a time zone, the final `Z` is omitted.
fn time(at: i64, unit: TimeUnit, has_zone: bool) -> Value {
    let micros = match unit {
        TimeUnit::Nanoseconds => at.div_euclid(1000),
        TimeUnit::Microseconds => at,
        TimeUnit::Milliseconds => at.saturating_mul(1000),
    };
    let text = format_instant(micros);
    match has_zone {
        true => text.into(),
        false => text.trim_end_matches('Z').into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(column: Column, expected: [Value; 2]) {
        let frame = DataFrame::new(2, vec![column]).unwrap();
        let rows: Vec<Value> = FrameCells::from_frame(&frame)
            .iter_rows(NonFinite::Null)
            .flatten()
            .collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn each_type_converts_to_its_json_form() {
        check(Column::new("x".into(), [Some(true), None]), [json!(true), Value::Null]);
        check(Column::new("x".into(), [1_u32, u32::MAX]), [json!(1), json!(u32::MAX)]);
        check(Column::new("x".into(), [i64::MIN, 3]), [json!(i64::MIN), json!(3)]);
        check(Column::new("x".into(), [0.1_f32, 0.5]), [json!(0.1), json!(0.5)]);
        check(Column::new("x".into(), ["a\u{1b}", ""]), [json!("a\u{1b}"), json!("")]);
        let days = Column::new("x".into(), [20_000_i32, -1]).cast(&DataType::Date).unwrap();
        check(days, [json!("2024-10-04"), json!("1969-12-31")]);
        let utc = DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
        let instants = Column::new("x".into(), [1_500_000_i64, 0]);
        check(
            instants.cast(&utc).unwrap(),
            [json!("1970-01-01T00:00:01.5Z"), json!("1970-01-01T00:00:00Z")],
        );
        let naive = DataType::Datetime(TimeUnit::Milliseconds, None);
        check(
            instants.cast(&naive).unwrap(),
            [json!("1970-01-01T00:25:00"), json!("1970-01-01T00:00:00")],
        );
        let lists = [
            Series::new("".into(), ["a", "b"]),
            Series::new_empty("".into(), &DataType::String),
        ];
        check(Column::new("x".into(), lists), [json!(["a", "b"]), json!([])]);
    }

    #[test]
    fn a_non_finite_number_is_null_or_text_as_chosen() {
        check(Column::new("x".into(), [f64::NAN, 1.5]), [Value::Null, json!(1.5)]);
        let frame = df!("a" => [f64::NAN], "b" => [f64::NEG_INFINITY]).unwrap();
        let rows: Vec<Vec<Value>> = FrameCells::from_frame(&frame).iter_rows(NonFinite::Text).collect();
        assert_eq!(rows, [["NaN", "-inf"]]);
    }
}
