//! Reads partitions of tables with required text columns: accounts, follows, identities and opt-outs.

use std::collections::BTreeMap;

use arrow::array::{Array, StringViewArray};

use super::refused_share::RefusedShare;
use super::rejects::RejectedRow;
use super::validate::require_text;
use clout_base::error::Result;
use clout_warehouse::admission::{Refusal, RefusalReason, admit_file};
use clout_warehouse::input_batches::{InputBatch, for_each_batch};
use clout_warehouse::input_columns::{self, InputColumn};
use clout_warehouse::inventory::InputPartition;
use clout_warehouse::store::{Store, StoredObject};

/// Rejects and counts collected while reading partitions.
#[derive(Debug, Default)]
pub struct RefusedInput {
    /// Refused rows and files.
    pub rejects: Vec<RejectedRow>,
    /// Rows read and refused by partition. Unreadable files of full snapshots and opt-outs are left out: such a snapshot is
    /// not used, and such opt-outs stop the run.
    pub shares: Vec<RefusedShare>,
    /// Problems that do not stop the run.
    pub warnings: Vec<String>,
}

/// Accepted rows of one batch, without nulls. `P` is what the optional columns of a row say.
pub struct TextBatch<P = ()> {
    /// Key of the file.
    pub file: String,
    /// Row number in the file of each row.
    pub row_numbers: Vec<i64>,
    /// Required columns of the table, in the contract's order.
    pub columns: Vec<StringViewArray>,
    /// Optional columns by row.
    pub others: Vec<P>,
}

/// Reads the optional columns of a batch, by row; an error refuses the file.
pub type ParseOthers<'a, P> = &'a dyn Fn(&InputBatch) -> std::result::Result<Vec<P>, RefusalReason>;

/// Current partition with its counts.
struct Reading<'a> {
    table: &'static str,
    partition: &'a InputPartition,
    share: RefusedShare,
}

/// Reads the required columns of a partition; returns none if any file of it is unreadable.
///
/// # Errors
/// Returns an error only if the store fails.
pub fn read_partition(
    store: &Store,
    table: &'static str,
    partition: &InputPartition,
    files: &[StoredObject],
    refused: &mut RefusedInput,
) -> Result<Option<Vec<TextBatch>>> {
    read_partition_with(store, table, partition, files, refused, &parse_none)
}

/// Reads no optional column.
///
/// # Errors
/// None.
pub fn parse_none(batch: &InputBatch) -> std::result::Result<Vec<()>, RefusalReason> {
    Ok(vec![(); batch.rows])
}

/// Reads all columns of a partition; returns none if any file of it is unreadable.
///
/// # Errors
/// Returns an error only if the store fails.
pub fn read_partition_with<P: Clone>(
    store: &Store,
    table: &'static str,
    partition: &InputPartition,
    files: &[StoredObject],
    refused: &mut RefusedInput,
    parse: ParseOthers<P>,
) -> Result<Option<Vec<TextBatch<P>>>> {
    let mut reading = Reading {
        table,
        partition,
        share: RefusedShare::new(table, &partition.network, Some(partition.load_date)),
    };
    let mut rows = Some(Vec::new());
    for object in files {
        match reading.file(store, object, parse)? {
            Ok(batches) => {
                let kept = batches
                    .into_iter()
                    .map(|batch| reading.keep(&object.key, &batch, refused));
                let kept: Vec<TextBatch<P>> = kept.collect();
                rows = rows.map(|mut rows| {
                    rows.extend(kept);
                    rows
                });
            }
            Err(refusal) => {
                let reason = format!("unreadable file: {}", refusal.reason);
                refused.rejects.push(RejectedRow {
                    columns: refusal.columns,
                    ..reject(table, partition, &object.key, None, reason)
                });
                rows = None;
            }
        }
    }
    refused.shares.push(reading.share);
    Ok(rows)
}

/// Batch of a file before the judgement of its rows.
struct FileBatch<P> {
    first_row: i64,
    columns: Vec<StringViewArray>,
    others: Vec<P>,
    /// Reasons for refusing rows because of their bytes.
    faults: BTreeMap<usize, String>,
}

impl Reading<'_> {
    /// Returns the batches of a file, or the reason for refusing the file.
    fn file<P>(
        &self,
        store: &Store,
        object: &StoredObject,
        parse: ParseOthers<P>,
    ) -> Result<std::result::Result<Vec<FileBatch<P>>, Refusal>> {
        let columns = input_columns::columns_of_table(self.table);
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let admitted = match admit_file(store, object, &names, columns)? {
            Ok(admitted) => admitted,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut batches = Vec::new();
        let mut seen = 0_i64;
        let outcome = for_each_batch(store, &admitted, &mut |batch| {
            let required = (0..names.len()).filter(|index| columns[*index].is_required);
            let columns = required.map(|index| batch.texts(index));
            batches.push(FileBatch {
                first_row: seen,
                others: parse(&batch)?,
                columns: columns.collect::<std::result::Result<_, _>>()?,
                faults: batch.faults().clone(),
            });
            seen += batch.rows as i64;
            Ok(())
        })?;
        Ok(outcome.map(|()| batches).map_err(Refusal::from))
    }

    fn keep<P: Clone>(&mut self, file: &str, batch: &FileBatch<P>, refused: &mut RefusedInput) -> TextBatch<P> {
        let FileBatch {
            first_row,
            columns,
            others,
            faults,
        } = batch;
        let names: Vec<&InputColumn> = input_columns::columns_of_table(self.table)
            .iter()
            .filter(|column| column.is_required)
            .collect();
        let count = columns.first().map_or(0, |column| column.len());
        let mut kept = Vec::with_capacity(count);
        for row in 0..count {
            let is_present = |(name, texts): (&&InputColumn, _)| require_text(name.name, texts, row).map(|_| ());
            let judged = match faults.get(&row) {
                None => names.iter().zip(columns).try_for_each(is_present),
                Some(fault) => Err(fault.clone()),
            };
            match judged {
                Ok(()) => kept.push(row),
                Err(reason) => {
                    self.share.refused += 1;
                    let number = Some(first_row + row as i64);
                    refused
                        .rejects
                        .push(reject(self.table, self.partition, file, number, reason));
                }
            }
        }
        self.share.rows += count as u64;
        TextBatch {
            file: file.to_owned(),
            row_numbers: kept.iter().map(|row| first_row + *row as i64).collect(),
            columns: columns
                .iter()
                .map(|column| kept.iter().map(|row| Some(column.value(*row))).collect())
                .collect(),
            others: kept.iter().map(|row| others[*row].clone()).collect(),
        }
    }
}

/// Creates the reject of a row, or of a file without a row number.
pub fn reject(
    table: &'static str,
    partition: &InputPartition,
    file: &str,
    row_number: Option<i64>,
    reason: String,
) -> RejectedRow {
    RejectedRow {
        table,
        network: (!partition.network.is_empty()).then(|| partition.network.clone()),
        load_date: Some(partition.load_date),
        file: file.to_owned(),
        row_number,
        reason,
        columns: Vec::new(),
        activity_id: None,
    }
}
