//! The rows of tables without networks, from files that are admitted and read many at a time.

use rayon::prelude::*;

use super::rejects::Reject;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::admission::{Admitted, Refusal, admit_all};
use clout_warehouse::contract;
use clout_warehouse::read::{Batch, read};
use clout_warehouse::store::{Object, Store};

/// A file to read; `D` is a [`Day`] or, where the table may have no load dates, an option of one.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a, D> {
    /// The table.
    pub table: &'static str,
    /// The partition's load date.
    pub load_date: D,
    /// The file.
    pub file: &'a Object,
}

/// A row that is believed, and where it stands.
pub struct Row<'a, T, D> {
    /// What it says.
    pub value: T,
    /// Its file.
    pub source: Source<'a, D>,
    /// Its number in the file.
    pub number: i64,
}

/// A row's value, or the reason why it is refused.
pub type Judged<T> = std::result::Result<T, String>;

/// The rows of a batch in their order; a refusal concerns the whole file.
pub type JudgedBatch<T> = std::result::Result<Vec<Judged<T>>, Refusal>;

/// Reads all contract columns of one table's files; `judge` is told their load date. The rows come back in the order of files and rows, without
/// those that `judge` refuses: each of these is a reject, as is a file that cannot be read.
///
/// # Errors
/// Only when the store fails.
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

    /// A refused row of the file, or the file where there is no row number.
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
