//! Failures of the object store, with advice for the operator.
//!
//! Messages name the action, the key and the root. They never contain a credential, the body of an object, or
//! a query string (an Azure signature is one).

use std::time::Duration;

use clout_base::error::{Error, ErrorKind};

/// Failure of a call to the object store.
#[derive(Debug)]
pub(super) enum StoreFailure {
    /// The store returned an error, or could not be reached.
    Store(object_store::Error),
    /// No response arrived before the call's deadline.
    Deadline(Duration),
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
        matches!(self, StoreFailure::Store(AlreadyExists { .. } | Precondition { .. }))
    }

    /// Converts the failure into the message `could not <action> '<key>' in <root>: <reason>. <advice>`.
    pub(super) fn into_error(self, action: &str, key: &str, root: &str) -> Error {
        let action = match key {
            "" => format!("could not {action} {root}"),
            _ => format!("could not {action} '{key}' in {root}"),
        };
        let reason = match self {
            StoreFailure::Deadline(limit) => format!(
                "no response within {} s. Check the network and the endpoint, then run again",
                limit.as_secs()
            ),
            StoreFailure::Store(error) => {
                let text = error.to_string();
                format!("{}{}", brief(&text), advice(&error, &text))
            }
        };
        Error::new(ErrorKind::Storage, format!("{action}: {reason}"))
    }
}

fn is_bucket_missing(text: &str) -> bool {
    const SIGNS: [&str; 3] = ["NoSuchBucket", "ContainerNotFound", "bucket does not exist"];
    SIGNS.iter().any(|sign| text.contains(sign))
}

/// Returns advice by the store's error. Listings hide the status in a general error, so the text is searched,
/// too.
fn advice(error: &object_store::Error, text: &str) -> &'static str {
    use object_store::Error::{NotImplemented, PermissionDenied, Unauthenticated};
    let says = |sign: &str| text.contains(sign);
    // Clouds serve a machine's own credentials at these addresses. They are requested only if the environment
    // holds no credentials.
    if says("169.254.169.254") || says("metadata.google.internal") {
        return ". No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, \
            GOOGLE_APPLICATION_CREDENTIALS, or AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY";
    }
    match error {
        _ if is_bucket_missing(text) => {
            ". Check that the bucket or container exists and that the root is spelled right"
        }
        NotImplemented { .. } => ". Clout needs create-only puts: run `clout doctor` on this root",
        PermissionDenied { .. } => ". Check that these credentials may list, read, write and delete under this root",
        _ if says("403 Forbidden") => ". Check that these credentials may list, read, write and delete under this root",
        Unauthenticated { .. } => {
            ". Check the credentials in AWS_*, GOOGLE_* or AZURE_*, and that they have not expired"
        }
        _ if says("ermission denied") => ". Check the owner and mode of the folder",
        _ if says("No space left") => ". Free some space and run again",
        _ if says("Unable to rename file") => {
            ". Clout needs hard links in this folder: run `clout doctor` on this \
            root"
        }
        _ => "",
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
mod tests {
    use super::*;

    fn denied(body: &str) -> object_store::Error {
        let text = format!("Error performing GET https://h/b/k?sig=SECRET in 1s - 403 Forbidden: {body}");
        object_store::Error::PermissionDenied {
            path: "k".into(),
            source: text.into(),
        }
    }

    #[test]
    fn a_message_has_advice_and_no_signature_or_body() {
        let body =
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><AWSAccessKeyId>AKIA1</AWSAccessKeyId></Error>";
        let error = StoreFailure::Store(denied(body)).into_error("read", "k", "s3://b");
        let text = error.to_string();
        assert!(text.starts_with("could not read 'k' in s3://b: "), "{text}");
        assert!(
            text.contains("AccessDenied") && text.contains("Check that these credentials"),
            "{text}"
        );
        assert!(!text.contains("SECRET") && !text.contains("AKIA1"), "{text}");
        assert_eq!(error.kind(), ErrorKind::Storage);
    }

    #[test]
    fn a_missing_bucket_is_not_a_missing_object() {
        let missing = |text: &str| {
            let source = text.to_owned().into();
            StoreFailure::Store(object_store::Error::NotFound {
                path: "k".into(),
                source,
            })
        };
        assert!(missing("404 Not Found: NoSuchKey").is_not_found());
        assert!(!missing("404 Not Found: <Code>NoSuchBucket</Code>").is_not_found());
    }
}
