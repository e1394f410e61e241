//! From the memory of a night to everybody's standing: every step of the model in its order.

use super::attention::{self, Attention, AttentionParams, Moment};
use super::pairs::Pairs;
use super::params::ModelParams;
use super::recency::Mixture;
use super::reciprocity;
use super::score::{Line, Model};
use super::standings::Standings;
use super::trust::{self, Reactors};
use crate::facts::Facts;
use crate::networks::Network;
use crate::people::persons::Persons;
use clout_base::error::Result;

/// What is remembered of accounts, and who they are.
pub struct Memory<'a> {
    /// Who reacted to whom.
    pub pairs: &'a Pairs,
    /// By node: the account's own record.
    pub facts: &'a [Facts],
    /// Whose the accounts are.
    pub persons: &'a Persons,
    /// The network of an account's node.
    pub network_of: &'a (dyn Fn(u32) -> usize + Sync),
}

impl Memory<'_> {
    /// Who attends to whom, before anything is taken for what was returned.
    pub fn attention(&self, moment: &Moment, params: &ModelParams) -> Attention {
        let reading = AttentionParams {
            mixture: &Mixture::new(&params.recency),
            beta: params.repeats.beta,
            moment,
        };
        attention::read(self.pairs, self.persons, self.network_of, &reading)
    }
}

/// Scores, and what they were made from.
pub struct Scored {
    /// Who attends to whom.
    pub attention: Attention,
    /// By person: g.
    pub trust: Vec<f64>,
    /// By person: how seasoned.
    pub seasoned: Vec<f64>,
    /// rho of everybody, and how the propagation went.
    pub reactors: Reactors,
    /// Scores, ranks and percentiles.
    pub standings: Standings,
    /// The scale.
    pub line: Line,
}

impl Scored {
    /// Scores everybody at the moment.
    pub fn of(memory: &Memory, moment: &Moment, networks: &[Network], params: &ModelParams) -> Result<Scored> {
        let attention = memory.attention(moment, params);
        Scored::of_attention(attention, memory, moment, networks, params)
    }

    /// Scores everybody from who attends to whom at the moment.
    pub fn of_attention(
        mut attention: Attention,
        memory: &Memory,
        moment: &Moment,
        networks: &[Network],
        params: &ModelParams,
    ) -> Result<Scored> {
        let trust = trust::of_persons(memory.persons, memory.facts, moment.warehouse_days, &params.trust);
        let graph = reciprocity::discount(&mut attention, &trust)?;
        let shares: Vec<f64> = networks.iter().map(|network| network.share).collect();
        let reactors = trust::reactors(&attention, graph, &trust, &shares, params)?;
        let line = Line::new(&params.scale, &params.corroboration);
        let model = Model {
            trust: &trust,
            standing: &reactors.standing,
            corroboration: &params.corroboration,
        };
        let standings = Standings::of(&attention, &model, &line);
        Ok(Scored {
            attention,
            trust,
            seasoned: trust::seasoned(memory.persons, memory.facts, moment.warehouse_days, params),
            reactors,
            standings,
            line,
        })
    }

    /// How contributions are made of trust, standing and attention.
    pub fn model<'a>(&'a self, params: &'a ModelParams) -> Model<'a> {
        Model {
            trust: &self.trust,
            standing: &self.reactors.standing,
            corroboration: &params.corroboration,
        }
    }
}
