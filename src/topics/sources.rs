//! Where evidence comes from: for each account, topic and kind the latest posts, objects and activities.
//!
//! Only the latest few are kept. They are the latest of all, whatever the nights in which they came, because
//! the latest of a union are the latest of the latest. So a night sorts what it brings and merges it.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::day::Day;
use crate::ontology::sense::Kind as Shows;
use crate::settle::facts::FORGOTTEN_AFTER_DAYS;

/// Sources kept for an account, topic and kind: enough to name, few enough to keep for everybody.
pub const KEPT: usize = 3;

/// One source.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Node of the account whose evidence it is.
    pub account: u32,
    /// The topic, in the memory's numbers.
    pub topic: u32,
    /// How it shows the topic.
    pub shows: Shows,
    /// When its latest act occurred, microseconds since 1970.
    pub at: i64,
    /// What that act weighed: its verb's weight, or 1 for the account's own.
    pub weight: f32,
    length: u32,
    start: usize,
}

/// A row that may become a source. Most do not, so no text moves before that is known.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Account, topic, kind and how early it is, from the highest bits: what sources are sorted by, as one number.
    key: u128,
    weight: f32,
    /// The row, by which its id is found.
    pub row: u32,
}

impl Candidate {
    /// A row that shows the topic of the account at the time.
    pub fn new((account, topic, shows): (u32, u32, Shows), at: i64, weight: f32, row: u32) -> Candidate {
        let high = u64::from(account) << 32 | u64::from(topic) << 1 | u64::from(shows == Shows::Text);
        // The latest first: of two's complements without the sign, the greater is the later.
        let earliness = !(at.wrapping_sub(i64::MIN) as u64);
        let key = u128::from(high) << 64 | u128::from(earliness);
        Candidate { key, weight, row }
    }

    /// How it shows the topic.
    pub fn shows(&self) -> Shows {
        match (self.key >> 64) & 1 {
            0 => Shows::Tag,
            _ => Shows::Text,
        }
    }

    fn account_topic(&self) -> (u32, u32) {
        ((self.key >> 96) as u32, (self.key >> 65) as u32 & (u32::MAX >> 1))
    }

    fn at(&self) -> i64 {
        (!(self.key as u64) as i64).wrapping_add(i64::MIN)
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

/// By account, topic and kind, the latest first; an id that comes twice first with what weighs more.
fn order((a, x): (&Source, &str), (b, y): (&Source, &str)) -> Ordering {
    let key = |s: &Source| (s.account, s.topic, s.shows);
    (key(a).cmp(&key(b)))
        .then(b.at.cmp(&a.at))
        .then_with(|| x.cmp(y))
        .then(b.weight.total_cmp(&a.weight))
}

impl Sources {
    /// The latest of the candidates, each id once; `id` gives a candidate's.
    pub fn latest<'a>(mut candidates: Vec<Candidate>, id: &(dyn Fn(&Candidate) -> &'a str + Sync)) -> Sources {
        candidates.par_sort_unstable_by(|a, b| {
            (a.key.cmp(&b.key))
                .then_with(|| id(a).cmp(id(b)))
                .then(b.weight.total_cmp(&a.weight))
        });
        let mut latest = Sources::default();
        for same in candidates.chunk_by(|a, b| a.key >> 64 == b.key >> 64) {
            let (account, topic) = same[0].account_topic();
            let first = latest.rows.len();
            for candidate in same {
                let id = id(candidate);
                if latest.rows[first..].iter().all(|row| latest.id(row) != id) {
                    latest.push(
                        (account, topic, candidate.shows()),
                        candidate.at(),
                        candidate.weight,
                        id,
                    );
                }
                if latest.rows.len() == first + KEPT {
                    break;
                }
            }
        }
        latest
    }

    /// Adds a source behind all others.
    pub fn push(&mut self, (account, topic, shows): (u32, u32, Shows), at: i64, weight: f32, id: &str) {
        let (start, length) = (self.ids.len(), id.len() as u32);
        self.ids.push_str(id);
        self.rows.push(Source {
            account,
            topic,
            shows,
            at,
            weight,
            length,
            start,
        });
    }

    /// Adds a source behind all others, unless the latest of its account, topic and kind are there, or its id is.
    fn keep(&mut self, key: (u32, u32, Shows), at: i64, weight: f32, id: &str) {
        let is_same = |row: &&Source| (row.account, row.topic, row.shows) == key;
        let mut same = self.rows.iter().rev().take(KEPT).take_while(is_same);
        let is_there = same.clone().any(|row| self.id(row) == id);
        if !is_there && same.nth(KEPT - 1).is_none() {
            self.push(key, at, weight, id);
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
            if row.at >= oldest {
                self.keep((row.account, row.topic, row.shows), row.at, row.weight, id);
            }
        }
    }

    /// Gives accounts and topics other names, in the same order; those without one go.
    pub fn rename(&mut self, name: impl Fn(u32, u32) -> Option<(u32, u32)>) {
        self.rows.retain_mut(|row| match name(row.account, row.topic) {
            Some((account, topic)) => {
                (row.account, row.topic) = (account, topic);
                true
            }
            None => false,
        });
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
mod tests {
    use super::*;

    fn told(sources: &Sources) -> Vec<(i64, &str)> {
        sources.iter().map(|(row, id)| (row.at, id)).collect()
    }

    fn latest(of: &[((u32, u32, Shows), i64, &str)]) -> Sources {
        let candidates = (0..)
            .zip(of)
            .map(|(row, (key, at, _))| Candidate::new(*key, *at, 1.0, row));
        Sources::latest(candidates.collect(), &|candidate| of[candidate.row as usize].2)
    }

    #[test]
    fn the_latest_are_kept_each_once_whatever_the_nights() {
        let ids: Vec<String> = (0..6).map(|i| format!("o{i}")).collect();
        let all: Vec<((u32, u32, Shows), i64, &str)> = (0..20)
            .map(|i| ((1, 2, Shows::Tag), i * 7 % 20, ids[i as usize % 6].as_str()))
            .collect();
        let (mut at_once, mut nightly) = (Sources::default(), Sources::default());
        at_once.fold(&latest(&all), Day(0));
        for one in &all {
            nightly.fold(&latest(&[*one]), Day(0));
        }
        assert_eq!(told(&at_once), [(19, "o5"), (18, "o2"), (13, "o1")]);
        assert_eq!(nightly, at_once);
    }

    #[test]
    fn what_is_forgotten_goes() {
        let mut sources = latest(&[((1, 2, Shows::Tag), Day(0).end_micros(), "old")]);
        sources.fold(&Sources::default(), Day(FORGOTTEN_AFTER_DAYS));
        assert_eq!(told(&sources).len(), 1);
        sources.fold(&Sources::default(), Day(FORGOTTEN_AFTER_DAYS + 1));
        assert!(told(&sources).is_empty());
    }

    #[test]
    fn kinds_topics_and_accounts_do_not_crowd_out_one_another() {
        let keys = [(2, 1, Shows::Tag), (1, 1, Shows::Text), (1, 1, Shows::Tag)];
        let all: Vec<_> = keys
            .into_iter()
            .flat_map(|key| (0..5).map(move |at| (key, at, "same")))
            .collect();
        let mut sources = latest(&all);
        assert_eq!(told(&sources), [(4, "same"); 3]);
        sources.rename(|account, topic| (account == 1).then_some((7, topic)));
        assert_eq!(sources.rows().iter().map(|row| row.account).collect::<Vec<_>>(), [7, 7]);
    }
}
