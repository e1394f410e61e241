//! Keeps the topics of recent posts, so that a reaction without tags gets the topics of its object.
//!
//! A post is kept for as many load dates as a row may be late. Two posts of one object give it the topics of both. An
//! object belongs to its author, so naming the object of another account brings no topics. Objects of earlier runs are
//! sorted; new ones are in a hash map until they are merged.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::ontology::alias_resolver::MentionKind as Shows;
use clout_base::day::Day;

/// Topic and the kind of its evidence in the post.
pub type TopicMention = (u32, Shows);

/// Hash of an object's id, and the author's node.
pub type ObjectKey = (u64, u32);

/// Topics of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    /// Last load date with a post of it.
    load_date: Day,
    /// Topics, sorted.
    topics: Vec<TopicMention>,
}

/// Object of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Settled {
    key: ObjectKey,
    load_date: Day,
    /// End of its topics; they start at the end of the previous object's.
    end: usize,
}

/// Objects of one network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecentObjects {
    settled: Vec<Settled>,
    topics: Vec<TopicMention>,
    fresh: HashMap<ObjectKey, Known, FixedState>,
}

impl RecentObjects {
    /// Adds a post; `days` is the retention in load dates.
    pub fn add(&mut self, key: ObjectKey, load_date: Day, topics: &[TopicMention], days: i32) {
        let before = match self.fresh.contains_key(&key) {
            true => None,
            false => self.settled(key),
        };
        let before = before.map(|(load_date, topics)| (load_date, topics.to_vec()));
        let known = self.fresh.entry(key).or_insert_with(|| {
            let (load_date, topics) = before.unwrap_or((load_date, Vec::new()));
            Known { load_date, topics }
        });
        if load_date.0 - known.load_date.0 > days {
            known.topics.clear();
        }
        known.load_date = load_date;
        known.topics.extend_from_slice(topics);
        known.topics.sort_unstable();
        known.topics.dedup();
    }

    /// Returns the topics of this author's object, for a reaction of this load date.
    pub fn find(&self, key: ObjectKey, load_date: Day, days: i32) -> &[TopicMention] {
        let fresh = self
            .fresh
            .get(&key)
            .map(|known| (known.load_date, known.topics.as_slice()));
        match fresh.or_else(|| self.settled(key)) {
            Some((last, topics)) if load_date.0 - last.0 <= days => topics,
            _ => &[],
        }
    }

    fn settled(&self, key: ObjectKey) -> Option<(Day, &[TopicMention])> {
        let index = self.settled.binary_search_by_key(&key, |object| object.key).ok()?;
        Some((self.settled[index].load_date, self.topics_at(index)))
    }

    fn topics_at(&self, index: usize) -> &[TopicMention] {
        let start = index.checked_sub(1).map_or(0, |before| self.settled[before].end);
        &self.topics[start..self.settled[index].end]
    }

    /// Merges the new objects into the sorted ones, and drops those that no later load date can need.
    pub fn merge_new(&mut self, as_of: Day, days: i32) {
        let mut fresh: Vec<(ObjectKey, Known)> = std::mem::take(&mut self.fresh).into_iter().collect();
        fresh.sort_unstable_by_key(|(key, _)| *key);
        let before = std::mem::take(self);
        let is_kept = |load_date: Day| as_of.next().0 - load_date.0 <= days;
        self.settled.reserve(before.settled.len() + fresh.len());
        self.topics.reserve(before.topics.len());
        let mut fresh = fresh.into_iter().peekable();
        for (key, load_date, topics) in before.iter() {
            while let Some((key, known)) = fresh.next_if(|(other, _)| *other < key) {
                self.push_if(is_kept(known.load_date), key, known.load_date, &known.topics);
            }
            let is_renewed = fresh.peek().is_some_and(|(other, _)| *other == key);
            self.push_if(is_kept(load_date) && !is_renewed, key, load_date, topics);
        }
        for (key, known) in fresh {
            self.push_if(is_kept(known.load_date), key, known.load_date, &known.topics);
        }
    }

    fn push_if(&mut self, is_wanted: bool, key: ObjectKey, load_date: Day, topics: &[TopicMention]) {
        if is_wanted {
            self.push(key, load_date, topics);
        }
    }

    /// Appends an object of an earlier run; keys must ascend.
    pub fn push(&mut self, key: ObjectKey, load_date: Day, topics: &[TopicMention]) {
        self.topics.extend_from_slice(topics);
        let end = self.topics.len();
        self.settled.push(Settled { key, load_date, end });
    }

    /// Drops the objects of authors that `is_kept` does not accept.
    pub fn retain_authors(&mut self, is_kept: impl Fn(u32) -> bool) {
        let before = std::mem::take(self);
        self.settled.reserve(before.settled.len());
        self.topics.reserve(before.topics.len());
        for ((object, author), load_date, topics) in before.iter() {
            if is_kept(author) {
                self.push((object, author), load_date, topics);
            }
        }
    }

    /// Renumbers the topics; the order must stay the same.
    pub fn rename_topics(&mut self, topic: impl Fn(u32) -> u32) {
        self.topics.iter_mut().for_each(|(number, _)| *number = topic(*number));
    }

    /// Iterates over the sorted objects; new ones are included after [`RecentObjects::merge_new`].
    pub fn iter(&self) -> impl Iterator<Item = (ObjectKey, Day, &[TopicMention])> {
        let settled = self.settled.iter().enumerate();
        settled.map(|(index, object)| (object.key, object.load_date, self.topics_at(index)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_belongs_to_its_author_and_expires() {
        for is_settled_nightly in [false, true] {
            let mut objects = RecentObjects::default();
            let add = |objects: &mut RecentObjects, day: i32, shown: TopicMention| {
                objects.add((9, 1), Day(day), &[shown], 30);
                if is_settled_nightly {
                    objects.merge_new(Day(day), 30);
                }
            };
            add(&mut objects, 10, (3, Shows::Text));
            add(&mut objects, 12, (2, Shows::Tag));
            assert_eq!(objects.find((9, 1), Day(42), 30), [(2, Shows::Tag), (3, Shows::Text)]);
            assert!(objects.find((9, 1), Day(43), 30).is_empty());
            assert!(objects.find((9, 2), Day(12), 30).is_empty());
            add(&mut objects, 50, (4, Shows::Tag));
            assert_eq!(objects.find((9, 1), Day(50), 30), [(4, Shows::Tag)]);
            objects.merge_new(Day(80), 30);
            assert_eq!(objects.iter().count(), 0);
        }
    }

    #[test]
    fn new_objects_are_merged_in_key_order() {
        let mut objects = RecentObjects::default();
        for (day, keys) in [(1, [5, 1, 9]), (2, [7, 1, 3])] {
            for key in keys {
                objects.add((key, 4), Day(day), &[(day as u32, Shows::Tag)], 30);
            }
            objects.merge_new(Day(day), 30);
        }
        objects.add((8, 3), Day(2), &[(2, Shows::Tag)], 30);
        objects.merge_new(Day(2), 30);
        objects.retain_authors(|author| author == 4);
        let known: Vec<(ObjectKey, usize)> = objects.iter().map(|(key, _, topics)| (key, topics.len())).collect();
        assert_eq!(known, [((1, 4), 2), ((3, 4), 1), ((5, 4), 1), ((7, 4), 1), ((9, 4), 1)]);
    }
}
