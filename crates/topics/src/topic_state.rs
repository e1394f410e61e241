//! Defines the persisted topic state: linear sums by account, without any score.

use std::collections::BTreeMap;

use super::endorsements::EndorsementSums;
use super::ledger::DecayedLedger;
use super::objects::RecentObjects;
use super::sources::EvidenceSources;
use crate::ontology::Ontology;
use crate::ontology::alias_resolver::AliasCount;
use clout_model::influence::params::TopicParams;

/// Interactions on topics by (target, topic, actor): nodes and a topic number. `count` counts reactions to objects on
/// the topic; other rows are texts of the actor on it.
pub type InteractionSums = DecayedLedger<(u32, u32, u32), 3>;
/// Posts on topics by (account, topic).
pub type PostSums = DecayedLedger<(u32, u32), 1>;
/// Index in [`InteractionSums`] sums: worth of the reactions to the target.
pub const WORTH: usize = 0;
/// Index in [`InteractionSums`] sums: all rows, the actor's interest in the topic.
pub const INTEREST: usize = 1;
/// Index in [`InteractionSums`] sums: the actor's texts to the target in reactions on the topic.
pub const GIVEN: usize = 2;

/// Alias counts from one network's texts, up to the last load date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AliasCounts {
    /// Number of rows with a text.
    pub texts: u64,
    /// Counts by alias in normal form.
    pub counts: BTreeMap<Box<str>, AliasCount>,
}

/// Persisted topic state.
#[derive(Clone, Debug, Default)]
pub struct TopicState {
    /// Ids of all topics referred to, sorted; the index of an id is the topic number.
    pub ids: Vec<String>,
    /// Interactions by (target, topic, actor).
    pub touches: InteractionSums,
    /// Posts by (account, topic).
    pub posts: PostSums,
    /// Latest sources of evidence.
    pub sources: EvidenceSources,
    /// By network: topics of recent posts.
    pub objects: Vec<RecentObjects>,
    /// By network: alias counts from texts.
    pub aliases: Vec<AliasCounts>,
    /// Number of rows about both topics of a pair (smaller number first); equal topics count the rows about that topic.
    pub together: BTreeMap<(u32, u32), u64>,
    /// Endorsement sums.
    pub endorsements: EndorsementSums,
    /// Topics and parents of the snapshot date ([`Ontology::to_rows`]), so that `explain` can rebuild its scores. The next
    /// run does not read it.
    pub ontology: Vec<(String, Option<String>)>,
}

impl TopicState {
    /// Creates the state before the first run.
    pub fn empty(networks: usize) -> TopicState {
        TopicState {
            objects: vec![RecentObjects::default(); networks],
            aliases: vec![AliasCounts::default(); networks],
            ..TopicState::default()
        }
    }

    /// Adds the topics of the ontology to the ids and returns their numbers, in the ontology's order. Data of topics
    /// that the ontology lacks stays, since a later one may have them again.
    pub fn add_topics(&mut self, ontology: &Ontology) -> Vec<u32> {
        let delivered_ids = (0..ontology.len() as u32).map(|topic| ontology.id(topic).to_owned());
        let mut ids: Vec<String> = self.ids.iter().cloned().chain(delivered_ids).collect();
        ids.sort_unstable();
        ids.dedup();
        let position = |id: &str| ids.partition_point(|other| other.as_str() < id) as u32;
        let to: Vec<u32> = self.ids.iter().map(|id| position(id)).collect();
        if to.iter().enumerate().any(|(old, new)| old != *new as usize) {
            self.rename_topics(&|topic| to[topic as usize]);
        }
        let numbers = (0..ontology.len() as u32)
            .map(|topic| position(ontology.id(topic)))
            .collect();
        self.ids = ids;
        self.ontology = ontology.to_rows();
        numbers
    }

    fn rename_topics(&mut self, topic: &(dyn Fn(u32) -> u32 + Sync)) {
        self.touches
            .map_keys(|(target, number, actor)| (*target, topic(*number), *actor));
        self.posts.map_keys(|(node, number)| (*node, topic(*number)));
        self.sources.rename_topics(topic);
        self.objects.iter_mut().for_each(|objects| objects.rename_topics(topic));
        self.endorsements.rename_topics(topic);
        let together = std::mem::take(&mut self.together);
        let renamed = together.into_iter().map(|((a, b), rows)| ((topic(a), topic(b)), rows));
        self.together = renamed.collect();
    }

    /// Returns the number of entries: interactions, posts and sources.
    pub fn len(&self) -> usize {
        self.touches.entries.len() + self.posts.entries.len() + self.sources.rows().len()
    }

    /// Returns true if there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops the entries of accounts that `is_kept` does not accept.
    pub fn retain_accounts(&mut self, is_kept: impl Fn(u32) -> bool + Sync) {
        self.touches
            .retain(|(target, _, actor)| is_kept(*target) && is_kept(*actor));
        self.posts.retain(|(node, _)| is_kept(*node));
        self.sources.drop_opted_out(|node| !is_kept(node));
        self.objects
            .iter_mut()
            .for_each(|objects| objects.retain_authors(&is_kept));
    }
}

/// Returns the half-lives of [`InteractionSums`] sums, in days.
pub fn touch_half_lives(params: &TopicParams) -> [f64; 3] {
    [params.half_life_days; 3]
}
