//! Every table that Clout writes, named once: columns, types, grain, meaning and unit.
//!
//! The Parquet writer takes types, sort order and descriptions from here, and the README's
//! tables are made from it, so a column cannot mean two things in two places.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

mod people_tables;
mod tables;
mod topic_tables;

pub use people_tables::{ALERTS, PERK_WINNERS, SCORE_CHANGES};
pub use tables::{INFLUENCES, NETWORK_SCORES, REJECTS, RUN_METRICS, SCORES};
pub use topic_tables::{TOPIC_EVIDENCE, TOPIC_SCORES};

/// The type of a published column. No unsigned integers: Spark and BigQuery cannot read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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

impl Kind {
    /// The Arrow type that is written.
    pub fn data_type(self) -> DataType {
        match self {
            Kind::Text => DataType::Utf8,
            Kind::TextList => DataType::List(Arc::new(Field::new("element", DataType::Utf8, false))),
            Kind::Count => DataType::Int64,
            Kind::Measure => DataType::Float64,
            Kind::Flag => DataType::Boolean,
            Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Kind::Date => DataType::Date32,
        }
    }
}

/// A column: its name, its type, whether it may be null, and what it means.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name, as in the contract.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Whether a row may lack it.
    pub is_nullable: bool,
    /// Meaning and unit, as stored in the file's column metadata.
    pub description: &'static str,
}

/// A table: its name, its grain (the columns that it is sorted by), and its columns in order.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Name, and the folder below the output root.
    pub name: &'static str,
    /// What a row is.
    pub description: &'static str,
    /// The columns that order the rows.
    pub grain: &'static [&'static str],
    /// All columns in the order of the file.
    pub columns: &'static [Column],
    /// The column that readers look persons up by, which gets a bloom filter.
    pub bloom_column: Option<&'static str>,
}

impl Table {
    /// The Arrow schema, with each column's description in its metadata.
    pub fn arrow_schema(&self) -> SchemaRef {
        let field = |column: &Column| {
            let metadata = HashMap::from([("description".to_owned(), column.description.to_owned())]);
            Field::new(column.name, column.kind.data_type(), column.is_nullable).with_metadata(metadata)
        };
        Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }
}

/// Every published table.
pub const TABLES: &[Table] = &[
    SCORES,
    NETWORK_SCORES,
    TOPIC_SCORES,
    TOPIC_EVIDENCE,
    INFLUENCES,
    SCORE_CHANGES,
    ALERTS,
    REJECTS,
    RUN_METRICS,
];

/// A table by its name: those that a night publishes, and the winners of perks.
pub fn table(name: &str) -> Option<&'static Table> {
    ALL.iter().copied().flatten().find(|table| table.name == name)
}

/// What stands below an output root: what a night publishes, and what a draw does.
const ALL: &[&[Table]] = &[TABLES, &[PERK_WINNERS]];

const fn required(name: &'static str, kind: Kind, description: &'static str) -> Column {
    Column {
        name,
        kind,
        is_nullable: false,
        description,
    }
}

const fn optional(name: &'static str, kind: Kind, description: &'static str) -> Column {
    Column {
        name,
        kind,
        is_nullable: true,
        description,
    }
}

#[cfg(test)]
mod tests;
