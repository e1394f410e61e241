//! Converts one file of activities into columns of numbers, and refused rows with reasons.

use arrow::array::{Array, StringViewArray};
use serde::{Deserialize, Serialize};

use super::batch_columns::BatchColumns;
use super::interner::IdTables;
use super::mentions::{AboutColumns, append_mentions};
use super::row_buffers::RowBuffer;
use super::validate::{RawRow, RowRules};
use clout_base::error::Result;
use clout_model::networks::Network;
use clout_topics::ontology::lexicon::Lexicon;
use clout_warehouse::admission::AdmittedFile;
use clout_warehouse::input_batches::{InputBatch, for_each_batch_with_dictionaries};
use clout_warehouse::store::Store;

/// Columns to read, in the order of the constants below; the last two only with topics.
const WANTED: [&str; 8] = [
    "activity_id",
    "occurred_at",
    "actor_id",
    "verb",
    "target_id",
    "object_id",
    "text",
    "tags",
];
/// Number of leading columns that the influence score needs.
const WITHOUT_TOPICS: usize = 6;
/// Returns the columns to read.
pub fn wanted_columns(has_topics: bool) -> &'static [&'static str] {
    match has_topics {
        true => &WANTED,
        false => &WANTED[..WITHOUT_TOPICS],
    }
}

/// Index of `activity_id`.
pub const ACTIVITY_ID: usize = 0;
/// Index of `occurred_at`.
pub const OCCURRED_AT: usize = 1;
/// Index of `actor_id`.
pub const ACTOR_ID: usize = 2;
/// Index of `verb`.
pub const VERB: usize = 3;
/// Index of `target_id`.
pub const TARGET_ID: usize = 4;
const OBJECT_ID: usize = 5;
const TEXT: usize = 6;
const TAGS: usize = 7;

/// Columns that are decoded as dictionaries where the file stores them so.
const REPETITIVE: [usize; 3] = [ACTOR_ID, VERB, TARGET_ID];

/// Context for converting the rows of a file.
pub struct RowReader<'a> {
    /// Network of the file.
    pub network: &'a Network,
    /// Rules of the partition.
    pub rules: RowRules<'a>,
    /// Aliases of topics; none without topics.
    pub lexicon: Option<&'a Lexicon>,
    /// Number of refused rows of which the reasons are kept.
    pub most_reasons: usize,
}

/// Accepted rows of one file, and the report about the others.
pub struct FileRows {
    /// Accepted rows with their ids and topic aliases.
    pub accepted: RowBuffer,
    /// Refused rows.
    pub report: FileReport,
}

/// Refused rows of one file.
#[derive(Default, Serialize, Deserialize)]
pub struct FileReport {
    /// Refused rows as (row number, reason, activity id); only the first ones if there are too many.
    pub refused: Vec<(i64, String, Option<String>)>,
    /// Total number of refused rows.
    pub refused_count: u64,
    /// Number of rows in the file.
    pub read: u64,
    /// Reason if the whole file is refused; there are no rows then.
    pub unreadable: Option<String>,
}

/// Reads one admitted file, with the numbers of `accounts`.
///
/// # Errors
/// Returns an error only if the store fails.
pub fn read_file(store: &Store, file: &AdmittedFile, reader: &RowReader, accounts: &mut IdTables) -> Result<FileRows> {
    let mut taken = FileRows {
        accepted: RowBuffer::for_file(file, reader.network.co_visit.is_some()),
        report: FileReport::default(),
    };
    let mut columns = BatchColumns::default();
    let outcome = for_each_batch_with_dictionaries(store, file, &REPETITIVE, &mut |batch| {
        columns.read(&batch, reader, accounts)?;
        taken.take(&batch, reader, &columns)
    })?;
    if let Err(reason) = outcome {
        taken = FileRows {
            accepted: RowBuffer::default(),
            report: FileReport {
                unreadable: Some(reason),
                ..FileReport::default()
            },
        };
    }
    Ok(taken)
}

impl FileRows {
    fn take(
        &mut self,
        batch: &InputBatch,
        reader: &RowReader,
        columns: &BatchColumns,
    ) -> std::result::Result<(), String> {
        let ids = batch.texts(ACTIVITY_ID)?;
        let believed = match columns.is_suspect.contains(&true) {
            true => Some(self.report.judge_suspects(batch, reader, &columns.is_suspect)?),
            false => None,
        };
        let venues = match reader.network.co_visit {
            Some(_) => Some(batch.texts(OBJECT_ID)?),
            None => None,
        };
        if !self.accepted.has_space(believed.as_ref().map_or(batch.rows, Vec::len)) {
            return Err("it contains more rows than it announces".to_owned());
        }
        let accepted = &mut self.accepted;
        match &believed {
            Some(believed) => columns.append_to(
                accepted,
                &ids,
                venues.as_ref(),
                believed.iter().map(|row| *row as usize),
            ),
            None => columns.append_to(accepted, &ids, venues.as_ref(), 0..batch.rows),
        }
        if let Some(lexicon) = reader.lexicon {
            let about = AboutColumns {
                activity_ids: ids,
                objects: batch.texts(OBJECT_ID)?,
                texts: batch.texts(TEXT)?,
                tags: batch.text_lists(TAGS)?,
            };
            let believed = believed.unwrap_or_else(|| (0..batch.rows as u32).collect());
            append_mentions(&mut self.accepted.rows.mentions, &about, &believed, lexicon);
        }
        self.report.read += batch.rows as u64;
        Ok(())
    }
}

impl FileReport {
    /// Applies all rules to the rows that are suspect; returns the rows that are accepted.
    fn judge_suspects(
        &mut self,
        batch: &InputBatch,
        reader: &RowReader,
        is_suspect: &[bool],
    ) -> std::result::Result<Vec<u32>, String> {
        let times = batch.times(OCCURRED_AT)?;
        let ids = batch.texts(ACTIVITY_ID)?;
        let (actors, verbs, targets) = (batch.texts(ACTOR_ID)?, batch.texts(VERB)?, batch.texts(TARGET_ID)?);
        let mut believed = Vec::with_capacity(batch.rows);
        for (row, is_suspect) in is_suspect.iter().enumerate() {
            if !is_suspect {
                believed.push(row as u32);
                continue;
            }
            let verb = text_of(&verbs, row);
            let found = RawRow {
                activity_id: text_of(&ids, row),
                occurred_at: times.micros(row),
                actor_id: text_of(&actors, row),
                verb,
                target_id: text_of(&targets, row),
                verb_code: verb.and_then(|word| reader.network.input_verb_code(word)),
            };
            let judged = match batch.fault(row) {
                None => reader.rules.judge(&found).map(|_| ()),
                Some(fault) => Err(fault.to_owned()),
            };
            match judged {
                Ok(()) => believed.push(row as u32),
                Err(reason) => {
                    self.refused_count += 1;
                    if self.refused.len() < reader.most_reasons {
                        let activity_id = found.activity_id.map(str::to_owned);
                        self.refused.push((self.read as i64 + row as i64, reason, activity_id));
                    }
                }
            }
        }
        Ok(believed)
    }
}

fn text_of(column: &StringViewArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}
