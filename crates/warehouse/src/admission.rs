//! Admission of input files: the footer is checked against file size and contract before any data is read.
//!
//! Corrupt and hostile Parquet files exist: footers that announce a hundred gigabytes, column chunks outside
//! the file, row counts without bytes behind them. Admission reads only the footer, with a bound on every
//! allocation, and describes all faults in one sentence. A [`Refusal`] is about the file and becomes one row
//! of `rejects`; an `Err` is about the store.

use std::ops::Range;

use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use parquet::arrow::parquet_to_arrow_schema;
use parquet::schema::types::SchemaDescPtr;
use rayon::prelude::*;

use super::catch_panic::catch_panic;
pub use super::column_matching::{ColumnComparison, Refusal, SimilarColumn};
use super::column_matching::{MatchedColumn, match_columns};
use super::column_shape::{ColumnShape, descriptor, parquet_type, physical_type, with_views};
use super::footer::{Footer, RowGroup, WantedLeaf};
use super::footer_bytes::{read_footer, read_tail};
use super::input_columns::InputColumn;
use super::request_pool::run_requests;
use super::store::{Store, StoredObject};
use clout_base::error::Result;

/// Reason for refusing a file, in words for its producer.
pub type RefusalReason = String;

/// Maximum rows per byte of a file. Run-length and delta encodings store a regular column in almost no bytes,
/// but each row needs an id and an instant of its own, and those do not all shrink to nothing.
const MAX_ROWS_PER_BYTE: u64 = 4_096;

/// File with a valid footer and the contract's columns.
#[derive(Debug)]
pub struct AdmittedFile {
    /// Object in the store.
    pub object: StoredObject,
    /// Number of rows in the file.
    pub rows: u64,
    /// Missing optional columns with a similar name in the file.
    pub similar_columns: Vec<SimilarColumn>,
    /// For each wanted column, in order: its index in `columns`, or `None` if it is absent or null throughout.
    pub(super) indexes: Vec<Option<usize>>,
    /// Columns to read, in the order of the file.
    pub(super) columns: Vec<AdmittedColumn>,
    /// Parquet schema of `columns`.
    pub(super) schema: SchemaDescPtr,
    /// Arrow schema of `columns`.
    pub(super) arrow_schema: SchemaRef,
    /// Row groups with the chunks of `columns`.
    pub(super) row_groups: Vec<RowGroup>,
    /// Complete content of a small file that arrived with the footer's request.
    pub(super) whole_file: Option<Bytes>,
}

/// Column of the contract in an admitted file.
#[derive(Clone, Debug)]
pub(super) struct AdmittedColumn {
    /// Column of the contract.
    pub(super) column: InputColumn,
    /// Shape in the file.
    pub(super) shape: ColumnShape,
}

impl AdmittedFile {
    /// Returns true if the file has the wanted column at `index`, with values other than null.
    pub fn has_column(&self, index: usize) -> bool {
        self.indexes[index].is_some()
    }

    /// Returns the byte ranges of the wanted columns in one row group.
    pub(super) fn column_ranges(&self, row_group: usize) -> Vec<Range<u64>> {
        let chunks = self.row_groups[row_group].chunks.iter();
        chunks
            .map(|chunk| chunk.start()..chunk.start() + chunk.length)
            .collect()
    }
}

/// Reads the footer of a file and admits or refuses the file. `wanted` are the names of the columns to read; `all`
/// are the columns of the table.
///
/// # Errors
/// Returns an error if the store fails or the file changes during the read.
pub fn admit_file(
    store: &Store,
    object: &StoredObject,
    wanted: &[&str],
    all: &[InputColumn],
) -> Result<std::result::Result<AdmittedFile, Refusal>> {
    let tail = match read_tail(store, object)? {
        Ok(tail) => tail,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    let is_whole = tail.bytes.len() as u64 == object.size;
    let footer = read_footer(store, object, &tail)?;
    let admitted = admit_footer(object, &footer, wanted, all);
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
) -> Result<Vec<std::result::Result<AdmittedFile, Refusal>>> {
    let admit = |object: &&StoredObject| admit_file(store, object, wanted, all);
    run_requests(objects.len(), || {
        objects.par_iter().with_max_len(1).map(admit).collect()
    })
}

/// Admits or refuses a file by the bytes of its footer.
pub(super) fn admit_footer(
    object: &StoredObject,
    footer: &[u8],
    wanted: &[&str],
    all: &[InputColumn],
) -> std::result::Result<AdmittedFile, Refusal> {
    catch_panic("its footer cannot be decoded", || {
        let broken = |fault| format!("its footer cannot be decoded: {fault}");
        let footer = Footer::decode(footer).map_err(broken)?;
        let matched = match_columns(&footer, all)?;
        let mut found = matched.found;
        found.retain(|found| wanted.contains(&found.column.name) && !found.shape.is_null());
        found.sort_by_key(|found| found.root);
        let leaves: Vec<WantedLeaf> = found.iter().filter_map(|found| wanted_leaf(&footer, found)).collect();
        let row_groups = footer.row_groups(&leaves, object.size).map_err(broken)?;
        let rows = check_rows(object, footer.rows, &row_groups)?;
        let unreadable = |error| format!("its schema cannot be read: {error}");
        let types = found.iter().map(|found| parquet_type(&found.node));
        let schema = types
            .collect::<std::result::Result<_, _>>()
            .and_then(descriptor)
            .map_err(unreadable)?;
        let arrow_schema = parquet_to_arrow_schema(&schema, None).map_err(unreadable)?;
        let fields: Vec<_> = arrow_schema.fields().iter().map(|field| with_views(field)).collect();
        let index = |name: &&str| found.iter().position(|found| found.column.name == *name);
        Ok(AdmittedFile {
            object: object.clone(),
            rows,
            similar_columns: matched.similar_columns,
            indexes: wanted.iter().map(index).collect(),
            columns: found
                .iter()
                .map(|found| AdmittedColumn {
                    column: found.column,
                    shape: found.shape,
                })
                .collect(),
            schema: schema.into(),
            arrow_schema: arrow::datatypes::Schema::new(fields).into(),
            row_groups,
            whole_file: None,
        })
    })
}

fn wanted_leaf(footer: &Footer, found: &MatchedColumn) -> Option<WantedLeaf> {
    let root = &footer.columns[found.root];
    let (physical, _) = physical_type(found.shape.format()?);
    Some(WantedLeaf {
        leaf: root.leaves.start,
        name: root.name.clone(),
        physical: physical as i64,
    })
}

fn check_rows(
    object: &StoredObject,
    announced: i64,
    row_groups: &[RowGroup],
) -> std::result::Result<u64, RefusalReason> {
    let rows = row_groups
        .iter()
        .fold(0_u64, |rows, group| rows.saturating_add(group.rows));
    if u64::try_from(announced) != Ok(rows) {
        return Err(format!(
            "its footer announces {announced} rows, but its row groups hold {rows}"
        ));
    }
    if rows > object.size.saturating_mul(MAX_ROWS_PER_BYTE) || rows > u64::from(u32::MAX) {
        return Err(format!(
            "it announces an impossible {rows} rows in {} bytes",
            object.size
        ));
    }
    Ok(rows)
}

/// Sums the rows that the footers of the files announce. Refused files count as 0.
pub fn count_announced_rows(store: &Store, objects: &[&StoredObject]) -> Result<u64> {
    let admitted = admit_files(store, objects, &[], &[])?;
    Ok(admitted.iter().flatten().map(|admitted| admitted.rows).sum())
}

#[cfg(test)]
#[path = "admission_tests.rs"]
mod tests;
