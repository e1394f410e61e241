//! Output of a finished process.

use std::time::Duration;

use super::process::Process;
use super::program::program;

/// Limits a process; one that hangs fails.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// Exit code and output of a finished process.
#[derive(Debug)]
pub struct CommandOutput {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl CommandOutput {
    /// Checks the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> CommandOutput {
        assert_eq!(self.code, code, "\nstdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// Checks that stdout or stderr contains the text.
    #[track_caller]
    pub fn prints(self, text: &str) -> CommandOutput {
        let is_printed = self.out.contains(text) || self.err.contains(text);
        assert!(is_printed, "no '{text}' in\n{}\n{}", self.out, self.err);
        self
    }

    /// Checks how often the driver submitted shards again.
    #[track_caller]
    pub fn resubmits(self, times: usize) -> CommandOutput {
        assert_eq!(self.err.matches("submitted again").count(), times, "{}", self.err);
        self
    }
}

/// Runs `clout-cluster` with only `variables` in its environment.
pub fn clout_with(arguments: &[&str], variables: &[(String, String)]) -> CommandOutput {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
    Process::start(program(), "command", folder.path(), &arguments, variables).wait(PATIENCE)
}
