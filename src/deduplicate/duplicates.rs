//! Resolves duplicates: an activity that was delivered before, or twice on one load date, counts once.
//!
//! The earliest load date counts. An id is kept for `max_lateness_days` load dates after its last delivery, because a
//! later row would be refused as too late anyway. [`repeated_ids`](clout_model::repeated_ids) finds the repeated ids;
//! here the contract's order of columns chooses among the rows of one load date.

use rayon::prelude::*;

use clout_base::day::Day;
use clout_model::accounts::AccountIndex;
use clout_model::delivered::DeliveredIds;
use clout_model::repeated_ids::find_repeated_ids;
use clout_topics::rows::ActivityRows;

/// Resolved duplicates of one network.
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
    /// Load date of the rows.
    pub load_date: Day,
    /// Rows, ascending.
    pub rows: Vec<usize>,
    /// Their id.
    pub id: u128,
}

/// Resolves duplicates among `rows` and against the ids of earlier load dates in `delivered`. Takes the ids out of
/// `rows`, and adds them to `delivered`. `as_of` is the last load date of `rows`; ids that no later row can repeat are
/// dropped.
pub fn resolve_duplicates(
    rows: &mut ActivityRows,
    delivered: &mut DeliveredIds,
    accounts: &AccountIndex,
    as_of: Day,
    max_lateness_days: i32,
) -> ResolvedRows {
    let ids = std::mem::take(&mut rows.ids);
    let dates: Vec<_> = rows.dates().collect();
    let repeated = find_repeated_ids(ids, &dates, delivered, max_lateness_days);
    delivered.drop_expired(as_of, max_lateness_days);
    let mut is_kept = vec![true; rows.len()];
    let mut copies = repeated.copies.len() as u64;
    repeated.copies.iter().for_each(|row| is_kept[*row as usize] = false);
    let order = RowOrder { rows, accounts };
    let least = repeated
        .groups
        .par_iter()
        .map(|group| order.find_least(repeated.rows(group)));
    let least: Vec<Result<u32, Vec<usize>>> = least.collect();
    let mut contested = Vec::new();
    for (group, least) in repeated.groups.iter().zip(least) {
        let same_day = repeated.rows(group);
        copies += same_day.len() as u64 - 1;
        same_day.iter().for_each(|row| is_kept[*row as usize] = false);
        match least {
            Ok(row) => is_kept[row as usize] = true,
            Err(rows) => contested.push(ContestedGroup {
                load_date: group.load_date,
                rows,
                id: group.id,
            }),
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
    fn find_least(&self, same_day: &[u32]) -> Result<u32, Vec<usize>> {
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
