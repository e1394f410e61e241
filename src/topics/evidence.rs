//! What a topic score rests on, each piece by name: the rows of `topic_evidence`.

use rayon::prelude::*;

use super::audience::NAMED;
use super::claims::{Claims, NO_TOPIC, Tonight};
use super::expertise::Strengths;
use super::ledger::left;
use super::rollup::Row;
use super::sources::{KEPT, Source};
use crate::ontology::sense::Kind as Shows;

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
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What it is.
    pub kind: Kind,
    /// Whose or which.
    pub source_id: String,
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

/// Tags and texts by person and topic of the ontology, the latest first.
pub struct OwnSources<'a> {
    rows: Vec<(u32, u32, &'a Source)>,
}

impl<'a> OwnSources<'a> {
    /// Of everybody.
    pub fn of(tonight: &Tonight<'a>) -> OwnSources<'a> {
        let memory = tonight.memory;
        let topic = |number: u32| tonight.ontology.find(&memory.ids[number as usize]).unwrap_or(NO_TOPIC);
        let topics: Vec<u32> = (0..memory.ids.len() as u32).map(topic).collect();
        let rows = memory.sources.rows().par_iter().filter_map(|source| {
            let topic = topics[source.topic as usize];
            let person = tonight.persons.of_account[source.account as usize];
            (topic != NO_TOPIC).then_some((person, topic, source))
        });
        let mut rows: Vec<(u32, u32, &Source)> = rows.collect();
        let id = |source: &Source| memory.sources.id(source);
        rows.par_sort_by(|(a, k, x), (b, j, y)| {
            (a, k, x.shows)
                .cmp(&(b, j, y.shows))
                .then(y.at.cmp(&x.at))
                .then_with(|| id(x).cmp(id(y)))
        });
        OwnSources { rows }
    }

    fn of_row(&self, person: u32, topic: u32) -> impl Iterator<Item = &'a Source> + '_ {
        let start = self.rows.partition_point(|(a, k, _)| (*a, *k) < (person, topic));
        let own = self.rows[start..]
            .iter()
            .take_while(move |(a, k, _)| (*a, *k) == (person, topic));
        own.map(|(_, _, source)| *source)
    }
}

/// The evidence of a row, in order of kind and source.
pub fn of_row(tonight: &Tonight, claims: &Claims, strengths: &Strengths, own: &OwnSources, row: &Row) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    if let Some(claim) = row.claim {
        add_sources(tonight, own, row, &mut evidence);
        add_endorsements(tonight, claims, strengths, claim as usize, &mut evidence);
        let audience = strengths.audiences[claim as usize].best.iter();
        evidence.extend(audience.map(|(person, part)| Evidence {
            kind: Kind::Audience,
            source_id: tonight.persons.ids[*person as usize].clone(),
            weight: tonight.params.topics.audience * part,
        }));
    }
    let mut lifts = row.lifts.clone();
    lifts.sort_by(|a, b| b.part.total_cmp(&a.part).then(a.from.cmp(&b.from)));
    evidence.extend(lifts.iter().take(NAMED).map(|lift| Evidence {
        kind: Kind::Ancestor,
        source_id: tonight.ontology.id(lift.from).to_owned(),
        weight: lift.part,
    }));
    evidence.sort_by(|a, b| (a.kind, &a.source_id).cmp(&(b.kind, &b.source_id)));
    evidence
}

fn add_sources(tonight: &Tonight, own: &OwnSources, row: &Row, evidence: &mut Vec<Evidence>) {
    let half_life = tonight.params.topics.half_life_days;
    for (shows, kind) in [(Shows::Tag, Kind::Tag), (Shows::Text, Kind::Text)] {
        let mut named: Vec<&str> = Vec::with_capacity(KEPT);
        for source in own.of_row(row.person, row.topic).filter(|source| source.shows == shows) {
            let id = tonight.memory.sources.id(source);
            if named.len() == KEPT || named.contains(&id) {
                continue;
            }
            named.push(id);
            evidence.push(Evidence {
                kind,
                source_id: id.to_owned(),
                weight: f64::from(source.weight) * left(source.at, tonight.as_of, half_life),
            });
        }
    }
}

fn add_endorsements(
    tonight: &Tonight,
    claims: &Claims,
    strengths: &Strengths,
    claim: usize,
    evidence: &mut Vec<Evidence>,
) {
    let parts = &strengths.endorsements[claims.endorsement_offsets[claim]..];
    let edges = claims.endorsements_of(claim).iter().zip(parts);
    let mut counted: Vec<(u32, f64)> = edges
        .filter(|(_, part)| **part > 0.0)
        .map(|(edge, part)| (edge.latest, *part))
        .collect();
    counted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    evidence.extend(counted.iter().take(NAMED).map(|(latest, part)| Evidence {
        kind: Kind::Endorsement,
        source_id: tonight.memory.endorsements.latest[*latest as usize].id.to_string(),
        weight: *part,
    }));
}
