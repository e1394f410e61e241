//! Computes the audience of each (person, topic) pair: the reactors of the person that are active on the topic.
//!
//! All topics of a person are computed at once. Each reactor's topics are looked up among the person's topics, so
//! the whole is a sparse product of the attention matrix and the interest matrix, in blocks of persons.

use rayon::prelude::*;

use super::endorsement_graph::EndorsementGraph;
use super::influence_scores::InfluenceScores;
use super::person_topics::PersonTopics;

/// Number of audience members listed as evidence.
pub const MAX_CITED: usize = 3;
/// Least trust of an independent source: more likely known than not.
pub const MIN_TRUST: f64 = 0.5;

/// One reactor in an audience.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AudienceMember {
    /// Index of the reactor among the persons.
    pub person: u32,
    /// c(u,v) min(1, interest of u in the topic).
    pub part: f64,
    /// True if the reactor is an independent source: trusted, and reacted on the topic or never endorsed the person.
    pub is_witness: bool,
}

/// Audience of one (person, topic) pair.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TopicAudience {
    /// Sum of c(u,v) min(1, interest of u in the topic).
    pub sum: f64,
    /// Members with the greatest parts, descending; unused slots have part 0.
    best: [AudienceMember; MAX_CITED],
    /// Sum of the trust of the members that neither reacted on the topic nor endorsed the person on any topic.
    pub other_trust: f64,
}

/// Computes the audience of each pair, in the order of the pairs.
pub fn compute_audiences(
    claims: &PersonTopics,
    known: &InfluenceScores,
    praise: &EndorsementGraph,
) -> Vec<TopicAudience> {
    let persons = claims.person_offsets.len() - 1;
    let pieces: Vec<Vec<TopicAudience>> = (0..persons)
        .into_par_iter()
        .with_min_len(64)
        .map(|person| of_person(claims, known, praise, person))
        .collect();
    pieces.into_iter().flatten().collect()
}

fn of_person(
    claims: &PersonTopics,
    known: &InfluenceScores,
    praise: &EndorsementGraph,
    person: usize,
) -> Vec<TopicAudience> {
    let own = claims.of_person(person);
    let mut audiences = vec![TopicAudience::default(); own.len()];
    let Some(sum) = known.sums[person].as_ref().filter(|_| !own.is_empty()) else {
        return audiences;
    };
    let topics = &claims.keys[own.clone()];
    for edge in known.attention.edges(person) {
        let reactor = known.attention.reactors[edge];
        let theirs = claims.of_person(reactor as usize);
        if theirs.is_empty() {
            continue;
        }
        // An endorser is no independent source as a member of the audience, whatever the topic.
        let has_endorsed = praise.find(reactor, person as u32).is_some();
        let contribution = known.model.contribution(known.attention, edge, sum);
        let mut from = 0;
        for other in theirs {
            // Both lists are sorted by topic, so each search starts at the end of the last one.
            let found = topics[from..].binary_search_by_key(&claims.keys[other].1, |key| key.1);
            let position = from + found.unwrap_or_else(|position| position);
            from = position + usize::from(found.is_ok());
            if found.is_err() {
                continue;
            }
            let part = contribution * claims.interest[other].min(1.0);
            if part > 0.0 {
                let has_reacted = has_reacted(claims, own.start + position, other as u32);
                let trust = known.model.trust[reactor as usize];
                let member = AudienceMember {
                    person: reactor,
                    part,
                    is_witness: trust >= MIN_TRUST && (has_reacted || !has_endorsed),
                };
                audiences[position].add(member, trust, has_endorsed || has_reacted);
            }
        }
    }
    audiences
}

/// Returns true if the pair `actor` has a reaction to the pair `claim`.
fn has_reacted(claims: &PersonTopics, claim: usize, actor: u32) -> bool {
    let reactions = claims.reactions_of(claim);
    reactions.binary_search_by_key(&actor, |edge| edge.actor).is_ok()
}

impl TopicAudience {
    fn add(&mut self, member: AudienceMember, trust: f64, is_counted: bool) {
        self.sum += member.part;
        if !is_counted {
            self.other_trust += trust;
        }
        // Reactors come in ascending order, so among equal parts the smaller person index stays first.
        let position = self.best.partition_point(|other| other.part >= member.part);
        if position < MAX_CITED {
            self.best[position..].rotate_right(1);
            self.best[position] = member;
        }
    }

    /// Limits the sum to `most` and scales the members' parts to match.
    pub fn limit(&mut self, most: f64) {
        if self.sum > most {
            let left = most / self.sum;
            self.sum = most;
            self.best.iter_mut().for_each(|member| member.part *= left);
        }
    }

    /// Returns the members with the greatest parts, descending.
    pub fn best(&self) -> impl Iterator<Item = AudienceMember> {
        self.best.into_iter().filter(|member| member.part > 0.0)
    }
}
