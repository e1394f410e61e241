//! What one more reaction on a topic would be worth to a person's score on it.
//!
//! The reaction comes in the last moments of the snapshot date, by a trusted newcomer who reacts to nobody else
//! that day and has had nothing to do with topics: it earns on the topic, and who made it cares for the topic, so
//! the audience grows, too. Each topic has a newcomer of its own, so all are one more run of
//! [`Strengths::of`]: reactions on different topics have no edge in common. What neighbouring and broader topics
//! make of it, [`rollup`] says topic by topic. Trust, influence and everybody else's strength are held.

use super::claims::{Claims, Edge, Tonight};
use super::expertise::{Known, Strength, Strengths};
use super::rollup::{self, Row};
use clout_base::error::Result;
use clout_model::influence::attention::Attention;
use clout_model::influence::score::Model;
use clout_model::influence::weights::{Weighing, saturated};

/// One more reaction to a person.
#[derive(Clone, Copy, Debug)]
pub struct Reaction {
    /// The person who is reacted to.
    pub person: u32,
    /// The weight of its verb.
    pub verb_weight: f64,
    /// a(u,v): the attention of the newcomer to the person that it makes.
    pub attention: f64,
}

/// A person's score on a topic, as it is and after one more reaction on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// The topic of the ontology.
    pub topic: u32,
    /// From 1 to 100, as it is.
    pub before: f64,
    /// From 1 to 100, after the reaction.
    pub after: f64,
}

/// The gains of a person on those of the topics of which the memory has something by the person itself. One that
/// stands only by narrower topics is left out: what it gains depends on which of them is reacted to.
///
/// # Errors
/// If the claims are no graph: a mistake of ours.
pub fn gains(tonight: &Tonight, known: &Known, reaction: &Reaction, topics: &[u32]) -> Result<Vec<Gain>> {
    let claims = tonight.claims();
    let claim_of = |topic: &u32| claims.find((reaction.person, *topic));
    let told: Vec<(u32, usize)> = topics.iter().filter_map(|k| Some((*k, claim_of(k)?))).collect();
    let before = Strengths::of(tonight, &claims, known)?;
    let after = with_newcomers(tonight, known, reaction, claims.clone(), &told)?;
    let score = |rows: &[Row], topic: u32| {
        let row = rows
            .iter()
            .find(|row| (row.person, row.topic) == (reaction.person, topic));
        row.map_or(1.0, Row::score)
    };
    let rows = rollup::rows(tonight, &claims, &before, known);
    let gain = |(topic, claim): &(u32, usize)| {
        let mut strengths = Strengths {
            claims: before.claims.clone(),
            ..Strengths::default()
        };
        strengths.claims[*claim] = after[*claim];
        Gain {
            topic: *topic,
            before: score(&rows, *topic),
            after: score(&rollup::rows(tonight, &claims, &strengths, known), *topic),
        }
    };
    Ok(told.iter().map(gain).collect())
}

/// The strengths of all claims with a newcomer on each of the person's claims; those of others have no audience.
fn with_newcomers(
    tonight: &Tonight,
    known: &Known,
    reaction: &Reaction,
    mut claims: Claims,
    told: &[(u32, usize)],
) -> Result<Vec<Strength>> {
    let weighing = Weighing {
        selectivity: &tonight.params.selectivity,
        repeats: &tonight.params.repeats,
    };
    let strength = weighing.selectivity(1) * saturated(reaction.verb_weight, tonight.params.repeats.beta_day);
    let first = tonight.persons.len() as u32;
    for (place, (topic, claim)) in told.iter().enumerate() {
        claims.add_newcomer(first + place as u32, *topic, *claim, strength);
    }
    let ones = vec![1.0; told.len()];
    let (trust, standing) = (
        [known.model.trust, &ones].concat(),
        [known.model.standing, &ones].concat(),
    );
    let seasoned = [known.seasoned, &ones].concat();
    let sums = [known.sums, &vec![None; told.len()]].concat();
    let newcomers = first..first + told.len() as u32;
    let attention = audience_of(known.attention, reaction, newcomers);
    let known = Known {
        attention: &attention,
        company: known.company,
        seasoned: &seasoned,
        model: &Model {
            trust: &trust,
            standing: &standing,
            corroboration: known.model.corroboration,
        },
        sums: &sums,
        line: known.line,
    };
    Ok(Strengths::of(tonight, &claims, &known)?.claims)
}

/// The person's edges, and those of the newcomers to the person. Nobody else's are asked for.
fn audience_of(attention: &Attention, reaction: &Reaction, newcomers: std::ops::Range<u32>) -> Attention {
    let edges = attention.edges(reaction.person as usize);
    let (mut reactors, mut amounts) = (
        attention.reactors[edges.clone()].to_vec(),
        attention.amounts[edges].to_vec(),
    );
    reactors.extend(newcomers.clone());
    amounts.resize(reactors.len(), reaction.attention);
    let mut offsets = vec![0; newcomers.end as usize + 1];
    offsets[reaction.person as usize + 1..].fill(reactors.len());
    Attention {
        offsets,
        term_offsets: vec![0; reactors.len() + 1],
        terms: Vec::new(),
        reactors,
        amounts,
    }
}

impl Claims {
    /// Adds the claim of a person beyond all others, who has reacted on the topic to the claim `target`. Both
    /// stay in order: the newcomer is the last person and the target's last reactor.
    fn add_newcomer(&mut self, person: u32, topic: u32, target: usize, strength: f64) {
        let actor = self.keys.len() as u32;
        self.keys.push((person, topic));
        self.person_offsets.push(self.keys.len());
        self.interest.push(1.0);
        self.given.push(0.0);
        self.wrote.push(false);
        let edge = Edge {
            target: target as u32,
            actor,
            strength,
            latest: 0,
        };
        self.reactions.insert(self.reaction_offsets[target + 1], edge);
        self.reaction_offsets[target + 1..].iter_mut().for_each(|end| *end += 1);
        self.reaction_offsets.push(self.reactions.len());
        self.endorsement_offsets.push(self.endorsements.len());
    }
}

#[cfg(test)]
#[path = "one_more_tests.rs"]
mod tests;
