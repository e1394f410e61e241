//! Command lines that clap refuses: text for people, and the result and log line that the arguments ask for.

use std::process::ExitCode;

use super::failure::format_error_line;
use super::output::print_object;
use super::run_record::RecordedFacts;
use super::run_result::RunResult;
use clout_base::error::Error;

/// Prints help or the version, or reports arguments that are wrong. Returns the exit code.
pub fn report(refusal: &clap::Error) -> ExitCode {
    if !refusal.use_stderr() {
        // A closed pipe (`clout --help | head -1`) is not an error.
        let _ = refusal.print();
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let error = Error::usage(shorten(&refusal.render().to_string()));
    match has_flag(&arguments, "--log-json") {
        true => eprintln!("{}", format_error_line(&error)),
        // Without a readable stderr, only the exit code is left.
        false => drop(refusal.print()),
    }
    let result = RunResult::from_error(&error, RecordedFacts::default(), 0.0);
    let printed = match ResultForm::find(&arguments) {
        Some(ResultForm::Object) => print_object(&result),
        Some(ResultForm::Array) => print_object(&[result]),
        None => Ok(()),
    };
    // The arguments are wrong, even if the result cannot be printed.
    drop(printed);
    ExitCode::from(error.kind().exit_code())
}

/// Removes `error:`, the usage and the reference to `--help` from a message of clap.
fn shorten(message: &str) -> String {
    let message = message.trim_start_matches("error: ");
    let is_reason = |line: &&str| !line.starts_with("Usage:") && !line.starts_with("For more information");
    let lines: Vec<&str> = message
        .lines()
        .take_while(is_reason)
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines.join("\n")
}

/// Form of the results that a command prints as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ResultForm {
    /// `run`: one object.
    Object,
    /// `backfill`: one array.
    Array,
}

impl ResultForm {
    /// Finds the form in arguments that clap could not parse.
    fn find(arguments: &[String]) -> Option<ResultForm> {
        let is_json =
            has_flag(arguments, "--format=json") || arguments.windows(2).any(|pair| pair == ["--format", "json"]);
        // Flags before the command have no values, so the first other argument is the command.
        let command = arguments.iter().find(|argument| !argument.starts_with('-'))?;
        match command.as_str() {
            "run" if is_json => Some(ResultForm::Object),
            "backfill" if is_json => Some(ResultForm::Array),
            _ => None,
        }
    }
}

fn has_flag(arguments: &[String], flag: &str) -> bool {
    arguments.iter().any(|argument| argument == flag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(line: &str) -> Option<ResultForm> {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        ResultForm::find(&arguments)
    }

    #[test]
    fn only_run_and_backfill_print_a_result_and_only_as_json() {
        assert_eq!(find("run --format json --wrong"), Some(ResultForm::Object));
        assert_eq!(find("--log-json run --wrong --format=json"), Some(ResultForm::Object));
        assert_eq!(find("backfill --format json"), Some(ResultForm::Array));
        for line in [
            "run --wrong",
            "run --format text",
            "run json",
            "top --format json",
            "--format",
        ] {
            assert_eq!(find(line), None, "{line}");
        }
    }

    #[test]
    fn a_message_keeps_the_reason_and_the_tip() {
        let message = "error: unexpected argument '--inputs' found\n\n  tip: a similar argument exists: '--input'\n\n\
                       Usage: clout run --input <URL> [JOB]\n\nFor more information, try '--help'.\n";
        let expected = "unexpected argument '--inputs' found\n  tip: a similar argument exists: '--input'";
        assert_eq!(shorten(message), expected);
    }
}
