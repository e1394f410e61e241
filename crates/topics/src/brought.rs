//! Extracts topic data from the rows of one load date: interactions, posts, sources and topic co-occurrence.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::objects::{RecentObjects, TopicMention};
use super::sources::{SourceAct, SourceCandidate, SourceKey};
use crate::ontology::alias_resolver::MentionKind as Shows;
use crate::rows::ActivityRows;
use clout_base::day::Day;
use clout_model::accounts::NO_NODE;
use clout_model::networks::Network;

/// Rows per parallel task.
pub(super) const CHUNK_ROWS: usize = 1 << 11;
/// Rows on more topics than this are left out of the co-occurrence counts: they list everything.
const MOST_TOGETHER: usize = 12;

/// Number of rows about both topics of a pair (smaller number first); equal topics count the rows about that topic.
pub(super) type Together = HashMap<(u32, u32), u64, FixedState>;

/// Interaction of an actor with a target on a topic, within one load date.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Touch {
    /// Sort key: actor, day, target and topic from the highest bits.
    key: u128,
    pub(super) at: i64,
    pub(super) verb: u8,
    /// True if it is a reaction to an object on the topic, which credits the target.
    pub(super) is_credit: bool,
    /// True if that reaction contains text of the actor.
    pub(super) is_given: bool,
}

impl Touch {
    /// Creates the interaction of one row, without its topic.
    fn of_row(actor: u32, target: u32, at: i64, verb: u8) -> Touch {
        let high = u64::from(actor) << 32 | u64::from(Day::from_micros(at).0 as u32);
        Touch {
            key: u128::from(high) << 64 | u128::from(target) << 32,
            at,
            verb,
            is_credit: false,
            is_given: false,
        }
    }

    /// Returns the interaction on a topic; the flags say if the target is credited and if the row has text.
    fn on(self, topic: u32, is_credit: bool, has_text: bool) -> Touch {
        Touch {
            key: self.key | u128::from(topic),
            is_credit,
            is_given: is_credit && has_text,
            ..self
        }
    }

    /// Compares by actor, day, target and topic, then by time.
    pub(super) fn order(&self, other: &Touch) -> std::cmp::Ordering {
        let rest = |touch: &Touch| (touch.at, touch.verb, touch.is_credit, touch.is_given);
        self.key.cmp(&other.key).then_with(|| rest(self).cmp(&rest(other)))
    }

    pub(super) fn actor(&self) -> u32 {
        (self.key >> 96) as u32
    }

    /// Returns the actor and the day as one number.
    pub(super) fn actor_day(&self) -> u64 {
        (self.key >> 64) as u64
    }

    pub(super) fn target(&self) -> u32 {
        (self.key >> 32) as u32
    }

    pub(super) fn topic(&self) -> u32 {
        self.key as u32
    }
}

/// Post of an account on a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Post {
    pub(super) account: u32,
    pub(super) topic: u32,
    pub(super) at: i64,
}

/// Rows with their topics, in row order.
#[derive(Default)]
pub(super) struct About {
    rows: Vec<(u32, usize)>,
    topics: Vec<TopicMention>,
}

impl About {
    /// Appends a row and its topics.
    pub(super) fn push(&mut self, row: usize, topics: impl Iterator<Item = TopicMention>) {
        self.topics.extend(topics);
        self.rows.push((row as u32, self.topics.len()));
    }

    /// Appends the rows of `other`.
    pub(super) fn append(&mut self, other: About) {
        let base = self.topics.len();
        self.topics.extend(other.topics);
        self.rows.extend(other.rows.iter().map(|(row, end)| (*row, base + end)));
    }

    /// Iterates over the rows at indices `first..end`.
    fn between(&self, first: usize, end: usize) -> impl Iterator<Item = (usize, &[TopicMention])> {
        let mut start = first.checked_sub(1).map_or(0, |before| self.rows[before].1);
        self.rows[first..end].iter().map(move |(row, end)| {
            let topics = &self.topics[start..*end];
            start = *end;
            (*row as usize, topics)
        })
    }

    /// Iterates over all rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &[TopicMention])> {
        self.between(0, self.rows.len())
    }
}

/// Topic data of one load date, or of a part of it.
#[derive(Default)]
pub(super) struct Brought {
    pub(super) touches: Vec<Touch>,
    pub(super) posts: Vec<Post>,
    pub(super) sources: Vec<SourceCandidate>,
    pub(super) together: Together,
}

/// Buffers reused from row to row.
#[derive(Default)]
struct Scratch {
    /// Topics of the object of the reaction.
    objects: Vec<u32>,
    /// The object's topics and the row's own, distinct.
    topics: Vec<u32>,
    /// Topics that enter the co-occurrence counts.
    named: Vec<u32>,
}

/// Rows of one load date and the context to read them.
pub(super) struct DateRows<'a> {
    pub(super) max_lateness_days: i32,
    pub(super) network: &'a Network,
    pub(super) rows: &'a ActivityRows,
    pub(super) objects: &'a RecentObjects,
    pub(super) load_date: Day,
}

impl DateRows<'_> {
    /// Extracts the topic data of all rows; `about` gives the topics of each.
    pub(super) fn bring(&self, about: &About) -> Brought {
        let starts: Vec<usize> = (0..about.rows.len()).step_by(CHUNK_ROWS).collect();
        let pieces = starts.into_par_iter().map(|first| {
            let (mut brought, mut scratch) = (Brought::default(), Scratch::default());
            let end = (first + CHUNK_ROWS).min(about.rows.len());
            for (row, own) in about.between(first, end) {
                self.bring_row(row, own, &mut scratch, &mut brought);
            }
            brought
        });
        let pieces: Vec<Brought> = pieces.collect();
        let mut all = Brought::default();
        for piece in pieces {
            all.touches.extend(piece.touches);
            all.posts.extend(piece.posts);
            all.sources.extend(piece.sources);
            add_together(&mut all.together, piece.together);
        }
        all
    }

    fn bring_row(&self, row: usize, own: &[TopicMention], scratch: &mut Scratch, brought: &mut Brought) {
        let (actor, at) = (self.rows.actors[row], self.rows.occurred_at[row]);
        let target = self.rows.targets[row];
        // Self-reactions carry no evidence.
        if target == actor {
            return;
        }
        let Scratch { objects, topics, named } = scratch;
        objects.clear();
        let is_post = self.rows.is_post(row);
        if !is_post {
            self.add_object_topics(row, own, objects);
        }
        fill(
            topics,
            own.iter().map(|(topic, _)| *topic).chain(objects.iter().copied()),
        );
        let of_tags = || own.iter().copied().filter(|(_, shows)| *shows == Shows::Tag);
        if is_post {
            let post = |topic: &u32| Post {
                account: actor,
                topic: *topic,
                at,
            };
            brought.posts.extend(topics.iter().map(post));
            self.name_sources(row, own.iter().copied(), (actor, true), (NO_NODE, 1.0), brought);
        } else {
            let verb = self.rows.verbs[row];
            let (touch, has_text) = (Touch::of_row(actor, target, at, verb), self.rows.mentions.has_text[row]);
            let on = |topic: &u32| touch.on(*topic, objects.contains(topic), has_text);
            brought.touches.extend(topics.iter().map(on));
            self.name_sources(row, own.iter().copied(), (actor, true), (target, 1.0), brought);
            if self.network.tags_describe_object(verb) {
                let weight = self.network.verbs[usize::from(verb)].weight as f32;
                self.name_sources(row, of_tags(), (target, false), (actor, weight), brought);
            }
        }
        // Words may occur by chance, so tags decide the co-occurrence where a row has any.
        fill(named, of_tags().map(|(topic, _)| topic).chain(objects.iter().copied()));
        note_together(if named.is_empty() { topics } else { named }, &mut brought.together);
    }

    /// Adds the topics of the reaction's object: those of the reaction's tags, else those of the target's own post.
    fn add_object_topics(&self, row: usize, own: &[TopicMention], topics: &mut Vec<u32>) {
        if self.network.tags_describe_object(self.rows.verbs[row]) {
            let tags = own.iter().filter(|(_, shows)| *shows == Shows::Tag);
            topics.extend(tags.map(|(topic, _)| *topic));
        }
        let object = self.rows.mentions.objects[row];
        if topics.is_empty() && object != 0 {
            let key = (object, self.rows.targets[row]);
            let known = self.objects.find(key, self.load_date, self.max_lateness_days);
            topics.extend(known.iter().map(|(topic, _)| *topic));
            topics.dedup();
        }
    }

    /// Adds the row as a source for an account, with its own flag, the other account and the weight.
    fn name_sources(
        &self,
        row: usize,
        topics: impl Iterator<Item = TopicMention>,
        (account, is_own): (u32, bool),
        (other, weight): (u32, f32),
        brought: &mut Brought,
    ) {
        let at = self.rows.occurred_at[row];
        let candidate = |(topic, shows): TopicMention| {
            let key = SourceKey {
                account,
                topic,
                shows,
                is_own,
            };
            SourceCandidate::new(key, SourceAct { at, weight, other }, row as u32)
        };
        brought.sources.extend(topics.map(candidate));
    }
}

/// Fills the list with the distinct topics, ascending.
fn fill(list: &mut Vec<u32>, topics: impl Iterator<Item = u32>) {
    list.clear();
    list.extend(topics);
    list.sort_unstable();
    list.dedup();
}

fn note_together(topics: &[u32], together: &mut Together) {
    if topics.len() > MOST_TOGETHER {
        return;
    }
    for (index, topic) in topics.iter().enumerate() {
        for other in &topics[index..] {
            *together.entry((*topic, *other)).or_default() += 1;
        }
    }
}

/// Adds the counts of another part.
pub(super) fn add_together(all: &mut Together, more: Together) {
    for (pair, rows) in more {
        *all.entry(pair).or_default() += rows;
    }
}
