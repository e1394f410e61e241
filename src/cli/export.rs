//! Writes a query result as CSV, JSON or Parquet.

use std::io::Write;

use polars::prelude::{DataFrame, ParquetWriter};
use serde_json::{Map, Value};

use crate::queries::{FrameCells, NonFinite};
use clout_base::error::{Error, ErrorKind, Result};
use clout_base::visible_text::make_visible;

/// Writes CSV (RFC 4180 with `\n` line ends): null is an empty field, an empty string is `""`, a list is JSON.
/// With `is_plain`, for a terminal, control characters are replaced by visible ones.
pub(super) fn write_csv(frame: &DataFrame, is_plain: bool, to: &mut impl Write) -> Result<()> {
    let field = |text: &str| quote_field(&if is_plain { make_visible(text) } else { text.to_owned() });
    let line = |fields: Vec<String>| fields.join(",");
    let names = frame.get_column_names();
    writeln!(to, "{}", line(names.iter().map(|name| field(name)).collect())).map_err(write_error)?;
    for values in FrameCells::from_frame(frame).iter_rows(NonFinite::Text) {
        let cell = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => field(text),
            other => field(&other.to_string()),
        };
        writeln!(to, "{}", line(values.iter().map(cell).collect())).map_err(write_error)?;
    }
    Ok(())
}

/// Quotes a field if needed. An empty string is quoted to distinguish it from null.
fn quote_field(text: &str) -> String {
    let is_bare = !text.is_empty() && !text.contains([',', '"', '\n', '\r']) && text.trim() == text;
    match is_bare {
        true => text.to_owned(),
        false => format!("\"{}\"", text.replace('"', "\"\"")),
    }
}

/// Writes one JSON array with one object per line. NaN and infinities become null.
pub(super) fn write_json(frame: &DataFrame, to: &mut impl Write) -> Result<()> {
    let names: Vec<String> = frame.get_column_names().iter().map(|name| name.to_string()).collect();
    to.write_all(b"[").map_err(write_error)?;
    for (index, values) in FrameCells::from_frame(frame).iter_rows(NonFinite::Null).enumerate() {
        let object: Map<String, Value> = names.iter().cloned().zip(values).collect();
        let comma = if index > 0 { "," } else { "" };
        write!(to, "{comma}\n  {}", Value::Object(object)).map_err(write_error)?;
    }
    let end = if frame.height() > 0 { "\n]\n" } else { "]\n" };
    to.write_all(end.as_bytes()).map_err(write_error)
}

/// Writes one Parquet file.
pub(super) fn write_parquet(frame: &mut DataFrame, to: &mut impl Write) -> Result<()> {
    let written = ParquetWriter::new(to).finish(frame);
    written
        .map(|_| ())
        .map_err(|error| Error::new(ErrorKind::Internal, "cannot write the query result as Parquet").with_source(error))
}

fn write_error(error: std::io::Error) -> Error {
    Error::internal("cannot write the query result").with_source(error)
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;

    fn frame() -> DataFrame {
        let lists = [
            Series::new("".into(), ["a", "b\"c"]),
            Series::new_empty("".into(), &DataType::String),
        ];
        df!(
            "id" => [Some("x,\"y\"\n\u{1b}[2J"), None],
            "empty" => ["", " padded"],
            "score" => [Some(35.71331417751419), Some(f64::NAN)],
            "n" => [Some(3_i64), None],
            "lists" => lists,
        )
        .unwrap()
    }

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn csv_distinguishes_null_empty_and_special_texts() {
        let plain = text(|to| write_csv(&frame(), false, to).unwrap());
        assert_eq!(
            plain,
            "id,empty,score,n,lists\n\
             \"x,\"\"y\"\"\n\u{1b}[2J\",\"\",35.71331417751419,3,\"[\"\"a\"\",\"\"b\\\"\"c\"\"]\"\n\
             ,\" padded\",NaN,,[]\n"
        );
        assert!(!text(|to| write_csv(&frame(), true, to).unwrap()).contains('\u{1b}'));
    }

    #[test]
    fn json_is_an_array_of_rows() {
        let rows: Value = serde_json::from_str(&text(|to| write_json(&frame(), to).unwrap())).unwrap();
        assert_eq!(
            rows[1],
            serde_json::json!({"id": null, "empty": " padded", "score": null, "n": null, "lists": []})
        );
        assert_eq!(text(|to| write_json(&frame().head(Some(0)), to).unwrap()), "[]\n");
    }

    #[test]
    fn parquet_reads_back_unchanged() {
        let mut bytes = Vec::new();
        write_parquet(&mut frame(), &mut bytes).unwrap();
        let back = ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
        assert!(back.equals_missing(&frame()));
    }
}
