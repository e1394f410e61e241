//! Resolves duplicates: an activity that was delivered before, or twice on one load date, counts once.
//!
//! The earliest load date counts. An id is kept for `max_lateness_days` load dates after its last delivery, because a
//! later row would be refused as too late anyway. [`repeated_ids`](clout_model::repeated_ids) finds the repeated ids;
//! here the contract's order of columns chooses among the rows of one load date.

use rayon::prelude::*;

use crate::ingest::row_blocks::DateBlock;
use crate::state::delivered::{DeliveredFile, DeliveredWindow};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::accounts::AccountIndex;
use clout_model::delivered::can_be_repeated;
use clout_model::repeated_ids::{DateRepeats, RepeatSearch};
use clout_steps::BlockSpace;
use clout_topics::rows::ActivityRows;
use clout_warehouse::request_pool::run_requests;

/// Resolved duplicates of one network and load date.
pub struct ResolvedRows {
    /// By row: true if it is the row of its id that counts.
    pub is_kept: Vec<bool>,
    /// Number of duplicate rows, of an earlier or the same load date.
    pub copies: u64,
    /// Rows of one id that the numbers cannot order: see [`super::tie_break`].
    pub contested: Vec<ContestedGroup>,
}

/// Rows of one id on one load date of which one counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContestedGroup {
    /// Rows, ascending.
    pub rows: Vec<usize>,
    /// Their id.
    pub id: u128,
}

/// Load dates of the state of which the ids are in memory at a time, so that the store responds to several requests
/// together.
const EARLIER_AT_ONCE: usize = 4;

/// Finds the repeated ids of one network's new load dates, which are ascending and after those of `delivered`.
///
/// # Errors
/// Returns an error if a block or a file is damaged, or if its store fails.
pub fn find_repeats(
    blocks: &[DateBlock],
    space: &BlockSpace,
    delivered: &DeliveredWindow,
    max_lateness_days: i32,
) -> Result<Vec<DateRepeats>> {
    let mut repeats = vec![DateRepeats::default(); blocks.len()];
    for range in 0..blocks.first().map_or(0, DateBlock::count_id_ranges) {
        let read = blocks.par_iter().map(|block| block.read_ids(space, range));
        let ids = read.collect::<Result<Vec<_>>>()?;
        let dates = blocks.iter().zip(&ids).map(|(block, ids)| (block.load_date, &**ids));
        let mut search = RepeatSearch::new(dates.collect(), max_lateness_days);
        let earlier = delivered.dates().iter();
        let earlier: Vec<_> = earlier.filter(|(load_date, _)| search.can_repeat(*load_date)).collect();
        for dates in earlier.chunks(EARLIER_AT_ONCE) {
            let keys = search.key_range();
            let read = || {
                dates
                    .par_iter()
                    .map(|(_, ids)| ids.read(keys))
                    .collect::<Result<Vec<_>>>()
            };
            for ((load_date, _), ids) in dates.iter().zip(run_requests(dates.len(), read)?) {
                search.add_earlier(*load_date, &ids);
            }
        }
        let found = search.find();
        repeats.iter_mut().zip(found).for_each(|(all, found)| all.append(found));
    }
    Ok(repeats)
}

/// Moves the ids of one network's new load dates to `delivered`, and drops those that no row after `as_of` can repeat.
///
/// # Errors
/// Returns an error if a block is damaged, or if the store of the blocks fails.
pub fn move_ids(
    blocks: &mut [DateBlock],
    space: &BlockSpace,
    delivered: &mut DeliveredWindow,
    as_of: Day,
    max_lateness_days: i32,
) -> Result<()> {
    let encode = |block: &mut DateBlock| {
        let ids = block.take_ids(space)?;
        // A load date without ids is not listed.
        if ids.is_empty() || !can_be_repeated(block.load_date, as_of, max_lateness_days) {
            return Ok(None);
        }
        let name = format!("delivered/{}", block.name);
        DeliveredFile::encode(space, &name, block.load_date, &ids).map(Some)
    };
    let encoded = blocks
        .par_iter_mut()
        .with_max_len(1)
        .map(encode)
        .collect::<Result<Vec<_>>>()?;
    for (block, ids) in blocks.iter().zip(encoded) {
        if let Some(ids) = ids {
            delivered.push(block.load_date, ids);
        }
    }
    delivered.drop_expired(as_of, max_lateness_days);
    Ok(())
}

/// Resolves the duplicates among the rows of one load date. `repeats` are the repeated ids of that date.
pub fn resolve_duplicates(rows: &ActivityRows, repeats: &DateRepeats, accounts: &AccountIndex) -> ResolvedRows {
    let mut is_kept = vec![true; rows.len()];
    let mut copies = repeats.copies.len() as u64;
    repeats.copies.iter().for_each(|row| is_kept[*row as usize] = false);
    let order = RowOrder { rows, accounts };
    let mut contested = Vec::new();
    for group in &repeats.groups {
        let same_day = repeats.rows(group);
        copies += same_day.len() as u64 - 1;
        same_day.iter().for_each(|row| is_kept[*row as usize] = false);
        match order.find_least(same_day) {
            Ok(row) => is_kept[row as usize] = true,
            Err(rows) => contested.push(ContestedGroup { rows, id: group.id }),
        }
    }
    contested.sort_unstable();
    ResolvedRows {
        is_kept,
        copies,
        contested,
    }
}

/// The order of rows by the contract's columns.
struct RowOrder<'a> {
    rows: &'a ActivityRows,
    accounts: &'a AccountIndex,
}

impl RowOrder<'_> {
    /// Returns the least of the rows of one id on one load date, or the candidates if only their objects decide.
    fn find_least(&self, same_day: &[u32]) -> std::result::Result<u32, Vec<usize>> {
        // Account numbers have an order of their own, so the texts are compared; verb codes are in the order of names.
        let prefix = |row: usize| {
            let actor = self.accounts.id(self.rows.actors[row]);
            (self.rows.occurred_at[row], actor, self.rows.verbs[row])
        };
        let mut candidates: Vec<usize> = Vec::new();
        for row in same_day.iter().map(|row| *row as usize) {
            match candidates.first().map(|least| prefix(row).cmp(&prefix(*least))) {
                Some(std::cmp::Ordering::Greater) => {}
                Some(std::cmp::Ordering::Equal) => candidates.push(row),
                _ => candidates = vec![row],
            }
        }
        match candidates.as_slice() {
            [first, others @ ..] if others.iter().all(|row| self.effect(*row) == self.effect(*first)) => {
                Ok(*first as u32)
            }
            _ => Err(candidates),
        }
    }

    /// Returns what a row does. `object_id` precedes `target_id` in the contract, and objects are not kept as numbers.
    fn effect(&self, row: usize) -> impl PartialEq {
        let mentions = &self.rows.mentions;
        let about = (mentions.objects.get(row).copied(), mentions.contents.get(row).copied());
        (self.rows.targets[row], self.rows.venues.get(row).copied(), about)
    }
}

#[cfg(test)]
#[path = "duplicates_tests.rs"]
mod tests;
