//! The audience knows: whether the people who react to somebody care for a topic themselves.
//!
//! For all topics of a person at once: each reactor's own topics are looked up among the person's, so the whole is
//! one sparse product of who attends to whom with who cares for what, block by block of persons.

use rayon::prelude::*;

use super::claims::Claims;
use super::expertise::Known;
use super::rings::Praise;

/// People of the audience who are named as evidence.
pub const NAMED: usize = 3;
/// The least trust of somebody who counts as an independent source: more likely known than not.
pub const KNOWN: f64 = 0.5;

/// Somebody of an audience.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Member {
    /// The person.
    pub person: u32,
    /// c(u,v) min(1, interest of u in the topic).
    pub part: f64,
    /// Whether this is a source of its own: somebody known who reacted on the topic, or never endorsed the person.
    pub is_witness: bool,
}

/// One claim's audience.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Audience {
    /// The sum of c(u,v) min(1, interest of u in the topic).
    pub sum: f64,
    /// The people with the greatest parts; a part of 0 is nobody's.
    best: [Member; NAMED],
    /// The trust of all people of it who neither reacted on the topic nor endorsed the person on any.
    pub other_trust: f64,
}

/// By claim.
pub fn of_claims(claims: &Claims, known: &Known, praise: &Praise) -> Vec<Audience> {
    let persons = claims.person_offsets.len() - 1;
    let pieces: Vec<Vec<Audience>> = (0..persons)
        .into_par_iter()
        .with_min_len(64)
        .map(|person| of_person(claims, known, praise, person))
        .collect();
    pieces.into_iter().flatten().collect()
}

fn of_person(claims: &Claims, known: &Known, praise: &Praise, person: usize) -> Vec<Audience> {
    let own = claims.of_person(person);
    let mut audiences = vec![Audience::default(); own.len()];
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
        // Whoever praised somebody is no further witness by being there, whatever the topic.
        let has_endorsed = praise.find(reactor, person as u32).is_some();
        let contribution = known.model.contribution(known.attention, edge, sum);
        let mut from = 0;
        for other in theirs {
            // Both are in order of topics, so the search goes on where the last one ended.
            let found = topics[from..].binary_search_by_key(&claims.keys[other].1, |key| key.1);
            let place = from + found.unwrap_or_else(|place| place);
            from = place + usize::from(found.is_ok());
            if found.is_err() {
                continue;
            }
            let part = contribution * claims.interest[other].min(1.0);
            if part > 0.0 {
                let has_reacted = has_reacted(claims, own.start + place, other as u32);
                let trust = known.model.trust[reactor as usize];
                let member = Member {
                    person: reactor,
                    part,
                    is_witness: trust >= KNOWN && (has_reacted || !has_endorsed),
                };
                audiences[place].add(member, trust, has_endorsed || has_reacted);
            }
        }
    }
    audiences
}

/// Whether the actor's claim already reacted to the claim.
fn has_reacted(claims: &Claims, claim: usize, actor: u32) -> bool {
    let reactions = claims.reactions_of(claim);
    reactions.binary_search_by_key(&actor, |edge| edge.actor).is_ok()
}

impl Audience {
    fn add(&mut self, member: Member, trust: f64, is_told: bool) {
        self.sum += member.part;
        if !is_told {
            self.other_trust += trust;
        }
        // Reactors come in ascending order, so of equal parts the lesser person stays first.
        let place = self.best.partition_point(|other| other.part >= member.part);
        if place < NAMED {
            self.best[place..].rotate_right(1);
            self.best[place] = member;
        }
    }

    /// Takes it for no more than `most`.
    pub fn limit(&mut self, most: f64) {
        if self.sum > most {
            let left = most / self.sum;
            self.sum = most;
            self.best.iter_mut().for_each(|member| member.part *= left);
        }
    }

    /// The people with the greatest parts.
    pub fn best(&self) -> impl Iterator<Item = Member> {
        self.best.into_iter().filter(|member| member.part > 0.0)
    }
}
