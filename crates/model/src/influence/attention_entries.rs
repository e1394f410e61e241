//! Reading of pairs at a moment: each row becomes an entry between two persons.
//!
//! Entries are distributed to ranges of target persons. Their order within a range does not matter: a target's entries
//! are sorted by reactor, network, verb and value before they are added, so no bit depends on account numbers or shards.

use serde::{Deserialize, Serialize};

use super::attention::ScoringMoment;
use super::pairs::{HalfLifeSums, MAX_HALF_LIVES, PairSums};
use super::recency::HalfLifeMixture;
use crate::account_activity::RETENTION_DAYS;
use crate::people::persons::NO_PERSON;
use clout_base::day::Day;

/// Reactions of one reactor to one target on one network under one verb, read at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AttentionEntry {
    /// Person of the target account.
    pub target: u32,
    /// Person of the actor.
    pub reactor: u32,
    /// Number of counted reactions; 0 if the row exists on the day before only.
    pub reactions: u32,
    /// Index of the network.
    pub network: u8,
    /// Code of the verb on the network.
    pub verb: u8,
    /// Dates on which the row exists: [`NOW`], [`BEFORE`], or both.
    pub dates: u8,
    /// Time of the latest reaction, microseconds since 1970.
    pub last_at: i64,
    /// Part of the strength s at the moment.
    pub strength: f64,
    /// Part of the strength s on the day before.
    pub before: f64,
}

/// The row exists at the moment.
pub const NOW: u8 = 1;
/// The row exists on the day before.
pub const BEFORE: u8 = 2;

impl AttentionEntry {
    /// Returns the key by which the entries of a target are sorted.
    pub(super) fn order(&self) -> (u32, u8, u8, u64, u64) {
        let values = (self.strength.to_bits(), self.before.to_bits());
        (self.reactor, self.network, self.verb, values.0, values.1)
    }
}

/// Equal ranges of persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRanges {
    persons: usize,
    width: usize,
}

/// Most ranges, so that a shard of pairs has some entries of each.
const MAX_RANGES: usize = 256;
/// Least persons in a range.
const LEAST_PERSONS: usize = 1 << 12;

impl PersonRanges {
    /// Cuts `persons` persons into ranges: into this number of ranges, if it is given.
    pub fn new(persons: usize, ranges: Option<usize>) -> PersonRanges {
        let width = match ranges {
            Some(ranges) => persons.div_ceil(ranges.max(1)).max(1),
            None => persons.div_ceil(MAX_RANGES).max(LEAST_PERSONS),
        };
        PersonRanges { persons, width }
    }

    /// Returns the number of persons.
    pub fn person_count(&self) -> usize {
        self.persons
    }

    /// Returns the number of ranges.
    pub fn len(&self) -> usize {
        self.persons.div_ceil(self.width)
    }

    /// Returns true without persons.
    pub fn is_empty(&self) -> bool {
        self.persons == 0
    }

    /// Returns the range of a person.
    pub fn find(&self, person: u32) -> usize {
        person as usize / self.width
    }

    /// Returns the persons of a range.
    pub fn persons(&self, range: usize) -> std::ops::Range<usize> {
        range * self.width..((range + 1) * self.width).min(self.persons)
    }
}

/// Factors of a row's sums, by network and by days since the row's last load date.
struct ReadingFactors<'a> {
    mixture: &'a HalfLifeMixture,
    moment: &'a ScoringMoment,
    /// By network, then by days up to [`RETENTION_DAYS`].
    table: Vec<HalfLifeSums>,
}

impl<'a> ReadingFactors<'a> {
    fn new(mixture: &'a HalfLifeMixture, moment: &'a ScoringMoment) -> ReadingFactors<'a> {
        let mut factors = ReadingFactors {
            mixture,
            moment,
            table: Vec::new(),
        };
        let networks = 0..moment.history_days.len();
        let cells = networks.flat_map(|network| (0..=RETENTION_DAYS).map(move |days| (network, days)));
        factors.table = cells.map(|(network, days)| factors.compute(network, days)).collect();
        factors
    }

    fn compute(&self, network: usize, days: i32) -> HalfLifeSums {
        let age_days = f64::from(days) - self.moment.early_days;
        let by_half_life = self
            .mixture
            .reading_factors(age_days, self.moment.history_days[network]);
        let mut factors = [0.0; MAX_HALF_LIVES];
        factors[..by_half_life.len()].copy_from_slice(&by_half_life);
        factors
    }

    /// Returns the strength of a row with these sums as of `last_load`.
    fn strength(&self, sums: &HalfLifeSums, network: usize, last_load: Day) -> f64 {
        let days = (self.moment.as_of.0 - last_load.0).max(0);
        let read = |factors: &HalfLifeSums| {
            let terms = sums.iter().zip(factors).take(self.mixture.len());
            terms.map(|(sum, factor)| sum * factor).sum()
        };
        match days <= RETENTION_DAYS {
            true => read(&self.table[network * (RETENTION_DAYS as usize + 1) + days as usize]),
            false => read(&self.compute(network, days)),
        }
    }
}

/// Assignment of accounts to persons at a moment.
#[derive(Clone, Copy)]
pub struct DateReading<'a> {
    /// Person of each account; [`NO_PERSON`] for an account without one.
    pub persons: &'a [u32],
    /// Moment of the reading.
    pub moment: &'a ScoringMoment,
}

/// Reads shards of pairs at a moment, and on the day before.
pub struct AttentionReading<'a> {
    mixture: &'a HalfLifeMixture,
    network_of: &'a (dyn Fn(u32) -> usize + Sync),
    now: DateFactors<'a>,
    before: Option<DateFactors<'a>>,
}

/// One date of a reading.
struct DateFactors<'a> {
    persons: &'a [u32],
    factors: ReadingFactors<'a>,
}

impl<'a> AttentionReading<'a> {
    /// Prepares the reading. `network_of` returns the network index of an account node.
    pub fn new(
        mixture: &'a HalfLifeMixture,
        network_of: &'a (dyn Fn(u32) -> usize + Sync),
        now: DateReading<'a>,
        before: Option<DateReading<'a>>,
    ) -> AttentionReading<'a> {
        let prepare = |date: DateReading<'a>| DateFactors {
            persons: date.persons,
            factors: ReadingFactors::new(mixture, date.moment),
        };
        AttentionReading {
            mixture,
            network_of,
            now: prepare(now),
            before: before.map(prepare),
        }
    }

    /// Reads the rows of a shard: `rows` at the moment, and `rows_before` on the day before.
    pub fn read_shard(&self, rows: &PairSums, rows_before: &PairSums) -> Vec<AttentionEntry> {
        let mut entries = Vec::with_capacity(rows.len());
        let mut next_before = 0;
        let key = |rows: &PairSums, row: usize| (rows.key(row), rows.verbs[row]);
        for row in 0..rows.len() {
            let sums = rows.row_sums(row, self.mixture);
            let mut entry_before = None;
            if let Some(before) = &self.before {
                while next_before < rows_before.len() && key(rows_before, next_before) < key(rows, row) {
                    entries.extend(self.read_before(before, rows_before, next_before));
                    next_before += 1;
                }
                if next_before < rows_before.len() && key(rows_before, next_before) == key(rows, row) {
                    entry_before = match is_same_row(rows, row, rows_before, next_before) {
                        true => self.read_row(before, rows, row, &sums).map(into_before),
                        false => self.read_before(before, rows_before, next_before),
                    };
                    next_before += 1;
                }
            }
            push_both(&mut entries, self.read_row(&self.now, rows, row, &sums), entry_before);
        }
        if let Some(before) = &self.before {
            let rest = next_before..rows_before.len();
            entries.extend(rest.filter_map(|row| self.read_before(before, rows_before, row)));
        }
        entries
    }

    /// Reads a row that exists on the day before.
    fn read_before(&self, date: &DateFactors, rows: &PairSums, row: usize) -> Option<AttentionEntry> {
        let sums = rows.row_sums(row, self.mixture);
        self.read_row(date, rows, row, &sums).map(into_before)
    }

    /// Returns the entry of a row, or `None` if it is not between two persons.
    fn read_row(&self, date: &DateFactors, rows: &PairSums, row: usize, sums: &HalfLifeSums) -> Option<AttentionEntry> {
        let target = date.persons[rows.targets[row] as usize];
        let reactor = date.persons[rows.actors[row] as usize];
        if target == reactor || target == NO_PERSON || reactor == NO_PERSON {
            return None;
        }
        let network = (self.network_of)(rows.targets[row]);
        Some(AttentionEntry {
            target,
            reactor,
            reactions: rows.counts[row],
            network: network as u8,
            verb: rows.verbs[row],
            dates: NOW,
            last_at: rows.last_at[row],
            strength: date.factors.strength(sums, network, rows.last_loads[row]),
            before: 0.0,
        })
    }
}

/// Returns true if a row has had no reaction since the day before, so that its sums are the same.
fn is_same_row(rows: &PairSums, row: usize, rows_before: &PairSums, row_before: usize) -> bool {
    let of = |rows: &PairSums, row: usize| (rows.counts[row], rows.last_loads[row]);
    of(rows, row) == of(rows_before, row_before)
}

/// Adds the entries of one row; they are one if both dates agree about the persons.
fn push_both(entries: &mut Vec<AttentionEntry>, now: Option<AttentionEntry>, before: Option<AttentionEntry>) {
    match (now, before) {
        (Some(now), Some(before)) if (now.target, now.reactor) == (before.target, before.reactor) => {
            entries.push(AttentionEntry {
                dates: NOW | BEFORE,
                before: before.before,
                ..now
            });
        }
        (now, before) => entries.extend(now.into_iter().chain(before)),
    }
}

/// Makes an entry that was read on the day before one that exists on that day only.
fn into_before(entry: AttentionEntry) -> AttentionEntry {
    AttentionEntry {
        reactions: 0,
        dates: BEFORE,
        strength: 0.0,
        before: entry.strength,
        ..entry
    }
}

/// Distributes entries to the ranges of their targets.
pub fn distribute(entries: &[AttentionEntry], ranges: PersonRanges) -> Vec<Vec<AttentionEntry>> {
    let mut sizes = vec![0_usize; ranges.len()];
    entries.iter().for_each(|entry| sizes[ranges.find(entry.target)] += 1);
    let mut parts: Vec<Vec<AttentionEntry>> = sizes.into_iter().map(Vec::with_capacity).collect();
    for entry in entries {
        parts[ranges.find(entry.target)].push(*entry);
    }
    parts
}
