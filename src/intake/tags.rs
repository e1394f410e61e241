//! Reads all tags of the activities, for inputs without an ontology.

use std::collections::BTreeSet;

use super::activities::IntakeParams;
use crate::error::Result;
use crate::warehouse::admission::admit_all;
use crate::warehouse::contract;
use crate::warehouse::layout::Inventory;
use crate::warehouse::read::read;
use crate::warehouse::store::{Object, Store};

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
