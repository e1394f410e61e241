//! What the two nights' attention alone does not tell: what a load date brought, and whose rows changed hands.

use rayon::prelude::*;

use crate::accounts::Accounts;
use crate::influence::attention::Moment;
use crate::influence::pairs::{MAX_HALF_LIVES, Pairs};
use crate::influence::recency::Mixture;
use crate::people::persons::Persons;

/// No person, or no account.
pub const NONE: u32 = u32::MAX;
/// What is left of a sum when a part of it is taken away is nothing below this share of it: rounding.
const ROUNDING: f64 = 1e-12;

/// One reaction that the last load date brought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brought {
    /// Node of the account that is credited.
    pub target: u32,
    /// Node of the account that reacted.
    pub actor: u32,
    /// When, microseconds since 1970.
    pub occurred_at: i64,
    /// Its [weight](crate::influence::weights).
    pub weight: f32,
}

/// A strength that belongs to a person and a reactor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// The person who is credited.
    pub target: u32,
    /// The person who reacted.
    pub reactor: u32,
    /// Place of the network.
    pub network: u8,
    /// The strength s, as tonight's attention has it.
    pub strength: f64,
}

/// Parts in order of target, reactor and network.
#[derive(Clone, Debug, Default)]
pub struct Parts(Vec<Part>);

impl Parts {
    /// Puts parts in order; equals stay in the order in which they came.
    pub fn of(mut parts: Vec<Part>) -> Parts {
        parts.par_sort_by_key(|part| (part.target, part.reactor, part.network));
        Parts(parts)
    }

    /// These and those of `others`.
    pub fn with(self, others: &Parts) -> Parts {
        Parts::of([self.0, others.0.clone()].concat())
    }

    /// Those of a target.
    pub fn of_target(&self, target: u32) -> &[Part] {
        let start = self.0.partition_point(|part| part.target < target);
        let length = self.0[start..].partition_point(|part| part.target == target);
        &self.0[start..start + length]
    }
}

/// How the memory of a night is read.
pub struct Reading<'a> {
    /// How reactions fade.
    pub mixture: &'a Mixture,
    /// The night.
    pub moment: &'a Moment,
    /// The accounts of the memory.
    pub accounts: &'a Accounts,
}

impl Reading<'_> {
    fn factors(&self, network: usize, days: i32) -> Vec<f64> {
        let history = self.moment.history_days[network];
        self.mixture.reading(f64::from(days) - self.moment.early_days, history)
    }

    /// The strength of a row of the memory.
    fn row(&self, pairs: &Pairs, row: usize) -> f64 {
        let days = self.moment.as_of.0 - pairs.last_loads[row].0;
        let factors = self.factors(self.accounts.network_of(pairs.actors[row]), days);
        let sums = pairs.sums(row, self.mixture);
        sums.iter().zip(factors).map(|(sum, factor)| sum * factor).sum()
    }

    /// The strength of each reaction that the moment's load date brought, by (actor, target), in order.
    pub fn strengths(&self, mut brought: Vec<Brought>) -> Vec<((u32, u32), f64)> {
        brought.par_sort_unstable_by_key(|row| (row.actor, row.target, row.occurred_at, row.weight.to_bits()));
        let networks = 0..self.moment.history_days.len();
        let factors: Vec<Vec<f64>> = networks.map(|network| self.factors(network, 0)).collect();
        let rows = brought.par_iter().map(|row| {
            let mut sums = [0.0; MAX_HALF_LIVES];
            let weight = f64::from(row.weight);
            self.mixture.add(&mut sums, weight, row.occurred_at, self.moment.as_of);
            let factors = &factors[self.accounts.network_of(row.actor)];
            let strength = sums.iter().zip(factors).map(|(sum, factor)| sum * factor).sum();
            ((row.actor, row.target), strength)
        });
        let mut rows: Vec<((u32, u32), f64)> = rows.collect();
        rows.dedup_by(|next, first| {
            let is_same = next.0 == first.0;
            first.1 += if is_same { next.1 } else { 0.0 };
            is_same
        });
        rows
    }

    /// By (actor, target) for which `is_meant` holds: the strength of everything before the moment's load date,
    /// `brought` being what that brought.
    pub fn earlier(
        &self,
        pairs: &Pairs,
        brought: &[((u32, u32), f64)],
        is_meant: &(dyn Fn(u32, u32) -> bool + Sync),
    ) -> Vec<((u32, u32), f64)> {
        let key = |row: usize| (pairs.actors[row], pairs.targets[row]);
        let meant: Vec<usize> = (0..pairs.len())
            .into_par_iter()
            .filter(|row| is_meant(pairs.actors[*row], pairs.targets[*row]))
            .collect();
        let strength = |rows: &[usize]| {
            let all: f64 = rows.iter().map(|row| self.row(pairs, *row)).sum();
            let place = brought.binary_search_by_key(&key(rows[0]), |(key, _)| *key);
            let left = all - place.map_or(0.0, |place| brought[place].1);
            (key(rows[0]), if left > ROUNDING * all { left } else { 0.0 })
        };
        let groups = meant.chunk_by(|a, b| key(*a) == key(*b));
        groups.map(strength).filter(|(_, left)| *left > 0.0).collect()
    }

    /// Strengths by account as parts by person, those inside one person left out.
    pub fn parts(&self, rows: &[((u32, u32), f64)], person: &dyn Fn(u32) -> u32) -> Parts {
        let part = |((actor, target), strength): &((u32, u32), f64)| Part {
            target: person(*target),
            reactor: person(*actor),
            network: self.accounts.network_of(*actor) as u8,
            strength: *strength,
        };
        let is_between = |part: &Part| part.target != NONE && part.reactor != NONE && part.target != part.reactor;
        Parts::of(rows.iter().map(part).filter(is_between).collect())
    }
}

/// What changed hands between two nights.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    /// What today's load date brought, by tonight's persons.
    pub brought: Parts,
    /// What belonged to others, by tonight's persons.
    pub moved_in: Parts,
    /// What belongs to others, by the persons of the night before.
    pub moved_out: Parts,
    /// What went with reactors who opted out, by the persons of the night before.
    pub gone: Parts,
}

/// The persons of two nights, one against the other; [`NONE`] where a night lacks one.
#[derive(Clone, Debug, Default)]
pub struct Matching {
    /// By person of the night before: tonight's of the same id.
    pub to_after: Vec<u32>,
    /// By person of tonight: that of the night before.
    pub to_before: Vec<u32>,
}

impl Matching {
    /// Matches persons by id. Both are in order, so this is a merge.
    pub fn of(before: &Persons, after: &Persons) -> Matching {
        let mut matching = Matching {
            to_after: vec![NONE; before.len()],
            to_before: vec![NONE; after.len()],
        };
        let mut place = 0;
        for (person, id) in before.ids.iter().enumerate() {
            while place < after.len() && after.ids[place].as_bytes() < id.as_bytes() {
                place += 1;
            }
            if place < after.len() && after.ids[place] == *id {
                matching.to_after[person] = place as u32;
                matching.to_before[place] = person as u32;
            }
        }
        matching
    }
}
