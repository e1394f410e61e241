//! Relations between topics, the same for all persons of a snapshot date.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;

use super::frames::{build_column, build_table, read_i64, read_u32};
use super::person_tables::{NO_TOPIC, TopicInputs};
use clout_base::error::Result;

/// Additive smoothing of P(j | k), the share of rows on k that are also on j: so many rows on k alone are added. On Cardano
/// 10 predicts as well as 0 and better than 30; without it one row with a rare tag relates it fully to its other topics.
const UNKNOWN_ROWS: f64 = 10.0;
/// Relations between topics of the ontology.
pub struct TopicRelations {
    /// Grain: (topic, broader); `share` of the strength that the broader topic receives.
    pub(super) ancestors: DataFrame,
    pub(super) shares: TopicShares,
}

impl TopicRelations {
    /// Computes the relations.
    ///
    /// # Errors
    /// Returns an internal error if a query does not fit its tables.
    pub fn new(inputs: &TopicInputs) -> Result<TopicRelations> {
        Ok(TopicRelations {
            ancestors: build_ancestors(inputs)?,
            shares: find_shares(inputs)?,
        })
    }
}

/// Broader topics of each topic, each once, and the share of the strength that they receive. Grain: (topic, broader).
fn build_ancestors(inputs: &TopicInputs) -> Result<DataFrame> {
    let decay = inputs.model.params().topics.ancestor_decay;
    let (mut topics, mut broader, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for topic in 0..inputs.ontology.len() as u32 {
        for (ancestor, distance) in inputs.ontology.ancestors(topic) {
            topics.push(topic);
            broader.push(*ancestor);
            shares.push(decay.powi(i32::from(*distance)));
        }
    }
    build_table(vec![
        build_column("topic", topics),
        build_column("broader", broader),
        build_column("share", shares),
    ])
}

/// P(j | k) by (k, j), with [`UNKNOWN_ROWS`].
pub(super) type TopicShares = HashMap<(u32, u32), f64, FixedState>;

fn find_shares(inputs: &TopicInputs) -> Result<TopicShares> {
    let table = inputs.name_rows(inputs.state.topic_pairs.clone().lazy(), &[])?;
    let topics = inputs.list_topics();
    let others = read_u32(&table, "other")?.iter().map(|number| topics[*number as usize]);
    let pairs = read_u32(&table, "topic")?.iter().copied().zip(others);
    let counts: HashMap<(u32, u32), i64, FixedState> = pairs
        .zip(read_i64(&table, "rows")?)
        .map(|(pair, rows)| (pair, *rows))
        .collect();
    let mut shares = TopicShares::default();
    for ((first, second), rows) in counts.iter().filter(|((a, b), _)| a != b && *b != NO_TOPIC) {
        let on = |topic: &u32| counts.get(&(*topic, *topic)).copied().unwrap_or(*rows) as f64;
        let share = |of: &u32| *rows as f64 / (UNKNOWN_ROWS + on(of));
        shares.insert((*first, *second), share(first));
        shares.insert((*second, *first), share(second));
    }
    Ok(shares)
}
