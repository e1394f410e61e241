//! Breaks ties between rows of one activity id on one load date that differ only from `object_id` on.
//!
//! By the contract the least row by all columns in order counts, and `object_id` precedes `target_id`. Objects are not
//! kept as numbers, so the few partitions with ties are read again.

use std::collections::HashMap;

use arrow::array::{Array, StringViewArray};

use super::duplicates::ContestedGroup;
use crate::ingest::mentions::content_hash;
use crate::ingest::object_hash::{hash_activity_id, object_hash};
use clout_base::day::Day;
use clout_base::error::{Error, ErrorKind, Result};
use clout_model::accounts::AccountIndex;
use clout_model::accounts::NO_NODE;
use clout_model::networks::Network;
use clout_topics::rows::ActivityRows;
use clout_warehouse::admission::admit_file;
use clout_warehouse::input_batches::{InputBatch, for_each_batch};
use clout_warehouse::input_columns;
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::store::Store;

const WANTED: [&str; 8] = [
    "activity_id",
    "occurred_at",
    "actor_id",
    "verb",
    "object_id",
    "target_id",
    "text",
    "tags",
];

/// Delivered rows of one network and load date, as read.
pub struct ContestedRows<'a> {
    /// Input store.
    pub store: &'a Store,
    /// Listing of the input.
    pub inventory: &'a InputInventory,
    /// Network of the rows.
    pub network: &'a Network,
    /// Index of the network.
    pub network_index: usize,
    /// Current accounts.
    pub accounts: &'a AccountIndex,
    /// Rows, with accounts as nodes.
    pub rows: &'a ActivityRows,
}

/// Tie-break key: object, target, text, tags; nulls sort first.
type Rank = (Option<String>, Option<String>, Option<String>, Vec<String>);

/// Least row of each id so far: its key and row index.
type Best = HashMap<u128, (Rank, usize)>;

/// Returns the row that counts of each contested group of one load date, after reading its partition again.
///
/// # Errors
/// Returns an error if the store fails or the partition changed since it was read.
pub fn choose_rows(delivery: &ContestedRows, load_date: Day, contested: &[ContestedGroup]) -> Result<Vec<usize>> {
    let wanted = contested
        .iter()
        .map(|group| (group.id, group.rows.as_slice()))
        .collect();
    let best = delivery.best(load_date, &wanted)?;
    let row = |group: &ContestedGroup| best.get(&group.id).map(|(_, row)| *row);
    let rows = contested
        .iter()
        .map(|group| row(group).ok_or_else(|| delivery.changed(load_date)));
    rows.collect()
}

impl ContestedRows<'_> {
    fn best(&self, load_date: Day, wanted: &HashMap<u128, &[usize]>) -> Result<Best> {
        let mut best = Best::new();
        let partitions = self.inventory.partitions_between("activities", load_date, load_date);
        let mine = partitions.filter(|(partition, _)| partition.network == self.network.name);
        for object in mine.flat_map(|(_, objects)| objects) {
            let Ok(admitted) = admit_file(
                self.store,
                object,
                &WANTED,
                input_columns::columns_of_table("activities"),
            )?
            else {
                continue; // Already a reject since the first read.
            };
            let mut found = Vec::new();
            let outcome = for_each_batch(self.store, &admitted, &mut |batch| {
                self.candidates(&batch, wanted, &mut found)
            })?;
            for (id, rank, row) in found.into_iter().filter(|_| outcome.is_ok()) {
                match best.get(&id) {
                    Some((least, _)) if *least <= rank => {}
                    _ => drop(best.insert(id, (rank, row))),
                }
            }
        }
        Ok(best)
    }

    fn candidates(
        &self,
        batch: &InputBatch,
        wanted: &HashMap<u128, &[usize]>,
        found: &mut Vec<(u128, Rank, usize)>,
    ) -> std::result::Result<(), String> {
        let (ids, times) = (batch.texts(0)?, batch.times(1)?);
        let (actors, verbs, objects, targets) = (batch.texts(2)?, batch.texts(3)?, batch.texts(4)?, batch.texts(5)?);
        let (contents, tags) = (batch.texts(6)?, batch.text_lists(7)?);
        let text = |column: &StringViewArray, row: usize| column.is_valid(row).then(|| column.value(row).to_owned());
        for row in (0..batch.rows).filter(|row| ids.is_valid(*row) && batch.fault(*row).is_none()) {
            let id = hash_activity_id(ids.value(row));
            let Some(group) = wanted.get(&id) else {
                continue;
            };
            let verb = verbs
                .is_valid(row)
                .then(|| self.network.input_verb_code(verbs.value(row)))
                .flatten();
            let time = times.micros(row);
            let (actor, target) = (self.node(&actors, row), self.node(&targets, row));
            let is_same = |other: &&usize| {
                time == Some(self.rows.occurred_at[**other].into())
                    && actor == Some(self.rows.actors[**other])
                    && verb == Some(self.rows.verbs[**other])
                    && target == Some(self.rows.targets[**other])
                    && self
                        .rows
                        .venues
                        .get(**other)
                        .is_none_or(|venue| *venue == object_hash(&objects, row))
                    && self.is_about_the_same(**other, &objects, content_hash(&contents, &tags, row), row)
            };
            if let Some(same) = group.iter().find(is_same) {
                let tags = tags.row_texts(row).map(str::to_owned).collect();
                let rank = (text(&objects, row), text(&targets, row), text(&contents, row), tags);
                found.push((id, rank, *same));
            }
        }
        Ok(())
    }

    /// Returns true if a row and the batch's row have the same object, text and tags; always true without topics.
    fn is_about_the_same(&self, other: usize, objects: &StringViewArray, content: u32, row: usize) -> bool {
        let mentions = &self.rows.mentions;
        mentions.is_empty()
            || (mentions.objects[other] == object_hash(objects, row) && mentions.contents[other] == content)
    }

    fn node(&self, column: &StringViewArray, row: usize) -> Option<u32> {
        match column.is_valid(row) {
            true => self.accounts.find(self.network_index, column.value(row)),
            false => Some(NO_NODE),
        }
    }

    fn changed(&self, load_date: Day) -> Error {
        let name = &self.network.name;
        let what = format!("activities of {name} on {load_date} changed while they were read; run again");
        Error::new(ErrorKind::Storage, what)
    }
}
