//! Reading of the wanted columns of an admitted file, one row group at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringViewArray, new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};

use super::admission::{AdmittedFile, RefusalReason};
use super::catch_panic::catch_panic;
use super::column_shape::ColumnShape;
use super::dictionary_texts::CheckedDictionaries;
use super::fetched_ranges::FetchedRanges;
use super::footer::LeafFormat;
use super::input_columns::{FREE_TEXTS, InputType};
use super::input_times::{InputTimes, TimeFormat};
use super::row_group_reader::{BATCH_ROWS, decode_row_group};
use super::store::Store;
use super::utf8_columns::{to_lossy_texts, to_texts};
use clout_base::error::Result;

pub use super::dictionary_texts::TextColumn;
pub use super::text_lists::TextLists;

/// One decoded batch with the wanted columns in order; absent columns are null throughout.
pub struct InputBatch {
    /// Columns, with texts already checked.
    columns: Vec<Option<BatchColumn>>,
    /// Faults of rows, by row.
    faults: BTreeMap<usize, String>,
    /// Number of rows.
    pub rows: usize,
}

/// Column of a batch.
#[derive(Clone)]
enum BatchColumn {
    /// Checked texts.
    Texts(TextColumn),
    /// Values of another kind, with their shape in the file.
    Other(ArrayRef, ColumnShape),
}

impl InputBatch {
    /// Returns the reason for refusing a row whatever its other values are: an id or word that is not UTF-8.
    pub fn fault(&self, row: usize) -> Option<&str> {
        self.faults.get(&row).map(String::as_str)
    }

    /// Returns the [faults](InputBatch::fault) of all rows, by row.
    pub fn faults(&self) -> &BTreeMap<usize, String> {
        &self.faults
    }

    /// Returns column `index` as texts, from texts, UUIDs, or integers in decimal. A text that is not UTF-8 is null,
    /// and a [fault](InputBatch::fault) of its row.
    pub fn texts(&self, index: usize) -> std::result::Result<StringViewArray, RefusalReason> {
        Ok(self.cast(index, &DataType::Utf8View)?.as_string_view().clone())
    }

    /// Returns column `index` like [`InputBatch::texts`], as a dictionary where it was decoded as one.
    pub fn text_column(&self, index: usize) -> std::result::Result<TextColumn, RefusalReason> {
        match &self.columns[index] {
            Some(BatchColumn::Texts(texts)) => Ok(texts.clone()),
            _ => self.texts(index).map(TextColumn::Values),
        }
    }

    /// Returns column `index` as whole numbers; values beyond 64 signed bits become null.
    pub fn counts(&self, index: usize) -> std::result::Result<Int64Array, RefusalReason> {
        Ok(self.cast(index, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    }

    /// Returns column `index` as measures, from floats or integers.
    pub fn measures(&self, index: usize) -> std::result::Result<Float64Array, RefusalReason> {
        let array = self.cast(index, &DataType::Float64)?;
        Ok(array.as_primitive::<Float64Type>().clone())
    }

    /// Returns column `index` as booleans; null where it is absent.
    pub fn flags(&self, index: usize) -> std::result::Result<BooleanArray, RefusalReason> {
        Ok(self.cast(index, &DataType::Boolean)?.as_boolean().clone())
    }

    /// Returns column `index` as lists of texts, with replacement characters in place of bytes that are not UTF-8; an
    /// absent column has empty lists.
    pub fn text_lists(&self, index: usize) -> std::result::Result<TextLists, RefusalReason> {
        match &self.columns[index] {
            Some(BatchColumn::Other(array, _)) => TextLists::from_column(array.as_ref()),
            Some(BatchColumn::Texts(_)) => Err("a text is not a list of texts".to_owned()),
            None => Ok(TextLists::empty(self.rows)),
        }
    }

    /// Returns column `index` as times.
    pub fn times(&self, index: usize) -> std::result::Result<InputTimes, RefusalReason> {
        match &self.columns[index] {
            Some(BatchColumn::Other(array, ColumnShape::Value(LeafFormat::Time(unit)))) => {
                InputTimes::new(array.clone(), TimeFormat::Int64(*unit))
            }
            Some(BatchColumn::Other(array, _)) => InputTimes::new(array.clone(), TimeFormat::Int96),
            Some(BatchColumn::Texts(_)) => Err("a text is not a time".to_owned()),
            None => InputTimes::new(new_null_array(&DataType::Null, self.rows), TimeFormat::Null),
        }
    }

    fn cast(&self, index: usize, to: &DataType) -> std::result::Result<ArrayRef, RefusalReason> {
        let array = match &self.columns[index] {
            Some(BatchColumn::Texts(texts)) => Arc::new(texts.to_values()?),
            Some(BatchColumn::Other(array, _)) => array.clone(),
            None => return Ok(new_null_array(to, self.rows)),
        };
        cast(&array, to).map_err(|error| error.to_string())
    }

    /// Arranges the columns of a decoded batch in the wanted order, and checks their texts.
    fn new(
        file: &AdmittedFile,
        batch: &RecordBatch,
        dictionaries: &mut CheckedDictionaries,
    ) -> std::result::Result<InputBatch, RefusalReason> {
        let mut faults = BTreeMap::new();
        let mut columns = Vec::with_capacity(file.columns.len());
        for (index, (admitted, array)) in file.columns.iter().zip(batch.columns()).enumerate() {
            let name = admitted.column.name;
            let mut report = |row| {
                let reason = || format!("{name} is not UTF-8: expected a text in UTF-8");
                faults.entry(row).or_insert_with(reason);
            };
            columns.push(match admitted.column.input_type {
                InputType::Text if FREE_TEXTS.contains(&name) => {
                    BatchColumn::Texts(TextColumn::Values(to_lossy_texts(array)?))
                }
                InputType::Id | InputType::Text => BatchColumn::Texts(match array.data_type() {
                    DataType::Dictionary(..) => dictionaries.check(index, array, &mut report)?,
                    _ => TextColumn::Values(to_texts(array, &mut report)?),
                }),
                _ => BatchColumn::Other(array.clone(), admitted.shape),
            });
        }
        Ok(InputBatch {
            columns: file
                .indexes
                .iter()
                .map(|index| index.map(|index| columns[index].clone()))
                .collect(),
            faults,
            rows: batch.num_rows(),
        })
    }

    fn of_nulls(file: &AdmittedFile, rows: usize) -> InputBatch {
        InputBatch {
            columns: vec![None; file.indexes.len()],
            faults: BTreeMap::new(),
            rows,
        }
    }
}

/// Calls `take` with every batch of the file, in order. A refusal describes the fault of the file; the caller
/// must then discard all batches of the file.
///
/// # Errors
/// Returns an error if the store fails.
pub fn for_each_batch(
    store: &Store,
    file: &AdmittedFile,
    take: &mut dyn FnMut(InputBatch) -> std::result::Result<(), RefusalReason>,
) -> Result<std::result::Result<(), RefusalReason>> {
    for_each_batch_with_dictionaries(store, file, &[], take)
}

/// Calls `take` like [`for_each_batch`]. The wanted columns at the indices `repetitive`, of ids or words, are
/// dictionaries where the file stores them so.
///
/// # Errors
/// Returns an error if the store fails.
pub fn for_each_batch_with_dictionaries(
    store: &Store,
    file: &AdmittedFile,
    repetitive: &[usize],
    take: &mut dyn FnMut(InputBatch) -> std::result::Result<(), RefusalReason>,
) -> Result<std::result::Result<(), RefusalReason>> {
    for row_group in 0..file.row_groups.len() {
        let fetched = fetch(store, file, row_group)?;
        let decoded = decode_group(file, row_group, fetched, repetitive, take);
        if let Err(refusal) = decoded {
            return Ok(Err(format!("row group {row_group}: {refusal}")));
        }
    }
    Ok(Ok(()))
}

/// Fetches the bytes of a row group's wanted columns.
fn fetch(store: &Store, file: &AdmittedFile, row_group: usize) -> Result<FetchedRanges> {
    let size = file.object.size;
    if let Some(whole) = &file.whole_file {
        return Ok(FetchedRanges::new(
            size,
            std::slice::from_ref(&(0..size)),
            vec![whole.clone()],
        ));
    }
    let ranges = file.column_ranges(row_group);
    let bytes = store.get_ranges(&file.object.key, &ranges)?;
    Ok(FetchedRanges::new(size, &ranges, bytes))
}

/// Calls `take` with the batches of one row group.
pub(super) fn decode_group(
    file: &AdmittedFile,
    row_group: usize,
    fetched: FetchedRanges,
    repetitive: &[usize],
    take: &mut dyn FnMut(InputBatch) -> std::result::Result<(), RefusalReason>,
) -> std::result::Result<(), RefusalReason> {
    let group = &file.row_groups[row_group];
    if file.columns.is_empty() {
        let mut rows = group.rows;
        while rows > 0 {
            let batch = rows.min(BATCH_ROWS as u64);
            take(InputBatch::of_nulls(file, batch as usize))?;
            rows -= batch;
        }
        return Ok(());
    }
    let wants_dictionary = |column: usize| repetitive.iter().any(|index| file.indexes[*index] == Some(column));
    let mut dictionaries = CheckedDictionaries::default();
    catch_panic("a page cannot be decoded", || {
        decode_row_group(file, group, &fetched, &wants_dictionary, &mut |batch| {
            take(InputBatch::new(file, batch, &mut dictionaries)?)
        })
    })
}
