//! Table `network_scores`: one row per person and network.

use std::ops::Range;

use rayon::prelude::*;

use super::{SnapshotInputs, counts, measures, optional_measures, texts};
use clout_base::schema::NETWORK_SCORES;
use clout_model::influence::network_parts::{NetworkPart, NetworkParts};
use clout_model::people::presence::NetworkPresence;
use clout_warehouse::table_rows::TableRows;

struct Row {
    presence: NetworkPresence,
    score: Option<f64>,
    reach: f64,
    reactions: i64,
    share: Option<f64>,
}

/// Describes the rows, one for each network on which a person has an account.
pub fn build_rows<'a>(inputs: &'a SnapshotInputs<'a>) -> TableRows<'a> {
    let name = |row: &Row| inputs.networks[usize::from(row.presence.network)].name.as_str();
    TableRows::new(&NETWORK_SCORES, inputs.presences.rows.len(), move |range| {
        let people = extend_to_people(&inputs.presences.rows, range.clone());
        let rows: Vec<Row> = inputs.presences.rows[people.clone()]
            .par_chunk_by(|a, b| a.person == b.person)
            .map_init(
                || NetworkParts::new(inputs.networks.len()),
                |parts, group| {
                    let mut rows = rows_of(inputs, group, parts);
                    rows.sort_by_key(name);
                    rows
                },
            )
            .flatten_iter()
            .collect();
        let rows = &rows[range.start - people.start..range.end - people.start];
        vec![
            texts(rows.iter().map(|row| &inputs.persons.ids[row.presence.person as usize])),
            texts(rows.iter().map(name)),
            optional_measures(rows.iter().map(|row| row.score).collect()),
            measures(rows.iter().map(|row| row.reach).collect()),
            counts(rows.iter().map(|row| row.reactions).collect()),
            counts(rows.iter().map(|row| row.presence.posts as i64).collect()),
            optional_measures(rows.iter().map(|row| row.share).collect()),
        ]
    })
}

/// Extends a range, which is not empty, to all rows of its first and its last person.
fn extend_to_people(rows: &[NetworkPresence], range: Range<usize>) -> Range<usize> {
    let (first, last) = (rows[range.start].person, rows[range.end - 1].person);
    let before = rows[..range.start].iter().rev().take_while(|row| row.person == first);
    let after = rows[range.end..].iter().take_while(|row| row.person == last);
    range.start - before.count()..range.end + after.count()
}

fn rows_of(inputs: &SnapshotInputs, group: &[NetworkPresence], buffers: &mut NetworkParts) -> Vec<Row> {
    let person = group[0].person as usize;
    let sum = inputs.scores.sums[person];
    let parts: &[NetworkPart] = match &sum {
        Some(sum) => buffers.compute(&inputs.model, inputs.attention, person, sum),
        None => &[],
    };
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
