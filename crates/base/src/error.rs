//! The error type of the whole program: a kind that decides the exit code, a message that says how to
//! fix the problem, and context that is added once, at the place that knows the value.

use std::error::Error as StdError;
use std::fmt;

/// The class of an error by the action that the caller can take. The kind decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A broken invariant of Clout: a bug.
    Internal,
    /// The command line or the job file asks for something invalid, or a store refuses for good.
    Usage,
    /// Input is missing or not delivered yet. The same run may succeed later.
    NotReady,
    /// The input was read and refused.
    Refused,
    /// The object store failed after all retries. The same run may succeed later.
    Storage,
    /// Another run is publishing this date, or has published it.
    Conflict,
    /// The propagation did not converge within its iteration limit.
    NotConverged,
    /// The run needs more memory than its limit allows.
    Memory,
}

impl ErrorKind {
    /// Returns the documented process exit code of the kind.
    pub fn exit_code(self) -> u8 {
        match self {
            ErrorKind::Internal => 1,
            ErrorKind::Usage => 2,
            ErrorKind::NotReady => 3,
            ErrorKind::Refused => 4,
            ErrorKind::Storage => 5,
            ErrorKind::Conflict => 6,
            ErrorKind::NotConverged => 7,
            ErrorKind::Memory => 8,
        }
    }

    /// Returns the name of the kind in results and logs.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::Internal => "internal",
            ErrorKind::Usage => "usage",
            ErrorKind::NotReady => "not_ready",
            ErrorKind::Refused => "refused",
            ErrorKind::Storage => "storage",
            ErrorKind::Conflict => "conflict",
            ErrorKind::NotConverged => "not_converged",
            ErrorKind::Memory => "memory",
        }
    }

    /// Returns true if the same command may succeed later without a change.
    pub fn is_retryable(self) -> bool {
        matches!(self, ErrorKind::NotReady | ErrorKind::Storage)
    }

    /// Every kind, by exit code.
    pub const ALL: [ErrorKind; 8] = [
        ErrorKind::Internal,
        ErrorKind::Usage,
        ErrorKind::NotReady,
        ErrorKind::Refused,
        ErrorKind::Storage,
        ErrorKind::Conflict,
        ErrorKind::NotConverged,
        ErrorKind::Memory,
    ];

    /// The meaning of the exit code, for the reference.
    pub fn meaning(self) -> &'static str {
        match self {
            ErrorKind::Internal => "internal error, or a damaged snapshot",
            ErrorKind::Usage => "the command line or the job file is wrong, or a store refuses for good",
            ErrorKind::NotReady => "input or a snapshot is missing or not ready",
            ErrorKind::Refused => "the input was read and rejected",
            ErrorKind::Storage => "the object store failed after all retries",
            ErrorKind::Conflict => "another run publishes, or has published, this date; another draw was first",
            ErrorKind::NotConverged => "the propagation did not converge",
            ErrorKind::Memory => "the run would exceed its memory limit",
        }
    }
}

/// An error with its kind, a message for people, its context and its source.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    context: Vec<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The result type of every fallible function in Clout.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Creates an error. `message` says the expected value and the next step.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error {
            kind,
            message: message.into(),
            context: Vec::new(),
            source: None,
        }
    }

    /// Creates an error for a broken invariant (exit code 1).
    pub fn internal(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Internal, message)
    }

    /// Creates an error for a mistake on the command line or in the job file (exit code 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Usage, message)
    }

    /// Attaches the error that caused this one.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds the location of the failure. Each caller that knows more adds its part once.
    pub fn context(mut self, place: impl Into<String>) -> Self {
        self.context.push(place.into());
        self
    }

    /// Returns the kind, which decides the exit code.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the message without context and source.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in self.context.iter().rev() {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        let mut cause = self.source.as_deref().map(|s| s as &dyn StdError);
        while let Some(inner) = cause {
            write!(f, ": {inner}")?;
            cause = inner.source();
        }
        Ok(())
    }
}

impl StdError for Error {}

/// Adds context to the error of a [`Result`].
pub trait ErrorContext<T> {
    /// Adds the location of the failure. The closure runs only on failure.
    fn context(self, place: impl FnOnce() -> String) -> Result<T>;
}

impl<T> ErrorContext<T> for Result<T> {
    fn context(self, place: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| error.context(place()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_is_printed_from_the_outermost_location_to_the_cause() {
        let cause = std::io::Error::other("disk is full");
        let error = Error::new(ErrorKind::Storage, "could not write")
            .with_source(cause)
            .context("part-0.parquet")
            .context("publishing 2026-10-31");
        assert_eq!(
            error.to_string(),
            "publishing 2026-10-31: part-0.parquet: could not write: disk is full"
        );
    }

    #[test]
    fn every_kind_has_its_documented_exit_code() {
        let kinds = [
            (ErrorKind::Internal, 1),
            (ErrorKind::Usage, 2),
            (ErrorKind::NotReady, 3),
            (ErrorKind::Refused, 4),
            (ErrorKind::Storage, 5),
            (ErrorKind::Conflict, 6),
            (ErrorKind::NotConverged, 7),
            (ErrorKind::Memory, 8),
        ];
        for (kind, code) in kinds {
            assert_eq!(kind.exit_code(), code);
        }
    }
}
