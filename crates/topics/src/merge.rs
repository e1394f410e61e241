//! Merges new rows into the topic state, load date by load date.
//!
//! The topics of a row are decided on its load date, from the alias counts up to the end of that date, and never
//! revised. On a post, tags and text belong to the actor. On a reaction the tags describe the object and are evidence
//! for target and actor, except for [verbs with tags of the actor
//! only](clout_model::networks::Network::tags_describe_object); text and hashtags belong to the actor. A reaction without
//! tags gets the topics of the target's own post of that object.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::brought::{About, CHUNK_ROWS, DateRows, Post, Together, Touch, add_together};
use super::ledger::{LedgerEntry, combine_by_load_date, decay_to};
use super::sources::{EvidenceSources, SourceCandidate};
use super::topic_state::{GIVEN, INTEREST, TopicState, WORTH, touch_half_lives};
use crate::ontology::Ontology;
use crate::ontology::alias_resolver::{AliasCount, AliasResolver, MentionKind as Shows};
use crate::ontology::hits::AliasHits;
use crate::ontology::lexicon::Lexicon;
use crate::rows::ActivityRows;
use clout_base::day::Day;
use clout_model::influence::model::InfluenceModel;
use clout_model::influence::params::TopicParams;
use clout_model::influence::weights::saturate;
use clout_model::networks::Network;

/// Deduplicated rows of one network.
pub struct CountedTopicRows {
    /// Rows, with accounts as nodes.
    pub rows: ActivityRows,
    /// By row: true if it counts.
    pub is_kept: Vec<bool>,
    /// By node: the load date from which the account is opted out.
    pub opted_out_on: Arc<[Day]>,
}

/// Context of the merge.
pub struct TopicMerge<'a> {
    /// Current topics.
    pub ontology: &'a Ontology,
    /// Aliases of the topics.
    pub lexicon: &'a Lexicon,
    /// By topic of the ontology: its number in the state.
    pub numbers: &'a [u32],
    /// Influence model.
    pub model: &'a InfluenceModel,
    /// `input.max_lateness_days`.
    pub max_lateness_days: i32,
}

/// New topic data of a run, before it is merged into the state.
#[derive(Default)]
pub struct NewTopicData {
    touches: Vec<LedgerEntry<(u32, u32, u32), 3>>,
    posts: Vec<LedgerEntry<(u32, u32), 1>>,
    /// Sources by period and network; a period ends at a load date with opt-outs, or at the last load date.
    sources: BTreeMap<Day, Vec<EvidenceSources>>,
    opted_out_on: Arc<[Day]>,
    together: Together,
}

/// Alias counts from texts.
#[derive(Default)]
struct Taught {
    texts: u64,
    aliases: BTreeMap<u32, AliasCount>,
}

impl TopicMerge<'_> {
    /// Collects the topic data of one network's rows, up to load date `last`.
    pub fn collect(
        &self,
        memory: &mut TopicState,
        new_data: &mut NewTopicData,
        index: usize,
        network: &Network,
        settled: &CountedTopicRows,
        last: Day,
    ) {
        if settled.rows.mentions.is_empty() {
            return;
        }
        let mut objects = std::mem::take(&mut memory.objects[index]);
        let mut sources: BTreeMap<Day, Vec<SourceCandidate>> = BTreeMap::new();
        let ends = ends(&settled.opted_out_on, last);
        new_data.opted_out_on = settled.opted_out_on.clone();
        for (load_date, range) in settled.rows.dates().filter(|(day, _)| *day <= last) {
            let kept: Vec<usize> = range.filter(|row| settled.is_kept[*row]).collect();
            let about = self.resolve(memory, index, &settled.rows, &kept);
            for (row, topics) in about.iter().filter(|(row, _)| settled.rows.is_post(*row)) {
                let key = (settled.rows.mentions.objects[row], settled.rows.actors[row]);
                if key.0 != 0 {
                    objects.add(key, load_date, topics, self.max_lateness_days);
                }
            }
            let reading = DateRows {
                max_lateness_days: self.max_lateness_days,
                network,
                rows: &settled.rows,
                objects: &objects,
                load_date,
            };
            let brought = reading.bring(&about);
            let end = ends.range(load_date..).next().copied().unwrap_or(last);
            sources.entry(end).or_default().extend(brought.sources);
            add_together(&mut new_data.together, brought.together);
            new_data.touches.extend(self.weigh(brought.touches, network, load_date));
            new_data.posts.extend(self.sum_posts(brought.posts, load_date));
        }
        objects.merge_new(last, self.max_lateness_days);
        memory.objects[index] = objects;
        for end in ends {
            let until = sources.remove(&end).unwrap_or_default();
            let until = latest_sources(until, &settled.rows);
            new_data.sources.entry(end).or_default().push(until);
        }
    }

    /// Returns the topics of each row. Includes rows without topics that have an object, since that may be known.
    fn resolve(&self, memory: &mut TopicState, index: usize, rows: &ActivityRows, kept: &[usize]) -> About {
        self.learn(memory, index, rows, kept);
        let known = &memory.aliases[index];
        let counts = self.alias_counts(&known.counts);
        let senses = AliasResolver {
            ontology: self.ontology,
            lexicon: self.lexicon,
            counts: &counts,
            texts: known.texts,
        };
        let chunks = kept.par_chunks(CHUNK_ROWS);
        let pieces: Vec<About> = chunks.map(|chunk| self.resolve_chunk(&senses, rows, chunk)).collect();
        let mut about = About::default();
        pieces.into_iter().for_each(|piece| about.append(piece));
        about
    }

    /// Adds the alias counts of the rows' texts to the state.
    fn learn(&self, memory: &mut TopicState, index: usize, rows: &ActivityRows, kept: &[usize]) {
        let senses = AliasResolver {
            ontology: self.ontology,
            lexicon: self.lexicon,
            counts: &[],
            texts: 0,
        };
        let teach = |chunk: &[usize]| {
            let (mut taught, mut hits) = (Taught::default(), AliasHits::default());
            for row in chunk {
                taught.texts += u64::from(rows.mentions.has_text[*row]);
                if rows.mentions.has_hits(*row) {
                    rows.mentions.read_hits(*row, &mut hits);
                    senses.count_aliases(&hits, &mut |alias, more| {
                        *taught.aliases.entry(alias).or_default() += more
                    });
                }
            }
            taught
        };
        let pieces: Vec<Taught> = kept.par_chunks(CHUNK_ROWS).map(teach).collect();
        let known = &mut memory.aliases[index];
        for piece in pieces {
            known.texts += piece.texts;
            for (alias, more) in piece.aliases {
                *known.counts.entry(self.lexicon.form(alias).into()).or_default() += more;
            }
        }
    }

    /// Returns the alias counts of the state by current alias number.
    fn alias_counts(&self, known: &BTreeMap<Box<str>, AliasCount>) -> Vec<AliasCount> {
        let mut counts = vec![AliasCount::default(); self.lexicon.len()];
        for (alias, count) in known {
            if let Some(number) = self.lexicon.find_form(alias) {
                counts[number as usize] = *count;
            }
        }
        counts
    }

    fn resolve_chunk(&self, senses: &AliasResolver, rows: &ActivityRows, chunk: &[usize]) -> About {
        let mut about = About::default();
        let (mut hits, mut topics) = (AliasHits::default(), Vec::new());
        for row in chunk {
            let is_post = rows.is_post(*row);
            topics.clear();
            if rows.mentions.has_hits(*row) {
                rows.mentions.read_hits(*row, &mut hits);
                senses.resolve(&hits, &mut topics);
            }
            if !topics.is_empty() || (!is_post && rows.mentions.objects[*row] != 0) {
                // A hashtag in a post is a tag of the post; in a reaction it counts as text.
                let shown = |shows: Shows| match shows {
                    Shows::Hashtag if is_post => Shows::Tag,
                    Shows::Hashtag => Shows::Text,
                    other => other,
                };
                let numbered = topics
                    .iter()
                    .map(|(topic, shows)| (self.numbers[*topic as usize], shown(*shows)));
                about.push(*row, numbered);
            }
        }
        about
    }

    /// Returns the worth of one load date's interactions at its end, by (target, topic, actor).
    fn weigh(
        &self,
        mut touches: Vec<Touch>,
        network: &Network,
        load_date: Day,
    ) -> Vec<LedgerEntry<(u32, u32, u32), 3>> {
        touches.par_sort_unstable_by(Touch::order);
        let mut sums = Vec::with_capacity(touches.len());
        for one_day in touches.chunk_by(|a, b| a.actor_day() == b.actor_day()) {
            let targets = one_day.chunk_by(|a, b| a.target() == b.target());
            let credited = targets.filter(|same| same.iter().any(|touch| touch.is_credit)).count();
            let selectivity = self.model.weighing().selectivity(credited.max(1) as u32);
            for same in one_day.chunk_by(|a, b| (a.target(), a.topic()) == (b.target(), b.topic())) {
                let credits = || same.iter().filter(|touch| touch.is_credit);
                let weight: f64 = credits()
                    .map(|touch| network.verbs[usize::from(touch.verb)].weight)
                    .sum();
                let mut entry = LedgerEntry {
                    key: (same[0].target(), same[0].topic(), same[0].actor()),
                    last_load: load_date,
                    count: credits().count() as u32,
                    sums: [0.0; 3],
                };
                if let Some(latest) = credits().next_back() {
                    let worth = selectivity * saturate(weight, self.model.params().repeats.beta_day);
                    entry.sums[WORTH] = worth * self.faded(latest.at, load_date);
                }
                for touch in same {
                    let faded = self.faded(touch.at, load_date);
                    entry.sums[INTEREST] += faded;
                    entry.sums[GIVEN] += if touch.is_given { faded } else { 0.0 };
                }
                sums.push(entry);
            }
        }
        combine_by_load_date(sums)
    }

    fn sum_posts(&self, mut posts: Vec<Post>, load_date: Day) -> Vec<LedgerEntry<(u32, u32), 1>> {
        posts.par_sort_unstable();
        let sum = |same: &[Post]| LedgerEntry {
            key: (same[0].account, same[0].topic),
            last_load: load_date,
            count: same.len() as u32,
            sums: [same.iter().map(|post| self.faded(post.at, load_date)).sum()],
        };
        let is_same = |a: &Post, b: &Post| (a.account, a.topic) == (b.account, b.topic);
        posts.chunk_by(is_same).map(sum).collect()
    }

    /// Returns the decay factor from the instant `at` to the end of the load date.
    fn faded(&self, at: i64, load_date: Day) -> f64 {
        decay_to(at, load_date, self.model.params().topics.half_life_days)
    }
}

impl NewTopicData {
    /// Merges everything into the state, which then is as of `as_of`.
    pub fn merge_into(self, memory: &mut TopicState, params: &TopicParams, as_of: Day) {
        let half_life = params.half_life_days;
        memory.touches.merge(self.touches, touch_half_lives(params), as_of);
        memory.posts.merge(self.posts, [half_life], as_of);
        for (end, until) in &self.sources {
            until.iter().for_each(|network| memory.sources.merge(network, as_of));
            memory
                .sources
                .drop_opted_out(|node| self.opted_out_on.get(node as usize).is_some_and(|since| since <= end));
        }
        for (pair, rows) in self.together {
            *memory.together.entry(pair).or_default() += rows;
        }
    }
}

/// Returns the load dates up to `last` with opt-outs, and `last`.
fn ends(opted_out_on: &[Day], last: Day) -> BTreeSet<Day> {
    let opted_out = opted_out_on.iter().copied().filter(|since| *since <= last);
    opted_out.chain([last]).collect()
}

/// Returns the latest sources of a network's rows. A tag is named by the tagged object, if any.
fn latest_sources(candidates: Vec<SourceCandidate>, rows: &ActivityRows) -> EvidenceSources {
    EvidenceSources::select_latest(candidates, &|candidate| {
        let (activity_id, object_id) = rows.mentions.ids(candidate.row as usize);
        match candidate.key().shows {
            Shows::Tag if !object_id.is_empty() => object_id,
            _ => activity_id,
        }
    })
}
