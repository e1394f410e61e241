//! The page of the input columns, from `clout_warehouse::input_columns`.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, TimeUnit};
use clout_warehouse::input_columns::{InputColumn, InputType, columns_of_table};
use clout_warehouse::inventory::{INPUT_TABLES, NETWORK_TABLES, UNDATED_TABLES};

use super::{cell, table};

const INTRODUCTION: &str = "# Input columns

The input is Parquet below one root. Only `activities` is required. A file without a required column is rejected; a
missing optional column is read as null, and further columns are ignored. [Your own data](../getting-started/your-data.md)
shows the layout and [Input rules in detail](../operations/input-rules.md) the rules for rows.

";

const NAMES: [(&str, InputType); 7] = [
    ("id", InputType::Id),
    ("text", InputType::Text),
    ("instant", InputType::Instant),
    ("list of texts", InputType::TextList),
    ("count", InputType::Count),
    ("measure", InputType::Measure),
    ("flag", InputType::Flag),
];

/// Returns the page.
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for name in INPUT_TABLES {
        let folders = match name {
            _ if UNDATED_TABLES.contains(&name) => "*.parquet",
            _ if NETWORK_TABLES.contains(&name) => "network=NAME/date=YYYY-MM-DD/*.parquet",
            _ => "date=YYYY-MM-DD/*.parquet",
        };
        let rows = columns_of_table(name).iter().map(row);
        let columns = table(["column", "holds", "required", "meaning"], rows);
        page += &format!("## `{name}`\n\n`{name}/{folders}`\n\n{columns}\n");
    }
    page + "## Accepted types\n\nA column of nulls and a dictionary of an accepted type are accepted, too.\n\n"
        + &types()
}

fn row(column: &InputColumn) -> [String; 4] {
    let required = if column.is_required { "yes" } else { "" };
    let (holds, _) = NAMES.iter().find(|(_, holds)| *holds == column.input_type).unwrap();
    [
        format!("`{}`", column.name),
        (*holds).to_owned(),
        required.to_owned(),
        cell(column.meaning),
    ]
}

/// The Arrow types that each kind of column accepts, as the contract's own check decides.
fn types() -> String {
    let item = |data_type| Arc::new(Field::new("item", data_type, true));
    let instant = |unit| DataType::Timestamp(unit, None);
    let candidates = [
        ("string", DataType::Utf8),
        ("large_string", DataType::LargeUtf8),
        ("string_view", DataType::Utf8View),
        ("binary", DataType::Binary),
        ("boolean", DataType::Boolean),
        ("int8", DataType::Int8),
        ("int16", DataType::Int16),
        ("int32", DataType::Int32),
        ("int64", DataType::Int64),
        ("uint8", DataType::UInt8),
        ("uint16", DataType::UInt16),
        ("uint32", DataType::UInt32),
        ("uint64", DataType::UInt64),
        ("float16", DataType::Float16),
        ("float32", DataType::Float32),
        ("float64", DataType::Float64),
        ("decimal128", DataType::Decimal128(10, 2)),
        ("date32", DataType::Date32),
        ("timestamp[s]", instant(TimeUnit::Second)),
        ("timestamp[ms]", instant(TimeUnit::Millisecond)),
        ("timestamp[µs]", instant(TimeUnit::Microsecond)),
        ("timestamp[ns]", instant(TimeUnit::Nanosecond)),
        ("list of strings", DataType::List(item(DataType::Utf8))),
        ("large_list of strings", DataType::LargeList(item(DataType::Utf8))),
        ("list_view of strings", DataType::ListView(item(DataType::Utf8))),
        (
            "fixed_size_list of strings",
            DataType::FixedSizeList(item(DataType::Utf8), 2),
        ),
    ];
    let rows = NAMES.map(|(name, holds)| {
        let accepted = candidates.iter().filter(|(_, data_type)| holds.accepts(data_type));
        let accepted: Vec<&str> = accepted.map(|(name, _)| *name).collect();
        [name.to_owned(), holds.describe().to_owned(), accepted.join(", ")]
    });
    table(["holds", "in words", "Arrow types"], rows)
}
