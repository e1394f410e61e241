//! The score change of each person between two snapshot dates.

use rayon::prelude::*;

use super::cause::ChangeCause;
use super::flows::{FlowField, NetworkFlows};
use super::split::{ContributionFactors, split_change};
use super::strength_moves::{NO_PERSON, PersonMatching, StrengthMoves, StrengthPart};
use super::tally::{CauseSlot, CauseTally};
use crate::influence::attention::AttentionGraph;
use crate::influence::score_scale::{ScoreScale, clamp_score};
use crate::influence::score_table::ScoreTable;
use crate::influence::weights::saturate;
use crate::people::presence::PresenceTable;

/// The scoring inputs and results of one of the two dates.
pub struct ComparedDate<'a> {
    /// Attention between persons, after the reciprocity discount.
    pub attention: &'a AttentionGraph,
    /// Trust and rank factor of each person, side by side: one access to memory for each edge.
    pub reactors: &'a [[f64; 2]],
    /// Sums and values of the scores.
    pub scores: &'a ScoreTable,
    /// Presence of persons on networks.
    pub presences: &'a PresenceTable,
}

/// Two snapshot dates, one day apart.
pub struct DatePair<'a> {
    /// The previous date, computed under the model of the snapshot date.
    pub before: ComparedDate<'a>,
    /// The snapshot date.
    pub after: ComparedDate<'a>,
    /// Mapping between the persons of both dates.
    pub matching: &'a PersonMatching,
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

    fn change(&self, after: u32) -> PersonScoreChange {
        let before = self.matching.to_before[after as usize];
        let base = self.scale.base();
        let influence = |side: &ComparedDate, person: u32| match person {
            NO_PERSON => base,
            person => side.scores.sums[person as usize].map_or(base, |sum| sum.influence),
        };
        let (old, new) = (influence(&self.before, before), influence(&self.after, after));
        let mut tally = CauseTally::default();
        self.edges(before, after, &mut tally);
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

    /// Merges the reactors of both dates in order and adds their parts to the tally.
    fn edges(&self, before: u32, after: u32, tally: &mut CauseTally) {
        let networks = Networks {
            before: collect_networks(self.before.presences, before),
            after: collect_networks(self.after.presences, after),
        };
        let old_edges = match before {
            NO_PERSON => 0..0,
            person => self.before.attention.edges(person as usize),
        };
        let mut walk = Walk {
            nights: self,
            networks,
            old: (before, old_edges.start),
            new: (after, self.after.attention.edges(after as usize).start),
            flows: NetworkFlows::default(),
            moved_out: parts_of(&self.moves.moved_out, before),
            opted_out: parts_of(&self.moves.opted_out, before),
            moved_in: self.moves.moved_in.target_parts(after),
            brought: self.moves.added.target_parts(after),
        };
        let new_end = self.after.attention.edges(after as usize).end;
        while walk.old.1 < old_edges.end || walk.new.1 < new_end {
            let old = (walk.old.1 < old_edges.end).then_some(walk.old.1);
            let new = (walk.new.1 < new_end).then_some(walk.new.1);
            walk.step(old, new, tally);
        }
    }
}

fn parts_of(parts: &super::strength_moves::StrengthParts, person: u32) -> &[StrengthPart] {
    if person == NO_PERSON {
        &[]
    } else {
        parts.target_parts(person)
    }
}

/// Returns the networks of a person, in ascending order.
fn collect_networks(presences: &PresenceTable, person: u32) -> Vec<u8> {
    let start = presences.rows.partition_point(|row| row.person < person);
    let own = presences.rows[start..].iter().take_while(|row| row.person == person);
    own.map(|row| row.network).collect()
}

struct Networks {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Networks {
    fn cause(&self, cause: ChangeCause, network: u8) -> ChangeCause {
        let (was, is) = (self.before.contains(&network), self.after.contains(&network));
        cause.on_network(!was && is, was && !is)
    }
}

/// A merge of one person's reactors on both dates.
struct Walk<'a> {
    nights: &'a DatePair<'a>,
    networks: Networks,
    /// Person and next edge on the previous date.
    old: (u32, usize),
    /// Person and next edge on the snapshot date.
    new: (u32, usize),
    flows: NetworkFlows,
    moved_out: &'a [StrengthPart],
    opted_out: &'a [StrengthPart],
    moved_in: &'a [StrengthPart],
    brought: &'a [StrengthPart],
}

impl Walk<'_> {
    /// Processes the next reactor: first those missing on the snapshot date, then the lower index of both sides.
    fn step(&mut self, old: Option<usize>, new: Option<usize>, tally: &mut CauseTally) {
        let nights = self.nights;
        let reactor = |side: &ComparedDate, edge: usize| side.attention.reactors[edge];
        let known = |edge: usize| nights.matching.to_after[reactor(&nights.before, edge) as usize];
        let old_reactor = old.map(known);
        let new_reactor = new.map(|edge| reactor(&nights.after, edge));
        let (takes_old, takes_new) = match (old_reactor, new_reactor) {
            (Some(NO_PERSON), _) => (true, false),
            (Some(old_reactor), Some(new_reactor)) => (old_reactor <= new_reactor, new_reactor <= old_reactor),
            (old_reactor, new_reactor) => (old_reactor.is_some(), new_reactor.is_some()),
        };
        self.flows.flows.clear();
        let old = old.filter(|_| takes_old);
        let new = new.filter(|_| takes_new);
        if let Some(edge) = old {
            let reactor_id = reactor(&nights.before, edge);
            self.flows
                .add_terms(&nights.before.attention.terms(edge), FlowField::Before);
            take_parts(&mut self.opted_out, reactor_id, FlowField::OptedOut, &mut self.flows);
            take_parts(&mut self.moved_out, reactor_id, FlowField::MovedOut, &mut self.flows);
            self.old.1 += 1;
        }
        if let Some(edge) = new {
            let reactor_id = reactor(&nights.after, edge);
            self.flows
                .add_terms(&nights.after.attention.terms(edge), FlowField::After);
            take_parts(&mut self.moved_in, reactor_id, FlowField::MovedIn, &mut self.flows);
            take_parts(&mut self.brought, reactor_id, FlowField::Added, &mut self.flows);
            self.new.1 += 1;
        }
        let before = old.map(|edge| self.factors(&nights.before, self.old.0, edge));
        let after = new.map(|edge| self.factors(&nights.after, self.new.0, edge));
        let networks = &self.networks;
        split_change(
            &self.flows.flows,
            before,
            after,
            nights.beta,
            &mut |cause, answers, network, part| {
                tally.add_part((networks.cause(cause, network), answers, network), part)
            },
        );
        let name = match (takes_new, new_reactor, old_reactor) {
            (true, Some(new_reactor), _) => Some(new_reactor),
            (_, _, Some(old_reactor)) if old_reactor != NO_PERSON => Some(old_reactor),
            _ => None,
        };
        tally.finish_reactor(name);
    }

    fn factors(&self, side: &ComparedDate, target: u32, edge: usize) -> ContributionFactors {
        let reactor = side.attention.reactors[edge] as usize;
        let strength: f64 = side.attention.terms(edge).iter().map(|term| term.strength).sum();
        let whole = saturate(strength, self.nights.beta);
        let sum = &side.scores.sums[target as usize];
        let [trust, rank] = side.reactors[reactor];
        ContributionFactors {
            kept: if whole > 0.0 {
                side.attention.amounts[edge] / whole
            } else {
                1.0
            },
            trust,
            rank,
            belief: sum.map_or(0.0, |sum| sum.belief),
        }
    }
}

/// Adds the front parts of `reactor` to the flows and drops them; skips parts of lower reactors.
fn take_parts(parts: &mut &[StrengthPart], reactor: u32, way: FlowField, flows: &mut NetworkFlows) {
    let skipped = parts.partition_point(|part| part.reactor < reactor);
    let rest = &parts[skipped..];
    let (own, rest) = rest.split_at(rest.partition_point(|part| part.reactor == reactor));
    own.iter()
        .for_each(|part| flows.add_strength(part.network, way, part.strength));
    *parts = rest;
}
