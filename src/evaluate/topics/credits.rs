//! Counts credits and acts by topic and person, from the counted rows.

use std::collections::BTreeMap;

use super::CreditVerbs;
use crate::evaluate::stream::CountedStream;
use crate::job::Job;
use clout_base::error::{Error, Result};
use clout_model::networks::Network;
use clout_topics::merge::CountedTopicRows;
use clout_topics::ontology::alias_resolver::{AliasCount, AliasResolver, MentionKind};
use clout_topics::ontology::hits::AliasHits;

/// Amounts by topic and person.
#[derive(Clone, Debug, Default)]
pub(super) struct TopicAmounts {
    /// Amounts by topic and person.
    pub by_topic: BTreeMap<u32, BTreeMap<u32, f64>>,
}

impl TopicAmounts {
    /// Sums amounts by (topic, person).
    pub(super) fn from_amounts(amounts: impl Iterator<Item = ((u32, u32), f64)>) -> TopicAmounts {
        let mut credits = TopicAmounts::default();
        for ((topic, person), amount) in amounts {
            *credits.by_topic.entry(topic).or_default().entry(person).or_default() += amount;
        }
        credits
    }
}

/// Act as (time, topic, person). Times are in microseconds.
type TopicAct = (i64, u32, u32);

/// Acts in time order.
pub(super) struct TopicActs(Vec<TopicAct>);

impl TopicActs {
    /// Counts the acts by (topic, person) from `first` (inclusive) to `end` (exclusive).
    pub(super) fn count_within(&self, first: i64, end: i64) -> TopicAmounts {
        let start = self.0.partition_point(|act| act.0 < first);
        let acts = self.0[start..].iter().take_while(|act| act.0 < end);
        TopicAmounts::from_amounts(acts.map(|(_, topic, person)| ((*topic, *person), 1.0)))
    }
}

/// Counted acts of a stream.
pub(super) struct CountedActs {
    /// Reactions by the predicted verb, with the target as person.
    pub credited: TopicActs,
    /// Reactions to others by the other verb, with the actor as person.
    pub acts: TopicActs,
}

impl CountedActs {
    /// Counts a stream's reactions between different persons by their topics: those of the tags that describe the
    /// object, or else those of the target's own last post that is the object.
    ///
    /// # Errors
    /// Returns a usage error if no network has one of the verbs.
    pub(super) fn from_amounts(stream: &CountedStream, job: &Job, question: &CreditVerbs) -> Result<CountedActs> {
        for verb in [&question.foretell, &question.by].into_iter().flatten() {
            if job
                .networks
                .iter()
                .all(|network| network.input_verb_code(verb).is_none())
            {
                return Err(Error::usage(format!("no network has the verb {verb}")));
            }
        }
        let (mut credited, mut acts) = (Vec::new(), Vec::new());
        for (index, network) in job.networks.iter().enumerate() {
            let Some(settled) = &stream.counted[index].topic_rows else {
                continue;
            };
            let rows = &settled.rows;
            let counts = count_aliases(stream, settled);
            let senses = AliasResolver {
                counts: &counts,
                texts: settled
                    .rows
                    .mentions
                    .has_text
                    .iter()
                    .filter(|has_text| **has_text)
                    .count() as u64,
                ..unlearned_resolver(stream)
            };
            let posts = resolve_posts(&senses, settled);
            let is_wanted = |wanted: &Option<String>, verb: u8| match wanted {
                Some(word) => network.input_verb_code(word) == Some(verb),
                None => true,
            };
            let mut topics = Vec::new();
            for row in (0..settled.is_kept.len()).filter(|row| settled.is_kept[*row] && !rows.is_post(*row)) {
                let person = |node: u32| stream.persons.by_account[node as usize];
                let (actor, target) = (rows.actors[row], rows.targets[row]);
                let is_present = |node: u32| !stream.opted_out[node as usize];
                if person(actor) == person(target) || !is_present(actor) || !is_present(target) {
                    continue;
                }
                collect_tag_topics(&senses, network, rows, row, &mut topics);
                if topics.is_empty() && rows.mentions.objects[row] != 0 {
                    let key = (rows.mentions.objects[row], target);
                    topics.extend(posts.get(&key).into_iter().flatten());
                }
                for topic in &topics {
                    if is_wanted(&question.foretell, rows.verbs[row]) {
                        credited.push((rows.occurred_at[row], *topic, person(target)));
                    }
                    if is_wanted(&question.by, rows.verbs[row]) {
                        acts.push((rows.occurred_at[row], *topic, person(actor)));
                    }
                }
            }
        }
        credited.sort_unstable();
        acts.sort_unstable();
        Ok(CountedActs {
            credited: TopicActs(credited),
            acts: TopicActs(acts),
        })
    }
}

/// Returns a resolver without alias counts.
fn unlearned_resolver(stream: &CountedStream) -> AliasResolver<'_> {
    AliasResolver {
        ontology: &stream.ontology,
        lexicon: &stream.lexicon,
        counts: &[],
        texts: 0,
    }
}

/// Counts the aliases in all texts of a network, by alias.
fn count_aliases(stream: &CountedStream, settled: &CountedTopicRows) -> Vec<AliasCount> {
    let mut counts = vec![AliasCount::default(); stream.lexicon.len()];
    let (senses, mut hits) = (unlearned_resolver(stream), AliasHits::default());
    for row in (0..settled.is_kept.len()).filter(|row| settled.is_kept[*row]) {
        settled.rows.mentions.read_hits(row, &mut hits);
        senses.count_aliases(&hits, &mut |alias, more| counts[alias as usize] += more);
    }
    counts
}

/// Returns the topics of the last post by object and author.
fn resolve_posts(senses: &AliasResolver, settled: &CountedTopicRows) -> BTreeMap<(u64, u32), Vec<u32>> {
    let rows = &settled.rows;
    let (mut posts, mut hits, mut found) = (BTreeMap::new(), AliasHits::default(), Vec::new());
    for row in (0..settled.is_kept.len()).filter(|row| settled.is_kept[*row] && rows.is_post(*row)) {
        rows.mentions.read_hits(row, &mut hits);
        senses.resolve(&hits, &mut found);
        let topics = found.iter().map(|(topic, _)| *topic).collect();
        posts.insert((rows.mentions.objects[row], rows.actors[row]), topics);
    }
    posts
}

/// Collects the topics of a row's tags, if the tags describe the object of the reaction.
fn collect_tag_topics(
    senses: &AliasResolver,
    network: &Network,
    rows: &clout_topics::rows::ActivityRows,
    row: usize,
    topics: &mut Vec<u32>,
) {
    topics.clear();
    if !network.tags_describe_object(rows.verbs[row]) {
        return;
    }
    let (mut hits, mut found) = (AliasHits::default(), Vec::new());
    rows.mentions.read_hits(row, &mut hits);
    (hits.hashtags, hits.words) = (Vec::new(), Vec::new());
    senses.resolve(&hits, &mut found);
    topics.extend(
        found
            .iter()
            .filter(|(_, kind)| *kind == MentionKind::Tag)
            .map(|(topic, _)| *topic),
    );
}
