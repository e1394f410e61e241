//! The page of the published tables, from `clout_base::schema`.

use clout_base::schema::{ColumnType, PERK_WINNERS, SNAPSHOT_TABLES, TableColumn, TableSchema};

use super::{cell, table};

const INTRODUCTION: &str = "# Tables

Each snapshot has these tables as Parquet files below `TABLE/snapshot_date=DATE/` of the output root. `snapshot_date` is
the partition column; the files do not repeat it. The description of each column is also in the file metadata. The
rows of a file are sorted by the grain, which identifies a row.

";

/// Returns the page.
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for published in SNAPSHOT_TABLES.iter().chain([&PERK_WINNERS]) {
        page += &section(published);
    }
    page.trim_end().to_owned() + "\n"
}

fn section(published: &TableSchema) -> String {
    let grain: Vec<String> = published.grain.iter().map(|name| format!("`{name}`")).collect();
    let row = |column: &TableColumn| {
        let null = if column.is_nullable { "yes" } else { "" };
        [
            format!("`{}`", column.name),
            type_name(column.column_type).to_owned(),
            null.to_owned(),
            cell(column.description),
        ]
    };
    format!(
        "## `{}`\n\n{}\n\nGrain: {}.\n\n{}\n",
        published.name,
        published.description,
        grain.join(", "),
        table(["column", "type", "null", "meaning"], published.columns.iter().map(row))
    )
}

fn type_name(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "string",
        ColumnType::TextList => "list of strings",
        ColumnType::Count => "int64",
        ColumnType::Measure => "double",
        ColumnType::Flag => "boolean",
        ColumnType::Instant => "timestamp (µs, UTC)",
        ColumnType::Date => "date",
    }
}
