//! Builds the (person, topic) pairs of a snapshot date, and the reactions and endorsements between them.
//!
//! Reactions on a topic are edges between pairs of that topic, so all topics together form one sparse matrix of
//! independent blocks, one block per topic.

use rayon::prelude::*;

use super::topic_state::{GIVEN, INTEREST, TopicState, WORTH};
use crate::ontology::Ontology;
use clout_base::day::Day;
use clout_model::accounts::AccountIndex;
use clout_model::accounts::NO_NODE;
use clout_model::influence::model::InfluenceModel;
use clout_model::people::persons::PersonMap;

/// Marks a topic that the current ontology lacks.
pub const NO_TOPIC: u32 = u32::MAX;

/// Inputs of the topic scores of one snapshot date.
pub struct TopicInputs<'a> {
    /// Persisted topic state.
    pub state: &'a TopicState,
    /// Current topics.
    pub ontology: &'a Ontology,
    /// Accounts that the state refers to.
    pub accounts: &'a AccountIndex,
    /// Owners of the accounts.
    pub persons: &'a PersonMap,
    /// By person: true if [present](clout_model::people::presence::PresenceTable), and so in `scores`.
    pub are_present: Vec<bool>,
    /// Influence model.
    pub model: &'a InfluenceModel,
    /// Snapshot date.
    pub as_of: Day,
}

/// Reactions or endorsements of one person that credit the (person, topic) pair of another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicEdge {
    /// Index of the credited pair.
    pub target: u32,
    /// Index of the actor's pair, on the same topic.
    pub actor: u32,
    /// Decayed strength, before saturation.
    pub strength: f64,
    /// Index of the latest endorsement in the state; 0 for reactions.
    pub latest: u32,
}

/// All pairs sorted by (person, topic), and the edges between them sorted by (target, actor).
#[derive(Clone, Debug, Default)]
pub struct PersonTopics {
    /// By pair: person and topic of the ontology.
    pub keys: Vec<(u32, u32)>,
    /// By person: index of its first pair, plus one final end.
    pub person_offsets: Vec<usize>,
    /// By pair: decayed number of the person's own rows on the topic.
    pub interest: Vec<f64>,
    /// By pair: decayed number of the person's texts to others on the topic.
    pub given: Vec<f64>,
    /// By pair: true if a tag or text of the person is on the topic.
    pub wrote: Vec<bool>,
    /// Reactions, sorted by (target, actor).
    pub reactions: Vec<TopicEdge>,
    /// By pair: index of its first reaction, plus one final end.
    pub reaction_offsets: Vec<usize>,
    /// Endorsements, sorted by (target, actor).
    pub endorsements: Vec<TopicEdge>,
    /// By pair: index of its first endorsement, plus one final end.
    pub endorsement_offsets: Vec<usize>,
}

/// (target, topic, actor), strength, index in the state.
type Raw = ((u32, u32, u32), f64, u32);

impl TopicInputs<'_> {
    /// Builds the pairs from the state, by the current persons and topics.
    pub fn build_person_topics(&self) -> PersonTopics {
        let topics = self.topics();
        let reactions = self.reactions(&topics);
        let endorsements = self.endorsements(&topics);
        let acts = self.acts(&topics);
        let mut keys: Vec<(u32, u32)> = acts.iter().map(|(key, ..)| *key).collect();
        for raw in [&reactions, &endorsements] {
            keys.par_extend(
                raw.par_iter()
                    .flat_map_iter(|((target, topic, actor), ..)| [(*target, *topic), (*actor, *topic)]),
            );
        }
        keys.par_sort_unstable();
        keys.dedup();
        let mut claims = PersonTopics {
            interest: vec![0.0; keys.len()],
            given: vec![0.0; keys.len()],
            wrote: vec![false; keys.len()],
            person_offsets: offsets(keys.iter().map(|key| key.0 as usize), self.persons.len()),
            keys,
            ..PersonTopics::default()
        };
        for (key, interest, given) in acts {
            if let Some(claim) = claims.find(key) {
                claims.interest[claim] += interest;
                claims.given[claim] += given;
            }
        }
        for key in self.written(&topics) {
            if let Some(claim) = claims.find(key) {
                claims.wrote[claim] = true;
            }
        }
        (claims.reactions, claims.reaction_offsets) = claims.edges(&reactions);
        (claims.endorsements, claims.endorsement_offsets) = claims.edges(&endorsements);
        claims
    }

    /// Returns the topic of the ontology for each topic number of the state.
    fn topics(&self) -> Vec<u32> {
        let find = |id: &String| self.ontology.find(id).unwrap_or(NO_TOPIC);
        self.state.ids.iter().map(find).collect()
    }

    fn reactions(&self, topics: &[u32]) -> Vec<Raw> {
        let half_life = self.model.params().topics.half_life_days;
        let person = |node: u32| self.persons.by_account[node as usize];
        let entries = self.state.touches.entries.par_iter();
        let raw = entries.filter_map(|entry| {
            let (target, topic, actor) = entry.key;
            let key = (person(target), topics[topic as usize], person(actor));
            let is_meant = key.1 != NO_TOPIC && key.0 != key.2 && entry.count > 0;
            is_meant.then(|| (key, entry.read(WORTH, half_life, self.as_of), 0))
        });
        merged(raw.collect(), |a, b| a + b)
    }

    fn endorsements(&self, topics: &[u32]) -> Vec<Raw> {
        let half_life = self.model.params().topics.endorsement_half_life_days;
        let read = self.state.endorsements.read(half_life, self.as_of).enumerate();
        let raw = read.filter_map(|(position, ((endorsee, topic, endorser), worth, _))| {
            let (target, actor) = (self.person(endorsee)?, self.person(endorser)?);
            let topic = topics[*topic as usize];
            (topic != NO_TOPIC && target != actor).then_some(((target, topic, actor), worth, position as u32))
        });
        // A person endorsed under several ids counts once, by the greatest endorsement.
        merged(raw.collect(), f64::max)
    }

    /// Returns the person with a delivered id, or the current owner of the account with that name; none if not present.
    ///
    /// A known account may belong to a person that opted out; endorsements of it are dropped.
    fn person(&self, person_id: &str) -> Option<u32> {
        let person = self.persons.find_index(person_id).or_else(|| {
            let (network, account_id) = person_id.split_once(':')?;
            let names = self.accounts.network_names();
            let position = names.iter().position(|name| name == network)?;
            let node = self.accounts.find(position, account_id)?;
            Some(self.persons.by_account[node as usize])
        });
        person.filter(|person| self.are_present[*person as usize])
    }

    /// Returns the (person, topic) keys with own tags or texts; acts between accounts of one person are left out.
    fn written<'a>(&'a self, topics: &'a [u32]) -> impl Iterator<Item = (u32, u32)> + 'a {
        let person = |node: u32| self.persons.by_account[node as usize];
        let own = self.state.sources.rows().iter().filter(|source| source.key.is_own);
        let to_others = own.filter(move |source| {
            let other = source.act.other;
            other == NO_NODE || person(other) != person(source.key.account)
        });
        let keys = to_others.map(move |source| (person(source.key.account), topics[source.key.topic as usize]));
        keys.filter(|key| key.1 != NO_TOPIC)
    }

    /// Returns interest and given sums by (person, topic): from posts, and from rows to other persons.
    fn acts(&self, topics: &[u32]) -> Vec<((u32, u32), f64, f64)> {
        let half_life = self.model.params().topics.half_life_days;
        let person = |node: u32| self.persons.by_account[node as usize];
        let posts = self.state.posts.entries.par_iter().filter_map(|entry| {
            let key = (person(entry.key.0), topics[entry.key.1 as usize]);
            (key.1 != NO_TOPIC).then(|| (key, entry.read(0, half_life, self.as_of), 0.0))
        });
        let touches = self.state.touches.entries.par_iter().filter_map(|entry| {
            let (target, topic, actor) = entry.key;
            let key = (person(actor), topics[topic as usize]);
            let read = |index: usize| entry.read(index, half_life, self.as_of);
            let is_meant = key.1 != NO_TOPIC && person(target) != key.0;
            is_meant.then(|| (key, read(INTEREST), read(GIVEN)))
        });
        let mut acts: Vec<((u32, u32), f64, f64)> = posts.chain(touches).collect();
        // Stable sort: floating-point sums depend on the order, which must be that of the state.
        acts.par_sort_by_key(|(key, ..)| *key);
        acts.dedup_by(|next, first| {
            let is_same = next.0 == first.0;
            if is_same {
                first.1 += next.1;
                first.2 += next.2;
            }
            is_same
        });
        acts
    }
}

/// Combines the rows of each key, sorted by key; accounts of one person are combined in the order of the accounts.
fn merged(mut raw: Vec<Raw>, together: fn(f64, f64) -> f64) -> Vec<Raw> {
    raw.par_sort_by_key(|(key, ..)| *key);
    raw.dedup_by(|next, first| {
        let is_same = next.0 == first.0;
        if is_same {
            first.1 = together(first.1, next.1);
            first.2 = first.2.max(next.2);
        }
        is_same
    });
    raw
}

impl PersonTopics {
    /// Returns the index of the pair of a person and topic.
    pub fn find(&self, (person, topic): (u32, u32)) -> Option<usize> {
        let own = self.of_person(person as usize);
        let position = self.keys[own.clone()].binary_search_by_key(&topic, |key| key.1);
        position.ok().map(|position| own.start + position)
    }

    /// Returns the number of pairs.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns true if there is no pair.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns the indices of a person's pairs.
    pub fn of_person(&self, person: usize) -> std::ops::Range<usize> {
        self.person_offsets[person]..self.person_offsets[person + 1]
    }

    /// Returns the reactions that credit a pair.
    pub fn reactions_of(&self, claim: usize) -> &[TopicEdge] {
        &self.reactions[self.reaction_offsets[claim]..self.reaction_offsets[claim + 1]]
    }

    /// Returns the endorsements that credit a pair.
    pub fn endorsements_of(&self, claim: usize) -> &[TopicEdge] {
        &self.endorsements[self.endorsement_offsets[claim]..self.endorsement_offsets[claim + 1]]
    }

    fn edges(&self, raw: &[Raw]) -> (Vec<TopicEdge>, Vec<usize>) {
        let position = |key: (u32, u32)| self.find(key).map(|claim| claim as u32);
        let edges: Vec<TopicEdge> = raw
            .par_iter()
            .filter_map(|((target, topic, actor), strength, latest)| {
                Some(TopicEdge {
                    target: position((*target, *topic))?,
                    actor: position((*actor, *topic))?,
                    strength: *strength,
                    latest: *latest,
                })
            })
            .collect();
        let offsets = offsets(edges.iter().map(|edge| edge.target as usize), self.keys.len());
        (edges, offsets)
    }
}

/// Returns the start index of each of `groups` groups, and the end of the last.
pub(super) fn offsets(group_of: impl Iterator<Item = usize>, groups: usize) -> Vec<usize> {
    let mut offsets = vec![0; groups + 1];
    group_of.for_each(|group| offsets[group + 1] += 1);
    (0..groups).for_each(|group| offsets[group + 1] += offsets[group]);
    offsets
}
