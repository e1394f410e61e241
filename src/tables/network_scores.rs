//! `network_scores`: one row a person and network.

use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use rayon::prelude::*;

use super::{Tonight, batch, counts, measures, optional_measures};
use crate::error::Result;
use crate::influence::reach::Reach;
use crate::influence::score::{Basis, Sum};
use crate::people::presence::Presence;
use crate::schema::NETWORK_SCORES;

/// One network's part of one person.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    contributed: f64,
    total: f64,
    reach: Reach,
    reactions: u64,
}

struct Row {
    presence: Presence,
    score: Option<f64>,
    reach: f64,
    reactions: i64,
    share: Option<f64>,
}

/// The table: a row for each network on which the person is.
pub fn table(tonight: &Tonight) -> Result<RecordBatch> {
    let groups: Vec<&[Presence]> = tonight.presences.by_person().collect();
    let mut rows: Vec<Row> = groups
        .par_iter()
        .flat_map_iter(|group| rows_of(tonight, group))
        .collect();
    let name = |row: &Row| tonight.networks[usize::from(row.presence.network)].name.as_str();
    rows.sort_by(|a, b| (a.presence.person, name(a)).cmp(&(b.presence.person, name(b))));
    let id = |row: &Row| tonight.persons.ids[row.presence.person as usize].as_str();
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

fn rows_of(tonight: &Tonight, group: &[Presence]) -> Vec<Row> {
    let person = group[0].person as usize;
    let sum = tonight.standings.sums[person];
    let parts = sum.map(|sum| parts(tonight, person, &sum)).unwrap_or_default();
    let whole: f64 = parts.iter().map(|part| part.total).sum();
    group
        .iter()
        .map(|presence| {
            let part = parts.get(usize::from(presence.network)).copied().unwrap_or_default();
            Row {
                presence: *presence,
                score: (part.reactions > 0).then(|| tonight.line.score_of_contributions(part.contributed)),
                reach: part.reach.people(),
                reactions: part.reactions as i64,
                share: sum.map(|_| part.total / whole),
            }
        })
        .collect()
}

/// The person's contributions by network. A network's part of an edge is in proportion to its terms, or to
/// its reactions where no term has any weight.
fn parts(tonight: &Tonight, person: usize, sum: &Sum) -> Vec<Part> {
    let mut parts = vec![Part::default(); tonight.networks.len()];
    let mut of_edge = vec![(0.0, 0_u64); tonight.networks.len()];
    for edge in tonight.attention.edges(person) {
        of_edge.fill((0.0, 0));
        for term in tonight.attention.terms(edge) {
            let slot = &mut of_edge[usize::from(term.network)];
            slot.0 += term.strength;
            slot.1 += u64::from(term.reactions);
        }
        let strength: f64 = of_edge.iter().map(|slot| slot.0).sum();
        let reactions: u64 = of_edge.iter().map(|slot| slot.1).sum();
        let whole = tonight.model.part(tonight.attention, edge, sum);
        for (part, slot) in parts.iter_mut().zip(&of_edge).filter(|(_, slot)| slot.1 > 0) {
            let share = if strength > 0.0 {
                slot.0 / strength
            } else {
                slot.1 as f64 / reactions as f64
            };
            let amount = whole * share;
            part.contributed += if sum.basis == Basis::Contributions { amount } else { 0.0 };
            part.total += amount;
            part.reach.add(amount);
            part.reactions += slot.1;
        }
    }
    parts
}
