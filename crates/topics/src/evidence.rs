//! Finds the pieces of evidence behind each topic score: the rows of `topic_evidence`.

use super::audience::{MAX_CITED, MIN_TRUST};
use super::influence_scores::InfluenceScores;
use super::ledger::decay_to;
use super::own_sources::OwnSources;
use super::person_topics::{PersonTopics, TopicEdge, TopicInputs};
use super::rollup::{TopicLift, TopicScoreRow};
use super::strengths::TopicStrengths;
use super::topic_state::TopicState;
use crate::ontology::Ontology;
use crate::ontology::alias_resolver::MentionKind as Shows;
use clout_model::people::persons::PersonMap;

/// Kinds of evidence, as in the table contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// Narrower or related topic of the person; the source is the topic id.
    Ancestor,
    /// Audience member active on the topic; the source is the person id.
    Audience,
    /// Endorsement; the source is its id.
    Endorsement,
    /// Tag; the source is the object id.
    Tag,
    /// Words of a text; the source is the activity id.
    Text,
}

impl EvidenceKind {
    /// Returns the published name; the variants are in the order of these names.
    pub fn as_str(self) -> &'static str {
        match self {
            EvidenceKind::Ancestor => "ancestor",
            EvidenceKind::Audience => "audience",
            EvidenceKind::Endorsement => "endorsement",
            EvidenceKind::Tag => "tag",
            EvidenceKind::Text => "text",
        }
    }
}

/// One piece of evidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvidencePiece {
    /// Kind of the evidence.
    pub kind: EvidenceKind,
    /// Index in the state's sources or endorsements, a person, or a topic of the ontology, depending on the kind.
    pub source: u32,
    /// Tag and text: the decayed weight of the latest act. Other kinds: the amount added to the strength. The unit is
    /// one ordinary, trusted, fresh reaction.
    pub weight: f64,
}

/// Lookup of the source ids of evidence.
#[derive(Clone, Copy)]
pub struct EvidenceNames<'a> {
    /// Persisted topic state.
    pub memory: &'a TopicState,
    /// Current topics.
    pub ontology: &'a Ontology,
    /// All persons.
    pub persons: &'a PersonMap,
}

impl<'a> EvidenceNames<'a> {
    /// Returns the `source_id` of a piece.
    pub fn source_id(&self, piece: &EvidencePiece) -> &'a str {
        let position = piece.source as usize;
        match piece.kind {
            EvidenceKind::Ancestor => self.ontology.id(piece.source),
            EvidenceKind::Audience => &self.persons.ids[position],
            EvidenceKind::Endorsement => &self.memory.endorsements.latest[position].id,
            EvidenceKind::Tag | EvidenceKind::Text => self.memory.sources.id(&self.memory.sources.rows()[position]),
        }
    }
}

/// Finds the evidence of rows.
pub struct EvidenceFinder<'a> {
    inputs: &'a TopicInputs<'a>,
    claims: &'a PersonTopics,
    strengths: &'a TopicStrengths,
    own: OwnSources<'a>,
    names: EvidenceNames<'a>,
}

/// Buffers reused from row to row.
#[derive(Default)]
pub struct EvidenceScratch {
    evidence: Vec<EvidencePiece>,
    places: Vec<u32>,
    parts: Vec<(u32, f64)>,
    /// Independent people behind the evidence.
    people: Vec<u32>,
}

impl<'a> EvidenceFinder<'a> {
    /// Creates a finder for the given inputs.
    pub fn new(
        inputs: &'a TopicInputs<'a>,
        claims: &'a PersonTopics,
        strengths: &'a TopicStrengths,
    ) -> EvidenceFinder<'a> {
        EvidenceFinder {
            inputs,
            claims,
            strengths,
            own: OwnSources::of(inputs),
            names: EvidenceNames {
                memory: inputs.state,
                ontology: inputs.ontology,
                persons: inputs.persons,
            },
        }
    }

    /// Returns the evidence of a row, sorted by kind and source, and the number of independent people behind it: the
    /// person and others that are trusted. Narrower topics add no people.
    pub fn find_evidence(
        &self,
        row: &TopicScoreRow,
        known: &InfluenceScores,
        scratch: &mut EvidenceScratch,
    ) -> (Vec<EvidencePiece>, usize) {
        scratch.evidence.clear();
        scratch.people.clear();
        scratch.parts.clear();
        scratch
            .parts
            .extend(row.lifts.iter().map(|lift| (lift.from, lift.part)));
        add_lent(row.related, &mut scratch.parts);
        self.add_greatest(EvidenceKind::Ancestor, scratch);
        if let Some(claim) = row.claim {
            let audience = || self.strengths.audiences[claim as usize].best();
            let weight = self.inputs.model.params().topics.audience;
            self.add(
                EvidenceKind::Audience,
                audience().map(|member| (member.person, weight * member.part)),
                &mut scratch.evidence,
            );
            let witnesses = audience().filter(|member| member.is_witness);
            scratch.people.extend(witnesses.map(|member| member.person));
            self.add_endorsements(claim as usize, scratch);
            self.add_sources(row, (EvidenceKind::Tag, &[Shows::Tag]), known, scratch);
            self.add_sources(row, (EvidenceKind::Text, &[Shows::Text, Shows::Word]), known, scratch);
        }
        scratch.people.sort_unstable();
        scratch.people.dedup();
        (scratch.evidence.clone(), scratch.people.len())
    }

    /// Appends pieces of one kind, sorted by source id.
    fn add(&self, kind: EvidenceKind, pieces: impl Iterator<Item = (u32, f64)>, evidence: &mut Vec<EvidencePiece>) {
        let first = evidence.len();
        evidence.extend(pieces.map(|(source, weight)| EvidencePiece { kind, source, weight }));
        evidence[first..].sort_by(|a, b| self.names.source_id(a).cmp(self.names.source_id(b)));
    }

    /// Appends the greatest few parts of the scratch; ties go to the smaller index.
    fn add_greatest(&self, kind: EvidenceKind, scratch: &mut EvidenceScratch) {
        let EvidenceScratch { evidence, parts, .. } = scratch;
        parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        self.add(kind, parts.iter().take(MAX_CITED).copied(), evidence);
    }

    /// Appends the latest sources of a kind, each id once, and the people behind them.
    fn add_sources(
        &self,
        row: &TopicScoreRow,
        (kind, shown): (EvidenceKind, &[Shows]),
        known: &InfluenceScores,
        scratch: &mut EvidenceScratch,
    ) {
        let EvidenceScratch {
            evidence,
            parts,
            places,
            people,
        } = scratch;
        let (as_of, half_life) = (self.inputs.as_of, self.inputs.model.params().topics.half_life_days);
        let id = |position: u32| self.inputs.state.sources.id(self.own.row(position));
        parts.clear();
        for shows in shown {
            self.own.fill(places, row.person, row.topic, *shows);
            // A single word in only one text may occur by chance, so it adds no person.
            if *shows != Shows::Word || places.len() > 1 {
                people.extend(
                    places
                        .iter()
                        .filter_map(|position| self.behind(*position, row.person, known)),
                );
            }
            // A source named by both sides is one piece, by its latest act, which comes first.
            for position in places.iter() {
                if parts.iter().all(|(other, _)| id(*other) != id(*position)) {
                    let act = &self.own.row(*position).act;
                    parts.push((*position, f64::from(act.weight) * decay_to(act.at, as_of, half_life)));
                }
            }
        }
        self.add(kind, parts.iter().copied(), evidence);
    }

    /// Returns the person behind a source: its owner, or another trusted person.
    fn behind(&self, position: u32, person: u32, known: &InfluenceScores) -> Option<u32> {
        match self.own.row(position) {
            source if source.key.is_own => Some(person),
            source => (self.own.other(source)).filter(|other| known.model.trust[*other as usize] >= MIN_TRUST),
        }
    }

    /// Appends the latest endorsement of each of the greatest endorsers, with its part.
    fn add_endorsements(&self, claim: usize, scratch: &mut EvidenceScratch) {
        let endorsed = &self.strengths.endorsements[self.claims.endorsement_offsets[claim]..];
        let edges = self.claims.endorsements_of(claim).iter().zip(endorsed);
        let counted = || edges.clone().filter(|(_, endorsed)| endorsed.part > 0.0);
        scratch.parts.clear();
        scratch
            .parts
            .extend(counted().map(|(edge, endorsed)| (edge.latest, endorsed.part)));
        self.add_greatest(EvidenceKind::Endorsement, scratch);
        let listed = |edge: &TopicEdge| {
            scratch
                .parts
                .iter()
                .take(MAX_CITED)
                .any(|(latest, _)| *latest == edge.latest)
        };
        let known = counted().filter(|(edge, endorsed)| endorsed.known >= MIN_TRUST && listed(edge));
        let people: Vec<u32> = known.map(|(edge, _)| self.claims.keys[edge.actor as usize].0).collect();
        scratch.people.extend(people);
    }
}

/// Adds the amount of the related topic; a related topic that is also narrower stays one piece.
fn add_lent(related: Option<TopicLift>, parts: &mut Vec<(u32, f64)>) {
    let Some(lent) = related else {
        return;
    };
    match parts.iter_mut().find(|(from, _)| *from == lent.from) {
        Some((_, part)) => *part += lent.part,
        None => parts.push((lent.from, lent.part)),
    }
}
