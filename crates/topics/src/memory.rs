//! What is remembered of topics from night to night: everything linear, by account, with no score in it.

use std::collections::BTreeMap;

use super::endorsements::Endorsements;
use super::ledger::Ledger;
use super::objects::Objects;
use super::sources::Sources;
use crate::ontology::Ontology;
use crate::ontology::sense::AliasCount;
use clout_model::influence::params::Topics;

/// Who did something to whom on which topic: by (target, topic, actor), nodes and a topic's number. Counted are the
/// reactions to what is on the topic; other rows are the actor's own words on it.
pub type Touches = Ledger<(u32, u32, u32), 3>;
/// What an account posted about: by (account, topic).
pub type Posts = Ledger<(u32, u32), 1>;
/// No node: of an account that goes.
pub const NOBODY: u32 = u32::MAX;
/// Of [`Touches`], what the reactions are worth to the target.
pub const WORTH: usize = 0;
/// Of [`Touches`], the sum over all rows: how far the actor cares for the topic.
pub const INTEREST: usize = 1;
/// Of [`Touches`], the sum over the actor's words to the target on what is on the topic.
pub const GIVEN: usize = 2;

/// What one network's texts taught about aliases, up to the last load date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    /// Rows with a text.
    pub texts: u64,
    /// By alias, in its normal form.
    pub counts: BTreeMap<Box<str>, AliasCount>,
}

/// The memory.
#[derive(Clone, Debug, Default)]
pub struct TopicMemory {
    /// Ids of the topics that anything below refers to, in order; their places are their numbers.
    pub ids: Vec<String>,
    /// Who reacted to whom on which topic.
    pub touches: Touches,
    /// What accounts posted about.
    pub posts: Posts,
    /// Where that can be seen.
    pub sources: Sources,
    /// By network: what its posts of late were about.
    pub objects: Vec<Objects>,
    /// By network: what its texts taught about aliases.
    pub aliases: Vec<Aliases>,
    /// Rows that are about both topics of a pair, the lesser first; about one, where they are equal.
    pub together: BTreeMap<(u32, u32), u64>,
    /// Who endorsed whom.
    pub endorsements: Endorsements,
    /// Tonight's topics and what lies above them ([`Ontology::rows`]), for those who ask what tonight's scores
    /// were made from; no night reads what the last one left.
    pub ontology: Vec<(String, Option<String>)>,
}

impl TopicMemory {
    /// The memory before the first night.
    pub fn empty(networks: usize) -> TopicMemory {
        TopicMemory {
            objects: vec![Objects::default(); networks],
            aliases: vec![Aliases::default(); networks],
            ..TopicMemory::default()
        }
    }

    /// Makes room for the topics of tonight's ontology; returns the number of each in its order. What is
    /// known of topics that it lacks is kept, for it may have them again.
    pub fn adopt(&mut self, ontology: &Ontology) -> Vec<u32> {
        let tonight = (0..ontology.len() as u32).map(|topic| ontology.id(topic).to_owned());
        let mut ids: Vec<String> = self.ids.iter().cloned().chain(tonight).collect();
        ids.sort_unstable();
        ids.dedup();
        let place = |id: &str| ids.partition_point(|other| other.as_str() < id) as u32;
        let to: Vec<u32> = self.ids.iter().map(|id| place(id)).collect();
        if to.iter().enumerate().any(|(old, new)| old != *new as usize) {
            self.rename_topics(&|topic| to[topic as usize]);
        }
        let numbers = (0..ontology.len() as u32)
            .map(|topic| place(ontology.id(topic)))
            .collect();
        self.ids = ids;
        self.ontology = ontology.rows();
        numbers
    }

    /// Moves everything to other nodes, in the same order; those of [`NOBODY`] go.
    pub fn renumber(&mut self, to: &[u32]) {
        if to.iter().enumerate().all(|(old, new)| old == *new as usize) {
            return;
        }
        let account = |node: u32| Some(to[node as usize]).filter(|node| *node != NOBODY);
        self.touches
            .rename(|(target, topic, actor)| Some((account(*target)?, *topic, account(*actor)?)));
        self.posts.rename(|(node, topic)| Some((account(*node)?, *topic)));
        self.sources.rename_accounts(account);
        self.objects
            .iter_mut()
            .for_each(|objects| objects.rename_authors(account));
    }

    fn rename_topics(&mut self, topic: &(dyn Fn(u32) -> u32 + Sync)) {
        self.touches
            .rename(|(target, number, actor)| Some((*target, topic(*number), *actor)));
        self.posts.rename(|(node, number)| Some((*node, topic(*number))));
        self.sources.rename_topics(topic);
        self.objects.iter_mut().for_each(|objects| objects.rename_topics(topic));
        self.endorsements.rename_topics(topic);
        let together = std::mem::take(&mut self.together);
        let renamed = together.into_iter().map(|((a, b), rows)| ((topic(a), topic(b)), rows));
        self.together = renamed.collect();
    }

    /// Entries by account and topic: reactions, posts and sources.
    pub fn len(&self) -> usize {
        self.touches.entries.len() + self.posts.entries.len() + self.sources.rows().len()
    }

    /// Whether nobody has to do with any topic.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Marks the accounts that anything refers to that is of nobody who is gone.
    pub fn for_each_account(&self, is_here: impl Fn(u32) -> bool, mut mark: impl FnMut(u32)) {
        for (target, _, actor) in self.touches.entries.iter().map(|entry| entry.key) {
            if is_here(target) && is_here(actor) {
                mark(target);
                mark(actor);
            }
        }
        self.posts.entries.iter().for_each(|entry| mark(entry.key.0));
        for source in self.sources.rows() {
            let other = source.act.other;
            if other == NOBODY || (is_here(source.key.account) && is_here(other)) {
                mark(source.key.account);
                [other].into_iter().filter(|node| *node != NOBODY).for_each(&mut mark);
            }
        }
    }
}

/// How fast [`Touches`] fade.
pub fn touch_half_lives(params: &Topics) -> [f64; 3] {
    [params.half_life_days; 3]
}
