//! Tables of tests as lines of words.

use polars::prelude::*;

use super::frames::{build_column, build_table};

/// Builds a table. The header names each column with its type: `row:u32 at:i64 is_post:bool id:str`.
pub(crate) fn table(header: &str, lines: &[&str]) -> DataFrame {
    let rows: Vec<Vec<&str>> = lines.iter().map(|line| line.split_whitespace().collect()).collect();
    let columns = header.split_whitespace().enumerate().map(|(index, column)| {
        let (name, kind) = column.split_once(':').unwrap();
        let words = rows.iter().map(|row| row[index]);
        match kind {
            "u32" => build_column(name, words.map(|word| word.parse::<u32>().unwrap())),
            "u64" => build_column(name, words.map(|word| word.parse::<u64>().unwrap())),
            "i32" => build_column(name, words.map(|word| word.parse::<i32>().unwrap())),
            "i64" => build_column(name, words.map(|word| word.parse::<i64>().unwrap())),
            "bool" => build_column(name, words.map(|word| word == "yes")),
            _ => build_column(name, words),
        }
    });
    build_table(columns.collect()).unwrap()
}

/// Returns the rows of a table as sorted lines of words.
pub(crate) fn lines(table: &DataFrame, columns: &str) -> Vec<String> {
    let columns: Vec<&Column> = columns
        .split_whitespace()
        .map(|name| table.column(name).unwrap())
        .collect();
    let word = |column: &&Column, row: usize| match column.get(row).unwrap() {
        AnyValue::Boolean(true) => "yes".to_owned(),
        AnyValue::Boolean(false) => "no".to_owned(),
        value => value.str_value().into_owned(),
    };
    let line = |row| {
        columns
            .iter()
            .map(|column| word(column, row))
            .collect::<Vec<String>>()
            .join(" ")
    };
    let mut lines: Vec<String> = (0..table.height()).map(line).collect();
    lines.sort();
    lines
}
