//! The page of the commands, from the definition of the command line.

use clap::{Arg, Command};
use clout_base::error::ErrorKind;

use super::{cell, table};

const INTRODUCTION: &str = "# Commands

`clout COMMAND --help` prints the same. Results go to stdout, logs and progress to stderr.

";

/// Returns the page.
pub fn page() -> String {
    let mut root = clout::cli::command();
    root.build();
    let mut page = INTRODUCTION.to_owned();
    page += &list(&root);
    page += "\n## Options of all commands\n\n";
    page += &arguments(root.get_arguments());
    page += "\n## Exit codes\n\n";
    page += &exit_codes();
    for command in visible(&root) {
        page += &section(command, "##", "clout");
    }
    page
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set())
}

fn list(root: &Command) -> String {
    let rows = visible(root).map(|command| {
        let name = command.get_name();
        [format!("[`clout {name}`](#clout-{name})"), about(command)]
    });
    table(["command", "purpose"], rows)
}

fn about(command: &Command) -> String {
    cell(&command.get_about().map(ToString::to_string).unwrap_or_default())
}

fn section(command: &Command, level: &str, parent: &str) -> String {
    let path = format!("{parent} {}", command.get_name());
    let mut text = format!("\n{level} `{path}`\n\n{}\n", about(command));
    let usage = command.clone().render_usage().to_string();
    text += &format!("\n```\n{}\n```\n", usage.trim_start_matches("Usage: ").trim());
    let own: Vec<&Arg> = command.get_arguments().filter(|arg| !is_common(arg)).collect();
    if !own.is_empty() {
        text += &format!("\n{}", arguments(own.into_iter()));
    }
    if let Some(after) = command.get_after_help() {
        text += &format!("\n```\n{}\n```\n", after.to_string().trim_end());
    }
    for inner in visible(command) {
        text += &section(inner, &format!("{level}#"), &path);
    }
    text
}

/// Options that each command has, listed once at the top.
fn is_common(arg: &Arg) -> bool {
    arg.is_global_set() || ["help", "version"].contains(&arg.get_id().as_str())
}

fn arguments<'a>(arguments: impl Iterator<Item = &'a Arg>) -> String {
    let shown = arguments.filter(|arg| !arg.is_hide_set());
    table(["argument", "default", "meaning"], shown.map(row))
}

fn row(arg: &Arg) -> [String; 3] {
    let mut meaning = cell(&arg.get_help().map(ToString::to_string).unwrap_or_default());
    let takes_value = arg.get_action().takes_values();
    let values: Vec<String> = match takes_value {
        true => arg
            .get_possible_values()
            .iter()
            .filter(|value| !value.is_hide_set())
            .map(choice)
            .collect(),
        false => Vec::new(),
    };
    if !values.is_empty() {
        meaning = format!("{}. One of {}", meaning.trim_end_matches('.'), values.join("; "));
    }
    let defaults: Vec<String> = match takes_value {
        true => arg
            .get_default_values()
            .iter()
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect(),
        false => Vec::new(),
    };
    [format!("`{}`", written(arg)), defaults.join(", "), meaning]
}

fn choice(value: &clap::builder::PossibleValue) -> String {
    match value.get_help() {
        Some(help) => format!(
            "`{}`: {}",
            value.get_name(),
            cell(help.to_string().trim_end_matches('.'))
        ),
        None => format!("`{}`", value.get_name()),
    }
}

/// An argument as it is written on the command line; optional positional ones in brackets.
fn written(arg: &Arg) -> String {
    let names: Vec<String> = arg
        .get_value_names()
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect();
    let value = match arg.get_action().takes_values() {
        true if names.is_empty() => format!(" {}", arg.get_id().as_str().to_uppercase()),
        true => format!(" {}", names.join(" ")),
        false => String::new(),
    };
    match (arg.get_short(), arg.get_long()) {
        (Some(short), Some(long)) => format!("-{short}, --{long}{value}"),
        (Some(short), None) => format!("-{short}{value}"),
        (None, Some(long)) => format!("--{long}{value}"),
        (None, None) if arg.is_required_set() => value.trim().to_owned(),
        (None, None) => format!("[{}]", value.trim()),
    }
}

fn exit_codes() -> String {
    let row = |kind: ErrorKind| {
        let retry = if kind.is_retryable() { "yes" } else { "" };
        [
            kind.exit_code().to_string(),
            kind.meaning().to_owned(),
            retry.to_owned(),
        ]
    };
    let done = ["0".to_owned(), "done, or done before".to_owned(), String::new()];
    table(
        ["code", "meaning", "the same command may succeed later"],
        [done].into_iter().chain(ErrorKind::ALL.map(row)),
    )
}
