//! Failures of a command: bugs become errors, and errors are printed to stderr.

use std::panic::AssertUnwindSafe;

use tracing::Level;

use super::json_log;
use super::output::escape_controls;
use clout_base::error::{Error, ErrorKind, Result};

/// Runs a command. A panic inside becomes an internal error, so that the scheduler gets a documented exit code. The
/// panic hook has printed the report by then.
pub(super) fn catch_bug<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::internal(
            "this is a bug in Clout; please report it. Nothing was published",
        ))
    })
}

/// Returns the text of an error with visible control characters.
pub(super) fn format_message(error: &Error) -> String {
    escape_controls(&error.to_string())
}

/// Returns the advice to retry, if the same command may succeed later.
pub(super) fn retry_hint(kind: ErrorKind) -> Option<String> {
    kind.is_retryable().then(|| {
        let code = kind.exit_code();
        format!("the same command may succeed later (exit code {code})")
    })
}

/// Prints an error to stderr; with JSON logging, as one more line of the log.
pub(super) fn print_error(error: &Error) {
    match json_log::is_active() {
        true => eprintln!("{}", format_error_line(error)),
        false => {
            eprintln!("error: {}", format_message(error));
            if let Some(hint) = retry_hint(error.kind()) {
                eprintln!("hint: {hint}");
            }
        }
    }
}

/// Formats an error as a line of the JSON log.
pub(super) fn format_error_line(error: &Error) -> String {
    let kind = error.kind();
    let fields = [
        ("exit_code", kind.exit_code().into()),
        ("kind", kind.name().into()),
        ("hint", retry_hint(kind).into()),
    ];
    let fields = fields.into_iter().map(|(key, value)| (key.to_owned(), value));
    json_log::format_line(Level::ERROR, &format_message(error), fields.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_internal_error() {
        let outcome: Result<()> = catch_bug(|| panic!("a panic that a test expects"));
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Internal);
        assert!(error.to_string().contains("Nothing was published"));
        assert_eq!(catch_bug(|| Ok(3)).unwrap(), 3);
    }
}
