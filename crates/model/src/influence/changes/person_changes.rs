//! The score change of each person between two snapshot dates.

use rayon::prelude::*;

use super::cause::ChangeCause;
use super::flows::{FlowField, NetworkFlows};
use super::split::{ContributionFactors, split_change};
use super::strength_moves::{StrengthMoves, StrengthPart};
use super::tally::{CauseSlot, CauseTally};
use crate::influence::attention::AttentionGraph;
use crate::influence::edge_terms::AttentionTerm;
use crate::influence::past_attention::{PastAttention, PastEdge};
use crate::influence::score::ContributionSum;
use crate::influence::score_scale::{ScoreScale, clamp_score};
use crate::influence::weights::saturate;

/// Trust and rank factor of a reactor on both dates, side by side: one access to memory for each edge.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReactorPair {
    /// Trust and rank factor on the day before; undefined for a person missing on it.
    pub before: [f64; 2],
    /// Trust and rank factor on the snapshot date; undefined for a person missing on it.
    pub after: [f64; 2],
}

/// Two snapshot dates, one day apart, under the model of the later one. Persons have their index of the snapshot date;
/// those missing on it follow.
pub struct DatePair<'a> {
    /// Attention of the snapshot date, after the reciprocity discount, with strengths of both dates.
    pub attention: &'a AttentionGraph,
    /// Attention of the day before, after the discount.
    pub past: &'a PastAttention,
    /// Trust and rank factors of each person.
    pub reactors: &'a [ReactorPair],
    /// Sums of contributions on the day before.
    pub sums_before: &'a [Option<ContributionSum>],
    /// Sums of contributions on the snapshot date.
    pub sums_after: &'a [Option<ContributionSum>],
    /// Number of networks.
    pub networks: usize,
    /// Returns true if a person was present on a network on the day before, and on the snapshot date.
    pub are_present: &'a (dyn Fn(u32, u8) -> [bool; 2] + Sync),
    /// New reactions, and rows that changed their owner.
    pub moves: &'a StrengthMoves,
    /// Score scale.
    pub scale: &'a ScoreScale,
    /// Saturation of repeated reactions.
    pub beta: f64,
}

/// The change of one person's score.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonScoreChange {
    /// Parts by cause and network, in points.
    pub slots: Vec<CauseSlot>,
    /// Effect of clamping to the scale, in points.
    pub scale_limit: f64,
    /// Score of the previous date under the model and input of the snapshot date.
    pub before: f64,
    /// Score of the snapshot date.
    pub after: f64,
}

impl DatePair<'_> {
    /// Computes the changes of persons of the snapshot date; each of them must have a score.
    pub fn compute_changes(&self, persons: &[u32]) -> Vec<PersonScoreChange> {
        persons.par_iter().map(|person| self.change(*person)).collect()
    }

    fn change(&self, person: u32) -> PersonScoreChange {
        let base = self.scale.base();
        let influence = |sums: &[Option<ContributionSum>]| sums[person as usize].map_or(base, |sum| sum.influence);
        let (old, new) = (influence(self.sums_before), influence(self.sums_after));
        let mut tally = CauseTally::default();
        self.add_reactors(person, &mut tally);
        let rate = self.scale.points_per_unit(old, new);
        let mut slots = tally.into_slots();
        for slot in &mut slots {
            slot.part *= rate;
            slot.largest.iter_mut().for_each(|(_, part)| *part *= rate);
        }
        let (old, new) = (self.scale.unclamped_score(old), self.scale.unclamped_score(new));
        PersonScoreChange {
            slots,
            scale_limit: (clamp_score(new) - new) - (clamp_score(old) - old),
            before: clamp_score(old),
            after: clamp_score(new),
        }
    }

    /// Adds the parts of all reactors of both dates, by index.
    fn add_reactors(&self, person: u32, tally: &mut CauseTally) {
        let belief = |sums: &[Option<ContributionSum>]| sums[person as usize].map_or(0.0, |sum| sum.belief);
        let mut walk = ReactorWalk {
            dates: self,
            are_present: (0..self.networks)
                .map(|network| (self.are_present)(person, network as u8))
                .collect(),
            beliefs: [belief(self.sums_before), belief(self.sums_after)],
            flows: NetworkFlows::default(),
            moved_out: self.moves.moved_out.target_parts(person),
            opted_out: self.moves.opted_out.target_parts(person),
            moved_in: self.moves.moved_in.target_parts(person),
            added: self.moves.added.target_parts(person),
        };
        let mut past = self.past.edges_to(person).iter().peekable();
        for edge in self.attention.edges(person as usize) {
            while let Some(earlier) = past.next_if(|past| past.reactor < self.attention.reactors[edge]) {
                walk.add_past_edge(earlier, tally);
            }
            walk.add_edge(edge, tally);
        }
        past.for_each(|edge| walk.add_past_edge(edge, tally));
    }
}

/// A walk over one person's reactors on both dates.
struct ReactorWalk<'a> {
    dates: &'a DatePair<'a>,
    /// By network: true if the person was present on the day before, and on the snapshot date.
    are_present: Vec<[bool; 2]>,
    /// Belief in strangers on both dates.
    beliefs: [f64; 2],
    flows: NetworkFlows,
    moved_out: &'a [StrengthPart],
    opted_out: &'a [StrengthPart],
    moved_in: &'a [StrengthPart],
    added: &'a [StrengthPart],
}

impl ReactorWalk<'_> {
    /// Adds the part of an edge that exists on the snapshot date.
    fn add_edge(&mut self, edge: usize, tally: &mut CauseTally) {
        let dates = self.dates;
        let reactor = dates.attention.reactors[edge];
        self.set_flows(&dates.attention.terms(edge), reactor);
        let pair = dates.reactors[reactor as usize];
        let (strength, strength_before) = dates.attention.terms.strengths_of(edge);
        let amount_before = dates.past.amounts[edge];
        let before = (!amount_before.is_nan())
            .then(|| self.factors(amount_before, strength_before, pair.before, self.beliefs[0]));
        let after = self.factors(dates.attention.amounts[edge], strength, pair.after, self.beliefs[1]);
        self.split(before, Some(after), tally);
        tally.finish_reactor(Some(reactor));
    }

    /// Adds the part of an edge that existed on the day before only.
    fn add_past_edge(&mut self, edge: &PastEdge, tally: &mut CauseTally) {
        self.set_flows(&edge.terms, edge.reactor);
        let strength = edge.terms.iter().map(|term| term.before).sum();
        let pair = self.dates.reactors[edge.reactor as usize];
        let before = self.factors(edge.amount, strength, pair.before, self.beliefs[0]);
        self.split(Some(before), None, tally);
        let is_missing = edge.reactor as usize >= self.dates.sums_after.len();
        tally.finish_reactor((!is_missing).then_some(edge.reactor));
    }

    /// Sets the flows of a reactor by network.
    fn set_flows(&mut self, terms: &[AttentionTerm], reactor: u32) {
        self.flows.flows.clear();
        for term in terms {
            self.flows.add_strength(term.network, FlowField::Before, term.before);
            self.flows.add_strength(term.network, FlowField::After, term.strength);
        }
        take_parts(&mut self.opted_out, reactor, FlowField::OptedOut, &mut self.flows);
        take_parts(&mut self.moved_out, reactor, FlowField::MovedOut, &mut self.flows);
        take_parts(&mut self.moved_in, reactor, FlowField::MovedIn, &mut self.flows);
        take_parts(&mut self.added, reactor, FlowField::Added, &mut self.flows);
    }

    fn factors(&self, amount: f64, strength: f64, reactor: [f64; 2], belief: f64) -> ContributionFactors {
        let whole = saturate(strength, self.dates.beta);
        ContributionFactors {
            kept: if whole > 0.0 { amount / whole } else { 1.0 },
            trust: reactor[0],
            rank: reactor[1],
            belief,
        }
    }

    fn split(&self, before: Option<ContributionFactors>, after: Option<ContributionFactors>, tally: &mut CauseTally) {
        let add = &mut |cause: ChangeCause, answers, network, part| {
            let [was, is] = self.are_present[usize::from(network)];
            tally.add_part((cause.on_network(!was && is, was && !is), answers, network), part);
        };
        split_change(&self.flows.flows, before, after, self.dates.beta, add);
    }
}

/// Adds the front parts of `reactor` to the flows and drops them; skips parts of lower reactors.
fn take_parts(parts: &mut &[StrengthPart], reactor: u32, way: FlowField, flows: &mut NetworkFlows) {
    while let [first, rest @ ..] = *parts
        && first.reactor <= reactor
    {
        if first.reactor == reactor {
            flows.add_strength(first.network, way, first.strength);
        }
        *parts = rest;
    }
}
