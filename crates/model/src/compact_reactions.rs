//! Weighed reactions in 24 bytes each, as they wait for the merge into pairs.

use crate::reactions::WeighedReaction;
use clout_base::day::Day;

/// Number of bytes of an encoded reaction.
pub const REACTION_BYTES: usize = 24;

/// A [`WeighedReaction`] in less memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CompactReaction {
    target: u32,
    actor: u32,
    occurred_at: i64,
    weight: f32,
    /// Load date in the upper 24 bits, verb in the others.
    load_verb: u32,
}

/// Load date that is stored as 0: more than 20,000 years before 1970.
const FIRST_LOAD_DATE: i32 = -(1 << 23);

impl CompactReaction {
    /// Returns the reaction with [`WeighedReaction`]'s fields. The load date is within 20,000 years of 1970.
    pub fn new(reaction: &WeighedReaction) -> CompactReaction {
        CompactReaction {
            target: reaction.target,
            actor: reaction.actor,
            occurred_at: reaction.occurred_at,
            weight: reaction.weight,
            load_verb: ((reaction.load_date.0 - FIRST_LOAD_DATE) as u32) << 8 | u32::from(reaction.verb),
        }
    }

    /// Returns all fields.
    pub fn weighed(&self) -> WeighedReaction {
        WeighedReaction {
            actor: self.actor,
            target: self.target,
            occurred_at: self.occurred_at,
            load_date: self.load_date(),
            verb: self.load_verb as u8,
            weight: self.weight,
        }
    }

    /// Returns the load date.
    pub fn load_date(&self) -> Day {
        Day((self.load_verb >> 8) as i32 + FIRST_LOAD_DATE)
    }

    /// Returns the bytes.
    pub fn to_bytes(&self) -> [u8; REACTION_BYTES] {
        let mut bytes = [0; REACTION_BYTES];
        bytes[..4].copy_from_slice(&self.target.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.actor.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.occurred_at.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.weight.to_bits().to_le_bytes());
        bytes[20..].copy_from_slice(&self.load_verb.to_le_bytes());
        bytes
    }

    /// Returns the reaction of these bytes.
    pub fn from_bytes(bytes: &[u8; REACTION_BYTES]) -> CompactReaction {
        let word =
            |start: usize| u32::from_le_bytes([bytes[start], bytes[start + 1], bytes[start + 2], bytes[start + 3]]);
        CompactReaction {
            target: word(0),
            actor: word(4),
            occurred_at: (u64::from(word(8)) | u64::from(word(12)) << 32) as i64,
            weight: f32::from_bits(word(16)),
            load_verb: word(20),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reaction_keeps_all_fields_in_memory_and_in_bytes() {
        assert_eq!(size_of::<CompactReaction>(), REACTION_BYTES);
        for (load_date, verb, occurred_at) in [(-719_528, 0, i64::MIN), (20_000, 255, -1), (2_932_896, 7, i64::MAX)] {
            let reaction = WeighedReaction {
                actor: 5,
                target: u32::MAX - 1,
                occurred_at,
                load_date: Day(load_date),
                verb,
                weight: 0.123,
            };
            let compact = CompactReaction::new(&reaction);
            assert_eq!(compact.weighed(), reaction);
            assert_eq!(CompactReaction::from_bytes(&compact.to_bytes()), compact);
        }
    }
}
