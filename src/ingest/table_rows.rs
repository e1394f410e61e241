//! Reads tables without networks; many files are admitted and read in parallel.

use rayon::prelude::*;

use super::rejects::Reject;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::admission::{Admitted, Refusal, admit_all};
use clout_warehouse::contract;
use clout_warehouse::read::{Batch, read};
use clout_warehouse::store::{Object, Store};

/// File to read; `D` is a [`Day`], or an option of one if the table has no load dates.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a, D> {
    /// Name of the table.
    pub table: &'static str,
    /// Load date of the partition.
    pub load_date: D,
    /// File to read.
    pub file: &'a Object,
}

/// Accepted row with its position.
pub struct Row<'a, T, D> {
    /// Parsed value.
    pub value: T,
    /// File of the row.
    pub source: Source<'a, D>,
    /// Row number in the file.
    pub number: i64,
}

/// Value of a row, or the reason for its refusal.
pub type Judged<T> = std::result::Result<T, String>;

/// Rows of a batch in order; an error refuses the whole file.
pub type JudgedBatch<T> = std::result::Result<Vec<Judged<T>>, Refusal>;

/// Reads all contract columns of one table's files; `judge` gets the load date and a batch.
///
/// Returns the accepted rows in the order of files and rows. Rows that `judge` refuses and unreadable files are added
/// to `rejects`.
///
/// # Errors
/// Returns an error only if the store fails.
pub fn read_rows<'a, T: Send, D: Copy + Sync + Into<Option<Day>>>(
    store: &Store,
    sources: &[Source<'a, D>],
    judge: &(dyn Fn(D, &Batch) -> JudgedBatch<T> + Sync),
    rejects: &mut Vec<Reject>,
) -> Result<Vec<Row<'a, T, D>>> {
    let Some(table) = sources.first().map(|source| source.table) else {
        return Ok(Vec::new());
    };
    let columns = contract::columns(table);
    let wanted: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let files: Vec<&Object> = sources.iter().map(|source| source.file).collect();
    let admitted = admit_all(store, &files, &wanted, columns)?;
    let judged = sources
        .par_iter()
        .zip(admitted)
        .map(|(source, admitted)| match admitted {
            Ok(file) => read_file(store, &file, &|batch| judge(source.load_date, batch)),
            Err(refusal) => Ok(Err(refusal)),
        });
    let mut rows = Vec::new();
    for (source, outcome) in sources.iter().zip(judged.collect::<Result<Vec<_>>>()?) {
        match outcome {
            Ok(judged) => source.sort_out(judged, &mut rows, rejects),
            Err(refusal) => rejects.push(source.reject(None, format!("unreadable file: {refusal}"))),
        }
    }
    Ok(rows)
}

fn read_file<T>(store: &Store, file: &Admitted, judge: &dyn Fn(&Batch) -> JudgedBatch<T>) -> Result<JudgedBatch<T>> {
    let mut judged = Vec::new();
    let outcome = read(store, file, &mut |batch| {
        judged.extend(judge(&batch)?);
        Ok(())
    })?;
    Ok(outcome.map(|()| judged))
}

impl<'a, D: Copy + Into<Option<Day>>> Source<'a, D> {
    fn sort_out<T>(&self, judged: Vec<Judged<T>>, rows: &mut Vec<Row<'a, T, D>>, rejects: &mut Vec<Reject>) {
        for (number, judged) in (0..).zip(judged) {
            match judged {
                Ok(value) => rows.push(Row {
                    value,
                    source: *self,
                    number,
                }),
                Err(reason) => rejects.push(self.reject(Some(number), reason)),
            }
        }
    }

    /// Creates the reject of a row, or of the file without a row number.
    pub fn reject(&self, row_number: Option<i64>, reason: String) -> Reject {
        Reject {
            table: self.table,
            network: None,
            load_date: self.load_date.into(),
            file: self.file.key.clone(),
            row_number,
            reason,
            activity_id: None,
        }
    }
}
