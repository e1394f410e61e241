//! Columns of a batch of activities as numbers, and a quick test of all rows.
//!
//! Most rows are valid, so the test only finds the rows that may not be; these get their reason from
//! [`RowRules::judge`](super::validate::RowRules::judge).

use arrow::array::{Array, StringViewArray};

use super::coded_columns::CodedColumn;
use super::file_rows::{ACTIVITY_ID, ACTOR_ID, OCCURRED_AT, RowReader, TARGET_ID, VERB};
use super::interner::{EMPTY_ID, IdTables};
use super::object_hash::{hash_activity_id, object_hash};
use super::row_buffers::RowBuffer;
use clout_model::accounts::NO_NODE;
use clout_warehouse::input_batches::InputBatch;

/// Code of a verb that the network lacks; a network has at most 250 verbs.
const UNKNOWN_VERB: u8 = u8::MAX;

/// Columns of a batch as numbers, before the rows are judged.
#[derive(Default)]
pub struct BatchColumns {
    /// Times in microseconds; the least value for null.
    times: Vec<i64>,
    actors: Vec<u32>,
    targets: Vec<u32>,
    verbs: Vec<u8>,
    /// By row: true if a rule may refuse it. Other rows are valid.
    pub is_suspect: Vec<bool>,
    actor_codes: CodedColumn<u32>,
    target_codes: CodedColumn<u32>,
    verb_codes: CodedColumn<u8>,
}

impl BatchColumns {
    /// Reads the columns of a batch, and marks the rows that a rule may refuse.
    ///
    /// # Errors
    /// A column cannot be converted; the file is refused.
    pub fn read(
        &mut self,
        batch: &InputBatch,
        reader: &RowReader,
        accounts: &mut IdTables,
    ) -> std::result::Result<(), String> {
        self.times.clear();
        batch.times(OCCURRED_AT)?.append_saturated_micros(&mut self.times);
        let mut intern = |texts: &StringViewArray, numbers: &mut Vec<u32>| accounts.intern_texts(texts, numbers);
        let (actors, targets) = (batch.text_column(ACTOR_ID)?, batch.text_column(TARGET_ID)?);
        self.actor_codes.read(&actors, NO_NODE, &mut intern, &mut self.actors);
        self.target_codes
            .read(&targets, NO_NODE, &mut intern, &mut self.targets);
        let append_codes = |texts: &StringViewArray, codes: &mut Vec<u8>| {
            let code = |verb: Option<&str>| reader.network.input_verb_code(verb?);
            codes.extend(texts.iter().map(|verb| code(verb).unwrap_or(UNKNOWN_VERB)));
        };
        let verbs = batch.text_column(VERB)?;
        self.verb_codes
            .read(&verbs, UNKNOWN_VERB, append_codes, &mut self.verbs);
        self.mark_suspects(batch, reader)
    }

    fn mark_suspects(&mut self, batch: &InputBatch, reader: &RowReader) -> std::result::Result<(), String> {
        let ids = batch.texts(ACTIVITY_ID)?;
        let valid_times = reader.rules.valid_times();
        let numbers = self.times.iter().zip(&self.actors).zip(&self.targets).zip(&self.verbs);
        let is_suspect = numbers.zip(ids.views()).map(|((((time, actor), target), verb), id)| {
            let is_empty = *id as u32 == 0;
            !valid_times.contains(time)
                | (*actor >= EMPTY_ID)
                | (*target == EMPTY_ID)
                | (*verb == UNKNOWN_VERB)
                | is_empty
        });
        self.is_suspect.clear();
        self.is_suspect.extend(is_suspect);
        if ids.null_count() > 0 {
            let nulls = (0..batch.rows).filter(|row| ids.is_null(*row));
            nulls.for_each(|row| self.is_suspect[row] = true);
        }
        batch.faults().keys().for_each(|row| self.is_suspect[*row] = true);
        Ok(())
    }

    /// Appends the given rows of the batch, with the texts of the other columns.
    pub fn append_to(
        &self,
        to: &mut RowBuffer,
        ids: &StringViewArray,
        venues: Option<&StringViewArray>,
        rows: impl Iterator<Item = usize> + Clone,
    ) {
        fn gather<T: Copy>(to: &mut Vec<T>, column: &[T], rows: impl Iterator<Item = usize>) {
            to.extend(rows.map(|row| column[row]));
        }
        let RowBuffer {
            ids: to_ids, rows: to, ..
        } = to;
        gather(&mut to.occurred_at, &self.times, rows.clone());
        gather(&mut to.actors, &self.actors, rows.clone());
        gather(&mut to.targets, &self.targets, rows.clone());
        gather(&mut to.verbs, &self.verbs, rows.clone());
        to_ids.extend(rows.clone().map(|row| hash_activity_id(ids.value(row))));
        if let Some(venues) = venues {
            to.venues.extend(rows.map(|row| object_hash(venues, row)));
        }
    }
}
