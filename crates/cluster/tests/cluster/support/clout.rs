//! Runs `clout-cluster`, and limits how long a process may take.

use std::time::Duration;

pub use super::command_output::CommandOutput;
use super::process::Process;
use super::program::program;

/// Limits a process; one that hangs fails.
pub const PATIENCE: Duration = Duration::from_secs(180);

impl CommandOutput {
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
