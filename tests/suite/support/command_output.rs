//! Output of a finished process.

use serde_json::Value;

/// Exit code and output of a finished run.
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
        assert!(
            self.out.contains(text) || self.err.contains(text),
            "no '{text}' in\n{}\n{}",
            self.out,
            self.err
        );
        self
    }

    /// Checks that neither stdout nor stderr contains the text.
    #[track_caller]
    pub fn does_not_print(self, text: &str) -> CommandOutput {
        assert!(
            !self.out.contains(text) && !self.err.contains(text),
            "'{text}' in\n{}\n{}",
            self.out,
            self.err
        );
        self
    }

    /// Parses stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in\n{}\n{}", self.out, self.err))
    }
}
