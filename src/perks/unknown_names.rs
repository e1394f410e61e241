//! Finds topics and networks of a campaign that no person has: probably misspelt.

use std::collections::BTreeSet;

use arrow::array::AsArray;

use super::campaign::EligibilityRules;
use crate::queries::suggest_ids::suggest_ids;
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots::stream_table;
use clout_warehouse::store::Store;

/// Returns a sentence for each such topic or network, with similar names.
pub fn describe_unknown_names(store: &Store, snapshot: &Manifest, rules: &EligibilityRules) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    for (wanted, kind, table, column) in [
        (&rules.topics, "topic", "topic_scores", "topic_id"),
        (&rules.networks, "network", "network_scores", "network"),
    ] {
        if wanted.is_empty() {
            continue;
        }
        let known = values(store, snapshot, (table, column))?;
        for name in wanted.iter().filter(|name| !known.contains(*name)) {
            let similar = suggest_ids(known.iter().map(String::as_str), name);
            let advice = match similar.is_empty() {
                true => String::new(),
                false => format!(": did you mean {}?", similar.join(" or ")),
            };
            let date = snapshot.snapshot_date;
            notes.push(format!("no person has {kind} {name} in the snapshot of {date}{advice}"));
        }
    }
    Ok(notes)
}

/// Returns the distinct values of a column; none if the snapshot lacks the table.
fn values(store: &Store, snapshot: &Manifest, (table, column): (&str, &str)) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    if snapshot.tables.contains_key(table) {
        for batch in stream_table(store, snapshot, table, Some(&[column]))? {
            for value in batch?.column(0).as_string_opt::<i32>().into_iter().flatten().flatten() {
                if !found.contains(value) {
                    found.insert(value.to_owned());
                }
            }
        }
    }
    Ok(found)
}
