//! Tonight's claims: who has to do with which topic, and what others did about it, by person.
//!
//! A claim is a (person, topic). The reactions on a topic are edges between claims of that topic, so all topics
//! together are one sparse matrix of independent blocks, a block a topic.

use rayon::prelude::*;

use super::memory::{GIVEN, INTEREST, NOBODY, TopicMemory, WORTH};
use crate::ontology::Ontology;
use clout_base::day::Day;
use clout_model::accounts::Accounts;
use clout_model::influence::params::ModelParams;
use clout_model::people::persons::Persons;

/// No topic of tonight's ontology.
pub const NO_TOPIC: u32 = u32::MAX;

/// Who there is tonight, and which topics.
pub struct Tonight<'a> {
    /// The memory.
    pub memory: &'a TopicMemory,
    /// Tonight's topics.
    pub ontology: &'a Ontology,
    /// The accounts that the memory refers to.
    pub accounts: &'a Accounts,
    /// Whose they are.
    pub persons: &'a Persons,
    /// By person: whether they are [there](clout_model::people::presence::Presences), and so in `scores`.
    pub are_there: &'a [bool],
    /// The constants.
    pub params: &'a ModelParams,
    /// The snapshot date.
    pub as_of: Day,
}

/// What one person did to another's claim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// The claim that it credits.
    pub target: u32,
    /// The claim of whoever did it, on the same topic.
    pub actor: u32,
    /// What is left of it, before it saturates.
    pub strength: f64,
    /// The place of its latest endorsement in the memory; of reactions 0.
    pub latest: u32,
}

/// All claims in order of person and topic, and the edges between them in order of target and actor.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// By claim: person and topic of the ontology.
    pub keys: Vec<(u32, u32)>,
    /// By person, where its claims begin; one more than there are persons.
    pub person_offsets: Vec<usize>,
    /// By claim: rows of the person itself, faded.
    pub interest: Vec<f64>,
    /// By claim: what it wrote to others, faded.
    pub given: Vec<f64>,
    /// By claim: whether a tag or words of the person's own are on the topic.
    pub wrote: Vec<bool>,
    /// Reactions.
    pub reactions: Vec<Edge>,
    /// By claim, where its reactions begin; one more than there are claims.
    pub reaction_offsets: Vec<usize>,
    /// Endorsements.
    pub endorsements: Vec<Edge>,
    /// By claim, where its endorsements begin; one more than there are claims.
    pub endorsement_offsets: Vec<usize>,
}

/// (target, topic, actor), strength, place.
type Raw = ((u32, u32, u32), f64, u32);

impl Tonight<'_> {
    /// The claims of the memory, by the persons and topics of tonight.
    pub fn claims(&self) -> Claims {
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
        let mut claims = Claims {
            interest: vec![0.0; keys.len()],
            given: vec![0.0; keys.len()],
            wrote: vec![false; keys.len()],
            person_offsets: offsets(keys.iter().map(|key| key.0 as usize), self.persons.len()),
            keys,
            ..Claims::default()
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

    /// By number of the memory: the topic of the ontology.
    fn topics(&self) -> Vec<u32> {
        let find = |id: &String| self.ontology.find(id).unwrap_or(NO_TOPIC);
        self.memory.ids.iter().map(find).collect()
    }

    fn reactions(&self, topics: &[u32]) -> Vec<Raw> {
        let half_life = self.params.topics.half_life_days;
        let person = |node: u32| self.persons.of_account[node as usize];
        let entries = self.memory.touches.entries.par_iter();
        let raw = entries.filter_map(|entry| {
            let (target, topic, actor) = entry.key;
            let key = (person(target), topics[topic as usize], person(actor));
            let is_meant = key.1 != NO_TOPIC && key.0 != key.2 && entry.count > 0;
            is_meant.then(|| (key, entry.read(WORTH, half_life, self.as_of), 0))
        });
        merged(raw.collect(), |a, b| a + b)
    }

    fn endorsements(&self, topics: &[u32]) -> Vec<Raw> {
        let half_life = self.params.topics.endorsement_half_life_days;
        let read = self.memory.endorsements.read(half_life, self.as_of).enumerate();
        let raw = read.filter_map(|(place, ((endorsee, topic, endorser), worth, _))| {
            let (target, actor) = (self.person(endorsee)?, self.person(endorser)?);
            let topic = topics[*topic as usize];
            (topic != NO_TOPIC && target != actor).then_some(((target, topic, actor), worth, place as u32))
        });
        // Whoever is endorsed under several of their ids is so once: by the word that counts most.
        merged(raw.collect(), f64::max)
    }

    /// The person of an id that was delivered: itself, or tonight's owner of the account of that name. An account may
    /// be known that has nothing left, its people having opted out: whoever praises it praises nobody.
    fn person(&self, person_id: &str) -> Option<u32> {
        let person = self.persons.find(person_id).or_else(|| {
            let (network, account_id) = person_id.split_once(':')?;
            let names = self.accounts.network_names();
            let place = names.iter().position(|name| name == network)?;
            let node = self.accounts.find(place, account_id)?;
            Some(self.persons.of_account[node as usize])
        });
        person.filter(|person| self.are_there[*person as usize])
    }

    /// Whose own tags or words are on which topic; what a person does to their own accounts is not.
    fn written<'a>(&'a self, topics: &'a [u32]) -> impl Iterator<Item = (u32, u32)> + 'a {
        let person = |node: u32| self.persons.of_account[node as usize];
        let own = self.memory.sources.rows().iter().filter(|source| source.key.is_own);
        let to_others = own.filter(move |source| {
            let other = source.act.other;
            other == NOBODY || person(other) != person(source.key.account)
        });
        let keys = to_others.map(move |source| (person(source.key.account), topics[source.key.topic as usize]));
        keys.filter(|key| key.1 != NO_TOPIC)
    }

    /// Interest and what was given, by person and topic: posts, and rows to other persons.
    fn acts(&self, topics: &[u32]) -> Vec<((u32, u32), f64, f64)> {
        let half_life = self.params.topics.half_life_days;
        let person = |node: u32| self.persons.of_account[node as usize];
        let posts = self.memory.posts.entries.par_iter().filter_map(|entry| {
            let key = (person(entry.key.0), topics[entry.key.1 as usize]);
            (key.1 != NO_TOPIC).then(|| (key, entry.read(0, half_life, self.as_of), 0.0))
        });
        let touches = self.memory.touches.entries.par_iter().filter_map(|entry| {
            let (target, topic, actor) = entry.key;
            let key = (person(actor), topics[topic as usize]);
            let read = |index: usize| entry.read(index, half_life, self.as_of);
            let is_meant = key.1 != NO_TOPIC && person(target) != key.0;
            is_meant.then(|| (key, read(INTEREST), read(GIVEN)))
        });
        let mut acts: Vec<((u32, u32), f64, f64)> = posts.chain(touches).collect();
        // Stable: those of one key stay in the order of the memory.
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

/// One a key, in order; what several accounts of a person did is put together in the order of the accounts.
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

impl Claims {
    /// The claim of a person and topic.
    pub fn find(&self, (person, topic): (u32, u32)) -> Option<usize> {
        let own = self.of_person(person as usize);
        let place = self.keys[own.clone()].binary_search_by_key(&topic, |key| key.1);
        place.ok().map(|place| own.start + place)
    }

    /// Claims in all.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether nobody has to do with any topic.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The claims of a person.
    pub fn of_person(&self, person: usize) -> std::ops::Range<usize> {
        self.person_offsets[person]..self.person_offsets[person + 1]
    }

    /// The reactions that credit a claim.
    pub fn reactions_of(&self, claim: usize) -> &[Edge] {
        &self.reactions[self.reaction_offsets[claim]..self.reaction_offsets[claim + 1]]
    }

    /// The endorsements that credit a claim.
    pub fn endorsements_of(&self, claim: usize) -> &[Edge] {
        &self.endorsements[self.endorsement_offsets[claim]..self.endorsement_offsets[claim + 1]]
    }

    fn edges(&self, raw: &[Raw]) -> (Vec<Edge>, Vec<usize>) {
        let place = |key: (u32, u32)| self.find(key).map(|claim| claim as u32);
        let edges: Vec<Edge> = raw
            .par_iter()
            .filter_map(|((target, topic, actor), strength, latest)| {
                Some(Edge {
                    target: place((*target, *topic))?,
                    actor: place((*actor, *topic))?,
                    strength: *strength,
                    latest: *latest,
                })
            })
            .collect();
        let offsets = offsets(edges.iter().map(|edge| edge.target as usize), self.keys.len());
        (edges, offsets)
    }
}

/// Where the items of each of `groups` groups begin, and where the last ends.
pub(super) fn offsets(group_of: impl Iterator<Item = usize>, groups: usize) -> Vec<usize> {
    let mut offsets = vec![0; groups + 1];
    group_of.for_each(|group| offsets[group + 1] += 1);
    (0..groups).for_each(|group| offsets[group + 1] += offsets[group]);
    offsets
}
