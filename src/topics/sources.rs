//! Where evidence comes from: for each account, topic and kind the latest posts, objects and activities.
//!
//! Only the latest few are kept. They are the latest of all, whatever the nights in which they came, because
//! the latest of a union are the latest of the latest.

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
    start: usize,
    length: u32,
}

/// The sources of all accounts, in order.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    rows: Vec<Source>,
    ids: String,
}

impl PartialEq for Sources {
    fn eq(&self, other: &Sources) -> bool {
        let key = |s: &Source| (s.account, s.topic, s.shows, s.at, s.weight.to_bits());
        self.rows.len() == other.rows.len()
            && (self.rows.iter().zip(&other.rows)).all(|(a, b)| key(a) == key(b) && self.id(a) == other.id(b))
    }
}

impl Sources {
    /// Adds a source; [`settle`](Sources::settle) puts it in its place.
    pub fn push(&mut self, (account, topic, shows): (u32, u32, Shows), at: i64, weight: f32, id: &str) {
        let (start, length) = (self.ids.len(), id.len() as u32);
        self.ids.push_str(id);
        self.rows.push(Source {
            account,
            topic,
            shows,
            at,
            weight,
            start,
            length,
        });
    }

    /// Adds those of `other`.
    pub fn append(&mut self, other: Sources) {
        let base = self.ids.len();
        self.ids.push_str(&other.ids);
        self.rows.extend(other.rows.into_iter().map(|row| Source {
            start: base + row.start,
            ..row
        }));
    }

    /// Puts them in order, each id once, and keeps the latest; what is forgotten at `as_of` goes.
    pub fn settle(&mut self, as_of: Day) {
        let oldest = as_of.minus(FORGOTTEN_AFTER_DAYS).end_micros();
        self.rows.retain(|row| row.at >= oldest);
        let ids = &self.ids;
        let id = |row: &Source| &ids[row.start..row.start + row.length as usize];
        let order = |a: &Source, b: &Source| {
            let key = |s: &Source| (s.account, s.topic, s.shows);
            (key(a).cmp(&key(b)))
                .then(b.at.cmp(&a.at))
                .then_with(|| id(a).cmp(id(b)))
                .then(b.weight.total_cmp(&a.weight))
        };
        self.rows.par_sort_by(order);
        let mut settled = Sources::default();
        for group in self
            .rows
            .chunk_by(|a, b| (a.account, a.topic, a.shows) == (b.account, b.topic, b.shows))
        {
            let mut kept: Vec<&Source> = Vec::with_capacity(KEPT);
            for row in group {
                if kept.len() < KEPT && kept.iter().all(|other| id(other) != id(row)) {
                    kept.push(row);
                }
            }
            for row in kept {
                settled.push((row.account, row.topic, row.shows), row.at, row.weight, id(row));
            }
        }
        *self = settled;
    }

    /// Gives accounts and topics other names, in the same order; those without one go.
    pub fn rename(&mut self, name: impl Fn(u32, u32) -> Option<(u32, u32)>) {
        let mut renamed = Sources::default();
        for row in &self.rows {
            if let Some((account, topic)) = name(row.account, row.topic) {
                renamed.push((account, topic, row.shows), row.at, row.weight, self.id(row));
            }
        }
        *self = renamed;
    }

    /// All of them.
    pub fn rows(&self) -> &[Source] {
        &self.rows
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
        sources.rows().iter().map(|row| (row.at, sources.id(row))).collect()
    }

    #[test]
    fn the_latest_are_kept_each_once_whatever_the_nights() {
        let all: Vec<(i64, String)> = (0..20).map(|i| (i * 7 % 20, format!("o{}", i % 6))).collect();
        let mut at_once = Sources::default();
        let mut nightly = Sources::default();
        for (at, id) in &all {
            at_once.push((1, 2, Shows::Tag), *at, 1.0, id);
            nightly.push((1, 2, Shows::Tag), *at, 1.0, id);
            nightly.settle(Day(0));
        }
        at_once.settle(Day(0));
        assert_eq!(told(&at_once), [(19, "o5"), (18, "o2"), (13, "o1")]);
        assert_eq!(nightly, at_once);
    }

    #[test]
    fn kinds_topics_and_accounts_do_not_crowd_out_one_another() {
        let mut sources = Sources::default();
        for (account, topic, shows) in [(2, 1, Shows::Tag), (1, 1, Shows::Text), (1, 1, Shows::Tag)] {
            (0..5).for_each(|at| sources.push((account, topic, shows), at, 1.0, "same"));
        }
        sources.settle(Day(0));
        assert_eq!(told(&sources), [(4, "same"); 3]);
        sources.rename(|account, topic| (account == 1).then_some((7, topic)));
        assert_eq!(sources.rows().iter().map(|row| row.account).collect::<Vec<_>>(), [7, 7]);
    }
}
