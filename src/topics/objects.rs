//! What the posts of late were about, so that a reaction without tags is to something.
//!
//! A post is remembered for as many load dates as a row may be late. Two posts of one object are about what
//! either is about. An object is its author's: whoever names somebody else's object gains nothing by it.

use std::collections::BTreeMap;

use crate::day::Day;
use crate::ontology::sense::Kind as Shows;

/// A topic and how the post shows it.
pub type Shown = (u32, Shows);

/// What an object is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The last load date that brought a post of it.
    pub load_date: Day,
    /// What it is about, sorted.
    pub topics: Vec<Shown>,
}

/// The objects of one network, by hash of the object id and node of the author.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objects {
    known: BTreeMap<(u64, u32), Known>,
}

impl Objects {
    /// Remembers a post.
    pub fn add(&mut self, object: u64, author: u32, load_date: Day, topics: &[Shown], days: i32) {
        let known = self.known.entry((object, author)).or_insert_with(|| Known {
            load_date,
            topics: Vec::new(),
        });
        if load_date.0 - known.load_date.0 > days {
            known.topics.clear();
        }
        known.load_date = load_date;
        known.topics.extend_from_slice(topics);
        known.topics.sort_unstable();
        known.topics.dedup();
    }

    /// What an object of this author is about, for a reaction of this load date.
    pub fn find(&self, object: u64, author: u32, load_date: Day, days: i32) -> &[Shown] {
        match self.known.get(&(object, author)) {
            Some(known) if load_date.0 - known.load_date.0 <= days => &known.topics,
            _ => &[],
        }
    }

    /// Drops what no later load date can ask for.
    pub fn forget(&mut self, as_of: Day, days: i32) {
        self.known.retain(|_, known| as_of.next().0 - known.load_date.0 <= days);
    }

    /// Gives authors and topics other names; authors without one go.
    pub fn rename(&mut self, account: impl Fn(u32) -> Option<u32>, topic: impl Fn(u32) -> u32) {
        let known = std::mem::take(&mut self.known);
        let renamed = known.into_iter().filter_map(|((object, author), mut known)| {
            known.topics.iter_mut().for_each(|(number, _)| *number = topic(*number));
            Some(((object, account(author)?), known))
        });
        self.known = renamed.collect();
    }

    /// Puts one back as it was.
    pub fn insert(&mut self, key: (u64, u32), known: Known) {
        self.known.insert(key, known);
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&(u64, u32), &Known)> {
        self.known.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_its_authors_and_for_a_while() {
        let mut objects = Objects::default();
        objects.add(9, 1, Day(10), &[(3, Shows::Text)], 30);
        objects.add(9, 1, Day(12), &[(2, Shows::Tag)], 30);
        assert_eq!(objects.find(9, 1, Day(42), 30), [(2, Shows::Tag), (3, Shows::Text)]);
        assert!(objects.find(9, 1, Day(43), 30).is_empty());
        assert!(objects.find(9, 2, Day(12), 30).is_empty());
        objects.add(9, 1, Day(50), &[(4, Shows::Tag)], 30);
        assert_eq!(objects.find(9, 1, Day(50), 30), [(4, Shows::Tag)]);
        objects.forget(Day(80), 30);
        assert_eq!(objects.iter().count(), 0);
    }
}
