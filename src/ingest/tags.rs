//! Reads all tags of the activities, for inputs without an ontology.

use std::collections::BTreeSet;

use super::activities::IntakeParams;
use clout_base::error::Result;
use clout_warehouse::admission::admit_files;
use clout_warehouse::input_batches::for_each_batch;
use clout_warehouse::input_columns;
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::store::{Store, StoredObject};

/// Returns the tags in readable files of known networks, for the load dates in `params`.
///
/// # Errors
/// Returns an error only if the store fails.
pub fn read_tags(store: &Store, inventory: &InputInventory, params: &IntakeParams) -> Result<BTreeSet<String>> {
    let is_known = |name: &str| params.networks.iter().any(|network| network.name == name);
    let delivered = inventory.partitions_between("activities", params.first, params.last);
    let mine = delivered.filter(|(partition, _)| is_known(&partition.network));
    let objects: Vec<&StoredObject> = mine.flat_map(|(_, objects)| objects).collect();
    let mut tags = BTreeSet::new();
    for admitted in admit_files(
        store,
        &objects,
        &["tags"],
        input_columns::columns_of_table("activities"),
    )?
    .into_iter()
    .flatten()
    {
        let mut found = BTreeSet::new();
        let outcome = for_each_batch(store, &admitted, &mut |batch| {
            let lists = batch.text_lists(0)?;
            (0..batch.rows).for_each(|row| found.extend(lists.row_texts(row).map(str::to_owned)));
            Ok(())
        })?;
        if outcome.is_ok() {
            tags.append(&mut found);
        }
    }
    Ok(tags)
}
