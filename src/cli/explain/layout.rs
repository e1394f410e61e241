//! Headings, tables and cells of the explanation as text.

use clout_base::error::Result;
use serde_json::Value;

use super::super::options::OutputFormat;
use super::super::output::{ResultRows, print_line, print_rows};

/// Prints an empty line and the heading of a section.
pub(super) fn print_heading(text: &str) -> Result<()> {
    print_line(&format!("\n{text}"))
}

/// Prints a table.
pub(super) fn print_table(columns: &[&'static str], rows: Vec<Vec<Value>>) -> Result<()> {
    let columns = columns.to_vec();
    print_rows(&ResultRows { columns, rows }, OutputFormat::Text)
}

/// Formats a small number with three decimals.
pub(super) fn format_thousandths(measure: f64) -> Value {
    format!("{measure:.3}").into()
}
