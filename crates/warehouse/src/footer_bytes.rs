//! Bytes of a file's footer, fetched from its end.

use std::ops::Range;

use bytes::Bytes;

use super::admission::RefusalReason;
use super::store::{Store, StoredObject};
use clout_base::error::{Error, ErrorKind, Result};

/// Bytes of the first read from a file's end. Most footers fit, so one request is enough.
const TAIL_BYTES: u64 = 64 * 1024;
/// Maximum footer length in bytes. Ten thousand row groups of our eight columns need 8 MiB.
const MAX_FOOTER_BYTES: u64 = 64 * 1024 * 1024;

/// End of a file, and the announced length of its footer in bytes.
pub(super) struct Tail {
    /// Last bytes of the file; all of them if it is small.
    pub(super) bytes: Bytes,
    footer_length: u64,
}

/// Reads the end of a file. A refusal says that it is no Parquet file.
///
/// # Errors
/// Returns an error if the store fails or the file changes during the read.
pub(super) fn read_tail(store: &Store, object: &StoredObject) -> Result<std::result::Result<Tail, RefusalReason>> {
    if object.size < 12 {
        return Ok(Err(format!(
            "it has only {} bytes; a Parquet file has at least 12",
            object.size
        )));
    }
    let bytes = one_range(store, object, object.size.saturating_sub(TAIL_BYTES)..object.size)?;
    Ok(Tail::parse(bytes, object.size))
}

impl Tail {
    /// Interprets the last bytes of a file of `file_size` bytes, at least 12.
    pub(super) fn parse(bytes: Bytes, file_size: u64) -> std::result::Result<Tail, RefusalReason> {
        let trailer = &bytes[bytes.len() - 8..];
        match &trailer[4..] {
            b"PAR1" => {}
            b"PARE" => return Err("its footer is encrypted; deliver it without encryption".to_owned()),
            _ => return Err("it is not a Parquet file: it does not end with PAR1".to_owned()),
        }
        let footer_length = u64::from(u32::from_le_bytes([trailer[0], trailer[1], trailer[2], trailer[3]]));
        if footer_length > file_size.saturating_sub(12) || footer_length > MAX_FOOTER_BYTES {
            return Err(format!(
                "its footer announces {footer_length} bytes, but the file has {file_size}"
            ));
        }
        Ok(Tail { bytes, footer_length })
    }

    /// Returns the footer if the tail contains all of it.
    pub(super) fn footer(&self) -> Option<Bytes> {
        let end = self.bytes.len() - 8;
        let start = end.checked_sub(usize::try_from(self.footer_length).ok()?)?;
        Some(self.bytes.slice(start..end))
    }
}

/// Returns the bytes of the footer; reads them if the tail does not contain them.
///
/// # Errors
/// Returns an error if the store fails or the file changes during the read.
pub(super) fn read_footer(store: &Store, object: &StoredObject, tail: &Tail) -> Result<Bytes> {
    match tail.footer() {
        Some(footer) => Ok(footer),
        None => one_range(store, object, object.size - 8 - tail.footer_length..object.size - 8),
    }
}

/// Reads the bytes of one range. A file that changed after the listing is an error of the store, not a
/// refusal.
fn one_range(store: &Store, object: &StoredObject, range: Range<u64>) -> Result<Bytes> {
    let expected = range.end - range.start;
    let bytes = store.get_ranges(&object.key, &[range])?.pop().unwrap_or_default();
    if bytes.len() as u64 != expected {
        return Err(Error::new(
            ErrorKind::Storage,
            format!("{} changed during the read; run again", object.key),
        ));
    }
    Ok(bytes)
}
