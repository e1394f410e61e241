//! Rows of one activity id on one load date that differ only from `object_id` on.
//!
//! The contract counts the least row by all columns in order, and `object_id` stands before
//! `target_id`. Objects are not kept as numbers, so the few partitions that need them are read again.

use std::collections::HashMap;

use arrow::array::Array;

use crate::day::Day;
use crate::error::{Error, Kind, Result};
use crate::intake::accounts::Accounts;
use crate::intake::activities::Rows;
use crate::intake::ids::HashKey;
use crate::intake::interner::NO_NODE;
use crate::networks::Network;
use crate::warehouse::admission::admit;
use crate::warehouse::layout::Inventory;
use crate::warehouse::read::{Batch, read};
use crate::warehouse::store::Store;

const WANTED: [&str; 6] = [
    "activity_id",
    "occurred_at",
    "actor_id",
    "verb",
    "object_id",
    "target_id",
];

/// What decides between the rows: object, then target; a null comes first.
type Rank = (Option<String>, Option<String>);

/// Chooses the row that counts of each contested group, by reading the partitions' objects.
pub fn choose(
    store: &Store,
    inventory: &Inventory,
    network: &Network,
    place: usize,
    accounts: &Accounts,
    rows: &Rows,
    contested: &[(Day, Vec<usize>)],
) -> Result<Vec<usize>> {
    let mut chosen = Vec::with_capacity(contested.len());
    for same_day in contested.chunk_by(|a, b| a.0 == b.0) {
        let load_date = same_day[0].0;
        let wanted: HashMap<u128, &Vec<usize>> =
            same_day.iter().map(|(_, group)| (rows.ids[group[0]], group)).collect();
        let mut best: HashMap<u128, (Rank, usize)> = HashMap::new();
        let files = inventory
            .delivered("activities", load_date, load_date)
            .filter(|(partition, _)| partition.network == network.name);
        for object in files.flat_map(|(_, objects)| objects) {
            let Ok(admitted) = admit(store, object, &WANTED, &[])? else {
                continue; // Refused, and told so, when it was first read.
            };
            let mut found = Vec::new();
            let outcome = read(store, &admitted, &mut |batch| {
                candidates(&batch, network, place, accounts, rows, &wanted, &mut found)
            })?;
            if outcome.is_ok() {
                for (id, rank, row) in found {
                    let entry = best.entry(id).or_insert_with(|| (rank.clone(), row));
                    if rank < entry.0 {
                        *entry = (rank, row);
                    }
                }
            }
        }
        for (_, group) in same_day {
            let (_, row) = best.get(&rows.ids[group[0]]).ok_or_else(|| {
                Error::new(
                    Kind::Storage,
                    format!(
                        "activities of {} on {load_date} changed while they were read; run again",
                        network.name
                    ),
                )
            })?;
            chosen.push(*row);
        }
    }
    Ok(chosen)
}

fn candidates(
    batch: &Batch,
    network: &Network,
    place: usize,
    accounts: &Accounts,
    rows: &Rows,
    wanted: &HashMap<u128, &Vec<usize>>,
    found: &mut Vec<(u128, Rank, usize)>,
) -> std::result::Result<(), String> {
    let (ids, times) = (batch.texts(0)?, batch.instants(1)?);
    let (actors, verbs, objects, targets) = (batch.texts(2)?, batch.texts(3)?, batch.texts(4)?, batch.texts(5)?);
    for row in (0..batch.rows).filter(|row| ids.is_valid(*row)) {
        let id = HashKey::ACTIVITY.hash(&[ids.value(row)]);
        let Some(group) = wanted.get(&id) else {
            continue;
        };
        let node = |column: &arrow::array::StringViewArray| match column.is_valid(row) {
            true => accounts.find(place, column.value(row)),
            false => Some(NO_NODE),
        };
        let verb = verbs.is_valid(row).then(|| network.verb(verbs.value(row))).flatten();
        let time = times.is_valid(row).then(|| times.value(row));
        let (actor, target) = (node(&actors), node(&targets));
        let is_same = |other: &&usize| {
            time == Some(rows.occurred_at[**other])
                && actor == Some(rows.actors[**other])
                && verb == Some(rows.verbs[**other])
                && target == Some(rows.targets[**other])
                && rows
                    .venues
                    .get(**other)
                    .is_none_or(|venue| *venue == crate::intake::activities::venue_hash(&objects, row))
        };
        if let Some(same) = group.iter().find(is_same) {
            let text =
                |column: &arrow::array::StringViewArray| column.is_valid(row).then(|| column.value(row).to_owned());
            found.push((id, (text(&objects), text(&targets)), *same));
        }
    }
    Ok(())
}
