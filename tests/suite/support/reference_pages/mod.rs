//! The pages of the generated reference, in Markdown.

pub mod commands;
pub mod input;
pub mod job_keys;
pub mod tables;

/// Escapes text for a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('<', "\\<").replace('|', "\\|").replace('\n', " ")
}

/// Returns a Markdown table.
fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&head.map(str::to_owned)) + &line(&head.map(|_| "---".to_owned()));
    rows.into_iter().for_each(|row| text += &line(&row));
    text
}
