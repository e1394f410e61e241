//! Admission of input files: the footer is checked against file size and contract before any data is read.
//!
//! Corrupt and hostile Parquet files exist: footers that announce a hundred gigabytes, column chunks outside
//! the file, row counts without bytes behind them. Admission reads only the footer, with a bound on every
//! allocation, and describes the fault in one sentence. A [`RefusalReason`] is about the file and becomes one row
//! of `rejects`; an `Err` is about the store.

use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use rayon::prelude::*;

use super::catch_panic::catch_panic;
use super::input_columns::InputColumn;
use super::request_pool::run_requests;
use super::store::{Store, StoredObject};
use clout_base::error::{Error, ErrorKind, Result};

/// Reason for refusing a file, in words for its producer.
pub type RefusalReason = String;

/// Bytes of the first read from a file's end. Most footers fit, so one request is enough.
const TAIL_BYTES: u64 = 64 * 1024;
/// Maximum footer length in bytes. Ten thousand row groups of our eight columns need 8 MiB.
const MAX_FOOTER_BYTES: u64 = 64 * 1024 * 1024;
/// Maximum rows per byte of a file. Run-length and delta encodings store a regular column in almost no bytes,
/// but each row needs an id and an instant of its own, and those do not all shrink to nothing.
const MAX_ROWS_PER_BYTE: u64 = 4_096;
/// Maximum ratio of uncompressed to compressed bytes of a column chunk. The best ratio of zstd and brotli on
/// real text is below 1,000.
const MAX_INFLATION: i64 = 4_000;
/// Uncompressed bytes that every column chunk may have, in addition to the ratio.
const FREE_INFLATION_BYTES: i64 = 16 * 1024 * 1024;

/// File with a valid footer and the contract's columns.
pub struct AdmittedFile {
    /// Object in the store.
    pub object: StoredObject,
    /// Footer; its schema reads texts as views.
    pub metadata: ArrowReaderMetadata,
    /// For each wanted column, in order: its index among the file's root columns, or `None` if it is absent.
    pub column_indexes: Vec<Option<usize>>,
    /// Number of rows in the file.
    pub rows: u64,
    /// Complete content of a small file that arrived with the footer's request.
    pub whole_file: Option<Bytes>,
}

impl AdmittedFile {
    /// Returns the byte ranges of the wanted columns in one row group.
    pub fn column_ranges(&self, row_group: usize) -> Vec<Range<u64>> {
        let metadata = self.metadata.metadata();
        let schema = metadata.file_metadata().schema_descr();
        let group = metadata.row_group(row_group);
        let is_wanted = |leaf: usize| self.column_indexes.contains(&Some(schema.get_column_root_idx(leaf)));
        (0..group.num_columns())
            .filter(|leaf| is_wanted(*leaf))
            .map(|leaf| {
                let (start, length) = group.column(leaf).byte_range();
                start..start + length
            })
            .collect()
    }
}

/// Reads the footer of a file and admits or refuses the file. `wanted` are the columns to read; `all` are the
/// columns with types fixed by the contract.
///
/// # Errors
/// Returns an error if the store fails or the file changes during the read.
pub fn admit_file(
    store: &Store,
    object: &StoredObject,
    wanted: &[&str],
    all: &[InputColumn],
) -> Result<std::result::Result<AdmittedFile, RefusalReason>> {
    let tail = match tail_bytes(store, object)? {
        Ok(tail) => tail,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let is_whole = tail.bytes.len() as u64 == object.size;
    let footer = footer_bytes(store, object, &tail)?;
    let admitted = catch_panic("its footer cannot be decoded", || {
        admit_decoded(object, decode(&footer)?, wanted, all)
    });
    Ok(admitted.map(|admitted| AdmittedFile {
        whole_file: is_whole.then_some(tail.bytes),
        ..admitted
    }))
}

/// Admits or refuses many files like [`admit_file`], in their order.
pub fn admit_files(
    store: &Store,
    objects: &[&StoredObject],
    wanted: &[&str],
    all: &[InputColumn],
) -> Result<Vec<std::result::Result<AdmittedFile, RefusalReason>>> {
    let admit = |object: &&StoredObject| admit_file(store, object, wanted, all);
    run_requests(objects.len(), || {
        objects.par_iter().with_max_len(1).map(admit).collect()
    })
}

/// End of a file, and the announced length of its footer in bytes.
struct Tail {
    bytes: Bytes,
    footer_length: u64,
}

fn tail_bytes(store: &Store, object: &StoredObject) -> Result<std::result::Result<Tail, RefusalReason>> {
    if object.size < 12 {
        return Ok(Err(format!(
            "it has only {} bytes; a Parquet file has at least 12",
            object.size
        )));
    }
    let bytes = one_range(store, object, object.size.saturating_sub(TAIL_BYTES)..object.size)?;
    let trailer = &bytes[bytes.len() - 8..];
    match &trailer[4..] {
        b"PAR1" => {}
        b"PARE" => return Ok(Err("its footer is encrypted; deliver it without encryption".to_owned())),
        _ => return Ok(Err("it is not a Parquet file: it does not end with PAR1".to_owned())),
    }
    let footer_length = u64::from(u32::from_le_bytes([trailer[0], trailer[1], trailer[2], trailer[3]]));
    if footer_length > object.size - 12 || footer_length > MAX_FOOTER_BYTES {
        return Ok(Err(format!(
            "its footer announces {footer_length} bytes, but the file has {}",
            object.size
        )));
    }
    Ok(Ok(Tail { bytes, footer_length }))
}

fn footer_bytes(store: &Store, object: &StoredObject, tail: &Tail) -> Result<Bytes> {
    let end = tail.bytes.len() - 8;
    match usize::try_from(tail.footer_length)
        .ok()
        .and_then(|length| end.checked_sub(length))
    {
        Some(start) => Ok(tail.bytes.slice(start..end)),
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

fn decode(footer: &[u8]) -> std::result::Result<ParquetMetaData, RefusalReason> {
    ParquetMetaDataReader::decode_metadata(footer).map_err(|error| format!("its footer cannot be decoded: {error}"))
}

fn admit_decoded(
    object: &StoredObject,
    metadata: ParquetMetaData,
    wanted: &[&str],
    all: &[InputColumn],
) -> std::result::Result<AdmittedFile, RefusalReason> {
    let rows = check_rows(object, &metadata)?;
    check_chunks(object, &metadata)?;
    let read = ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new())
        .map_err(|error| format!("its schema cannot be read: {error}"))?;
    for column in all {
        check_column(&read, column)?;
    }
    let columns = wanted
        .iter()
        .map(|name| read.schema().fields().iter().position(|field| field.name() == name))
        .collect();
    let metadata = with_views(&read)?;
    Ok(AdmittedFile {
        object: object.clone(),
        metadata,
        column_indexes: columns,
        rows,
        whole_file: None,
    })
}

fn check_rows(object: &StoredObject, metadata: &ParquetMetaData) -> std::result::Result<u64, RefusalReason> {
    let announced = metadata.file_metadata().num_rows();
    let mut counted = 0_i64;
    for group in metadata.row_groups() {
        counted = counted.saturating_add(group.num_rows().max(-1));
        if group.num_rows() < 0 {
            return Err("a row group announces a negative number of rows".to_owned());
        }
    }
    if announced != counted {
        return Err(format!(
            "its footer announces {announced} rows, but its row groups hold {counted}"
        ));
    }
    let rows = announced as u64;
    if rows > object.size.saturating_mul(MAX_ROWS_PER_BYTE) || rows > u64::from(u32::MAX) {
        return Err(format!(
            "it announces an impossible {rows} rows in {} bytes",
            object.size
        ));
    }
    Ok(rows)
}

fn check_chunks(object: &StoredObject, metadata: &ParquetMetaData) -> std::result::Result<(), RefusalReason> {
    for group in metadata.row_groups() {
        for column in group.columns() {
            let (start, length) = column.byte_range();
            if start.checked_add(length).is_none_or(|end| end > object.size) {
                return Err(format!("column {} is outside the file", column.column_path()));
            }
            let bound = (length as i64)
                .saturating_mul(MAX_INFLATION)
                .saturating_add(FREE_INFLATION_BYTES);
            if column.uncompressed_size() < 0 || column.uncompressed_size() > bound {
                return Err(format!(
                    "column {} announces an impossible {} bytes in {length} compressed bytes",
                    column.column_path(),
                    column.uncompressed_size()
                ));
            }
        }
    }
    Ok(())
}

fn check_column(read: &ArrowReaderMetadata, column: &InputColumn) -> std::result::Result<(), RefusalReason> {
    let mut found = read
        .schema()
        .fields()
        .iter()
        .filter(|field| field.name() == column.name);
    match (found.next(), found.next()) {
        (None, _) if column.is_required => Err(format!("it lacks the required column {}", column.name)),
        (None, _) => Ok(()),
        (Some(_), Some(_)) => Err(format!("it has more than one column {}", column.name)),
        (Some(field), None) if column.input_type.accepts(field.data_type()) => Ok(()),
        (Some(field), None) => Err(format!(
            "column {} is {}, expected {}",
            column.name,
            field.data_type(),
            column.input_type.describe()
        )),
    }
}

/// Returns the same footer with texts read as views into the pages, which saves a copy.
fn with_views(read: &ArrowReaderMetadata) -> std::result::Result<ArrowReaderMetadata, RefusalReason> {
    let fields: Vec<Field> = read
        .schema()
        .fields()
        .iter()
        .map(|field| match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 => field.as_ref().clone().with_data_type(DataType::Utf8View),
            _ => field.as_ref().clone(),
        })
        .collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    ArrowReaderMetadata::try_new(read.metadata().clone(), options)
        .map_err(|error| format!("its schema cannot be read: {error}"))
}

/// Sums the rows that the footers of the files announce. Refused files count as 0.
pub fn count_announced_rows(store: &Store, objects: &[&StoredObject]) -> Result<u64> {
    let admitted = admit_files(store, objects, &[], &[])?;
    Ok(admitted.iter().flatten().map(|admitted| admitted.rows).sum())
}
