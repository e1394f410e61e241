//! What the pairs between two different persons say beyond attention: the networks on which persons were seen, their
//! latest reactions, and counts of reactions.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64};

use super::attention_entries::{AttentionEntry, BEFORE, NOW};

/// Number of verb codes.
const VERBS: usize = 1 << 8;

/// Marks and counts, which several threads may set in any order with the same result.
#[derive(Debug)]
pub struct ReactionActs {
    networks: usize,
    /// By person and network: dates on which the person has a pair, as in [`AttentionEntry::dates`].
    seen: Vec<AtomicU8>,
    /// By person: latest reaction, microseconds since 1970; `i64::MIN` without one.
    latest: Vec<AtomicI64>,
    /// By network and verb: counted reactions.
    reactions: Vec<AtomicU64>,
}

impl ReactionActs {
    /// Creates acts of `persons` persons without a pair.
    pub fn new(persons: usize, networks: usize) -> ReactionActs {
        ReactionActs {
            networks,
            seen: (0..persons * networks).map(|_| AtomicU8::new(0)).collect(),
            latest: (0..persons).map(|_| AtomicI64::new(i64::MIN)).collect(),
            reactions: (0..networks * VERBS).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Adds entries of any targets.
    pub(super) fn add(&self, entries: &[AttentionEntry]) {
        let mut counts = vec![0_u64; self.networks * VERBS];
        for entry in entries {
            self.mark(entry.target, entry.network, entry.dates);
            self.mark(entry.reactor, entry.network, entry.dates);
            if entry.dates & NOW != 0 {
                let latest = &self.latest[entry.reactor as usize];
                if latest.load(Relaxed) < entry.last_at {
                    latest.fetch_max(entry.last_at, Relaxed);
                }
                counts[usize::from(entry.network) * VERBS + usize::from(entry.verb)] += u64::from(entry.reactions);
            }
        }
        for (sum, count) in self.reactions.iter().zip(counts).filter(|(_, count)| *count > 0) {
            sum.fetch_add(count, Relaxed);
        }
    }

    fn mark(&self, person: u32, network: u8, dates: u8) {
        let seen = &self.seen[person as usize * self.networks + usize::from(network)];
        // Read first: threads would otherwise take the cache lines of known people from each other.
        if seen.load(Relaxed) & dates != dates {
            seen.fetch_or(dates, Relaxed);
        }
    }

    /// Returns true if a person has a pair on a network at the moment.
    pub fn is_seen(&self, person: usize, network: usize) -> bool {
        self.seen[person * self.networks + network].load(Relaxed) & NOW != 0
    }

    /// Returns true if a person had a pair on a network on the day before.
    pub fn was_seen(&self, person: usize, network: usize) -> bool {
        self.seen[person * self.networks + network].load(Relaxed) & BEFORE != 0
    }

    /// Returns the time of a person's latest reaction, microseconds since 1970.
    pub fn latest(&self, person: usize) -> Option<i64> {
        let latest = self.latest[person].load(Relaxed);
        (latest > i64::MIN).then_some(latest)
    }

    /// Returns the number of counted reactions of a network under a verb.
    pub fn count_reactions(&self, network: usize, verb: usize) -> u64 {
        self.reactions[network * VERBS + verb].load(Relaxed)
    }
}
