//! Errors of a shard on their way from an executor to the driver.
//!
//! Ballista hands the driver one text, in which the error is quoted up to three times. So kind and message travel in
//! hexadecimal digits, which no quoting changes.

use std::fmt;
use std::io;

use clout_base::error::{Error, ErrorKind};
use datafusion::error::DataFusionError;

const MARKER: &str = "clout-failure:";

/// Error of a shard in the form in which it travels.
struct ShardFailure(String);

impl fmt::Debug for ShardFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Display for ShardFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for ShardFailure {}

/// Converts an error. Ballista tries again after an error of input and output, and after no other.
pub fn to_datafusion(error: &Error) -> DataFusionError {
    let text = format!("{} {error}", error.kind().exit_code());
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let failure = ShardFailure(format!("{MARKER}{digits};"));
    match error.kind() {
        ErrorKind::Storage => DataFusionError::IoError(io::Error::other(failure)),
        _ => DataFusionError::External(Box::new(failure)),
    }
}

/// Finds the error of a shard in the text of a failed job.
pub fn find_failure(text: &str) -> Option<Error> {
    let (_, rest) = text.split_once(MARKER)?;
    let (digits, _) = rest.split_once(';')?;
    let (pairs, _) = digits.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = pairs.iter().map(byte).collect::<Option<Vec<u8>>>()?;
    let decoded = String::from_utf8(bytes).ok()?;
    let (code, message) = decoded.split_once(' ')?;
    let code: u8 = code.parse().ok()?;
    let kind = ErrorKind::ALL.into_iter().find(|kind| kind.exit_code() == code)?;
    Some(Error::new(kind, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_quoting() {
        for kind in ErrorKind::ALL {
            let message = "a \"quoted\" word;\nand é\\";
            let found = to_datafusion(&Error::new(kind, message));
            let mut text = format!("{found:?}");
            for _ in 0..3 {
                text = format!("Task failed: {text:?}");
            }
            let back = find_failure(&text).unwrap();
            assert_eq!((back.kind(), back.to_string().as_str()), (kind, message));
        }
        assert!(matches!(
            to_datafusion(&Error::new(ErrorKind::Storage, "")),
            DataFusionError::IoError(_)
        ));
    }

    #[test]
    fn other_texts_have_no_failure() {
        for text in [
            "",
            "clout-failure:",
            "clout-failure:zz;",
            "clout-failure:3939;",
            "all executors were lost",
        ] {
            assert!(find_failure(text).is_none(), "{text}");
        }
    }
}
