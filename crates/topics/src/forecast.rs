//! Forecasts a person's topic scores after one more reaction on the topic.
//!
//! The reaction occurs at the end of the snapshot date. Its actor is a trusted newcomer with no other reaction that
//! day and no topics so far. The reaction adds strength on the topic, and the newcomer joins the audience. Each topic
//! gets its own newcomer, so one run of [`TopicStrengths::compute`] covers all: reactions on different topics share no edge.
//! [`rollup`] adds the effect on related and broader topics, topic by topic. Trust, influence and the strengths of
//! other persons stay constant.

use super::influence_scores::InfluenceScores;
use super::person_tables::TopicInputs;
use super::person_topics::{PersonTopics, TopicEdge};
use super::relations::TopicRelations;
use super::rollup::{self, TopicScoreRow};
use super::strengths::{TopicStrength, TopicStrengths};
use clout_base::error::Result;
use clout_model::influence::attention::AttentionGraph;
use clout_model::influence::edge_terms::EdgeTerms;
use clout_model::influence::score::ContributionModel;
use clout_model::influence::weights::saturate;

/// Reaction added to a person.
#[derive(Clone, Copy, Debug)]
pub struct AddedReaction {
    /// Target of the reaction.
    pub person: u32,
    /// Weight of its verb.
    pub verb_weight: f64,
    /// a(u,v): resulting attention of the newcomer to the person.
    pub attention: f64,
}

/// Topic score of a person, now and after one more reaction on the topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicGain {
    /// Topic of the ontology.
    pub topic: u32,
    /// Current score, from 1 to 100.
    pub before: f64,
    /// Score after the reaction, from 1 to 100.
    pub after: f64,
}

/// Computes the gains of a person on those of the topics that have a (person, topic) pair of the person.
///
/// Topics with evidence from narrower topics only are left out: the gain would depend on the narrower topic.
///
/// # Errors
/// Returns an internal error if the pairs do not form a valid graph.
pub fn forecast_gains(
    inputs: &TopicInputs,
    known: &InfluenceScores,
    reaction: &AddedReaction,
    topics: &[u32],
) -> Result<Vec<TopicGain>> {
    let claims = inputs.build_person_topics()?;
    let claim_of = |topic: &u32| claims.find((reaction.person, *topic));
    let known_pairs: Vec<(u32, usize)> = topics.iter().filter_map(|k| Some((*k, claim_of(k)?))).collect();
    let before = TopicStrengths::compute(inputs, &claims, known)?;
    let after = with_newcomers(inputs, known, reaction, claims.clone(), &known_pairs)?;
    let relations = TopicRelations::new(inputs)?;
    let score_rows = |strengths: &TopicStrengths| rollup::compute_rows(inputs, &relations, &claims, strengths, known);
    let score = |rows: &[TopicScoreRow], topic: u32| {
        let row = rows
            .iter()
            .find(|row| (row.person, row.topic) == (reaction.person, topic));
        row.map_or(1.0, TopicScoreRow::score)
    };
    let rows = score_rows(&before)?.rows;
    let gain = |(topic, claim): &(u32, usize)| {
        let mut strengths = TopicStrengths {
            claims: before.claims.clone(),
            ..TopicStrengths::default()
        };
        strengths.claims[*claim] = after[*claim];
        Ok(TopicGain {
            topic: *topic,
            before: score(&rows, *topic),
            after: score(&score_rows(&strengths)?.rows, *topic),
        })
    };
    known_pairs.iter().map(gain).collect()
}

/// Returns the strengths of all pairs with a newcomer on each of the person's pairs; other persons have no audience.
fn with_newcomers(
    inputs: &TopicInputs,
    known: &InfluenceScores,
    reaction: &AddedReaction,
    mut claims: PersonTopics,
    known_pairs: &[(u32, usize)],
) -> Result<Vec<TopicStrength>> {
    let beta_day = inputs.model.params().repeats.beta_day;
    let strength = inputs.model.weighing().selectivity(1) * saturate(reaction.verb_weight, beta_day);
    let first = inputs.persons.len() as u32;
    for (index, (topic, claim)) in known_pairs.iter().enumerate() {
        claims.add_newcomer(first + index as u32, *topic, *claim, strength);
    }
    let ones = vec![1.0; known_pairs.len()];
    let (trust, standing) = ([known.model.trust, &ones].concat(), [known.model.rank, &ones].concat());
    let seasoned = [known.seasoned, &ones].concat();
    let sums = [known.sums, &vec![None; known_pairs.len()]].concat();
    let newcomers = first..first + known_pairs.len() as u32;
    let attention = audience_of(known.attention, reaction, newcomers);
    let known = InfluenceScores {
        attention: &attention,
        endorser_attention: known.endorser_attention,
        seasoned: &seasoned,
        model: ContributionModel {
            trust: &trust,
            rank: &standing,
            corroboration: known.model.corroboration,
        },
        sums: &sums,
        scale: known.scale,
    };
    Ok(TopicStrengths::compute(inputs, &claims, &known)?.claims)
}

/// Returns the person's edges and those of the newcomers to the person; other edges are not needed.
fn audience_of(
    attention: &AttentionGraph,
    reaction: &AddedReaction,
    newcomers: std::ops::Range<u32>,
) -> AttentionGraph {
    let edges = attention.edges(reaction.person as usize);
    let (mut reactors, mut amounts) = (
        attention.reactors[edges.clone()].to_vec(),
        attention.amounts[edges].to_vec(),
    );
    reactors.extend(newcomers.clone());
    amounts.resize(reactors.len(), reaction.attention);
    let mut offsets = vec![0; newcomers.end as usize + 1];
    offsets[reaction.person as usize + 1..].fill(reactors.len());
    AttentionGraph {
        offsets,
        terms: EdgeTerms::default(),
        reactors,
        amounts,
    }
}

impl PersonTopics {
    /// Adds the pair of a new last person that reacted on the topic to the pair `target`. Both lists stay sorted: the
    /// newcomer is the last person and the target's last reactor.
    fn add_newcomer(&mut self, person: u32, topic: u32, target: usize, strength: f64) {
        let actor = self.keys.len() as u32;
        self.keys.push((person, topic));
        self.person_offsets.push(self.keys.len());
        self.interest.push(1.0);
        self.given.push(0.0);
        self.wrote.push(false);
        let edge = TopicEdge {
            target: target as u32,
            actor,
            strength,
            // The target has not helped the newcomer.
            lasting: 0.0,
        };
        self.reactions.insert(self.reaction_offsets[target + 1], edge);
        self.reaction_offsets[target + 1..].iter_mut().for_each(|end| *end += 1);
        self.reaction_offsets.push(self.reactions.len());
        self.endorsement_offsets.push(self.endorsements.len());
    }
}

#[cfg(test)]
#[path = "forecast_tests.rs"]
mod tests;
