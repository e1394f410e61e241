//! New reactions of a load date, and account rows that changed their owner between two dates.

use rayon::prelude::*;

use crate::influence::attention::ScoringMoment;
use crate::influence::pairs::{MAX_HALF_LIVES, PairSums};
use crate::influence::recency::HalfLifeMixture;
pub use crate::people::persons::NO_PERSON;
use crate::people::persons::PersonMap;

/// Share of a sum below which a difference counts as 0, because it is rounding error.
const ROUNDING: f64 = 1e-12;

/// One reaction of the last load date.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewReaction {
    /// Node of the credited account.
    pub target: u32,
    /// Node of the reacting account.
    pub actor: u32,
    /// Time of the reaction, microseconds since 1970.
    pub occurred_at: i64,
    /// Its [weight](crate::influence::weights).
    pub weight: f32,
}

/// A strength by target person, reactor and network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StrengthPart {
    /// The credited person.
    pub target: u32,
    /// The reacting person.
    pub reactor: u32,
    /// Index of the network.
    pub network: u8,
    /// Strength s, in the unit of the attention of the snapshot date.
    pub strength: f64,
}

/// Strengths by (actor, target) account.
pub type AccountStrengths = Vec<((u32, u32), f64)>;

/// Parts sorted by target, reactor and network.
#[derive(Clone, Debug, Default)]
pub struct StrengthParts {
    parts: Vec<StrengthPart>,
    /// Start of the parts of each target up to the last one, and the end.
    starts: Vec<usize>,
}

impl StrengthParts {
    /// Sorts the parts. The sort is stable, so parts of equal key keep their order.
    pub fn from_unsorted(mut parts: Vec<StrengthPart>) -> StrengthParts {
        parts.par_sort_by_key(|part| (part.target, part.reactor, part.network));
        let mut starts = vec![0; parts.last().map_or(0, |last| last.target as usize + 2)];
        parts.iter().for_each(|part| starts[part.target as usize + 1] += 1);
        for target in 1..starts.len() {
            starts[target] += starts[target - 1];
        }
        StrengthParts { parts, starts }
    }

    /// Returns the union of both lists, sorted.
    pub fn merge(self, others: &StrengthParts) -> StrengthParts {
        StrengthParts::from_unsorted([self.parts, others.parts.clone()].concat())
    }

    /// Returns the parts of a target.
    pub fn target_parts(&self, target: u32) -> &[StrengthPart] {
        match self.starts.get(target as usize..target as usize + 2) {
            Some(bounds) => &self.parts[bounds[0]..bounds[1]],
            None => &[],
        }
    }
}

/// The parameters for reading the account state at a moment.
pub struct StateReading<'a> {
    /// Mixture of half-lives.
    pub mixture: &'a HalfLifeMixture,
    /// Moment of the reading.
    pub moment: &'a ScoringMoment,
    /// Network index of each account.
    pub networks: &'a [u8],
}

impl StateReading<'_> {
    fn factors(&self, network: usize, days: i32) -> Vec<f64> {
        let history = self.moment.history_days[network];
        self.mixture
            .reading_factors(f64::from(days) - self.moment.early_days, history)
    }

    fn network_of(&self, account: u32) -> usize {
        usize::from(self.networks[account as usize])
    }

    /// Returns the strength of a row of the account state.
    fn row(&self, pairs: &PairSums, row: usize) -> f64 {
        let days = self.moment.as_of.0 - pairs.last_loads[row].0;
        let factors = self.factors(self.network_of(pairs.actors[row]), days);
        let sums = pairs.row_sums(row, self.mixture);
        sums.iter().zip(factors).map(|(sum, factor)| sum * factor).sum()
    }

    /// Sums the strength of the moment's new reactions by (actor, target), sorted by that key.
    pub fn sum_new_strengths(&self, mut brought: Vec<NewReaction>) -> AccountStrengths {
        brought.par_sort_unstable_by_key(|row| (row.actor, row.target, row.occurred_at, row.weight.to_bits()));
        let networks = 0..self.moment.history_days.len();
        let factors: Vec<Vec<f64>> = networks.map(|network| self.factors(network, 0)).collect();
        let rows = brought.par_iter().map(|row| {
            let mut sums = [0.0; MAX_HALF_LIVES];
            let weight = f64::from(row.weight);
            self.mixture
                .add_reaction(&mut sums, weight, row.occurred_at, self.moment.as_of);
            let factors = &factors[self.network_of(row.actor)];
            let strength = sums.iter().zip(factors).map(|(sum, factor)| sum * factor).sum();
            ((row.actor, row.target), strength)
        });
        let mut rows: AccountStrengths = rows.collect();
        rows.dedup_by(|next, first| {
            let is_same = next.0 == first.0;
            first.1 += if is_same { next.1 } else { 0.0 };
            is_same
        });
        rows
    }

    /// Computes the strength from before the moment's load date, by (actor, target), for the pairs of a shard that
    /// `is_meant` accepts. `brought` is the strength of that load date.
    pub fn sum_earlier_strengths(
        &self,
        shard: &PairSums,
        brought: &AccountStrengths,
        is_meant: &(dyn Fn(u32, u32) -> bool + Sync),
    ) -> AccountStrengths {
        let key = |row: usize| (shard.actors[row], shard.targets[row]);
        let meant: Vec<usize> = (0..shard.len())
            .filter(|row| is_meant(shard.actors[*row], shard.targets[*row]))
            .collect();
        let strength = |rows: &[usize]| {
            let all: f64 = rows.iter().map(|row| self.row(shard, *row)).sum();
            let found = brought.binary_search_by_key(&key(rows[0]), |(key, _)| *key);
            let left = all - found.map_or(0.0, |index| brought[index].1);
            (key(rows[0]), if left > ROUNDING * all { left } else { 0.0 })
        };
        let groups = meant.chunk_by(|a, b| key(*a) == key(*b));
        groups.map(strength).filter(|(_, left)| *left > 0.0).collect()
    }

    /// Converts strengths by account to parts by person, and drops those within one person.
    pub fn assign_to_persons(&self, rows: &[((u32, u32), f64)], person: &dyn Fn(u32) -> u32) -> StrengthParts {
        let part = |((actor, target), strength): &((u32, u32), f64)| StrengthPart {
            target: person(*target),
            reactor: person(*actor),
            network: self.networks[*actor as usize],
            strength: *strength,
        };
        let is_between =
            |part: &StrengthPart| part.target != NO_PERSON && part.reactor != NO_PERSON && part.target != part.reactor;
        StrengthParts::from_unsorted(rows.iter().map(part).filter(is_between).collect())
    }
}

/// Strengths that are new or changed their owner between two dates.
#[derive(Clone, Debug, Default)]
pub struct StrengthMoves {
    /// Strength of this load date's reactions, by the persons of the snapshot date.
    pub added: StrengthParts,
    /// Strength that belonged to other persons before, by the persons of the snapshot date.
    pub moved_in: StrengthParts,
    /// Strength that belongs to other persons now, by the persons of the previous date.
    pub moved_out: StrengthParts,
    /// Strength of reactors that opted out, by the persons of the previous date.
    pub opted_out: StrengthParts,
}

/// The mapping between the persons of two dates; [`NO_PERSON`] marks a person missing on the other date.
#[derive(Clone, Debug, Default)]
pub struct PersonMatching {
    /// For each person of the previous date: the person of the snapshot date with the same id.
    pub to_after: Vec<u32>,
    /// For each person of the snapshot date: the person of the previous date with the same id.
    pub to_before: Vec<u32>,
}

impl PersonMatching {
    /// Matches persons by id. Both lists are sorted by id, so one merge suffices.
    pub fn from_persons(before: &PersonMap, after: &PersonMap) -> PersonMatching {
        let mut matching = PersonMatching {
            to_after: vec![NO_PERSON; before.len()],
            to_before: vec![NO_PERSON; after.len()],
        };
        let mut index = 0;
        for (person, id) in before.ids.iter().enumerate() {
            while index < after.len() && &after.ids[index] < id {
                index += 1;
            }
            if index < after.len() && &after.ids[index] == id {
                matching.to_after[person] = index as u32;
                matching.to_before[index] = person as u32;
            }
        }
        matching
    }
}
