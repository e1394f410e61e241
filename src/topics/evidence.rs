//! What a topic score rests on, each piece by name: the rows of `topic_evidence`.

use super::audience::NAMED;
use super::claims::{Claims, NO_TOPIC, Tonight, offsets};
use super::expertise::Strengths;
use super::ledger::left;
use super::memory::TopicMemory;
use super::rollup::Row;
use super::sources::{KEPT, Source};
use crate::ontology::Ontology;
use crate::ontology::sense::Kind as Shows;
use crate::people::persons::Persons;

/// The kinds of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A narrower topic: its id.
    Ancestor,
    /// Somebody of the audience who cares for the topic: the person's id.
    Audience,
    /// An endorsement: its id.
    Endorsement,
    /// A tag: the id of the object.
    Tag,
    /// Words of a text: the id of the activity.
    Text,
}

impl Kind {
    /// As published; in the order of the words.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Ancestor => "ancestor",
            Kind::Audience => "audience",
            Kind::Endorsement => "endorsement",
            Kind::Tag => "tag",
            Kind::Text => "text",
        }
    }
}

/// One piece.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// What it is.
    pub kind: Kind,
    /// Whose or which: its place in the memory's sources or endorsements, a person, or a topic of the ontology.
    pub source: u32,
    /// Of tag and text, the weight of the latest act on it, faded; of the others, what they add to the
    /// strength. The unit is one ordinary, trusted, fresh reaction.
    pub weight: f64,
}

impl Evidence {
    /// Whether it may be one of two independent sources.
    pub fn is_independent(&self) -> bool {
        self.kind != Kind::Ancestor
    }
}

/// What pieces of evidence are called.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// The memory.
    pub memory: &'a TopicMemory,
    /// Tonight's topics.
    pub ontology: &'a Ontology,
    /// Everybody.
    pub persons: &'a Persons,
}

impl<'a> Names<'a> {
    /// The `source_id` of a piece.
    pub fn source_id(&self, piece: &Evidence) -> &'a str {
        let place = piece.source as usize;
        match piece.kind {
            Kind::Ancestor => self.ontology.id(piece.source),
            Kind::Audience => &self.persons.ids[place],
            Kind::Endorsement => &self.memory.endorsements.latest[place].id,
            Kind::Tag | Kind::Text => self.memory.sources.id(&self.memory.sources.rows()[place]),
        }
    }
}

/// Where each person's tags and texts are among the sources of the memory.
struct OwnSources<'a> {
    memory: &'a TopicMemory,
    /// By account, where its sources begin; one more than there are accounts.
    starts: Vec<usize>,
    /// By person, where its accounts begin; one more than there are persons.
    account_starts: Vec<usize>,
    accounts: Vec<u32>,
    /// By topic of the ontology: its number in the memory.
    numbers: Vec<u32>,
}

impl<'a> OwnSources<'a> {
    /// Of everybody.
    fn of(tonight: &Tonight<'a>) -> OwnSources<'a> {
        let (memory, of_account) = (tonight.memory, &tonight.persons.of_account);
        let of_sources = memory.sources.rows().iter().map(|source| source.account as usize);
        let mut accounts: Vec<u32> = (0..of_account.len() as u32).collect();
        accounts.sort_by_key(|account| of_account[*account as usize]);
        let number = |topic: u32| {
            let place = memory
                .ids
                .binary_search_by(|id| id.as_str().cmp(tonight.ontology.id(topic)));
            place.map_or(NO_TOPIC, |place| place as u32)
        };
        OwnSources {
            memory,
            starts: offsets(of_sources, of_account.len()),
            account_starts: offsets(of_account.iter().map(|person| *person as usize), tonight.persons.len()),
            accounts,
            numbers: (0..tonight.ontology.len() as u32).map(number).collect(),
        }
    }

    /// Puts the places of the latest sources of a person that show a topic into the list, each id once.
    fn fill(&self, places: &mut Vec<u32>, (person, topic, shows): (u32, u32, Shows)) {
        let key = (self.numbers[topic as usize], shows);
        let person = person as usize;
        let accounts = &self.accounts[self.account_starts[person]..self.account_starts[person + 1]];
        let rows = self.memory.sources.rows();
        let mut sides = 0;
        places.clear();
        for account in accounts.iter().map(|account| *account as usize) {
            let own = &rows[self.starts[account]..self.starts[account + 1]];
            let first = own.partition_point(|row| (row.topic, row.shows) < key);
            let same = own[first..].iter().take_while(|row| (row.topic, row.shows) == key);
            let before = places.len();
            places.extend(
                same.zip((self.starts[account] + first) as u32..)
                    .map(|(_, place)| place),
            );
            sides += usize::from(places.len() > before);
        }
        if sides > 1 {
            self.merge(places);
        }
    }

    /// Of the sources of several accounts, the latest, each id once.
    fn merge(&self, places: &mut Vec<u32>) {
        let row = |place: &u32| -> &Source { &self.memory.sources.rows()[*place as usize] };
        let id = |place: &u32| self.memory.sources.id(row(place));
        places.sort_by(|a, b| row(b).at.cmp(&row(a).at).then_with(|| id(a).cmp(id(b))));
        let mut kept: Vec<u32> = Vec::with_capacity(KEPT);
        for place in places.iter() {
            if kept.len() < KEPT && kept.iter().all(|other| id(other) != id(place)) {
                kept.push(*place);
            }
        }
        *places = kept;
    }
}

/// What rows rest on.
pub struct Finder<'a> {
    tonight: &'a Tonight<'a>,
    claims: &'a Claims,
    strengths: &'a Strengths,
    own: OwnSources<'a>,
    names: Names<'a>,
}

/// Lists that are used again from row to row.
#[derive(Default)]
pub struct Scratch {
    evidence: Vec<Evidence>,
    places: Vec<u32>,
    parts: Vec<(u32, f64)>,
}

impl<'a> Finder<'a> {
    /// Of tonight.
    pub fn of(tonight: &'a Tonight<'a>, claims: &'a Claims, strengths: &'a Strengths) -> Finder<'a> {
        Finder {
            tonight,
            claims,
            strengths,
            own: OwnSources::of(tonight),
            names: Names {
                memory: tonight.memory,
                ontology: tonight.ontology,
                persons: tonight.persons,
            },
        }
    }

    /// The evidence of a row, in order of kind and source.
    pub fn of_row(&self, row: &Row, scratch: &mut Scratch) -> Vec<Evidence> {
        scratch.evidence.clear();
        scratch.parts.clear();
        scratch
            .parts
            .extend(row.lifts.iter().map(|lift| (lift.from, lift.part)));
        self.add_greatest(Kind::Ancestor, scratch);
        if let Some(claim) = row.claim {
            let audience = self.strengths.audiences[claim as usize].best();
            let weight = self.tonight.params.topics.audience;
            self.add(
                Kind::Audience,
                audience.map(|(person, part)| (person, weight * part)),
                &mut scratch.evidence,
            );
            self.counted_endorsements(claim as usize, &mut scratch.parts);
            self.add_greatest(Kind::Endorsement, scratch);
            self.add_sources(row, (Kind::Tag, Shows::Tag), scratch);
            self.add_sources(row, (Kind::Text, Shows::Text), scratch);
        }
        scratch.evidence.clone()
    }

    /// Adds pieces of a kind behind those of the kinds before it, in order of their sources.
    fn add(&self, kind: Kind, pieces: impl Iterator<Item = (u32, f64)>, evidence: &mut Vec<Evidence>) {
        let first = evidence.len();
        evidence.extend(pieces.map(|(source, weight)| Evidence { kind, source, weight }));
        evidence[first..].sort_by(|a, b| self.names.source_id(a).cmp(self.names.source_id(b)));
    }

    /// Adds the greatest few of the scratch's parts; of equals the lesser.
    fn add_greatest(&self, kind: Kind, scratch: &mut Scratch) {
        let Scratch { evidence, parts, .. } = scratch;
        parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        self.add(kind, parts.iter().take(NAMED).copied(), evidence);
    }

    fn add_sources(&self, row: &Row, (kind, shows): (Kind, Shows), scratch: &mut Scratch) {
        let Scratch { evidence, places, .. } = scratch;
        self.own.fill(places, (row.person, row.topic, shows));
        let (as_of, half_life) = (self.tonight.as_of, self.tonight.params.topics.half_life_days);
        let weighed = places.iter().map(|place| {
            let source = &self.tonight.memory.sources.rows()[*place as usize];
            (*place, f64::from(source.weight) * left(source.at, as_of, half_life))
        });
        self.add(kind, weighed, evidence);
    }

    /// The latest endorsement of each that counts, with its part.
    fn counted_endorsements(&self, claim: usize, counted: &mut Vec<(u32, f64)>) {
        let endorsed = &self.strengths.endorsements[self.claims.endorsement_offsets[claim]..];
        let edges = self.claims.endorsements_of(claim).iter().zip(endorsed);
        counted.clear();
        counted.extend(
            edges
                .filter(|(_, endorsed)| endorsed.part > 0.0)
                .map(|(edge, endorsed)| (edge.latest, endorsed.part)),
        );
    }
}
