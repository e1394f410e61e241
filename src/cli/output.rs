//! Prints results to stdout: aligned tables or JSON.

use std::io::Write;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::Value;

use super::options::OutputFormat;
use clout_base::error::{Error, ErrorKind, Result};
use clout_base::visible_text::make_visible;

/// Result rows with their column names.
pub(super) struct ResultRows {
    /// Column names, as in `schema`.
    pub columns: Vec<&'static str>,
    /// Values by row, in column order.
    pub rows: Vec<Vec<Value>>,
}

impl ResultRows {
    /// Returns the rows as an array of objects.
    pub(super) fn to_json(&self) -> Value {
        Value::Array(self.rows.iter().map(|row| object(&self.columns, row)).collect())
    }
}

/// Prints rows as a table or as JSON.
pub(super) fn print_rows(rows: &ResultRows, format: OutputFormat) -> Result<()> {
    match format {
        OutputFormat::Text => print_line(&table(&rows.columns, &rows.rows, format_score)),
        OutputFormat::Json => print_line(&json(&rows.to_json())?),
    }
}

/// Prints one object, or one array of objects, as JSON.
pub(super) fn print_object(value: &impl Serialize) -> Result<()> {
    print_line(&json(value)?)
}

/// Prints a text and a line break. A closed pipe (`clout top | head -1`) is not an error.
pub(super) fn print_line(text: &str) -> Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::new(ErrorKind::Internal, "cannot write to stdout").with_source(error))
        }
        _ => Ok(()),
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Error::internal("cannot convert a result to JSON").with_source(error))
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

/// Prints the rows of a query as a table: column names from the user, numbers of any magnitude.
pub(super) fn print_table(columns: &[String], rows: &[Vec<Value>]) -> Result<()> {
    let columns: Vec<String> = columns.iter().map(|name| shorten_text(name)).collect();
    print_line(&table(&columns, rows, format_number))
}

fn table<S: AsRef<str>>(columns: &[S], rows: &[Vec<Value>], figure: fn(f64) -> String) -> String {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(AsRef::as_ref).collect::<Vec<&str>>());
    for row in rows {
        let cells = columns.iter().zip(row);
        table.add_row(
            cells
                .map(|(column, value)| format_cell(column.as_ref(), value, figure))
                .collect::<Vec<_>>(),
        );
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if rows.iter().any(|row| row[index].is_number()) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// Columns that hold sentences, which are never cut.
const PROSE: [&str; 10] = [
    "message",
    "advice",
    "description",
    "title",
    "rule",
    "status",
    "cause",
    "reason",
    "expected",
    "found",
];
/// Columns that hold lists of ids: `detail` of `score_changes`, and its headings in `clout explain`.
const DETAILS: [&str; 3] = ["detail", "most_of_it", "by"];

/// Formats a value for a table. Ids come from users, so control characters are replaced by visible ones.
fn format_cell(column: &str, value: &Value, figure: fn(f64) -> String) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) if PROSE.contains(&column) => make_visible(text),
        Value::String(text) if DETAILS.contains(&column) => shorten_list(text),
        Value::String(text) => shorten_text(text),
        Value::Number(number) if number.is_f64() => figure(number.as_f64().unwrap_or(f64::NAN)),
        Value::Array(items) => items
            .iter()
            .map(|item| format_cell(column, item, figure))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}

/// Formats a score with two decimals.
fn format_score(measure: f64) -> String {
    let shown = format!("{measure:.2}");
    if shown == "-0.00" { "0.00".to_owned() } else { shown }
}

/// Formats a number with six significant digits and without trailing zeros, as C's `%g`.
fn format_number(measure: f64) -> String {
    let scientific = format!("{measure:.5e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let trimmed = |digits: &str| match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => digits.to_owned(),
    };
    match exponent.parse::<i32>() {
        Ok(exponent @ -5..6) => trimmed(&format!("{measure:.*}", (5 - exponent) as usize)),
        _ => format!("{}e{exponent}", trimmed(digits)),
    }
}

/// Replaces control characters by visible ones and cuts the text to the widest table cell.
pub(super) fn shorten_text(text: &str) -> String {
    const WIDEST: usize = 80;
    cut(text, WIDEST)
}

/// Shortens a list such as "twitter: ada, bob and 29 more": cuts long ids, keeps the network and the count.
fn shorten_list(text: &str) -> String {
    const WIDEST_ID: usize = 40;
    const MOST_IDS: usize = 8;
    let (network, people) = match text.split_once(": ") {
        Some((network, people)) => (format!("{}: ", cut(network, WIDEST_ID)), people),
        None => (String::new(), text),
    };
    let (people, more) = match people.rsplit_once(" and ") {
        Some((people, more)) if more.ends_with(" more") => (people, format!(" and {}", cut(more, WIDEST_ID))),
        _ => (people, String::new()),
    };
    let mut ids: Vec<String> = people.split(", ").take(MOST_IDS).map(|id| cut(id, WIDEST_ID)).collect();
    if people.split(", ").nth(MOST_IDS).is_some() {
        ids.push("…".to_owned());
    }
    format!("{network}{}{more}", ids.join(", "))
}

fn cut(text: &str, widest: usize) -> String {
    let plain: String = make_visible(&text.chars().take(widest + 1).collect::<String>());
    match plain.chars().count() > widest {
        true => plain.chars().take(widest - 1).chain(['…']).collect(),
        false => plain,
    }
}

/// Replaces control characters by visible ones and keeps line breaks.
pub(super) fn escape_controls(message: &str) -> String {
    let lines: Vec<String> = message.split('\n').map(make_visible).collect();
    lines.join("\n")
}

/// Buffered stdout for long results that records a closed pipe.
pub(super) struct StdoutWriter {
    to: std::io::BufWriter<std::io::StdoutLock<'static>>,
    is_unread: bool,
}

impl StdoutWriter {
    /// Locks stdout. Call `flush` at the end.
    pub(super) fn new() -> StdoutWriter {
        StdoutWriter {
            to: std::io::BufWriter::new(std::io::stdout().lock()),
            is_unread: false,
        }
    }

    /// Returns true if the reader closed the pipe, as `head` does; this is not an error.
    pub(super) fn is_closed(&self) -> bool {
        self.is_unread
    }

    fn note<T>(&mut self, outcome: std::io::Result<T>) -> std::io::Result<T> {
        let is_broken_pipe = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
        self.is_unread |= outcome.as_ref().is_err_and(is_broken_pipe);
        outcome
    }
}

impl Write for StdoutWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let outcome = self.to.write(bytes);
        self.note(outcome)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let outcome = self.to.flush();
        self.note(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_cannot_move_the_cursor_or_widen_the_table() {
        assert_eq!(shorten_text("\u{1b}[2Jada\u{202e}x\n"), "␛[2Jada⟨202E⟩x␊");
        assert_eq!(shorten_text(&"x".repeat(10_000)).chars().count(), 80);
        assert_ne!(
            shorten_text("ada\u{7}"),
            shorten_text("ada\u{8}"),
            "different control characters stay distinct"
        );
        assert_eq!(escape_controls("a\nb\u{1b}c"), "a\nb␛c");
    }

    #[test]
    fn long_ids_in_a_list_are_cut_and_the_count_of_others_is_kept() {
        let long = "x".repeat(10_000);
        let shown = shorten_list(&format!("twitter: {long}, ada and 29 more"));
        assert!(
            shown.starts_with("twitter: xxx") && shown.ends_with("…, ada and 29 more"),
            "{shown}"
        );
        assert!(shown.chars().count() < 80, "{shown}");
        assert_eq!(shorten_list("twitter"), "twitter");
        let commas = shorten_list(&format!("{} and 2 more", "a, ".repeat(5_000)));
        assert!(commas.len() < 80 && commas.ends_with(", … and 2 more"), "{commas}");
        let advice = "word ".repeat(40);
        assert_eq!(
            format_cell("advice", &advice.as_str().into(), format_score),
            advice,
            "a sentence is not cut"
        );
    }

    #[test]
    fn measures_of_any_magnitude_keep_six_digits() {
        let measures = [
            0.0,
            35.71331417751419,
            1234567.0,
            100000.0,
            -0.00012345678,
            1e-9,
            0.5,
            99999.95,
        ];
        let shown = measures.map(format_number);
        let expected = [
            "0",
            "35.7133",
            "1.23457e6",
            "100000",
            "-0.000123457",
            "1e-9",
            "0.5",
            "99999.9",
        ];
        assert_eq!(shown[..7], expected[..7]);
        assert!(["99999.9", "100000"].contains(&&*shown[7]));
    }

    #[test]
    fn numbers_align_right_and_nulls_are_a_dash() {
        let rows = ResultRows {
            columns: vec!["name", "score"],
            rows: vec![vec!["a".into(), Value::from(9.5)], vec!["b".into(), Value::Null]],
        };
        let text = table(&rows.columns, &rows.rows, format_score);
        assert!(text.contains("9.50") && text.contains('-'), "{text}");
    }
}
