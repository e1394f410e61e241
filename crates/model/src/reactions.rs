//! Reactions between accounts, and their order.
//!
//! [`DateReactions`] holds the reactions of one network and load date as numbers that sort like the rows, in ranges of
//! actors. Twins, crowds and weights of a row depend on rows of the same actor and load date only, so each range is
//! [weighed](crate::influence::weigh_dates) on its own.

use std::ops::Range;

use rayon::prelude::*;

use crate::buckets::Buckets;
use clout_base::day::Day;

/// Counted reaction between two accounts of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountReaction {
    /// Node of the account that reacted.
    pub actor: u32,
    /// Node of the credited account.
    pub target: u32,
    /// Time, microseconds since 1970.
    pub occurred_at: i64,
    /// Load date of the row.
    pub load_date: Day,
    /// Code of the verb.
    pub verb: u8,
}

/// Counted reaction with its final [weight](crate::influence::weights).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeighedReaction {
    /// Node of the account that reacted.
    pub actor: u32,
    /// Node of the credited account.
    pub target: u32,
    /// Time, microseconds since 1970.
    pub occurred_at: i64,
    /// Load date of the row.
    pub load_date: Day,
    /// Code of the verb.
    pub verb: u8,
    /// Weight.
    pub weight: f32,
}

impl WeighedReaction {
    /// Returns the order within a load date: by pair, then by time, verb and weight. Weights are not negative, so their
    /// bits have the same order. Among equal reactions of a day, the later ones weigh more.
    pub fn order(&self) -> (u32, u32, i64, u8, u32) {
        (
            self.target,
            self.actor,
            self.occurred_at,
            self.verb,
            self.weight.to_bits(),
        )
    }
}

impl AccountReaction {
    /// Returns the key of the common order: by load date, actor, target, time and verb.
    pub fn order(&self) -> (Day, u32, u32, i64, u8) {
        (self.load_date, self.actor, self.target, self.occurred_at, self.verb)
    }
}

impl From<WeighedReaction> for AccountReaction {
    fn from(reaction: WeighedReaction) -> AccountReaction {
        AccountReaction {
            actor: reaction.actor,
            target: reaction.target,
            occurred_at: reaction.occurred_at,
            load_date: reaction.load_date,
            verb: reaction.verb,
        }
    }
}

/// A reaction of a known load date as one number: actor, target, time and verb, from the highest bits down.
///
/// Times have [`TIME_BITS`] bits around 1970, which is more than the years 900 to 3000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReactionKey(u128);

const TIME_BITS: u32 = 56;
const VERB_BITS: u32 = 8;
/// The time that is stored as 0.
const FIRST_TIME: i64 = -(1 << (TIME_BITS - 1));

impl ReactionKey {
    fn new(reaction: &AccountReaction) -> ReactionKey {
        let last_time = -1 - FIRST_TIME;
        let time = (reaction.occurred_at.clamp(FIRST_TIME, last_time) - FIRST_TIME) as u64;
        let pair = u64::from(reaction.actor) << 32 | u64::from(reaction.target);
        ReactionKey(u128::from(pair) << 64 | u128::from(time << VERB_BITS | u64::from(reaction.verb)))
    }

    pub(crate) fn actor(self) -> u32 {
        (self.0 >> 96) as u32
    }

    /// Returns actor and target as one number.
    pub(crate) fn pair(self) -> u64 {
        (self.0 >> 64) as u64
    }

    pub(crate) fn occurred_at(self) -> i64 {
        (self.0 as u64 >> VERB_BITS) as i64 + FIRST_TIME
    }

    pub(crate) fn day(self) -> Day {
        Day::from_micros(self.occurred_at())
    }

    pub(crate) fn verb(self) -> u8 {
        self.0 as u8
    }

    pub(crate) fn weighed(self, load_date: Day, weight: f32) -> WeighedReaction {
        WeighedReaction {
            actor: self.actor(),
            target: self.pair() as u32,
            occurred_at: self.occurred_at(),
            load_date,
            verb: self.verb(),
            weight,
        }
    }
}

/// Rows per range of actors, on average: few enough that a range is sorted within the first cache.
const RANGE_ROWS: usize = 512;
/// The largest number of ranges. More would cost more cache misses than their shorter sorts save.
const MAX_RANGES: usize = 1 << 11;

/// Reactions of one network and load date.
#[derive(Clone, Debug)]
pub struct DateReactions {
    pub(crate) load_date: Day,
    pub(crate) ranges: Buckets<ReactionKey>,
}

impl DateReactions {
    /// Collects the reactions that `reaction` returns for `rows`; it is called several times for each row. Their load
    /// dates are ignored.
    pub fn collect(
        load_date: Day,
        rows: Range<usize>,
        reaction: impl Fn(usize) -> Option<AccountReaction> + Sync,
    ) -> DateReactions {
        let actors = rows.clone().into_par_iter().with_min_len(1 << 14);
        let actors = actors.filter_map(|row| reaction(row).map(|reaction| (reaction.actor, reaction.actor)));
        let Some((first, last)) = actors.reduce_with(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
            return DateReactions {
                load_date,
                ranges: Buckets::default(),
            };
        };
        let count = (rows.len() / RANGE_ROWS).clamp(1, MAX_RANGES);
        let ranges = ActorRanges::new(first, last, count);
        let place = |row| reaction(row).map(|reaction| (ranges.find(reaction.actor), ReactionKey::new(&reaction)));
        DateReactions {
            load_date,
            ranges: Buckets::fill(rows, count, place),
        }
    }

    /// Collects reactions of one load date, in any order.
    pub fn from_slice(load_date: Day, reactions: &[AccountReaction]) -> DateReactions {
        DateReactions::collect(load_date, 0..reactions.len(), |row| Some(reactions[row]))
    }
}

/// Equal ranges of account numbers.
struct ActorRanges {
    first: u32,
    /// Ranges per account number, times 2^32.
    scale: u64,
}

impl ActorRanges {
    fn new(first: u32, last: u32, count: usize) -> ActorRanges {
        let numbers = u64::from(last - first) + 1;
        ActorRanges {
            first,
            scale: ((count as u64) << 32) / numbers,
        }
    }

    fn find(&self, actor: u32) -> usize {
        // Both factors are below 2^32 * 2^11, and their product below count * 2^32.
        ((u64::from(actor - self.first) * self.scale) >> 32) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_like_reactions_and_keep_them() {
        let mut reactions = Vec::new();
        for (actor, target, occurred_at, verb) in [
            (0, 9, -5, 3),
            (1, 0, i64::from(i32::MIN), 0),
            (1, 2, 1_700_000_000_000_000, 249),
            (1, 2, 1_700_000_000_000_001, 0),
            (u32::MAX, u32::MAX - 1, 5, 1),
        ] {
            let load_date = Day(7);
            reactions.push(AccountReaction {
                actor,
                target,
                occurred_at,
                load_date,
                verb,
            });
        }
        let keys: Vec<ReactionKey> = reactions.iter().map(ReactionKey::new).collect();
        assert!(keys.is_sorted());
        let restored: Vec<AccountReaction> = keys.iter().map(|key| key.weighed(Day(7), 0.0).into()).collect();
        assert_eq!(restored, reactions);
    }

    #[test]
    fn ranges_of_actors_ascend_and_cover_all_numbers() {
        for (first, last, count) in [(0, 0, 1), (3, 9, 2_048), (0, u32::MAX - 1, 2_048), (5, 1_000_000, 17)] {
            let ranges = ActorRanges::new(first, last, count);
            assert_eq!(ranges.find(first), 0);
            assert!(ranges.find(last) < count);
            assert!(ranges.find(first + (last - first) / 2) <= ranges.find(last));
        }
    }
}
