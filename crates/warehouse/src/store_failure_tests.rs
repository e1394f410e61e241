//! Tests of the decision for each sign of a failure, and of its message.

use super::*;
use rstest::rstest;

/// Returns the failure of a request with this answer, as `object_store` reports it for an object.
fn refused(status: u16, body: &str) -> StoreFailure {
    let text = format!(
        "Error performing PUT https://h/b/k?sig=SECRET in 1s, after 2 retries, max_retries: 2, retry_timeout: 1s  - \
         Server returned non-2xx status code: {status} Something: {body}"
    );
    let (path, source) = ("k".to_owned(), text.clone().into());
    StoreFailure::Store(match status {
        401 => object_store::Error::Unauthenticated { path, source },
        403 => object_store::Error::PermissionDenied { path, source },
        404 => object_store::Error::NotFound { path, source },
        409 => object_store::Error::AlreadyExists { path, source },
        _ => generic("S3", text),
    })
}

/// Returns the same failure of a listing, which hides the status.
fn refused_listing(status: u16, body: &str) -> StoreFailure {
    let text = format!(
        "Error performing list request: Error performing GET https://h/b in 1s - Server returned non-2xx status code: \
         {status} Something: {body}"
    );
    StoreFailure::Store(generic("S3", text))
}

fn generic(store: &'static str, text: impl Into<Box<dyn StdError + Send + Sync>>) -> object_store::Error {
    let source = text.into();
    object_store::Error::Generic { store, source }
}

fn code(code: &str) -> String {
    format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><AWSAccessKeyId>AKIA1</AWSAccessKeyId></Error>")
}

#[rstest]
#[case(403, "AccessDenied", "Check that these credentials may list")]
#[case(403, "AllAccessDisabled", "Check that these credentials may list")]
#[case(403, "AuthorizationFailure", "Check that these credentials may list")]
#[case(403, "InvalidAccessKeyId", "have not expired")]
#[case(403, "SignatureDoesNotMatch", "have not expired")]
#[case(403, "RequestTimeTooSkewed", "the clock")]
#[case(403, "AuthenticationFailed", "have not expired")]
#[case(401, "InvalidAuthenticationInfo", "have not expired")]
#[case(400, "ExpiredToken", "have not expired")]
#[case(400, "InvalidToken", "have not expired")]
#[case(400, "AuthorizationHeaderMalformed", "AWS_REGION")]
#[case(301, "PermanentRedirect", "AWS_REGION")]
#[case(400, "InvalidBucketName", "the bucket or container exists")]
#[case(404, "NoSuchBucket", "the bucket or container exists")]
#[case(404, "ContainerNotFound", "the bucket or container exists")]
#[case(405, "MethodNotAllowed", "create-only puts")]
#[case(501, "NotImplemented", "create-only puts")]
fn a_refusal_that_lasts_is_a_usage_error_with_advice(#[case] status: u16, #[case] sign: &str, #[case] advice: &str) {
    for failure in [refused(status, &code(sign)), refused_listing(status, &code(sign))] {
        assert!(
            !failure.is_not_found() && !failure.is_broken_answer(),
            "{status} {sign}"
        );
        let error = failure.into_error("read", "k", "s3://b");
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert!(error.to_string().contains(advice), "{error}");
        assert!(error.to_string().contains(sign), "{error}");
    }
}

#[rstest]
#[case(500, "InternalError")]
#[case(503, "SlowDown")]
#[case(502, "")]
#[case(408, "")]
#[case(429, "")]
#[case(400, "RequestTimeout")]
#[case(400, "IncompleteBody")]
#[case(400, "")]
fn any_other_refusal_is_transient(#[case] status: u16, #[case] sign: &str) {
    for failure in [refused(status, &code(sign)), refused_listing(status, &code(sign))] {
        assert!(!failure.is_broken_answer(), "object_store decides about {status}");
        assert_eq!(failure.into_error("read", "k", "s3://b").kind(), ErrorKind::Storage);
    }
}

#[rstest]
#[case(
    "http://169.254.169.254/latest/api/token in 1s - HTTP error: error sending request",
    ErrorKind::Usage
)]
#[case(
    "http://169.254.169.254/x in 1s - Server returned non-2xx status code: 404 Not Found: ",
    ErrorKind::Usage
)]
#[case(
    "http://metadata.google.internal/x in 1s - HTTP error: error sending request",
    ErrorKind::Usage
)]
#[case(
    "http://169.254.170.2/x in 1s - Server returned non-2xx status code: 403 Forbidden: ",
    ErrorKind::Usage
)]
#[case(
    "http://169.254.169.254/x in 1s - Server returned non-2xx status code: 503 Slow Down: ",
    ErrorKind::Storage
)]
#[case(
    "http://169.254.169.254/x in 1s - Server returned non-2xx status code: 429 Busy: ",
    ErrorKind::Storage
)]
fn a_machine_without_credentials_is_a_usage_error(#[case] request: &str, #[case] kind: ErrorKind) {
    let failure = StoreFailure::Store(generic("S3", format!("Error performing PUT {request}")));
    let error = failure.into_error("list", "", "s3://b");
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(
        error.to_string().contains("No credentials were found"),
        kind == ErrorKind::Usage
    );
}

#[rstest]
#[case("Error getting list response body: HTTP error: error decoding response body", true)]
#[case("Got invalid list response: unexpected end of file", true)]
#[case("HTTP error: request or response body error", true)]
#[case("Error performing POST https://h/b in 1ms - HTTP error: connection reset", true)]
#[case(
    "Error performing GET https://h/b in 1s, after 8 retries, max_retries: 8, retry_timeout: 120s  - HTTP error",
    false
)]
#[case("DeleteObjects request failed for key k: Denied (code: AccessDenied)", false)]
#[case(
    "Error performing GET https://h/b in 1s - Received redirect without LOCATION, this ...",
    false
)]
fn a_broken_answer_is_repeated_unless_it_was_already(#[case] text: &str, #[case] is_repeated: bool) {
    let failure = StoreFailure::Store(generic("S3", text.to_owned()));
    assert_eq!(failure.is_broken_answer(), is_repeated);
}

#[rstest]
#[case(io::ErrorKind::PermissionDenied, ErrorKind::Usage, "owner and mode")]
#[case(io::ErrorKind::ReadOnlyFilesystem, ErrorKind::Usage, "read-only")]
#[case(io::ErrorKind::NotADirectory, ErrorKind::Usage, "is a file")]
#[case(io::ErrorKind::StorageFull, ErrorKind::Storage, "Free some space")]
#[case(io::ErrorKind::QuotaExceeded, ErrorKind::Storage, "Free some space")]
#[case(io::ErrorKind::Other, ErrorKind::Storage, "")]
fn a_local_folder_is_judged_by_the_operating_system(
    #[case] source: io::ErrorKind,
    #[case] kind: ErrorKind,
    #[case] advice: &str,
) {
    let step = LocalStep::Stage;
    let written = StoreFailure::Local(LocalFailure {
        step,
        source: source.into(),
    });
    let read = StoreFailure::Store(generic(LOCAL_STORE, io::Error::from(source)));
    for failure in [written, read] {
        assert!(!failure.is_broken_answer());
        let error = failure.into_error("write", "k", "/data");
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(advice), "{error}");
    }
}

#[test]
fn a_folder_without_hard_links_is_a_usage_error() {
    for source in [
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::Unsupported,
        io::ErrorKind::CrossesDevices,
    ] {
        let step = LocalStep::Link;
        let source = source.into();
        let error = StoreFailure::Local(LocalFailure { step, source }).into_error("create", "k", "/data");
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains("hard links"), "{error}");
    }
}

#[test]
fn a_message_has_advice_and_no_signature_or_body() {
    let error = refused(403, &code("AccessDenied")).into_error("read", "k", "s3://b");
    let text = error.to_string();
    assert!(text.starts_with("could not read 'k' in s3://b: "), "{text}");
    assert!(text.ends_with("under this root"), "{text}");
    for secret in ["SECRET", "AKIA1"] {
        assert!(!text.contains(secret), "{text}");
    }
    let bare = "<Error><Code>SlowDown</Code><AWSAccessKeyId>AKIA1</AWSAccessKeyId></Error>";
    let text = refused(503, bare).into_error("read", "k", "s3://b").to_string();
    assert!(text.contains("SlowDown") && !text.contains("AKIA1"), "{text}");
}

#[test]
fn a_missing_bucket_is_not_a_missing_object() {
    assert!(refused(404, &code("NoSuchKey")).is_not_found());
    assert!(!refused(404, &code("NoSuchBucket")).is_not_found());
}
