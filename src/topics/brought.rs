//! What the rows of one load date bring: reactions on topics, acts, sources, and which topics stand together.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::objects::{Objects, Shown};
use super::sources::Sources;
use crate::day::Day;
use crate::intake::rows::Rows;
use crate::networks::Network;
use crate::ontology::sense::Kind as Shows;

/// Rows that one thread reads at a time.
pub(super) const CHUNK_ROWS: usize = 1 << 14;
/// Rows on more topics than this tell nothing of which topics belong together: somebody lists everything.
const MOST_TOGETHER: usize = 12;

/// A reaction on a topic, while its load date is settled.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Touch {
    pub(super) actor: u32,
    pub(super) day: Day,
    pub(super) target: u32,
    pub(super) topic: u32,
    pub(super) at: i64,
    pub(super) weight: f64,
}

/// An act of an account on a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Act {
    pub(super) account: u32,
    pub(super) topic: u32,
    pub(super) at: i64,
    pub(super) is_given: bool,
}

/// What one load date, or a part of it, brings.
#[derive(Default)]
pub(super) struct Brought {
    pub(super) touches: Vec<Touch>,
    pub(super) acts: Vec<Act>,
    pub(super) sources: Sources,
    pub(super) together: BTreeMap<(u32, u32), u64>,
}

/// The rows of one load date.
pub(super) struct DateRows<'a> {
    pub(super) max_lateness_days: i32,
    pub(super) network: &'a Network,
    pub(super) rows: &'a Rows,
    pub(super) objects: &'a Objects,
    pub(super) load_date: Day,
}

impl DateRows<'_> {
    /// What the rows bring, given what each is about.
    pub(super) fn bring(&self, about: &[(usize, Vec<Shown>)]) -> Brought {
        let pieces: Vec<Brought> = about
            .par_chunks(CHUNK_ROWS)
            .map(|chunk| {
                let mut brought = Brought::default();
                chunk
                    .iter()
                    .for_each(|(row, topics)| self.bring_row(*row, topics, &mut brought));
                brought
            })
            .collect();
        let mut all = Brought::default();
        for piece in pieces {
            all.touches.extend(piece.touches);
            all.acts.extend(piece.acts);
            all.sources.append(piece.sources);
            for (pair, rows) in piece.together {
                *all.together.entry(pair).or_default() += rows;
            }
        }
        all
    }

    fn bring_row(&self, row: usize, own: &[Shown], brought: &mut Brought) {
        let (actor, at) = (self.rows.actors[row], self.rows.occurred_at[row]);
        let is_to_another = !self.rows.is_post(row) && self.rows.targets[row] != actor;
        let objects = if is_to_another {
            self.of_object(row, own)
        } else {
            Vec::new()
        };
        let mut topics: Vec<u32> = own
            .iter()
            .map(|(topic, _)| *topic)
            .chain(objects.iter().copied())
            .collect();
        topics.sort_unstable();
        topics.dedup();
        let given = topics.iter().map(|topic| Act {
            account: actor,
            topic: *topic,
            at,
            is_given: self.rows.mentions.has_text[row] && objects.contains(topic),
        });
        brought.acts.extend(given);
        self.name_sources(row, own, 1.0, actor, brought);
        if is_to_another {
            let (target, weight) = (
                self.rows.targets[row],
                self.network.verbs[usize::from(self.rows.verbs[row])].weight,
            );
            let touch = |topic: &u32| Touch {
                actor,
                day: Day::of_micros(at),
                target,
                topic: *topic,
                at,
                weight,
            };
            brought.touches.extend(objects.iter().map(touch));
            if self.network.tags_describe_object(self.rows.verbs[row]) {
                let of_tags: Vec<Shown> = own.iter().filter(|(_, shows)| *shows == Shows::Tag).copied().collect();
                self.name_sources(row, &of_tags, weight as f32, target, brought);
            }
        }
        // Words of a text merely occur: where there are tags, these say what belongs together.
        let tagged = own
            .iter()
            .filter(|(_, shows)| *shows == Shows::Tag)
            .map(|(topic, _)| *topic);
        let mut named: Vec<u32> = tagged.chain(objects).collect();
        named.sort_unstable();
        named.dedup();
        let topics = if named.is_empty() { topics } else { named };
        if topics.len() <= MOST_TOGETHER {
            for (place, topic) in topics.iter().enumerate() {
                for other in &topics[place..] {
                    *brought.together.entry((*topic, *other)).or_default() += 1;
                }
            }
        }
    }

    /// The topics of what was reacted to: by the reaction's tags, or by the target's own post.
    fn of_object(&self, row: usize, own: &[Shown]) -> Vec<u32> {
        let mut topics: Vec<u32> = Vec::new();
        if self.network.tags_describe_object(self.rows.verbs[row]) {
            topics.extend(
                own.iter()
                    .filter(|(_, shows)| *shows == Shows::Tag)
                    .map(|(topic, _)| *topic),
            );
        }
        let object = self.rows.mentions.objects[row];
        if topics.is_empty() && object != 0 {
            let known = self
                .objects
                .find(object, self.rows.targets[row], self.load_date, self.max_lateness_days);
            topics.extend(known.iter().map(|(topic, _)| *topic));
            topics.dedup();
        }
        topics
    }

    fn name_sources(&self, row: usize, topics: &[Shown], weight: f32, account: u32, brought: &mut Brought) {
        let at = self.rows.occurred_at[row];
        for (topic, shows) in topics {
            let (activity_id, object_id) = self.rows.mentions.ids(row);
            let id = match shows {
                Shows::Tag if !object_id.is_empty() => object_id,
                Shows::Tag | Shows::Text => activity_id,
            };
            brought.sources.push((account, *topic, *shows), at, weight, id);
        }
    }
}
