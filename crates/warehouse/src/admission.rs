//! No file is opened before its footer was held against its size and against the contract.
//!
//! Corrupt and hostile Parquet exists: footers that announce a hundred gigabytes, column chunks
//! that lie outside of the file, row counts that no bytes stand behind. Admission reads the
//! footer alone, with a bound on every allocation, and says in one sentence what is wrong.
//! A refusal is about the file and is one row of `rejects`; an `Err` is about the store.

use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use rayon::prelude::*;

use super::contract::InputColumn;
use super::guard::guarded;
use super::store::{Object, Store};
use clout_base::error::{Error, Kind, Result};

/// A file is one reason why it is refused, in words for the person who made it.
pub type Refusal = String;

/// Bytes read from the end of a file at first: most footers fit, so one request is enough.
const TAIL_BYTES: u64 = 64 * 1024;
/// The longest footer that is read. A footer of ten thousand row groups of our eight columns is 8 MiB.
const MAX_FOOTER_BYTES: u64 = 64 * 1024 * 1024;
/// Rows per byte of a file. Run-length and delta encodings hold a regular column in nearly no bytes, but
/// a row needs an id and an instant of its own, and those do not all shrink to nothing.
const MAX_ROWS_PER_BYTE: u64 = 4_096;
/// Uncompressed bytes per compressed byte of a column chunk: zstd's and brotli's best on real text is
/// below 1,000.
const MAX_INFLATION: i64 = 4_000;
/// A column chunk may always inflate to this much.
const FREE_INFLATION_BYTES: i64 = 16 * 1024 * 1024;

/// A file whose footer is sound and whose columns are the contract's.
pub struct Admitted {
    /// Where it is.
    pub object: Object,
    /// The footer, with texts to be read as views.
    pub metadata: ArrowReaderMetadata,
    /// For each wanted column, in order: its place among the file's root columns, if it is there.
    pub columns: Vec<Option<usize>>,
    /// Rows in the file.
    pub rows: u64,
    /// All of a file so small that its footer's request brought the rest of it along.
    pub whole: Option<Bytes>,
}

impl Admitted {
    /// The byte ranges of the wanted columns in one row group.
    pub fn ranges(&self, row_group: usize) -> Vec<Range<u64>> {
        let metadata = self.metadata.metadata();
        let schema = metadata.file_metadata().schema_descr();
        let group = metadata.row_group(row_group);
        let is_wanted = |leaf: usize| self.columns.contains(&Some(schema.get_column_root_idx(leaf)));
        (0..group.num_columns())
            .filter(|leaf| is_wanted(*leaf))
            .map(|leaf| {
                let (start, length) = group.column(leaf).byte_range();
                start..start + length
            })
            .collect()
    }
}

/// Reads the footer of a file and decides. `wanted` are the columns that will be read, `all` those
/// whose types the contract fixes.
pub fn admit(
    store: &Store,
    object: &Object,
    wanted: &[&str],
    all: &[InputColumn],
) -> Result<std::result::Result<Admitted, Refusal>> {
    let tail = match tail_bytes(store, object)? {
        Ok(tail) => tail,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let is_whole = tail.bytes.len() as u64 == object.size;
    let footer = footer_bytes(store, object, &tail)?;
    let admitted = guarded("its footer cannot be decoded", || {
        judge(object, decode(&footer)?, wanted, all)
    });
    Ok(admitted.map(|admitted| Admitted {
        whole: is_whole.then_some(tail.bytes),
        ..admitted
    }))
}

/// Footers that are asked for at the same time: a store answers in tens of milliseconds, whatever the
/// processors do meanwhile.
const REQUESTS_IN_FLIGHT: usize = 16;

/// [`admit`]s many files, in their order.
pub fn admit_all(
    store: &Store,
    objects: &[&Object],
    wanted: &[&str],
    all: &[InputColumn],
) -> Result<Vec<std::result::Result<Admitted, Refusal>>> {
    let waiting = rayon::ThreadPoolBuilder::new().num_threads(REQUESTS_IN_FLIGHT.min(objects.len().max(1)));
    let waiting = waiting
        .build()
        .map_err(|error| Error::internal("cannot start threads to read footers").with_source(error))?;
    let admit = |object: &&Object| admit(store, object, wanted, all);
    waiting.install(|| objects.par_iter().with_max_len(1).map(admit).collect())
}

/// The end of a file, and the length that it announces for its footer.
struct Tail {
    bytes: Bytes,
    footer_length: u64,
}

fn tail_bytes(store: &Store, object: &Object) -> Result<std::result::Result<Tail, Refusal>> {
    if object.size < 12 {
        return Ok(Err(format!(
            "it has {} bytes: no Parquet file is that short",
            object.size
        )));
    }
    let bytes = one_range(store, object, object.size.saturating_sub(TAIL_BYTES)..object.size)?;
    let trailer = &bytes[bytes.len() - 8..];
    match &trailer[4..] {
        b"PAR1" => {}
        b"PARE" => return Ok(Err("its footer is encrypted; deliver it in the clear".to_owned())),
        _ => return Ok(Err("it is not a Parquet file: it does not end with PAR1".to_owned())),
    }
    let footer_length = u64::from(u32::from_le_bytes([trailer[0], trailer[1], trailer[2], trailer[3]]));
    if footer_length > object.size - 12 || footer_length > MAX_FOOTER_BYTES {
        return Ok(Err(format!(
            "its footer announces {footer_length} bytes, the file has {}",
            object.size
        )));
    }
    Ok(Ok(Tail { bytes, footer_length }))
}

fn footer_bytes(store: &Store, object: &Object, tail: &Tail) -> Result<Bytes> {
    let end = tail.bytes.len() - 8;
    match usize::try_from(tail.footer_length)
        .ok()
        .and_then(|length| end.checked_sub(length))
    {
        Some(start) => Ok(tail.bytes.slice(start..end)),
        None => one_range(store, object, object.size - 8 - tail.footer_length..object.size - 8),
    }
}

/// The bytes of one range; a file that vanished since it was listed is the store's fault.
fn one_range(store: &Store, object: &Object, range: Range<u64>) -> Result<Bytes> {
    let expected = range.end - range.start;
    let bytes = store.get_ranges(&object.key, &[range])?.pop().unwrap_or_default();
    if bytes.len() as u64 != expected {
        return Err(Error::new(
            Kind::Storage,
            format!("{} changed while it was read; run again", object.key),
        ));
    }
    Ok(bytes)
}

fn decode(footer: &[u8]) -> std::result::Result<ParquetMetaData, Refusal> {
    ParquetMetaDataReader::decode_metadata(footer).map_err(|error| format!("its footer cannot be decoded: {error}"))
}

fn judge(
    object: &Object,
    metadata: ParquetMetaData,
    wanted: &[&str],
    all: &[InputColumn],
) -> std::result::Result<Admitted, Refusal> {
    let rows = sound_rows(object, &metadata)?;
    sound_chunks(object, &metadata)?;
    let read = ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new())
        .map_err(|error| format!("its schema cannot be read: {error}"))?;
    for column in all {
        sound_column(&read, column)?;
    }
    let columns = wanted
        .iter()
        .map(|name| read.schema().fields().iter().position(|field| field.name() == name))
        .collect();
    let metadata = with_views(&read)?;
    Ok(Admitted {
        object: object.clone(),
        metadata,
        columns,
        rows,
        whole: None,
    })
}

fn sound_rows(object: &Object, metadata: &ParquetMetaData) -> std::result::Result<u64, Refusal> {
    let announced = metadata.file_metadata().num_rows();
    let mut counted = 0_i64;
    for group in metadata.row_groups() {
        counted = counted.saturating_add(group.num_rows().max(-1));
        if group.num_rows() < 0 {
            return Err("a row group announces fewer than no rows".to_owned());
        }
    }
    if announced != counted {
        return Err(format!(
            "its footer announces {announced} rows, its row groups hold {counted}"
        ));
    }
    let rows = announced as u64;
    if rows > object.size.saturating_mul(MAX_ROWS_PER_BYTE) || rows > u64::from(u32::MAX) {
        return Err(format!("it announces {rows} rows in {} bytes", object.size));
    }
    Ok(rows)
}

fn sound_chunks(object: &Object, metadata: &ParquetMetaData) -> std::result::Result<(), Refusal> {
    for group in metadata.row_groups() {
        for column in group.columns() {
            let (start, length) = column.byte_range();
            if start.checked_add(length).is_none_or(|end| end > object.size) {
                return Err(format!("column {} lies outside of the file", column.column_path()));
            }
            let bound = (length as i64)
                .saturating_mul(MAX_INFLATION)
                .saturating_add(FREE_INFLATION_BYTES);
            if column.uncompressed_size() < 0 || column.uncompressed_size() > bound {
                return Err(format!(
                    "column {} announces {} bytes in {length}",
                    column.column_path(),
                    column.uncompressed_size()
                ));
            }
        }
    }
    Ok(())
}

fn sound_column(read: &ArrowReaderMetadata, column: &InputColumn) -> std::result::Result<(), Refusal> {
    let mut found = read
        .schema()
        .fields()
        .iter()
        .filter(|field| field.name() == column.name);
    match (found.next(), found.next()) {
        (None, _) if column.is_required => Err(format!("it lacks the required column {}", column.name)),
        (None, _) => Ok(()),
        (Some(_), Some(_)) => Err(format!("it has more than one column {}", column.name)),
        (Some(field), None) if column.holds.admits(field.data_type()) => Ok(()),
        (Some(field), None) => Err(format!(
            "column {} is {}, expected {}",
            column.name,
            field.data_type(),
            column.holds.expected()
        )),
    }
}

/// The same footer, but with plain texts read as views into the pages: nothing is copied.
fn with_views(read: &ArrowReaderMetadata) -> std::result::Result<ArrowReaderMetadata, Refusal> {
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

/// The rows that files' footers announce; those that cannot be read count for none.
pub fn announced_rows(store: &Store, objects: &[&Object]) -> Result<u64> {
    let admitted = admit_all(store, objects, &[], &[])?;
    Ok(admitted.iter().flatten().map(|admitted| admitted.rows).sum())
}
