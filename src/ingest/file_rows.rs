//! Converts one file of activities into columns of numbers, and refused rows with reasons.

use arrow::array::Array;

use super::interner::IdInterner;
use super::mentions::{AboutColumns, append_mentions};
use super::object_hash::object_hash;
use super::validate::{RawRow, RowRules};
use clout_base::error::Result;
use clout_base::ids::HashKey;
use clout_model::networks::Network;
use clout_topics::ontology::lexicon::Lexicon;
use clout_topics::rows::ActivityRows;
use clout_warehouse::admission::AdmittedFile;
use clout_warehouse::input_batches::{InputBatch, for_each_batch};
use clout_warehouse::store::Store;

/// Columns to read, in the order of the constants below; the last two only with topics.
pub const WANTED: [&str; 8] = [
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
pub const WITHOUT_TOPICS: usize = 6;
const ACTIVITY_ID: usize = 0;
const OCCURRED_AT: usize = 1;
const ACTOR_ID: usize = 2;
const VERB: usize = 3;
/// Index of `target_id`.
pub const TARGET_ID: usize = 4;
const OBJECT_ID: usize = 5;
const TEXT: usize = 6;
const TAGS: usize = 7;

/// Context for converting a network's rows.
pub struct RowReader<'a> {
    /// Network of the file.
    pub network: &'a Network,
    /// Rules of the partition.
    pub rules: RowRules<'a>,
    /// Account ids of the network.
    pub interner: &'a IdInterner,
    /// Aliases of topics; none without topics.
    pub lexicon: Option<&'a Lexicon>,
}

/// Accepted and refused rows of one file.
#[derive(Default)]
pub struct FileRows {
    /// Key of the file.
    pub file: String,
    /// Accepted rows.
    pub rows: ActivityRows,
    /// Refused rows as (row number, reason, activity id); only the first ones if there are too many.
    pub refused: Vec<(i64, String, Option<String>)>,
    /// Total number of refused rows.
    pub refused_count: u64,
    /// Number of rows in the file.
    pub read: u64,
    /// Reason if the whole file is refused; there are no rows then.
    pub unreadable: Option<String>,
}

/// Reads one admitted file; keeps the reasons of the first `most_reasons` refused rows.
///
/// # Errors
/// Returns an error only if the store fails.
pub fn read_file(store: &Store, file: &AdmittedFile, reader: &RowReader, most_reasons: usize) -> Result<FileRows> {
    let mut taken = FileRows::default();
    let outcome = for_each_batch(store, file, &mut |batch| taken.take(&batch, reader, most_reasons))?;
    if let Err(reason) = outcome {
        taken = FileRows {
            unreadable: Some(reason),
            ..FileRows::default()
        };
    }
    taken.file = file.object.key.clone();
    Ok(taken)
}

impl FileRows {
    fn take(&mut self, batch: &InputBatch, reader: &RowReader, most_reasons: usize) -> std::result::Result<(), String> {
        let (network, interner) = (reader.network, reader.interner);
        let ids = batch.texts(ACTIVITY_ID)?;
        let times = batch.times(OCCURRED_AT)?;
        let (actors, verbs, targets) = (batch.texts(ACTOR_ID)?, batch.texts(VERB)?, batch.texts(TARGET_ID)?);
        let mut believed: Vec<u32> = Vec::with_capacity(batch.rows);
        for row in 0..batch.rows {
            let verb = verbs.is_valid(row).then(|| verbs.value(row));
            let found = RawRow {
                activity_id: ids.is_valid(row).then(|| ids.value(row)),
                occurred_at: times.micros(row),
                actor_id: actors.is_valid(row).then(|| actors.value(row)),
                verb,
                target_id: targets.is_valid(row).then(|| targets.value(row)),
                verb_code: verb.and_then(|word| network.input_verb_code(word)),
            };
            let judged = match batch.fault(row) {
                None => reader.rules.judge(&found),
                Some(fault) => Err(fault.to_owned()),
            };
            match judged {
                Ok((occurred_at, verb)) => {
                    self.rows.ids.push(HashKey::ACTIVITY.hash(&[ids.value(row)]));
                    self.rows.occurred_at.push(occurred_at);
                    self.rows.verbs.push(verb);
                    believed.push(row as u32);
                }
                Err(reason) => {
                    self.refused_count += 1;
                    if self.refused.len() < most_reasons {
                        let number = self.read as i64 + row as i64;
                        self.refused
                            .push((number, reason, found.activity_id.map(str::to_owned)));
                    }
                }
            }
        }
        interner.intern(&actors, &believed, &mut self.rows.actors);
        interner.intern(&targets, &believed, &mut self.rows.targets);
        if network.co_visit.is_some() {
            let venues = batch.texts(OBJECT_ID)?;
            self.rows
                .venues
                .extend(believed.iter().map(|row| object_hash(&venues, *row as usize)));
        }
        if let Some(lexicon) = reader.lexicon {
            let columns = AboutColumns {
                activity_ids: ids,
                objects: batch.texts(OBJECT_ID)?,
                texts: batch.texts(TEXT)?,
                tags: batch.text_lists(TAGS)?,
            };
            append_mentions(&mut self.rows.mentions, &columns, &believed, lexicon);
        }
        self.read += batch.rows as u64;
        Ok(())
    }
}
