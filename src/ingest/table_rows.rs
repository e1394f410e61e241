//! Reads tables without networks; many files are admitted and read in parallel.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::refused_share::RefusedShare;
use super::rejects::RejectedRow;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::admission::{AdmittedFile, Refusal, RefusalReason, admit_files};
use clout_warehouse::input_batches::{InputBatch, for_each_batch};
use clout_warehouse::input_columns;
use clout_warehouse::store::{Store, StoredObject};

/// File to read; `D` is a [`Day`], or an option of one if the table has no load dates.
#[derive(Clone, Copy, Debug)]
pub struct TableInput<'a, D> {
    /// Name of the table.
    pub table: &'static str,
    /// Load date of the partition.
    pub load_date: D,
    /// File to read.
    pub file: &'a StoredObject,
}

/// Accepted row with its position.
pub struct TableRow<'a, T, D> {
    /// Parsed value.
    pub value: T,
    /// File of the row.
    pub source: TableInput<'a, D>,
    /// Row number in the file.
    pub number: i64,
}

/// Value of a row, or the reason for its refusal.
pub type RowResult<T> = std::result::Result<T, String>;

/// Rows of a batch in order; an error refuses the whole file.
pub type BatchResult<T> = std::result::Result<Vec<RowResult<T>>, RefusalReason>;

/// Refuses a row of which an id or word is not UTF-8.
pub fn expect_sound(batch: &InputBatch, row: usize) -> RowResult<()> {
    batch.fault(row).map_or(Ok(()), |fault| Err(fault.to_owned()))
}

/// Reads all contract columns of one table's files; `judge` gets the load date and a batch.
///
/// Returns the accepted rows in the order of files and rows. Rows that `judge` refuses and unreadable files are added
/// to `rejects`.
///
/// # Errors
/// Returns an error only if the store fails.
pub fn read_rows<'a, T: Send, D: Copy + Sync + Into<Option<Day>>>(
    store: &Store,
    sources: &[TableInput<'a, D>],
    judge: &(dyn Fn(D, &InputBatch) -> BatchResult<T> + Sync),
    rejects: &mut Vec<RejectedRow>,
) -> Result<Vec<TableRow<'a, T, D>>> {
    let Some(table) = sources.first().map(|source| source.table) else {
        return Ok(Vec::new());
    };
    let columns = input_columns::columns_of_table(table);
    let wanted: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let files: Vec<&StoredObject> = sources.iter().map(|source| source.file).collect();
    let admitted = admit_files(store, &files, &wanted, columns)?;
    let judged = sources
        .par_iter()
        .zip(admitted)
        .map(|(source, admitted)| match admitted {
            Ok(file) => {
                let judged = read_file(store, &file, &|batch| judge(source.load_date, batch))?;
                Ok(judged.map_err(Refusal::from))
            }
            Err(refusal) => Ok(Err(refusal)),
        });
    let mut rows = Vec::new();
    for (source, outcome) in sources.iter().zip(judged.collect::<Result<Vec<_>>>()?) {
        match outcome {
            Ok(judged) => source.sort_out(judged, &mut rows, rejects),
            Err(refusal) => rejects.push(RejectedRow {
                columns: refusal.columns,
                ..source.reject(None, format!("unreadable file: {}", refusal.reason))
            }),
        }
    }
    Ok(rows)
}

/// Counts the rows of files by load date. `rows` and `rejects` are those of [`read_rows`], and perhaps of other files;
/// a rejected row for which `is_fault` is false does not count as rejected.
pub fn count_shares<T, D: Copy + Into<Option<Day>>>(
    sources: &[TableInput<D>],
    rows: &[TableRow<T, D>],
    rejects: &[RejectedRow],
    is_fault: impl Fn(&RejectedRow) -> bool,
) -> Vec<RefusedShare> {
    let mut counts: HashMap<&str, FileCounts> = HashMap::new();
    for row in rows {
        counts.entry(&row.source.file.key).or_default().rows += 1;
    }
    for reject in rejects {
        let count = counts.entry(&reject.file).or_default();
        match reject.row_number {
            None => count.is_unreadable = true,
            Some(_) => {
                count.rows += 1;
                count.refused += u64::from(is_fault(reject));
            }
        }
    }
    let mut shares: BTreeMap<Option<Day>, RefusedShare> = BTreeMap::new();
    for source in sources {
        let load_date = source.load_date.into();
        let share = shares.entry(load_date);
        let share = share.or_insert_with(|| RefusedShare::new(source.table, "", load_date));
        let count = counts.remove(source.file.key.as_str()).unwrap_or_default();
        match count.is_unreadable {
            true => share.add_unreadable(source.file.size),
            false => share.add_readable(source.file.size, count.rows, count.refused),
        }
    }
    shares.into_values().collect()
}

/// Rows of one file.
#[derive(Default)]
struct FileCounts {
    rows: u64,
    refused: u64,
    is_unreadable: bool,
}

fn read_file<T>(
    store: &Store,
    file: &AdmittedFile,
    judge: &dyn Fn(&InputBatch) -> BatchResult<T>,
) -> Result<BatchResult<T>> {
    let mut judged = Vec::new();
    let outcome = for_each_batch(store, file, &mut |batch| {
        judged.extend(judge(&batch)?);
        Ok(())
    })?;
    Ok(outcome.map(|()| judged))
}

impl<'a, D: Copy + Into<Option<Day>>> TableInput<'a, D> {
    fn sort_out<T>(
        &self,
        judged: Vec<RowResult<T>>,
        rows: &mut Vec<TableRow<'a, T, D>>,
        rejects: &mut Vec<RejectedRow>,
    ) {
        for (number, judged) in (0..).zip(judged) {
            match judged {
                Ok(value) => rows.push(TableRow {
                    value,
                    source: *self,
                    number,
                }),
                Err(reason) => rejects.push(self.reject(Some(number), reason)),
            }
        }
    }

    /// Creates the reject of a row, or of the file without a row number.
    pub fn reject(&self, row_number: Option<i64>, reason: String) -> RejectedRow {
        RejectedRow {
            table: self.table,
            network: None,
            load_date: self.load_date.into(),
            file: self.file.key.clone(),
            row_number,
            reason,
            columns: Vec::new(),
            activity_id: None,
        }
    }
}
