//! Reads all tags of the activities, for inputs without an ontology.

use std::collections::BTreeSet;

use super::activities::IntakeParams;
use clout_base::error::Result;
use clout_warehouse::admission::admit_all;
use clout_warehouse::contract;
use clout_warehouse::layout::Inventory;
use clout_warehouse::read::read;
use clout_warehouse::store::{Object, Store};

/// Returns the tags in readable files of known networks, for the load dates in `params`.
///
/// # Errors
/// Returns an error only if the store fails.
pub fn take_in(store: &Store, inventory: &Inventory, params: &IntakeParams) -> Result<BTreeSet<String>> {
    let is_known = |name: &str| params.networks.iter().any(|network| network.name == name);
    let delivered = inventory.delivered("activities", params.first, params.last);
    let mine = delivered.filter(|(partition, _)| is_known(&partition.network));
    let objects: Vec<&Object> = mine.flat_map(|(_, objects)| objects).collect();
    let mut tags = BTreeSet::new();
    for admitted in admit_all(store, &objects, &["tags"], contract::columns("activities"))?
        .into_iter()
        .flatten()
    {
        let mut found = BTreeSet::new();
        let outcome = read(store, &admitted, &mut |batch| {
            let lists = batch.text_lists(0)?;
            (0..batch.rows).for_each(|row| found.extend(lists.row(row).map(str::to_owned)));
            Ok(())
        })?;
        if outcome.is_ok() {
            tags.append(&mut found);
        }
    }
    Ok(tags)
}
