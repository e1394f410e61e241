//! One error for the whole program: a kind that decides what the caller does next,
//! a message that says what to do, and context added once, where the value is known.

use std::error::Error as StdError;
use std::fmt;

/// What went wrong, by what the caller can do about it. The kind decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A broken invariant of Clout itself.
    Internal,
    /// The command line or the job file asks for something that cannot be.
    Usage,
    /// Input is missing or not delivered yet; the same run may succeed later.
    NotReady,
    /// The input was read and is refused.
    Refused,
    /// The object store failed after its retries; the same run may succeed later.
    Storage,
    /// Another run is publishing, or has published, this date.
    Conflict,
    /// The propagation did not settle within its iterations.
    NotConverged,
    /// The run would need more memory than it was allowed.
    Memory,
}

impl Kind {
    /// The process exit code of the contract.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Internal => 1,
            Kind::Usage => 2,
            Kind::NotReady => 3,
            Kind::Refused => 4,
            Kind::Storage => 5,
            Kind::Conflict => 6,
            Kind::NotConverged => 7,
            Kind::Memory => 8,
        }
    }

    /// Whether running the same command again later may succeed without a change.
    pub fn is_retryable(self) -> bool {
        matches!(self, Kind::NotReady | Kind::Storage)
    }

    /// Every kind, by exit code.
    pub const ALL: [Kind; 8] = [
        Kind::Internal,
        Kind::Usage,
        Kind::NotReady,
        Kind::Refused,
        Kind::Storage,
        Kind::Conflict,
        Kind::NotConverged,
        Kind::Memory,
    ];

    /// The meaning of the exit code, for the reference.
    pub fn meaning(self) -> &'static str {
        match self {
            Kind::Internal => "internal error, or a damaged snapshot",
            Kind::Usage => "the command line or the job file is wrong",
            Kind::NotReady => "input or a snapshot is missing or not ready",
            Kind::Refused => "the input was read and rejected",
            Kind::Storage => "the object store failed after all retries",
            Kind::Conflict => "another run publishes, or has published, this date; another draw was first",
            Kind::NotConverged => "the propagation did not converge",
            Kind::Memory => "the run would exceed its memory limit",
        }
    }
}

/// An error with its kind, a message for a person, and the places it passed through.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    context: Vec<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The result of everything that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of `kind` whose message says what was expected and what to do.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error {
            kind,
            message: message.into(),
            context: Vec::new(),
            source: None,
        }
    }

    /// A broken invariant: exit code 1.
    pub fn internal(message: impl Into<String>) -> Self {
        Error::new(Kind::Internal, message)
    }

    /// A mistake on the command line or in the job file: exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Error::new(Kind::Usage, message)
    }

    /// Keeps the error that caused this one.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Says where it happened; called once at each place that knows more.
    pub fn context(mut self, place: impl Into<String>) -> Self {
        self.context.push(place.into());
        self
    }

    /// The kind, which decides the exit code.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The message without its context.
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

/// Adds a place to an error on its way up.
pub trait Context<T> {
    /// Says where the error happened; the closure runs only on failure.
    fn context(self, place: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Context<T> for Result<T> {
    fn context(self, place: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| error.context(place()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_reads_from_the_outermost_place_to_the_cause() {
        let cause = std::io::Error::other("disk is full");
        let error = Error::new(Kind::Storage, "could not write")
            .with_source(cause)
            .context("part-0.parquet")
            .context("publishing 2026-10-31");
        assert_eq!(
            error.to_string(),
            "publishing 2026-10-31: part-0.parquet: could not write: disk is full"
        );
    }

    #[test]
    fn every_kind_has_the_exit_code_of_the_contract() {
        let kinds = [
            (Kind::Internal, 1),
            (Kind::Usage, 2),
            (Kind::NotReady, 3),
            (Kind::Refused, 4),
            (Kind::Storage, 5),
            (Kind::Conflict, 6),
            (Kind::NotConverged, 7),
            (Kind::Memory, 8),
        ];
        for (kind, code) in kinds {
            assert_eq!(kind.exit_code(), code);
        }
    }
}
