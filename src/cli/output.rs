//! Tables for people, JSON for machines; both on stdout.

use std::io::Write;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::Value;

use super::options::Format;
use crate::error::{Error, Kind, Result};

/// Rows to be shown: the column names, and for each row its values.
pub struct Rows {
    /// Column names, as in the contract.
    pub columns: Vec<&'static str>,
    /// Values by row, in the order of the columns.
    pub rows: Vec<Vec<Value>>,
}

/// Shows rows in the wanted format.
pub fn show(rows: &Rows, format: Format) -> Result<()> {
    match format {
        Format::Text => print(&table(rows)),
        Format::Json => print(&json(&Value::Array(
            rows.rows.iter().map(|row| object(&rows.columns, row)).collect(),
        ))?),
    }
}

/// Shows one object as JSON.
pub fn show_object(value: &Value) -> Result<()> {
    print(&json(value)?)
}

/// Prints a text and a line break; a reader who left early is no error.
pub fn print(text: &str) -> Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::new(Kind::Internal, "cannot write to stdout").with_source(error))
        }
        _ => Ok(()),
    }
}

fn json(value: &Value) -> Result<String> {
    serde_json::to_string_pretty(value).map_err(|error| Error::internal("a result is no JSON").with_source(error))
}

fn object(columns: &[&str], row: &[Value]) -> Value {
    Value::Object(
        columns
            .iter()
            .map(|name| (*name).to_owned())
            .zip(row.iter().cloned())
            .collect(),
    )
}

fn table(rows: &Rows) -> String {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(rows.columns.clone());
    for row in &rows.rows {
        table.add_row(row.iter().map(cell).collect::<Vec<_>>());
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if rows.rows.iter().any(|row| row[index].is_number()) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// A value as a person reads it. Control characters of hostile names never reach the terminal.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => printable(text),
        Value::Number(number) if number.is_f64() => {
            let shown = format!("{:.2}", number.as_f64().unwrap_or(f64::NAN));
            if shown == "-0.00" { "0.00".to_owned() } else { shown }
        }
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// The text without control and direction marks, cut to a width that a table can bear.
pub fn printable(text: &str) -> String {
    const WIDEST: usize = 80;
    let plain: String = text.chars().filter(is_plain).take(WIDEST + 1).collect();
    match plain.chars().count() > WIDEST {
        true => plain.chars().take(WIDEST - 1).chain(['…']).collect(),
        false => plain,
    }
}

/// A message without control and direction marks, but for its line breaks.
pub fn harmless(message: &str) -> String {
    message.chars().filter(|c| *c == '\n' || is_plain(c)).collect()
}

fn is_plain(c: &char) -> bool {
    !c.is_control() && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_cannot_move_the_cursor_or_widen_the_table() {
        assert_eq!(printable("\u{1b}[2Jada\u{202e}x\n"), "[2Jadax");
        assert_eq!(printable(&"x".repeat(10_000)).chars().count(), 80);
    }

    #[test]
    fn numbers_align_right_and_nulls_are_a_dash() {
        let rows = Rows {
            columns: vec!["name", "score"],
            rows: vec![vec!["a".into(), Value::from(9.5)], vec!["b".into(), Value::Null]],
        };
        let text = table(&rows);
        assert!(text.contains("9.50") && text.contains('-'), "{text}");
    }
}
