//! Schemas of all tables that Clout writes: columns, types, grain, meaning and unit.
//!
//! The Parquet writer takes types, sort order and descriptions from this module, and the documentation's
//! tables are generated from it. A column therefore has one meaning everywhere.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

mod core_tables;
mod people_tables;
mod topic_tables;

pub use core_tables::{INFLUENCES, NETWORK_SCORES, PEOPLE, REJECTS, RUN_METRICS, SCORES};
pub use people_tables::{ALERTS, PERK_WINNERS, SCORE_CHANGES};
pub use topic_tables::{TOPIC_EVIDENCE, TOPIC_SCORES};

/// Type of a published column. Unsigned integers are excluded: Spark and BigQuery cannot read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// UTF-8 text; ids are always text.
    Text,
    /// A list of texts, itself never null.
    TextList,
    /// A count, INT64.
    Count,
    /// A measure, DOUBLE.
    Measure,
    /// True or false.
    Flag,
    /// A UTC instant, TIMESTAMP(MICROS, UTC).
    Instant,
    /// A calendar day, DATE.
    Date,
}

impl ColumnType {
    /// Returns the Arrow type that the writer uses.
    pub fn to_arrow(self) -> DataType {
        match self {
            ColumnType::Text => DataType::Utf8,
            ColumnType::TextList => DataType::List(Arc::new(Field::new("element", DataType::Utf8, false))),
            ColumnType::Count => DataType::Int64,
            ColumnType::Measure => DataType::Float64,
            ColumnType::Flag => DataType::Boolean,
            ColumnType::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            ColumnType::Date => DataType::Date32,
        }
    }
}

/// One column of a published table.
#[derive(Clone, Copy, Debug)]
pub struct TableColumn {
    /// Name, as in the contract.
    pub name: &'static str,
    /// Type of the values.
    pub column_type: ColumnType,
    /// True if the column may hold nulls.
    pub is_nullable: bool,
    /// Meaning and unit, stored in the file's column metadata.
    pub description: &'static str,
}

/// One published table with its columns in file order.
#[derive(Clone, Copy, Debug)]
pub struct TableSchema {
    /// Name of the table, and of its folder below the output root.
    pub name: &'static str,
    /// Content of the table, stored in the file's metadata.
    pub description: &'static str,
    /// Columns that identify a row; the file is sorted by them.
    pub grain: &'static [&'static str],
    /// All columns, in file order.
    pub columns: &'static [TableColumn],
    /// Column with a bloom filter, for lookups of one person.
    pub bloom_column: Option<&'static str>,
}

impl TableSchema {
    /// Builds the Arrow schema, with each column's description in its field metadata.
    pub fn build_arrow_schema(&self) -> SchemaRef {
        let field = |column: &TableColumn| {
            let metadata = HashMap::from([("description".to_owned(), column.description.to_owned())]);
            Field::new(column.name, column.column_type.to_arrow(), column.is_nullable).with_metadata(metadata)
        };
        Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }
}

/// Tables that every run publishes.
pub const SNAPSHOT_TABLES: &[TableSchema] = &[
    SCORES,
    PEOPLE,
    NETWORK_SCORES,
    TOPIC_SCORES,
    TOPIC_EVIDENCE,
    INFLUENCES,
    SCORE_CHANGES,
    ALERTS,
    REJECTS,
    RUN_METRICS,
];

/// Returns the table of this name: one that a run publishes, or `perk_winners`.
pub fn find_table(name: &str) -> Option<&'static TableSchema> {
    ALL.iter().copied().flatten().find(|table| table.name == name)
}

/// All tables below an output root: those of a run, and those of a perk draw.
const ALL: &[&[TableSchema]] = &[SNAPSHOT_TABLES, &[PERK_WINNERS]];

const fn required(name: &'static str, kind: ColumnType, description: &'static str) -> TableColumn {
    TableColumn {
        name,
        column_type: kind,
        is_nullable: false,
        description,
    }
}

const fn optional(name: &'static str, kind: ColumnType, description: &'static str) -> TableColumn {
    TableColumn {
        name,
        column_type: kind,
        is_nullable: true,
        description,
    }
}

#[cfg(test)]
mod tests;
