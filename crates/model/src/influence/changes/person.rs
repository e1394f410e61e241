//! The score change of each person between two snapshot dates.

use rayon::prelude::*;

use super::cause::Cause;
use super::flows::{Flows, Way};
use super::moves::{Matching, Moves, NONE, Part};
use super::split::{Factors, split};
use super::tally::{Slot, Tally};
use crate::influence::attention::Attention;
use crate::influence::score::{Line, Model, clamp};
use crate::influence::standings::Standings;
use crate::influence::weights::saturated;
use crate::people::presence::Presences;

/// The scoring inputs and results of one of the two dates.
pub struct Side<'a> {
    /// Attention between persons, after the reciprocity discount.
    pub attention: &'a Attention,
    /// Trust, rank and constants that turn attention into contributions.
    pub model: Model<'a>,
    /// Sums and values of the scores.
    pub standings: &'a Standings,
    /// Presence of persons on networks.
    pub presences: &'a Presences,
}

/// Two snapshot dates, one day apart.
pub struct Nights<'a> {
    /// The previous date, computed under the model of the snapshot date.
    pub before: Side<'a>,
    /// The snapshot date.
    pub after: Side<'a>,
    /// Mapping between the persons of both dates.
    pub matching: &'a Matching,
    /// New reactions, and rows that changed their owner.
    pub moves: &'a Moves,
    /// Score scale.
    pub line: &'a Line,
    /// Saturation of repeated reactions.
    pub beta: f64,
}

/// The change of one person's score.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Parts by cause and network, in points.
    pub slots: Vec<Slot>,
    /// Effect of clamping to the scale, in points.
    pub scale_limit: f64,
    /// Score of the previous date under the model and input of the snapshot date.
    pub before: f64,
    /// Score of the snapshot date.
    pub after: f64,
}

impl Nights<'_> {
    /// Computes the changes of persons of the snapshot date; each of them must have a score.
    pub fn changes(&self, persons: &[u32]) -> Vec<Change> {
        persons.par_iter().map(|person| self.change(*person)).collect()
    }

    fn change(&self, after: u32) -> Change {
        let before = self.matching.to_before[after as usize];
        let base = self.line.base();
        let influence = |side: &Side, person: u32| match person {
            NONE => base,
            person => side.standings.sums[person as usize].map_or(base, |sum| sum.influence),
        };
        let (old, new) = (influence(&self.before, before), influence(&self.after, after));
        let mut tally = Tally::default();
        self.edges(before, after, &mut tally);
        let rate = self.line.points_per_unit(old, new);
        let mut slots = tally.slots();
        for slot in &mut slots {
            slot.part *= rate;
            slot.largest.iter_mut().for_each(|(_, part)| *part *= rate);
        }
        let (old, new) = (self.line.value(old), self.line.value(new));
        Change {
            slots,
            scale_limit: (clamp(new) - new) - (clamp(old) - old),
            before: clamp(old),
            after: clamp(new),
        }
    }

    /// Merges the reactors of both dates in order and adds their parts to the tally.
    fn edges(&self, before: u32, after: u32, tally: &mut Tally) {
        let networks = Networks {
            before: collect_networks(self.before.presences, before),
            after: collect_networks(self.after.presences, after),
        };
        let old_edges = match before {
            NONE => 0..0,
            person => self.before.attention.edges(person as usize),
        };
        let mut walk = Walk {
            nights: self,
            networks,
            old: (before, old_edges.start),
            new: (after, self.after.attention.edges(after as usize).start),
            flows: Flows::default(),
            moved_out: parts_of(&self.moves.moved_out, before),
            opted_out: parts_of(&self.moves.gone, before),
            moved_in: self.moves.moved_in.of_target(after),
            brought: self.moves.brought.of_target(after),
        };
        let new_end = self.after.attention.edges(after as usize).end;
        while walk.old.1 < old_edges.end || walk.new.1 < new_end {
            let old = (walk.old.1 < old_edges.end).then_some(walk.old.1);
            let new = (walk.new.1 < new_end).then_some(walk.new.1);
            walk.step(old, new, tally);
        }
    }
}

fn parts_of(parts: &super::moves::Parts, person: u32) -> &[Part] {
    if person == NONE { &[] } else { parts.of_target(person) }
}

/// Returns the networks of a person, in ascending order.
fn collect_networks(presences: &Presences, person: u32) -> Vec<u8> {
    let start = presences.rows.partition_point(|row| row.person < person);
    let own = presences.rows[start..].iter().take_while(|row| row.person == person);
    own.map(|row| row.network).collect()
}

struct Networks {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Networks {
    fn cause(&self, cause: Cause, network: u8) -> Cause {
        let (was, is) = (self.before.contains(&network), self.after.contains(&network));
        cause.on_network(!was && is, was && !is)
    }
}

/// A merge of one person's reactors on both dates.
struct Walk<'a> {
    nights: &'a Nights<'a>,
    networks: Networks,
    /// Person and next edge on the previous date.
    old: (u32, usize),
    /// Person and next edge on the snapshot date.
    new: (u32, usize),
    flows: Flows,
    moved_out: &'a [Part],
    opted_out: &'a [Part],
    moved_in: &'a [Part],
    brought: &'a [Part],
}

impl Walk<'_> {
    /// Processes the next reactor: first those missing on the snapshot date, then the lower index of both sides.
    fn step(&mut self, old: Option<usize>, new: Option<usize>, tally: &mut Tally) {
        let nights = self.nights;
        let reactor = |side: &Side, edge: usize| side.attention.reactors[edge];
        let known = |edge: usize| nights.matching.to_after[reactor(&nights.before, edge) as usize];
        let old_reactor = old.map(known);
        let new_reactor = new.map(|edge| reactor(&nights.after, edge));
        let (takes_old, takes_new) = match (old_reactor, new_reactor) {
            (Some(NONE), _) => (true, false),
            (Some(old_reactor), Some(new_reactor)) => (old_reactor <= new_reactor, new_reactor <= old_reactor),
            (old_reactor, new_reactor) => (old_reactor.is_some(), new_reactor.is_some()),
        };
        self.flows.flows.clear();
        let old = old.filter(|_| takes_old);
        let new = new.filter(|_| takes_new);
        if let Some(edge) = old {
            let reactor_id = reactor(&nights.before, edge);
            self.flows.add_terms(nights.before.attention.terms(edge), Way::Before);
            take_parts(&mut self.opted_out, reactor_id, Way::Gone, &mut self.flows);
            take_parts(&mut self.moved_out, reactor_id, Way::MovedOut, &mut self.flows);
            self.old.1 += 1;
        }
        if let Some(edge) = new {
            let reactor_id = reactor(&nights.after, edge);
            self.flows.add_terms(nights.after.attention.terms(edge), Way::After);
            take_parts(&mut self.moved_in, reactor_id, Way::MovedIn, &mut self.flows);
            take_parts(&mut self.brought, reactor_id, Way::Brought, &mut self.flows);
            self.new.1 += 1;
        }
        let before = old.map(|edge| self.factors(&nights.before, self.old.0, edge));
        let after = new.map(|edge| self.factors(&nights.after, self.new.0, edge));
        let networks = &self.networks;
        split(
            &self.flows.flows,
            before,
            after,
            nights.beta,
            &mut |cause, answers, network, part| tally.add((networks.cause(cause, network), answers, network), part),
        );
        let name = match (takes_new, new_reactor, old_reactor) {
            (true, Some(new_reactor), _) => Some(new_reactor),
            (_, _, Some(old_reactor)) if old_reactor != NONE => Some(old_reactor),
            _ => None,
        };
        tally.end(name);
    }

    fn factors(&self, side: &Side, target: u32, edge: usize) -> Factors {
        let reactor = side.attention.reactors[edge] as usize;
        let strength: f64 = side.attention.terms(edge).iter().map(|term| term.strength).sum();
        let whole = saturated(strength, self.nights.beta);
        let sum = &side.standings.sums[target as usize];
        Factors {
            kept: if whole > 0.0 {
                side.attention.amounts[edge] / whole
            } else {
                1.0
            },
            trust: side.model.trust[reactor],
            standing: side.model.standing[reactor],
            believed: sum.map_or(0.0, |sum| sum.believed),
        }
    }
}

/// Adds the front parts of `reactor` to the flows and drops them; skips parts of lower reactors.
fn take_parts(parts: &mut &[Part], reactor: u32, way: Way, flows: &mut Flows) {
    let skipped = parts.partition_point(|part| part.reactor < reactor);
    let rest = &parts[skipped..];
    let (own, rest) = rest.split_at(rest.partition_point(|part| part.reactor == reactor));
    own.iter().for_each(|part| flows.add(part.network, way, part.strength));
    *parts = rest;
}
