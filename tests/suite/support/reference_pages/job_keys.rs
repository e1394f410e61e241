//! The page of the job keys: defaults from the structs, sections and meanings from `jobs/reference.toml`.
//!
//! The unit tests in `src/job/job_files.rs` hold that file, the structs and the list of known keys together.

use clout::job::JobSpec;
use toml::{Table, Value};

use super::{cell, table};
use crate::support::repository;

const INTRODUCTION: &str = "# Job keys

A job file holds only the keys that differ from their default. The same keys work on the command line, where they win
over the file: `--set model.repeats.beta=1.0`. An unknown key is an error that names the most similar key. Keys marked
(score) are parameters of the model: another value makes another `model_version`, and the next run rebuilds its state
from the input. [jobs/reference.toml](../../../jobs/reference.toml) has the same as a job file.

";

/// A section of the file: its name, its comment, and its keys.
struct Section {
    name: String,
    comment: Vec<String>,
    keys: Vec<Key>,
}

/// A key with its value in the file and the comment above it.
struct Key {
    name: String,
    written: String,
    comment: Vec<String>,
}

/// Returns the page.
pub fn page() -> String {
    let text = std::fs::read_to_string(repository().join("jobs/reference.toml")).unwrap();
    let defaults = Table::try_from(JobSpec::new()).unwrap();
    let mut page = INTRODUCTION.to_owned();
    for section in parse(&text) {
        page += &format!("## `[{}]`\n\n", section.name);
        if !section.comment.is_empty() {
            page += &format!("{}\n\n", escaped(&section.comment));
        }
        let rows = section.keys.iter().map(|key| row(&defaults, &section, key));
        page += &table(["key", "default", "meaning"], rows);
        page += "\n";
    }
    page.trim_end().to_owned() + "\n"
}

fn row(defaults: &Table, section: &Section, key: &Key) -> [String; 3] {
    let default = match default(defaults, &section.name, &key.name) {
        Some(default) => {
            let written: Table = format!("x = {}", key.written).parse().unwrap();
            assert_eq!(&written["x"], default, "{} in [{}]", key.name, section.name);
            format!("`{}`", key.written)
        }
        None => format!("none; for instance `{}`", key.written),
    };
    let meaning = match key.name.as_str() {
        "VERB" => "Weight of a reaction with this verb, 0 or more.".to_owned(),
        _ => escaped(&key.comment),
    };
    [format!("`{}`", key.name), default, meaning]
}

/// Joins a comment; stars and underscores of formulas are left as they are.
fn escaped(comment: &[String]) -> String {
    cell(&comment.join(" ")).replace('*', "\\*")
}

/// The default of a key; none if the key is optional or its section holds names of the job's own choice.
fn default<'a>(defaults: &'a Table, section: &str, key: &str) -> Option<&'a Value> {
    let mut table = defaults;
    for part in section.split('.') {
        table = table.get(part).and_then(Value::as_table)?;
    }
    table.get(key)
}

/// The sections of the file in order. `#key = value` without a space is a setting without a default.
fn parse(text: &str) -> Vec<Section> {
    let (mut sections, mut comment) = (Vec::<Section>::new(), Vec::<String>::new());
    for line in text.lines() {
        let setting = line.strip_prefix('#').unwrap_or(line);
        if line.is_empty() && sections.is_empty() {
            // The comment at the head of the file belongs to no section.
            comment.clear();
        } else if let Some(words) = line.strip_prefix("# ") {
            comment.push(words.to_owned());
        } else if let Some(name) = setting.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            sections.push(Section {
                name: name.replace("stackexchange", "NAME"),
                comment: std::mem::take(&mut comment),
                keys: Vec::new(),
            });
        } else if let (Some((name, value)), Some(section)) = (setting.split_once(" = "), sections.last_mut()) {
            let is_verb = section.name.ends_with(".verbs");
            if !is_verb || section.keys.is_empty() {
                section.keys.push(Key {
                    name: if is_verb { "VERB" } else { name }.to_owned(),
                    written: value.to_owned(),
                    comment: std::mem::take(&mut comment),
                });
            }
        }
    }
    sections
}
