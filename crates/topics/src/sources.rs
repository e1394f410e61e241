//! Where evidence comes from: for each account, topic and kind the latest posts, objects and activities, those that
//! the account's own rows name apart from those that other people's do.
//!
//! Only the latest few are kept. They are the latest of all, whatever the nights in which they came, because
//! the latest of a union are the latest of the latest. So a night sorts what it brings and merges it. When somebody
//! opts out their rows go on that load date, and nothing older takes their place.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::memory::NOBODY;
use crate::ontology::sense::Kind as Shows;
use clout_base::day::Day;
use clout_model::facts::FORGOTTEN_AFTER_DAYS;

/// Sources kept for a [`Key`]: enough to name, few enough to keep for everybody.
pub const KEPT: usize = 2;

/// How sources show topics, by two bits of a candidate. A hashtag is a tag of a post, and a word of a reaction.
const KINDS: [Shows; 4] = [Shows::Tag, Shows::Hashtag, Shows::Text, Shows::Word];

/// Whose evidence of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Node of the account whose evidence it is.
    pub account: u32,
    /// The topic, in the memory's numbers.
    pub topic: u32,
    /// How it shows the topic: as a tag or as words.
    pub shows: Shows,
    /// Whether the account's own row says so, and not somebody else's.
    pub is_own: bool,
}

/// The latest act of a source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Act {
    /// When it occurred, microseconds since 1970.
    pub at: i64,
    /// What it weighed: its verb's weight, or 1 for the account's own.
    pub weight: f32,
    /// Who acted on the account, or on whom the account acted; [`NOBODY`] of a post.
    pub other: u32,
}

/// One source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    /// Whose and of what.
    pub key: Key,
    /// Its latest act.
    pub act: Act,
    length: u32,
    start: usize,
}

/// A row that may become a source. Most do not, so no text moves before that is known.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The key and how early it is, from the highest bits: what sources are sorted by, as one number.
    order: u128,
    weight: f32,
    other: u32,
    /// The row, by which its id is found.
    pub row: u32,
}

impl Candidate {
    /// A row that shows the topic of the account.
    pub fn new(key: Key, act: Act, row: u32) -> Candidate {
        let kind = KINDS.iter().position(|shows| *shows == key.shows).unwrap_or(0) as u64;
        let low = kind << 1 | u64::from(key.is_own);
        let high = u64::from(key.account) << 32 | u64::from(key.topic) << 3 | low;
        // The latest first: of two's complements without the sign, the greater is the later.
        let earliness = !(act.at.wrapping_sub(i64::MIN) as u64);
        Candidate {
            order: u128::from(high) << 64 | u128::from(earliness),
            weight: act.weight,
            other: act.other,
            row,
        }
    }

    /// Whose and of what.
    pub fn key(&self) -> Key {
        let high = (self.order >> 64) as u64;
        Key {
            account: (high >> 32) as u32,
            topic: high as u32 >> 3,
            shows: KINDS[(high >> 1 & 3) as usize],
            is_own: high & 1 == 1,
        }
    }

    fn act(&self) -> Act {
        Act {
            at: (!(self.order as u64) as i64).wrapping_add(i64::MIN),
            weight: self.weight,
            other: self.other,
        }
    }
}

/// The sources of all accounts, in order of account, topic and kind, the latest first.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    rows: Vec<Source>,
    ids: String,
}

impl PartialEq for Sources {
    fn eq(&self, other: &Sources) -> bool {
        self.rows.len() == other.rows.len() && self.iter().zip(other.iter()).all(|(a, b)| order(a, b).is_eq())
    }
}

/// By key, the latest first; an id that comes twice first with what weighs more.
fn order((a, x): (&Source, &str), (b, y): (&Source, &str)) -> Ordering {
    (a.key.cmp(&b.key))
        .then(b.act.at.cmp(&a.act.at))
        .then_with(|| x.cmp(y))
        .then(b.act.weight.total_cmp(&a.act.weight))
        .then(a.act.other.cmp(&b.act.other))
}

impl Sources {
    /// The latest of the candidates, each id once; `id` gives a candidate's.
    pub fn latest<'a>(mut candidates: Vec<Candidate>, id: &(dyn Fn(&Candidate) -> &'a str + Sync)) -> Sources {
        candidates.par_sort_unstable_by(|a, b| {
            (a.order.cmp(&b.order))
                .then_with(|| id(a).cmp(id(b)))
                .then(b.weight.total_cmp(&a.weight))
                .then(a.other.cmp(&b.other))
        });
        let mut latest = Sources::default();
        for same in candidates.chunk_by(|a, b| a.order >> 64 == b.order >> 64) {
            let (key, first) = (same[0].key(), latest.rows.len());
            for candidate in same {
                let id = id(candidate);
                if latest.rows[first..].iter().all(|row| latest.id(row) != id) {
                    latest.push(key, candidate.act(), id);
                }
                if latest.rows.len() == first + KEPT {
                    break;
                }
            }
        }
        latest
    }

    /// Adds a source behind all others.
    pub fn push(&mut self, key: Key, act: Act, id: &str) {
        let (start, length) = (self.ids.len(), id.len() as u32);
        self.ids.push_str(id);
        self.rows.push(Source {
            key,
            act,
            length,
            start,
        });
    }

    /// Adds a source behind all others, unless the latest of its key are there, or its id is.
    fn keep(&mut self, row: &Source, id: &str) {
        let mut same = self
            .rows
            .iter()
            .rev()
            .take(KEPT)
            .take_while(|other| other.key == row.key);
        let is_there = same.clone().any(|other| self.id(other) == id);
        if !is_there && same.nth(KEPT - 1).is_none() {
            self.push(row.key, row.act, id);
        }
    }

    /// Adds those of accounts behind all that are there.
    pub fn append(&mut self, other: Sources) {
        let base = self.ids.len();
        self.ids.push_str(&other.ids);
        self.rows.extend(other.rows.into_iter().map(|row| Source {
            start: base + row.start,
            ..row
        }));
    }

    /// Merges tonight's in, and keeps the latest; what is forgotten at `as_of` goes.
    pub fn fold(&mut self, tonight: &Sources, as_of: Day) {
        let oldest = as_of.minus(FORGOTTEN_AFTER_DAYS).end_micros();
        let before = std::mem::take(self);
        self.rows.reserve(before.rows.len() + tonight.rows.len());
        self.ids.reserve(before.ids.len() + tonight.ids.len());
        let (mut old, mut new) = (before.iter().peekable(), tonight.iter().peekable());
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

    /// Drops those that have to do with accounts for which `is_gone` holds.
    pub fn drop_gone(&mut self, is_gone: impl Fn(u32) -> bool) {
        let is_kept = |row: &Source| !is_gone(row.key.account) && (row.act.other == NOBODY || !is_gone(row.act.other));
        self.rows.retain(is_kept);
    }

    /// Gives accounts other nodes, in the same order; those without one go.
    pub fn rename_accounts(&mut self, node: impl Fn(u32) -> Option<u32>) {
        self.rows.retain_mut(|row| {
            let other = match row.act.other {
                NOBODY => Some(NOBODY),
                other => node(other),
            };
            match (node(row.key.account), other) {
                (Some(account), Some(other)) => {
                    (row.key.account, row.act.other) = (account, other);
                    true
                }
                _ => false,
            }
        });
    }

    /// Gives topics other numbers, in the same order.
    pub fn rename_topics(&mut self, topic: impl Fn(u32) -> u32) {
        self.rows
            .iter_mut()
            .for_each(|row| row.key.topic = topic(row.key.topic));
    }

    /// All of them.
    pub fn rows(&self) -> &[Source] {
        &self.rows
    }

    /// All of them, with their ids.
    fn iter(&self) -> impl Iterator<Item = (&Source, &str)> {
        self.rows.iter().map(|row| (row, self.id(row)))
    }

    /// The id of one of them.
    pub fn id(&self, source: &Source) -> &str {
        &self.ids[source.start..source.start + source.length as usize]
    }
}

#[cfg(test)]
#[path = "sources_tests.rs"]
mod tests;
