//! README and book show the output of the program: each `$ clout …` in a fenced block is run once, and each line below
//! it must be a line of the output, in order. `…` elides lines. `# exit N` behind a command names its exit code.

use std::collections::BTreeMap;

use crate::support::clout::{CommandOutput, collect_output, command};
use crate::support::prose::documents;
use crate::support::tables::{Snapshot, number};

/// The command that pages show twice: its second run finds a published date.
const LAST_RUN: &str = "clout run --input sample_data --output out --as-of 2026-10-31";

/// A command in a fenced block, with the numbered lines below it.
struct ShownCommand {
    file: String,
    line: usize,
    command: String,
    exit_code: i32,
    output: Vec<(usize, String)>,
}

/// README and the pages of the book, without the generated ones.
fn pages() -> Vec<(String, String)> {
    let is_page = |file: &str| file == "README.md" || file.starts_with("docs/src/");
    let is_shown = |(file, _): &(String, String)| is_page(file) && !file.starts_with("docs/src/reference/");
    documents().into_iter().filter(is_shown).collect()
}

/// Collects the commands of all fenced blocks of a page.
fn shown_commands(file: &str, text: &str) -> Vec<ShownCommand> {
    let mut shown: Vec<ShownCommand> = Vec::new();
    let (mut is_code, mut is_output) = (false, false);
    for (line, text) in (1..).zip(text.lines()) {
        if text.starts_with("```") {
            (is_code, is_output) = (!is_code, false);
        } else if let Some(typed) = text.strip_prefix("$ ").filter(|_| is_code) {
            is_output = typed.starts_with("clout ");
            let (command, exit_code) = typed.split_once(" # exit ").unwrap_or((typed, "0"));
            let exit_code = exit_code.parse().unwrap();
            shown.extend(is_output.then(|| ShownCommand {
                file: file.to_owned(),
                line,
                command: command.to_owned(),
                exit_code,
                output: Vec::new(),
            }));
        } else if is_output && !text.trim().is_empty() && text.trim() != "…" {
            let last = shown.last_mut().unwrap();
            last.output.push((line, text.trim_end().to_owned()));
        }
    }
    shown
}

fn all_commands() -> Vec<ShownCommand> {
    let of_page = |(file, text): &(String, String)| shown_commands(file, text);
    pages().iter().flat_map(of_page).collect()
}

fn is_evaluation(shown: &ShownCommand) -> bool {
    shown.command.starts_with("clout evaluate ")
}

/// Splits a command into its arguments; a quoted text is one.
fn arguments(command: &str) -> Vec<&str> {
    let pieces = command.split('"').enumerate();
    let words = pieces.flat_map(|(index, piece)| match index % 2 {
        1 => vec![piece],
        _ => piece.split_whitespace().collect(),
    });
    words.skip(1).collect()
}

/// Runs a command in the repository, with the folders `out` and `site` below `folder`.
fn run(command_line: &str, folder: &str) -> CommandOutput {
    let (out, site) = (format!("{folder}/out"), format!("{folder}/site"));
    let in_folder = |argument| match argument {
        "out" => out.as_str(),
        "site" => site.as_str(),
        argument => argument,
    };
    let arguments: Vec<&str> = arguments(command_line).into_iter().map(in_folder).collect();
    let mut command = command(&arguments, &[]);
    collect_output(command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap())
}

/// Cuts the seconds of a run off.
fn without_seconds(line: &str) -> &str {
    match line.rsplit_once(", ") {
        Some((rest, seconds)) if line.starts_with("published ") && seconds.ends_with(" s") => rest,
        _ => line.trim_end(),
    }
}

/// Describes the differences between a shown output and the program's.
fn differences(shown: &ShownCommand, printed: &CommandOutput) -> Vec<String> {
    let ShownCommand {
        file, line, command, ..
    } = shown;
    let text = match shown.exit_code {
        0 => printed.out.clone(),
        _ => format!("{}{}", printed.out, printed.err),
    };
    let mut found = Vec::new();
    if printed.code != shown.exit_code {
        let (expected, code) = (shown.exit_code, printed.code);
        found.push(format!(
            "{file}:{line}: `{command}` exits with {code}, not {expected}: {}",
            printed.err
        ));
    }
    if shown.output.is_empty() {
        found.push(format!("{file}:{line}: `{command}` is shown without output"));
    }
    let lines: Vec<&str> = text.lines().map(without_seconds).collect();
    let mut start = 0;
    for (line, shown_line) in &shown.output {
        let position = lines[start..]
            .iter()
            .position(|printed| *printed == without_seconds(shown_line));
        match position {
            Some(position) => start += position + 1,
            None => found.push(format!("{file}:{line}: `{command}` does not print\n    {shown_line}")),
        }
    }
    found
}

#[track_caller]
fn check(differences: &[String]) {
    assert!(
        differences.is_empty(),
        "the documents show other lines than the program:\n{}",
        differences.join("\n")
    );
}

#[test]
fn the_documents_show_what_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    let backfill = "clout backfill --input sample_data --output out --from 2026-10-21 --to 2026-10-30";
    run(backfill, root).exits(0);
    let first = run(LAST_RUN, root).exits(0);
    let second = run(LAST_RUN, root).exits(0);
    // Pages show the output of the first run or that of a second one.
    let both = CommandOutput {
        code: 0,
        out: first.out + &second.out,
        err: String::new(),
    };
    let mut outputs = BTreeMap::from([(LAST_RUN.to_owned(), both)]);
    let mut found = Vec::new();
    for shown in all_commands().iter().filter(|shown| !is_evaluation(shown)) {
        let command = &shown.command;
        let printed = outputs.entry(command.clone()).or_insert_with(|| run(command, root));
        found.extend(differences(shown, printed));
    }
    check(&found);
    let shows = |line: &str| pages().iter().any(|(_, text)| text.contains(line));
    assert!(shows(second.out.trim()), "no page shows\n{}", second.out);
    let days = ["2026-10-29", "2026-10-30", "2026-10-31"];
    let output = folder.path().join("out");
    let days = days.map(|day| (day, Snapshot::read(&output, day)));
    let missing = published_figures(&days).into_iter().filter(|line| !shows(line));
    check(
        &missing
            .map(|line| format!("no page shows\n    {line}"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn the_documents_show_what_the_evaluations_print() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    let evaluations = all_commands().into_iter().filter(is_evaluation);
    let found: Vec<String> = evaluations
        .flat_map(|shown| differences(&shown, &run(&shown.command, root)))
        .collect();
    check(&found);
}

/// Formats the published figures that the book shows through DuckDB, through Polars, and as intervals.
fn published_figures(days: &[(&str, Snapshot)]) -> Vec<String> {
    let (last, snapshot) = &days[days.len() - 1];
    let mut lines = vec![format!("| {last} | score | score_low | score_high | coverage |")];
    for (day, snapshot) in days {
        let bert = snapshot.scores()["bert-the-buyer"];
        let [score, delta] = ["score", "delta_1d"].map(|column| number(bert, column).unwrap());
        lines.push(format!("│ {day:<13} │ bert-the-buyer │ {score:>18} │ {delta:>20} │"));
    }
    for network in ["facebook", "foursquare", "linkedin", "twitter"] {
        let paul = snapshot.on("paul-of-four-networks", network);
        let [score, share] = ["score", "share"].map(|column| {
            let digits = format!("{:.6}", number(paul, column).unwrap());
            digits.trim_end_matches('0').to_owned()
        });
        let [reactions, posts] = ["reactions", "posts"].map(|column| paul[column].as_i64().unwrap());
        lines.push(format!(
            "│ {network:<10} ┆ {score:<9} ┆ {reactions:<9} ┆ {posts:<5} ┆ {share:<8} │"
        ));
    }
    for person in [
        "ada-the-specialist",
        "paul-of-four-networks",
        "olga-of-one-network",
        "cleo-the-celebrity",
    ] {
        let scores = snapshot.scores();
        let columns = ["score", "score_low", "score_high", "coverage"];
        let figures = columns.map(|column| format!("{:.2}", number(scores[person], column).unwrap()));
        lines.push(format!("| {person} | {} |", figures.join(" | ")));
    }
    lines
}

#[test]
fn a_wrong_line_is_named_with_its_file_and_line() {
    let page =
        "Text\n```\n$ clout top -n 1 # exit 3\none\n…\n\nthree\ntwo\n$ other\nfour\n```\n$ clout not-in-a-block\n";
    let shown = shown_commands("a.md", page);
    assert_eq!(shown.len(), 1);
    let printed = CommandOutput {
        code: 2,
        out: "one\ntwo\n".to_owned(),
        err: "three\n".to_owned(),
    };
    let found = differences(&shown[0], &printed).join("\n");
    let expected =
        "a.md:3: `clout top -n 1` exits with 2, not 3: three\n\na.md:8: `clout top -n 1` does not print\n    two";
    assert_eq!(found, expected);
}
