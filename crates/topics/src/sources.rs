//! Keeps the latest sources of evidence (posts, objects, activities) by account, topic, kind and own or other row.
//!
//! Only the latest few are kept. They do not depend on the split into runs, because the latest of a union are the
//! latest of the latest. So a run sorts its new sources and merges them. Sources of a person that opts out are dropped
//! on that load date, and no older ones replace them.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::ontology::alias_resolver::MentionKind as Shows;
use clout_base::day::Day;
use clout_model::account_activity::RETENTION_DAYS;
use clout_model::accounts::NO_NODE;

/// Number of sources kept per [`SourceKey`]: enough to cite, few enough to store for all accounts.
pub const MAX_SOURCES: usize = 2;

/// Kinds by their two-bit code in a candidate. A hashtag is a tag in a post and text in a reaction.
const KINDS: [Shows; 4] = [Shows::Tag, Shows::Hashtag, Shows::Text, Shows::Word];

/// Account, topic, kind and side of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceKey {
    /// Node of the account that the evidence is about.
    pub account: u32,
    /// Topic number in the state.
    pub topic: u32,
    /// Kind of evidence: tag or words.
    pub shows: Shows,
    /// True if the source is a row of the account itself.
    pub is_own: bool,
}

/// Latest act of a source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourceAct {
    /// Time of the act, microseconds since 1970.
    pub at: i64,
    /// Weight of its verb, or 1 for the account's own acts.
    pub weight: f32,
    /// The other account of the act; [`NO_NODE`] for a post.
    pub other: u32,
}

/// Source of evidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvidenceSource {
    /// Key of the source.
    pub key: SourceKey,
    /// Latest act.
    pub act: SourceAct,
    length: u32,
    start: usize,
}

/// Row that may become a source. Most rows do not, so no id is copied before that is decided.
#[derive(Clone, Copy, Debug)]
pub struct SourceCandidate {
    /// Sort key: the key from the highest bits, then descending time.
    order: u128,
    weight: f32,
    other: u32,
    /// Row index, to look up the id.
    pub row: u32,
}

impl SourceCandidate {
    /// Creates a candidate from a row.
    pub fn new(key: SourceKey, act: SourceAct, row: u32) -> SourceCandidate {
        let kind = KINDS.iter().position(|shows| *shows == key.shows).unwrap_or(0) as u64;
        let low = kind << 1 | u64::from(key.is_own);
        let high = u64::from(key.account) << 32 | u64::from(key.topic) << 3 | low;
        // Inverted so that the latest sorts first; the offset maps signed times to unsigned in order.
        let earliness = !(act.at.wrapping_sub(i64::MIN) as u64);
        SourceCandidate {
            order: u128::from(high) << 64 | u128::from(earliness),
            weight: act.weight,
            other: act.other,
            row,
        }
    }

    /// Returns the key.
    pub fn key(&self) -> SourceKey {
        let high = (self.order >> 64) as u64;
        SourceKey {
            account: (high >> 32) as u32,
            topic: high as u32 >> 3,
            shows: KINDS[(high >> 1 & 3) as usize],
            is_own: high & 1 == 1,
        }
    }

    fn act(&self) -> SourceAct {
        SourceAct {
            at: (!(self.order as u64) as i64).wrapping_add(i64::MIN),
            weight: self.weight,
            other: self.other,
        }
    }
}

/// Sources of all accounts, sorted by account, topic and kind, the latest first.
#[derive(Clone, Debug, Default)]
pub struct EvidenceSources {
    rows: Vec<EvidenceSource>,
    ids: String,
}

impl PartialEq for EvidenceSources {
    fn eq(&self, other: &EvidenceSources) -> bool {
        self.rows.len() == other.rows.len() && self.iter().zip(other.iter()).all(|(a, b)| order(a, b).is_eq())
    }
}

/// Compares by key, then latest first, then id; a repeated id comes first with the greater weight.
fn order((a, x): (&EvidenceSource, &str), (b, y): (&EvidenceSource, &str)) -> Ordering {
    (a.key.cmp(&b.key))
        .then(b.act.at.cmp(&a.act.at))
        .then_with(|| x.cmp(y))
        .then(b.act.weight.total_cmp(&a.act.weight))
        .then(a.act.other.cmp(&b.act.other))
}

impl EvidenceSources {
    /// Selects the latest candidates, each id once; `id` returns the id of a candidate.
    pub fn select_latest<'a>(
        mut candidates: Vec<SourceCandidate>,
        id: &(dyn Fn(&SourceCandidate) -> &'a str + Sync),
    ) -> EvidenceSources {
        candidates.par_sort_unstable_by(|a, b| {
            (a.order.cmp(&b.order))
                .then_with(|| id(a).cmp(id(b)))
                .then(b.weight.total_cmp(&a.weight))
                .then(a.other.cmp(&b.other))
        });
        let mut latest = EvidenceSources::default();
        for same in candidates.chunk_by(|a, b| a.order >> 64 == b.order >> 64) {
            let (key, first) = (same[0].key(), latest.rows.len());
            for candidate in same {
                let id = id(candidate);
                if latest.rows[first..].iter().all(|row| latest.id(row) != id) {
                    latest.push(key, candidate.act(), id);
                }
                if latest.rows.len() == first + MAX_SOURCES {
                    break;
                }
            }
        }
        latest
    }

    /// Appends a source; sources must be in order.
    pub fn push(&mut self, key: SourceKey, act: SourceAct, id: &str) {
        let (start, length) = (self.ids.len(), id.len() as u32);
        self.ids.push_str(id);
        self.rows.push(EvidenceSource {
            key,
            act,
            length,
            start,
        });
    }

    /// Appends a source, unless its key has enough sources or its id is present.
    fn keep(&mut self, row: &EvidenceSource, id: &str) {
        let mut same = self
            .rows
            .iter()
            .rev()
            .take(MAX_SOURCES)
            .take_while(|other| other.key == row.key);
        let is_there = same.clone().any(|other| self.id(other) == id);
        if !is_there && same.nth(MAX_SOURCES - 1).is_none() {
            self.push(row.key, row.act, id);
        }
    }

    /// Merges new sources and keeps the latest; drops sources past retention at `as_of`.
    pub fn merge(&mut self, new_sources: &EvidenceSources, as_of: Day) {
        let oldest = as_of.days_before(RETENTION_DAYS).end_micros();
        let before = std::mem::take(self);
        self.rows.reserve(before.rows.len() + new_sources.rows.len());
        self.ids.reserve(before.ids.len() + new_sources.ids.len());
        let (mut old, mut new) = (before.iter().peekable(), new_sources.iter().peekable());
        loop {
            let is_old = match (old.peek(), new.peek()) {
                (Some(a), Some(b)) => order(*a, *b).is_le(),
                (a, _) => a.is_some(),
            };
            let next = if is_old { old.next() } else { new.next() };
            let Some((row, id)) = next else {
                return;
            };
            if row.act.at >= oldest {
                self.keep(row, id);
            }
        }
    }

    /// Drops the sources of and by accounts for which `is_opted_out` holds (opted out).
    pub fn drop_opted_out(&mut self, is_opted_out: impl Fn(u32) -> bool) {
        let is_kept = |row: &EvidenceSource| {
            !is_opted_out(row.key.account) && (row.act.other == NO_NODE || !is_opted_out(row.act.other))
        };
        self.rows.retain(is_kept);
    }

    /// Renumbers the topics; the order must stay the same.
    pub fn rename_topics(&mut self, topic: impl Fn(u32) -> u32) {
        self.rows
            .iter_mut()
            .for_each(|row| row.key.topic = topic(row.key.topic));
    }

    /// Returns all sources.
    pub fn rows(&self) -> &[EvidenceSource] {
        &self.rows
    }

    /// Iterates over all sources with their ids.
    fn iter(&self) -> impl Iterator<Item = (&EvidenceSource, &str)> {
        self.rows.iter().map(|row| (row, self.id(row)))
    }

    /// Returns the id of a source.
    pub fn id(&self, source: &EvidenceSource) -> &str {
        &self.ids[source.start..source.start + source.length as usize]
    }
}

#[cfg(test)]
#[path = "sources_tests.rs"]
mod tests;
