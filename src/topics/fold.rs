//! Tonight's rows go into the memory of topics, load date by load date.
//!
//! What a row is about is settled on its load date, by what texts had taught about aliases until then, and
//! never revised. On a post, tags and text are the actor's. On a reaction the tags describe the object and are
//! evidence for target and actor, but for [verbs whose tags are the actor's
//! alone](crate::networks::Network::tags_describe_object); a reaction that says nothing of its object is on
//! what the target's own post of that object was about.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::brought::{About, Act, CHUNK_ROWS, DateRows, Together, Touch, add_together};
use super::ledger::{Entry, by_load_date, left};
use super::memory::{Acts, TopicMemory, Touches, act_half_lives};
use super::sources::{Candidate, Sources};
use crate::day::Day;
use crate::influence::params::ModelParams;
use crate::influence::weights::{Weighing, saturated};
use crate::intake::rows::Rows;
use crate::networks::Network;
use crate::ontology::Ontology;
use crate::ontology::lexicon::Lexicon;
use crate::ontology::sense::{AliasCount, Kind as Shows, Senses};

/// One network's settled rows.
pub struct SettledRows {
    /// The rows, as nodes.
    pub rows: Rows,
    /// By row: whether it counts.
    pub is_kept: Vec<bool>,
}

/// What the fold needs to know.
pub struct TopicFold<'a> {
    /// Tonight's topics.
    pub ontology: &'a Ontology,
    /// Their aliases.
    pub lexicon: &'a Lexicon,
    /// By topic of the ontology: its number in the memory.
    pub numbers: &'a [u32],
    /// The constants.
    pub params: &'a ModelParams,
    /// `input.max_lateness_days`.
    pub max_lateness_days: i32,
}

/// What tonight adds, before it goes into the memory.
#[derive(Default)]
pub struct Tonight {
    touches: Vec<Entry<(u32, u32, u32), 1>>,
    acts: Vec<Entry<(u32, u32), 2>>,
    sources: Sources,
    together: Together,
}

/// Rows with what they are about, and what their texts teach.
#[derive(Default)]
struct Resolved {
    about: About,
    texts: u64,
    taught: BTreeMap<u32, AliasCount>,
}

impl TopicFold<'_> {
    /// Takes one network's rows in, up to load date `last`.
    pub fn take(
        &self,
        memory: &mut TopicMemory,
        tonight: &mut Tonight,
        (place, network): (usize, &Network),
        settled: &SettledRows,
        last: Day,
    ) {
        if settled.rows.mentions.is_empty() {
            return;
        }
        let mut objects = std::mem::take(&mut memory.objects[place]);
        let mut sources: Vec<Candidate> = Vec::new();
        for (load_date, range) in settled.rows.dates().filter(|(day, _)| *day <= last) {
            let kept: Vec<usize> = range.filter(|row| settled.is_kept[*row]).collect();
            let about = self.resolve(memory, place, &settled.rows, &kept);
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
            sources.extend(brought.sources);
            add_together(&mut tonight.together, brought.together);
            tonight.touches.extend(self.weigh(brought.touches, load_date));
            tonight.acts.extend(self.sum_acts(brought.acts, load_date));
        }
        objects.settle(last, self.max_lateness_days);
        memory.objects[place] = objects;
        // Accounts of one network stand together, and networks come in their order.
        tonight.sources.append(latest_sources(sources, &settled.rows));
    }

    /// What each of the rows is about, and what that teaches about aliases. Rows about nothing whose object
    /// may be known are there too.
    fn resolve(&self, memory: &mut TopicMemory, place: usize, rows: &Rows, kept: &[usize]) -> About {
        let known = &memory.aliases[place];
        let counts = self.alias_counts(&known.counts);
        let senses = Senses {
            ontology: self.ontology,
            lexicon: self.lexicon,
            counts: &counts,
            texts: known.texts,
        };
        let pieces: Vec<Resolved> = kept
            .par_chunks(CHUNK_ROWS)
            .map(|chunk| self.resolve_chunk(&senses, rows, chunk))
            .collect();
        let mut about = About::default();
        let known = &mut memory.aliases[place];
        for piece in pieces {
            known.texts += piece.texts;
            for (alias, more) in piece.taught {
                *known.counts.entry(self.lexicon.alias(alias).into()).or_default() += more;
            }
            about.append(piece.about);
        }
        about
    }

    /// The counts of the memory by tonight's numbers of aliases.
    fn alias_counts(&self, known: &BTreeMap<Box<str>, AliasCount>) -> Vec<AliasCount> {
        let mut counts = vec![AliasCount::default(); self.lexicon.len()];
        for (alias, count) in known {
            if let Some(number) = self.lexicon.find(alias) {
                counts[number as usize] = *count;
            }
        }
        counts
    }

    fn resolve_chunk(&self, senses: &Senses, rows: &Rows, chunk: &[usize]) -> Resolved {
        let mut resolved = Resolved::default();
        let (mut tags, mut words, mut topics) = (Vec::new(), Vec::new(), Vec::new());
        for row in chunk {
            let mentions = &rows.mentions;
            resolved.texts += u64::from(mentions.has_text[*row]);
            topics.clear();
            if mentions.has_hits(*row) {
                let (of_tags, of_words) = mentions.of_row(*row);
                tags.clear();
                words.clear();
                tags.extend(of_tags);
                words.extend(of_words);
                senses.resolve(&tags, &words, &mut topics);
                senses.judge(&tags, &words, &mut |alias, more| {
                    *resolved.taught.entry(alias).or_default() += more;
                });
            }
            if !topics.is_empty() || (!rows.is_post(*row) && mentions.objects[*row] != 0) {
                let numbered = topics
                    .iter()
                    .map(|(topic, shows)| (self.numbers[*topic as usize], *shows));
                resolved.about.push(*row, numbered);
            }
        }
        resolved
    }

    /// What the touches of one load date are worth at its end, by (target, topic, actor).
    fn weigh(&self, mut touches: Vec<Touch>, load_date: Day) -> Vec<Entry<(u32, u32, u32), 1>> {
        touches.par_sort_unstable_by(Touch::order);
        let weighing = Weighing {
            selectivity: &self.params.selectivity,
            repeats: &self.params.repeats,
        };
        let mut sums = Vec::with_capacity(touches.len());
        for one_day in touches.chunk_by(|a, b| a.actor_day() == b.actor_day()) {
            let targets = one_day.chunk_by(|a, b| a.target() == b.target()).count();
            let selectivity = weighing.selectivity(targets as u32);
            for same in one_day.chunk_by(|a, b| (a.target(), a.topic()) == (b.target(), b.topic())) {
                let sum: f64 = same.iter().map(|touch| touch.weight).sum();
                let (first, latest) = (same[0], same[same.len() - 1].at);
                let worth = selectivity * saturated(sum, self.params.repeats.beta_day);
                sums.push(Entry {
                    key: (first.target(), first.topic(), first.actor()),
                    last_load: load_date,
                    count: same.len() as u32,
                    sums: [worth * self.faded(latest, load_date)],
                });
            }
        }
        by_load_date(sums)
    }

    fn sum_acts(&self, mut acts: Vec<Act>, load_date: Day) -> Vec<Entry<(u32, u32), 2>> {
        acts.par_sort_unstable();
        let sum = |same: &[Act]| {
            let mut sums = [0.0; 2];
            for act in same {
                let faded = self.faded(act.at, load_date);
                sums[super::memory::INTEREST] += faded;
                sums[super::memory::GIVEN] += if act.is_given { faded } else { 0.0 };
            }
            Entry {
                key: (same[0].account, same[0].topic),
                last_load: load_date,
                count: same.len() as u32,
                sums,
            }
        };
        let is_same = |a: &Act, b: &Act| (a.account, a.topic) == (b.account, b.topic);
        acts.chunk_by(is_same).map(sum).collect()
    }

    /// What is left of 1 at the end of the load date.
    fn faded(&self, at: i64, load_date: Day) -> f64 {
        left(at, load_date, self.params.topics.half_life_days)
    }
}

impl Tonight {
    /// Puts everything into the memory, which is as of `as_of` then.
    pub fn settle(self, memory: &mut TopicMemory, params: &ModelParams, as_of: Day) {
        let (touches, acts): (&mut Touches, &mut Acts) = (&mut memory.touches, &mut memory.acts);
        touches.fold(self.touches, [params.topics.half_life_days], as_of);
        acts.fold(self.acts, act_half_lives(&params.topics), as_of);
        memory.sources.fold(&self.sources, as_of);
        for (pair, rows) in self.together {
            *memory.together.entry(pair).or_default() += rows;
        }
    }
}

/// The latest sources of a network's rows. A tag is named by the object that has it, where there is one.
fn latest_sources(candidates: Vec<Candidate>, rows: &Rows) -> Sources {
    Sources::latest(candidates, &|candidate| {
        let (activity_id, object_id) = rows.mentions.ids(candidate.row as usize);
        match candidate.shows() {
            Shows::Tag if !object_id.is_empty() => object_id,
            Shows::Tag | Shows::Text => activity_id,
        }
    })
}
