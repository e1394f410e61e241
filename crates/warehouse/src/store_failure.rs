//! Failures of a store: transient or for good, with advice for the operator.
//!
//! A failure is for good if the store would refuse the same request again: a usage error (exit 2). Every other failure
//! is transient (exit 5), and a later run may succeed. A sign without a row in this table counts as transient, since a useless
//! retry costs less than a missing snapshot.
//!
//! | sign | decision |
//! |---|---|
//! | 404 with `NoSuchBucket`, `ContainerNotFound`, "bucket does not exist"; 400 `InvalidBucketName` | for good |
//! | 401; 403 of any kind, also of a token that expired during the run; 400 with a code of invalid or expired credentials | for good |
//! | 301 and 307 without a location, 400 `AuthorizationHeaderMalformed`: another region | for good |
//! | 405, 501 `NotImplemented`: no conditional put | for good |
//! | no answer, or 4xx, from the address that serves a machine's own credentials: none were found | for good |
//! | 429 or 5xx from that address: a busy metadata server | transient |
//! | local: permission denied, read-only file system, a file instead of a folder, no hard links | for good |
//! | local: disk or quota full, and all other errors of a disk | transient |
//! | other 5xx, 408, 409, 429, timeouts, resets, cut bodies, TLS and DNS errors | transient |
//!
//! Messages name the action, the key and the root. They never contain a credential, the body of an object, or a query
//! string (an Azure signature is one).

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use clout_base::error::{Error, ErrorKind};

/// Failure of a call to the store.
#[derive(Debug)]
pub(super) enum StoreFailure {
    /// The store returned an error, or could not be reached.
    Store(object_store::Error),
    /// A local file could not be written.
    Local(LocalFailure),
    /// The body has another length than announced.
    Length {
        /// Announced number of bytes.
        announced: u64,
        /// Number of bytes that arrived.
        arrived: u64,
    },
    /// The object has become shorter than the range that was asked for; this is its size now.
    Shorter(u64),
    /// No response arrived before the call's deadline.
    Deadline(Duration),
}

/// Failed step of a write to a local folder.
#[derive(Debug)]
pub(super) struct LocalFailure {
    /// Step of the write.
    pub(super) step: LocalStep,
    /// Error of the operating system.
    pub(super) source: io::Error,
}

/// Step of a write to a local folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LocalStep {
    /// Writes the bytes to the staging folder.
    Stage,
    /// Links the staged file to its new name.
    Link,
    /// Renames the staged file, which replaces the old one.
    Rename,
}

impl From<object_store::Error> for StoreFailure {
    fn from(error: object_store::Error) -> StoreFailure {
        StoreFailure::Store(error)
    }
}

impl StoreFailure {
    /// Returns true if the object does not exist. A missing bucket is another failure: otherwise a mistyped
    /// root would look like an empty one.
    pub(super) fn is_not_found(&self) -> bool {
        match self {
            StoreFailure::Store(error @ object_store::Error::NotFound { .. }) => !is_bucket_missing(&error.to_string()),
            _ => false,
        }
    }

    /// Returns true if the store refused a create because the object exists, or seems to.
    pub(super) fn is_conflict(&self) -> bool {
        use object_store::Error::{AlreadyExists, Precondition};
        match self {
            StoreFailure::Store(error) => matches!(error, AlreadyExists { .. } | Precondition { .. }),
            StoreFailure::Local(failure) => {
                failure.step == LocalStep::Link && failure.source.kind() == io::ErrorKind::AlreadyExists
            }
            _ => false,
        }
    }

    /// Returns true if an answer broke off after its head, or no answer came, and `object_store` has not repeated the
    /// request: it does not repeat a listing or a batch of deletes after a broken answer.
    pub(super) fn is_broken_answer(&self) -> bool {
        match self {
            StoreFailure::Length { .. } => true,
            StoreFailure::Store(error @ object_store::Error::Generic { store, .. }) if *store != LOCAL_STORE => {
                let text = error.to_string();
                let is_transient = matches!(judge_store(error, &text), Decision::Transient(_));
                is_transient && status(&text).is_none() && !text.contains("max_retries:")
            }
            _ => false,
        }
    }

    /// Converts the failure into the message `could not <action> '<key>' in <root>: <reason>. <advice>`.
    pub(super) fn into_error(self, action: &str, key: &str, root: &str) -> Error {
        let action = match key {
            "" => format!("could not {action} {root}"),
            _ => format!("could not {action} '{key}' in {root}"),
        };
        let (reason, decision) = self.judge();
        let (kind, advice) = match decision {
            Decision::ForGood(advice) => (ErrorKind::Usage, advice),
            Decision::Transient(advice) => (ErrorKind::Storage, advice),
        };
        let stop = if advice.is_empty() { "" } else { ". " };
        Error::new(kind, format!("{action}: {reason}{stop}{advice}"))
    }

    /// Returns the reason in one line, and the decision.
    fn judge(&self) -> (String, Decision) {
        match self {
            StoreFailure::Deadline(limit) => (
                format!("no response within {} s", limit.as_secs()),
                Decision::Transient("Check the network and the endpoint, then run again"),
            ),
            StoreFailure::Length { announced, arrived } => (
                format!("{announced} bytes were announced and {arrived} arrived"),
                Decision::Transient("Check the network and any proxy before the store, then run again"),
            ),
            StoreFailure::Shorter(size) => (
                format!("it has only {size} bytes now, so it changed during the read"),
                Decision::Transient("Run again after the write to it has ended"),
            ),
            StoreFailure::Local(LocalFailure { step, source }) => {
                (source.to_string(), judge_local(source, Some(*step)))
            }
            StoreFailure::Store(error) => {
                let text = error.to_string();
                (brief(&text), judge_store(error, &text))
            }
        }
    }
}

/// Name that `object_store` gives to local folders in its errors.
const LOCAL_STORE: &str = "LocalFileSystem";

/// Message of `object_store` for a redirect without an address, the answer of S3 in another region.
const BARE_REDIRECT: &str = "redirect without LOCATION";

/// Decision whether a repetition may help, with advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    ForGood(&'static str),
    Transient(&'static str),
}

const NO_CREDENTIALS: &str = "No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, \
    GOOGLE_APPLICATION_CREDENTIALS, or AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY";
const BAD_CREDENTIALS: &str = "Check the credentials in AWS_*, GOOGLE_* or AZURE_*, that they have not expired, and \
    that the clock of this machine is right";
const NO_PERMISSION: &str = "Check that these credentials may list, read, write and delete under this root";
const NO_BUCKET: &str = "Check that the bucket or container exists and that the root is spelled right";
const OTHER_REGION: &str = "Check AWS_REGION and AWS_ENDPOINT_URL: the bucket seems to be in another region";
const NO_CONDITIONAL_PUT: &str = "Clout needs create-only puts: run `clout doctor` on this root";
const NO_HARD_LINK: &str = "Clout needs hard links in this folder, and its work/ and table folders on one file system: \
    run `clout doctor` on this root";

/// Decides by the error of `object_store`. Listings hide the status in a general error, so the text is searched, too.
fn judge_store(error: &object_store::Error, text: &str) -> Decision {
    use Decision::{ForGood, Transient};
    use object_store::Error::{Generic, NotImplemented, PermissionDenied, Unauthenticated};
    let status = status(text);
    if asked_for_machine_credentials(text) {
        return match status {
            Some(429 | 500..) => Transient("The server of this machine's credentials is busy"),
            _ => ForGood(NO_CREDENTIALS),
        };
    }
    if is_bucket_missing(text) {
        return ForGood(NO_BUCKET);
    }
    match (status, error) {
        (Some(401), _) | (_, Unauthenticated { .. }) => ForGood(BAD_CREDENTIALS),
        (Some(400 | 403), _) if has_credential_code(text) => ForGood(BAD_CREDENTIALS),
        (Some(403), _) | (_, PermissionDenied { .. }) => ForGood(NO_PERMISSION),
        (Some(400), _) if text.contains("AuthorizationHeaderMalformed") => ForGood(OTHER_REGION),
        (Some(301 | 307), _) => ForGood(OTHER_REGION),
        (Some(405 | 501), _) | (_, NotImplemented { .. }) => ForGood(NO_CONDITIONAL_PUT),
        (None, Generic { store, source }) if *store == LOCAL_STORE => match find_io_error(source.as_ref()) {
            Some(source) => judge_local(source, None),
            None => Transient(""),
        },
        _ if text.contains(BARE_REDIRECT) => ForGood(OTHER_REGION),
        // Batches of deletes report the code of each key with status 200.
        _ if text.contains("(code: AccessDenied)") => ForGood(NO_PERMISSION),
        _ => Transient(""),
    }
}

/// Decides by the error of the operating system.
fn judge_local(error: &io::Error, step: Option<LocalStep>) -> Decision {
    use Decision::{ForGood, Transient};
    use io::ErrorKind::{CrossesDevices, NotADirectory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem};
    match error.kind() {
        io::ErrorKind::StorageFull | QuotaExceeded => Transient("Free some space and run again"),
        // A file system without hard links answers "not permitted" (FAT) or "not supported".
        PermissionDenied | io::ErrorKind::Unsupported | CrossesDevices if step == Some(LocalStep::Link) => {
            ForGood(NO_HARD_LINK)
        }
        CrossesDevices => ForGood(NO_HARD_LINK),
        PermissionDenied => ForGood("Check the owner and mode of the folder"),
        ReadOnlyFilesystem => ForGood("The file system is mounted read-only: choose another folder"),
        NotADirectory => ForGood("A part of this path is a file: choose another folder"),
        _ => Transient(""),
    }
}

/// Returns true if the request went to an address at which clouds serve a machine's own credentials. It is requested
/// only if the environment holds no credentials.
fn asked_for_machine_credentials(text: &str) -> bool {
    const ADDRESSES: [&str; 3] = ["169.254.169.254", "169.254.170.2", "metadata.google.internal"];
    ADDRESSES.iter().any(|address| text.contains(address))
}

fn is_bucket_missing(text: &str) -> bool {
    const SIGNS: [&str; 4] = [
        "NoSuchBucket",
        "ContainerNotFound",
        "bucket does not exist",
        "InvalidBucketName",
    ];
    SIGNS.iter().any(|sign| text.contains(sign))
}

/// Returns true if the answer has a code of credentials that are wrong or have expired.
fn has_credential_code(text: &str) -> bool {
    const CODES: [&str; 8] = [
        "ExpiredToken",
        "InvalidToken",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "RequestTimeTooSkewed",
        "AuthenticationFailed",
        "invalid_grant",
    ];
    CODES.iter().any(|code| text.contains(code))
}

/// Returns the HTTP status in an error's text.
fn status(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("status code: ")?;
    rest.get(..3)?.parse().ok()
}

/// Finds the error of the operating system among the causes.
fn find_io_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    match error.downcast_ref() {
        Some(found) => Some(found),
        None => find_io_error(error.source()?),
    }
}

/// Shortens the store's message to one line: no query strings, no XML except its code, bounded length.
fn brief(text: &str) -> String {
    const LONGEST_CHARS: usize = 400;
    let code = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map(|(code, _)| code);
    let plain = text.split("<?xml").next().unwrap_or(text);
    let plain = plain.split("<Error>").next().unwrap_or(plain);
    let words = plain.split_whitespace().map(|word| match word.split_once('?') {
        Some((address, _)) if address.starts_with("http") => address,
        _ => word,
    });
    let mut line: String = words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(LONGEST_CHARS)
        .collect();
    if let Some(code) = code {
        line.push(' ');
        line.push_str(code);
    }
    line
}

#[cfg(test)]
#[path = "store_failure_tests.rs"]
mod tests;
