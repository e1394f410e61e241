//! What one more reaction would be worth to a person.
//!
//! The reaction is made in the last moment of the snapshot date by somebody who reacts to nobody else that day,
//! and is delivered that day. It is weighed, folded and read as a night would do it, and the person's
//! contributions are added up again with it; trust and standing of everybody who is there are held, but for the trust
//! of a reactor, whom the reaction itself may show on one day more. Those who may react:
//!
//! ```text
//! newcomer  g = 1, rho = 1                                          trusted, of ordinary standing, new to the person
//! stranger  g of an account seen on one day, rho of nobody attending   never seen before
//! reactor   somebody who reacts to the person already, more attentive now: a(s + x) in place of a(s), and with the
//!           g of an account that was seen that day, too: all of their attention counts by it
//! ```
//!
//! A run that really has the row moves the standing of others a little, too: whoever gains passes more on.

use super::attention::{self, Attention, AttentionParams, Moment};
use super::fold::{FoldParams, fold};
use super::pairs::Pairs;
use super::params::ModelParams;
use super::recency::Mixture;
use super::score::Model;
use super::scoring::{Memory, Scored};
use super::trust;
use super::weights::{Weighing, saturated};
use crate::networks::Network;
use crate::people::persons::Persons;
use crate::reactions::Reaction;

/// s of one such reaction alone: its part of the sum that saturates.
pub fn strength(networks: &[Network], (network, verb): (usize, u8), moment: &Moment, params: &ModelParams) -> f64 {
    let mixture = &Mixture::new(&params.recency);
    let (actor, target) = (0, 1);
    let reaction = [Reaction {
        actor,
        target,
        occurred_at: moment.as_of.end_micros() - 1,
        load_date: moment.as_of,
        verb,
    }];
    let weighing = Weighing {
        selectivity: &params.selectivity,
        repeats: &params.repeats,
    };
    let weights = weighing.weigh(&reaction, &[1], &networks[network]);
    let as_of = moment.as_of;
    let pairs = fold(
        &Pairs::default(),
        0..0,
        &reaction,
        &weights,
        &FoldParams { mixture, as_of },
    );
    let persons = Persons {
        ids: vec![String::new(); 2],
        of_account: vec![actor, target],
    };
    let reading = AttentionParams {
        mixture,
        beta: params.repeats.beta,
        moment,
    };
    let attention = attention::read(&pairs, &persons, &|_| network, &reading);
    attention.terms.iter().map(|term| term.strength).sum()
}

/// One person's reactors, and two who are none yet.
pub struct Crowd<'a> {
    own: Attention,
    trust: Vec<f64>,
    standing: Vec<f64>,
    scored: &'a Scored,
    params: &'a ModelParams,
}

/// Who reacts once more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Who {
    /// A trusted person of ordinary standing who has not reacted to the person yet.
    Newcomer,
    /// An account that was never seen before.
    Stranger,
    /// Somebody who has.
    Reactor {
        /// The place among the person's reactors, from 0.
        place: usize,
        /// Their trust with the reaction, see [`trust_after`].
        trust: f64,
    },
}

/// The trust of a person by one more act on a network in the last moment of the day.
pub fn trust_after(
    memory: &Memory,
    scored: &Scored,
    moment: &Moment,
    params: &ModelParams,
    (person, network): (u32, usize),
) -> f64 {
    let at = moment.as_of.end_micros() - 1;
    let accounts = (0..).zip(&memory.persons.of_account).zip(memory.facts);
    let own = accounts.filter(|((node, owner), _)| **owner == person && (memory.network_of)(*node) == network);
    let then = own.map(|(_, facts)| {
        let facts = facts.seen_at(at);
        trust::of_account(facts.days_seen, facts.span_days(), moment.warehouse_days, &params.trust)
    });
    then.fold(scored.trust[person as usize], f64::max)
}

impl<'a> Crowd<'a> {
    /// The reactors of a person at the moment.
    pub fn of(scored: &'a Scored, moment: &Moment, params: &'a ModelParams, person: usize) -> Crowd<'a> {
        let known = trust::of_account(1, 0.0, moment.warehouse_days, &params.trust);
        let unattended = (1.0 - params.propagation.damping) * known;
        let standings = [1.0, unattended].map(|x| trust::standing(x, &params.standing));
        Crowd {
            own: of_target(&scored.attention, person),
            trust: [&scored.trust[..], &[1.0, known]].concat(),
            standing: [&scored.reactors.standing[..], &standings].concat(),
            scored,
            params,
        }
    }

    /// The score as it is; none without a reactor.
    pub fn score(&self) -> Option<f64> {
        self.score_by(&self.model(), &self.own)
    }

    /// The score with a reaction of that [strength] on top.
    pub fn score_after(&self, who: Who, strength: f64) -> Option<f64> {
        let mut attention = self.own.clone();
        let newcomer = self.scored.trust.len() as u32;
        let mut trusted = self.trust.clone();
        match who {
            Who::Newcomer => self.add(&mut attention, newcomer, strength),
            Who::Stranger => self.add(&mut attention, newcomer + 1, strength),
            Who::Reactor { place: edge, trust } => {
                trusted[attention.reactors[edge] as usize] = trust;
                let before: f64 = attention.terms(edge).iter().map(|term| term.strength).sum();
                let whole = |strength: f64| saturated(strength, self.params.repeats.beta);
                // What was returned takes the same share of the whole; of reactions without weight it took nothing.
                attention.amounts[edge] = match before > 0.0 {
                    true => attention.amounts[edge] * whole(before + strength) / whole(before),
                    false => whole(strength),
                };
            }
        }
        let model = Model {
            trust: &trusted,
            ..self.model()
        };
        self.score_by(&model, &attention)
    }

    /// Of the reactors who have reacted on the network, the one in the middle by contribution (the lesser of
    /// two): the place among all of them.
    pub fn median_reactor(&self, network: usize) -> Option<usize> {
        let model = self.model();
        let sum = model.sum(&self.own, 0)?;
        let has_reacted = |edge: &usize| {
            let mut terms = self.own.terms(*edge).iter();
            terms.any(|term| usize::from(term.network) == network)
        };
        let mut parts: Vec<(f64, usize)> = (0..self.own.edge_count())
            .filter(has_reacted)
            .map(|edge| (model.part(&self.own, edge, &sum), edge))
            .collect();
        parts.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        parts.get(parts.len().saturating_sub(1) / 2).map(|(_, edge)| *edge)
    }

    /// The person in a place among the reactors.
    pub fn reactor(&self, place: usize) -> u32 {
        self.own.reactors[place]
    }

    fn add(&self, attention: &mut Attention, reactor: u32, strength: f64) {
        attention.reactors.push(reactor);
        attention.amounts.push(saturated(strength, self.params.repeats.beta));
        attention.term_offsets.push(attention.terms.len());
        attention.offsets = vec![0, attention.reactors.len()];
    }

    fn model(&self) -> Model<'_> {
        Model {
            trust: &self.trust,
            standing: &self.standing,
            corroboration: &self.params.corroboration,
        }
    }

    fn score_by(&self, model: &Model, attention: &Attention) -> Option<f64> {
        let sum = model.sum(attention, 0)?;
        Some(self.scored.line.score(sum.influence))
    }
}

/// The edges of one target as an attention with no other.
fn of_target(attention: &Attention, target: usize) -> Attention {
    let edges = attention.edges(target);
    let first = attention.term_offsets[edges.start];
    let offsets = attention.term_offsets[edges.start..=edges.end].iter();
    Attention {
        offsets: vec![0, edges.len()],
        term_offsets: offsets.map(|offset| offset - first).collect(),
        terms: attention.terms[first..attention.term_offsets[edges.end]].to_vec(),
        reactors: attention.reactors[edges.clone()].to_vec(),
        amounts: attention.amounts[edges].to_vec(),
    }
}

#[cfg(test)]
#[path = "one_more_tests.rs"]
mod tests;
