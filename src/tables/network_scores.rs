//! Table `network_scores`: one row per person and network.

use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use rayon::prelude::*;

use super::{SnapshotInputs, batch, counts, measures, optional_measures};
use clout_base::error::Result;
use clout_base::schema::NETWORK_SCORES;
use clout_model::influence::network_parts;
use clout_model::people::presence::NetworkPresence;

struct Row {
    presence: NetworkPresence,
    score: Option<f64>,
    reach: f64,
    reactions: i64,
    share: Option<f64>,
}

/// Builds the table, with one row for each network on which a person has an account.
pub fn build_table(inputs: &SnapshotInputs) -> Result<RecordBatch> {
    let groups: Vec<&[NetworkPresence]> = inputs.presences.group_by_person().collect();
    let mut rows: Vec<Row> = groups
        .par_iter()
        .flat_map_iter(|group| rows_of(inputs, group))
        .collect();
    let name = |row: &Row| inputs.networks[usize::from(row.presence.network)].name.as_str();
    rows.sort_by(|a, b| (a.presence.person, name(a)).cmp(&(b.presence.person, name(b))));
    let id = |row: &Row| inputs.persons.ids[row.presence.person as usize].as_str();
    batch(
        &NETWORK_SCORES,
        vec![
            Arc::new(StringArray::from_iter_values(rows.iter().map(id))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(name))),
            optional_measures(rows.iter().map(|row| row.score).collect()),
            measures(rows.iter().map(|row| row.reach).collect()),
            counts(rows.iter().map(|row| row.reactions).collect()),
            counts(rows.iter().map(|row| row.presence.posts as i64).collect()),
            optional_measures(rows.iter().map(|row| row.share).collect()),
        ],
    )
}

fn rows_of(inputs: &SnapshotInputs, group: &[NetworkPresence]) -> Vec<Row> {
    let person = group[0].person as usize;
    let sum = inputs.scores.sums[person];
    let parts = sum
        .map(|sum| {
            network_parts::compute_network_parts(&inputs.model, inputs.attention, inputs.networks.len(), person, &sum)
        })
        .unwrap_or_default();
    let whole: f64 = parts.iter().map(|part| part.total).sum();
    group
        .iter()
        .map(|presence| {
            let part = parts.get(usize::from(presence.network)).copied().unwrap_or_default();
            Row {
                presence: *presence,
                score: (part.reactions > 0).then(|| inputs.scale.score_of_contributions(part.contributed)),
                reach: part.reach.people(),
                reactions: part.reactions as i64,
                share: sum.map(|_| part.total / whole),
            }
        })
        .collect()
}
