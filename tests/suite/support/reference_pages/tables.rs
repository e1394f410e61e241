//! The page of the published tables, from `clout_base::schema`.

use clout_base::schema::{Column, Kind, PERK_WINNERS, TABLES, Table};

use super::{cell, table};

const INTRODUCTION: &str = "# Tables

Each snapshot has these tables as Parquet files below `TABLE/snapshot_date=DATE/` of the output root. `snapshot_date` is
the partition column; the files do not repeat it. The description of each column is also in the file metadata. The
rows of a file are sorted by the grain, which identifies a row.

";

/// Returns the page.
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for published in TABLES.iter().chain([&PERK_WINNERS]) {
        page += &section(published);
    }
    page.trim_end().to_owned() + "\n"
}

fn section(published: &Table) -> String {
    let grain: Vec<String> = published.grain.iter().map(|name| format!("`{name}`")).collect();
    let row = |column: &Column| {
        let null = if column.is_nullable { "yes" } else { "" };
        [
            format!("`{}`", column.name),
            type_name(column.kind).to_owned(),
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

fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "string",
        Kind::TextList => "list of strings",
        Kind::Count => "int64",
        Kind::Measure => "double",
        Kind::Flag => "boolean",
        Kind::Instant => "timestamp (µs, UTC)",
        Kind::Date => "date",
    }
}
