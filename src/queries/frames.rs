//! Converts published tables to Polars: column types from `schema`, rows from Arrow batches.
//!
//! Only the columns that a query needs are fetched. Files are read with Arrow's Parquet reader, not with Polars' own.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use polars::prelude::*;

use clout_base::error::{Error, Result};
use clout_base::schema::{ColumnType, TableSchema};

/// Returns the Polars type of a published column.
pub(super) fn polars_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text => DataType::String,
        ColumnType::TextList => DataType::List(Box::new(DataType::String)),
        ColumnType::Count => DataType::Int64,
        ColumnType::Measure => DataType::Float64,
        ColumnType::Flag => DataType::Boolean,
        ColumnType::Instant => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        ColumnType::Date => DataType::Date,
    }
}

/// Returns the Polars schema of a table.
pub(super) fn polars_schema(table: &TableSchema) -> Schema {
    let field =
        |column: &clout_base::schema::TableColumn| Field::new(column.name.into(), polars_type(column.column_type));
    table.columns.iter().map(field).collect()
}

/// Builds a date column of `height` equal rows; `day` counts days since 1970-01-01.
pub(super) fn build_date_column(name: &str, day: i32, height: usize) -> Column {
    Int32Chunked::full(name.into(), day, height).into_date().into_column()
}

/// Converts batches to a frame. The batches have the columns `names`, in this order.
pub(super) fn build_frame(table: &TableSchema, names: &[&str], batches: &[RecordBatch]) -> Result<DataFrame> {
    let height = batches.iter().map(RecordBatch::num_rows).sum();
    let column = |(index, name): (usize, &&str)| {
        let found = table.columns.iter().find(|column| column.name == *name);
        let kind = found.map(|column| column.column_type);
        let kind = kind.ok_or_else(|| Error::internal(format!("'{}' has no column '{name}'", table.name)))?;
        let parts: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(index).as_ref()).collect();
        column_of(name, kind, &parts)
            .ok_or_else(|| Error::internal(format!("'{}.{name}' does not have the type {kind:?}", table.name)))
    };
    let columns = names.iter().enumerate().map(column).collect::<Result<Vec<Column>>>()?;
    DataFrame::new(height, columns)
        .map_err(|error| Error::internal(format!("cannot convert '{}' to a frame", table.name)).with_source(error))
}

/// Concatenates the parts of a column. Returns `None` if a part has another type.
fn column_of(name: &str, kind: ColumnType, parts: &[&dyn Array]) -> Option<Column> {
    let name = PlSmallStr::from_str(name);
    let column = match kind {
        ColumnType::Text => text_column(name, parts)?.into_column(),
        ColumnType::TextList => list_column(name, parts)?,
        ColumnType::Flag => {
            let parts = all(parts, |part| part.as_boolean_opt())?;
            BooleanChunked::from_iter_options(name, parts.iter().flat_map(|part| part.iter())).into_column()
        }
        ColumnType::Count => {
            let parts = all(parts, |part| part.as_primitive_opt::<Int64Type>())?;
            Int64Chunked::from_iter_options(name, parts.iter().flat_map(|part| part.iter())).into_column()
        }
        ColumnType::Measure => {
            let parts = all(parts, |part| part.as_primitive_opt::<Float64Type>())?;
            Float64Chunked::from_iter_options(name, parts.iter().flat_map(|part| part.iter())).into_column()
        }
        ColumnType::Instant => {
            let parts = all(parts, |part| part.as_primitive_opt::<TimestampMicrosecondType>())?;
            let micros = Int64Chunked::from_iter_options(name, parts.iter().flat_map(|part| part.iter()));
            let instants = micros.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
            instants.into_column()
        }
        ColumnType::Date => {
            let parts = all(parts, |part| part.as_primitive_opt::<Date32Type>())?;
            let days = Int32Chunked::from_iter_options(name, parts.iter().flat_map(|part| part.iter()));
            days.into_date().into_column()
        }
    };
    Some(column)
}

fn all<'a, T: ?Sized>(parts: &[&'a dyn Array], typed: impl Fn(&'a dyn Array) -> Option<&'a T>) -> Option<Vec<&'a T>> {
    parts.iter().map(|part| typed(*part)).collect()
}

fn text_column(name: PlSmallStr, parts: &[&dyn Array]) -> Option<StringChunked> {
    let parts = all(parts, |part| part.as_string_opt::<i32>())?;
    let mut texts = StringChunkedBuilder::new(name, parts.iter().map(|part| part.len()).sum());
    for text in parts.iter().flat_map(|part| part.iter()) {
        texts.append_option(text);
    }
    Some(texts.finish())
}

fn list_column(name: PlSmallStr, parts: &[&dyn Array]) -> Option<Column> {
    let parts = all(parts, |part| part.as_list_opt::<i32>())?;
    let rows = parts.iter().map(|part| part.len()).sum();
    let items = parts.iter().map(|part| part.values().len()).sum();
    let mut lists = ListStringChunkedBuilder::new(name, rows, items);
    for list in parts.iter().flat_map(|part| part.iter()) {
        match list {
            None => lists.append_null(),
            Some(list) => {
                let texts = list.as_string_opt::<i32>()?;
                lists.append_values_iter(texts.iter().map(|text| text.unwrap_or_default()));
            }
        }
    }
    Some(lists.finish().into_column())
}
