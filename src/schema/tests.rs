use super::*;

#[test]
fn every_grain_is_made_of_columns_of_its_table() {
    for table in ALL.iter().copied().flatten() {
        for name in table.grain.iter().chain(table.bloom_column.iter()) {
            assert!(table.columns.iter().any(|c| c.name == *name), "{}.{name}", table.name);
        }
    }
}

#[test]
fn no_published_column_is_unsigned() {
    for table in ALL.iter().copied().flatten() {
        for field in table.arrow_schema().fields() {
            assert!(
                !field.data_type().is_unsigned_integer(),
                "{}.{}",
                table.name,
                field.name()
            );
        }
    }
}

/// Renders a table's columns as the README must contain them.
fn markdown_rows(table: &Table) -> String {
    let kind = |column: &Column| match column.kind {
        Kind::Text => "string",
        Kind::TextList => "list of strings",
        Kind::Count => "int64",
        Kind::Measure => "double",
        Kind::Flag => "boolean",
        Kind::Instant => "timestamp (µs, UTC)",
        Kind::Date => "date",
    };
    let row = |column: &Column| {
        let null = if column.is_nullable { ", or null" } else { "" };
        let meaning = column.description.replace('<', "\\<").replace('|', "\\|");
        format!("| `{}` | {}{null} | {meaning} |", column.name, kind(column))
    };
    table.columns.iter().map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_readme_contains_every_column_meaning() {
    let readme = include_str!("../../README.md");
    for table in ALL.iter().copied().flatten() {
        let expected = markdown_rows(table);
        assert!(
            readme.contains(&expected),
            "README, table {}: expected\n{expected}",
            table.name
        );
    }
}
