//! Scoring of one date: runs every step of the model, from the account state to scores and ranks.

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

/// The stored sums of accounts, and their assignment to persons.
pub struct Memory<'a> {
    /// Sums of reactions between accounts.
    pub pairs: &'a Pairs,
    /// Activity of each account node.
    pub facts: &'a [Facts],
    /// Assignment of accounts to persons.
    pub persons: &'a Persons,
    /// Returns the network index of an account's node.
    pub network_of: &'a (dyn Fn(u32) -> usize + Sync),
}

impl Memory<'_> {
    /// Computes the attention between persons, before the reciprocity discount.
    pub fn attention(&self, moment: &Moment, params: &ModelParams) -> Attention {
        let reading = AttentionParams {
            mixture: &Mixture::new(&params.recency),
            beta: params.repeats.beta,
            moment,
        };
        attention::read(self.pairs, self.persons, self.network_of, &reading)
    }
}

/// The scores of one date, and the values from which they were computed.
pub struct Scored {
    /// Attention between persons, after the reciprocity discount.
    pub attention: Attention,
    /// Trust g of each person.
    pub trust: Vec<f64>,
    /// Seasoning of each person, 0 to 1, see [`trust::seasoned`].
    pub seasoned: Vec<f64>,
    /// Rank factor rho of each person, and the outcome of the propagation.
    pub reactors: Reactors,
    /// Scores, ranks and percentiles.
    pub standings: Standings,
    /// Score scale.
    pub line: Line,
}

impl Scored {
    /// Scores all persons at the moment.
    pub fn of(memory: &Memory, moment: &Moment, networks: &[Network], params: &ModelParams) -> Result<Scored> {
        let attention = memory.attention(moment, params);
        Scored::of_attention(attention, memory, moment, networks, params)
    }

    /// Scores all persons from their attention at the moment.
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

    /// Returns the model that turns attention into contributions.
    pub fn model<'a>(&'a self, params: &'a ModelParams) -> Model<'a> {
        Model {
            trust: &self.trust,
            standing: &self.reactors.standing,
            corroboration: &params.corroboration,
        }
    }
}
