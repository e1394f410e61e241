//! Builds one column in each Arrow type that may carry it.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Int64Array, LargeStringArray, StringArray, StringViewArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int8Type, Int32Type, TimeUnit};

/// Arrow types of texts and ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texts {
    Plain,
    Large,
    View,
    Dictionary,
    /// Small keys; for columns of few values.
    SmallDictionary,
    Integer,
    Integer32,
    Unsigned,
}

/// Unit and zone of a time column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times(pub TimeUnit, pub Option<&'static str>);

/// Builds a column of texts or ids.
pub fn texts(values: &[Option<String>], carrier: Texts) -> ArrayRef {
    let each = || values.iter().map(Option::as_deref);
    let integers = || {
        values
            .iter()
            .map(|value| value.as_ref().map(|text| text.parse::<i64>().expect("an integer id")))
    };
    match carrier {
        Texts::Plain => Arc::new(each().collect::<StringArray>()),
        Texts::Large => Arc::new(each().collect::<LargeStringArray>()),
        Texts::View => Arc::new(each().collect::<StringViewArray>()),
        Texts::Dictionary => Arc::new(each().collect::<DictionaryArray<Int32Type>>()),
        Texts::SmallDictionary => Arc::new(each().collect::<DictionaryArray<Int8Type>>()),
        Texts::Integer => Arc::new(integers().collect::<Int64Array>()),
        Texts::Integer32 => carried(Arc::new(integers().collect::<Int64Array>()), &DataType::Int32),
        Texts::Unsigned => carried(Arc::new(integers().collect::<Int64Array>()), &DataType::UInt64),
    }
}

/// Builds a column of times, given in microseconds since 1970.
pub fn times(values: &[Option<i64>], Times(unit, zone): Times) -> ArrayRef {
    let micros = TimestampMicrosecondArray::from(values.to_vec());
    // The instant stays the same; only its type changes.
    let micros: ArrayRef = match zone {
        Some(zone) => Arc::new(micros.with_timezone(zone)),
        None => Arc::new(micros),
    };
    carried(micros, &DataType::Timestamp(unit, zone.map(Into::into)))
}

fn carried(array: ArrayRef, to: &DataType) -> ArrayRef {
    cast(&array, to).expect("a value that its type can carry")
}
