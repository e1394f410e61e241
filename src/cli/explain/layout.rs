//! Headings, tables and cells of the explanation as text.

use clout_base::error::Result;
use serde_json::Value;

use super::super::options::Format;
use super::super::output::{Rows, print, show};

/// Prints an empty line and the heading of a section.
pub fn heading(text: &str) -> Result<()> {
    print(&format!("\n{text}"))
}

/// Prints a table.
pub fn table(columns: &[&'static str], rows: Vec<Vec<Value>>) -> Result<()> {
    let columns = columns.to_vec();
    show(&Rows { columns, rows }, Format::Text)
}

/// Formats a small number with three decimals.
pub fn thousandths(measure: f64) -> Value {
    format!("{measure:.3}").into()
}
