//! Computes the strength of each (person, topic) pair, the basis of topic scores.
//!
//! ```text
//! a       = (1 + beta) s / (s + beta)                          of each reactor u, on topic k
//! T, U    = sums of g rho a and (1 - g) rho a                  as for influence, rho being u's rank on k
//! E       = w rho y a                                          of endorsements; y = g z h kept: z is seasoned,
//!                                                              h is from `endorser_credibility`, kept from `endorsement_graph`
//! A       = sum of c(u,v) min(1, interest of u in k)           the audience: c is u's contribution to v's influence;
//!                                                              at most E if only E ties v to k
//! X       = T + phi U + E + A                                  given by others
//! D       = T + phi U + E + w psi G                          own texts w psi G that nobody answers earn nothing
//! G       = sum over persons v of (1 + beta) s / (s + beta), s the texts to v on k, a share of which lasts for years
//! psi     = (1 - exp(-x)) / x    x = w sum of G / (c sum of V), both over all topics of the person; 0 without V
//! V       = T + phi U of the reactions, a share of which lasts, by persons that the person helped on k
//! R       = the greatest of P(j | k) rare_j D_j over other topics j of the person
//! I       = B + rare (D + A + sum over narrower topics j of decay^d D_j) + R
//! score   = I on the scale of the influence score
//! ```
//!
//! `rho` is [`propagate_trust`] over all pairs at once: reactions on different topics share no edge, so one run over one
//! sparse matrix is a run for every topic, each with trust as its teleport (Haveliwala, *Topic-Sensitive PageRank*,
//! 2002). `P(j | k)` is the share of rows about k that are also about j ([`super::rollup`]). `rare` =
//! 1 / (1 + p / common_at), where p is the trusted share of people with a topic that others give strength on k. p is
//! a share, so the size of the warehouse changes no score.

use rayon::prelude::*;

use super::audience::{self, TopicAudience};
use super::endorsement_graph::EndorsementGraph;
use super::endorser_credibility::compute_credibility;
use super::influence_scores::InfluenceScores;
use super::person_tables::TopicInputs;
use super::person_topics::{PersonTopics, TopicEdge};
use clout_base::error::{Error, Result};
use clout_graph::{InEdges, MutualEdges, PropagationOutcome};
use clout_model::influence::score::compute_belief;
use clout_model::influence::trust::{ReactorRanks, propagate_trust};
use clout_model::influence::weights::saturate;

/// Components of one pair's strength, in units of one ordinary, trusted reaction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TopicStrength {
    /// T + phi U: from reactions on the topic.
    pub earned: f64,
    /// E: from endorsements.
    pub endorsed: f64,
    /// A: from the audience's interest.
    pub audience: f64,
    /// Counted part of the person's own texts.
    pub given: f64,
}

impl TopicStrength {
    /// Returns D, the part passed on to other topics.
    pub fn direct(&self) -> f64 {
        self.earned + self.endorsed + self.given
    }

    /// Returns X, the part given by others.
    pub fn by_others(&self) -> f64 {
        self.earned + self.endorsed + self.audience
    }
}

/// Contribution of one endorsement.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EndorsementShare {
    /// Part of E.
    pub part: f64,
    /// y, from 0 to 1: credibility of the endorser, independent of the other endorsers.
    pub known: f64,
}

/// Strengths of all pairs, and the contribution of each edge.
#[derive(Default)]
pub struct TopicStrengths {
    /// Strength by pair.
    pub claims: Vec<TopicStrength>,
    /// Contribution by endorsement.
    pub endorsements: Vec<EndorsementShare>,
    /// Audience by pair.
    pub audiences: Vec<TopicAudience>,
    /// Convergence of the propagation over all topics.
    pub outcome: PropagationOutcome,
}

impl TopicStrengths {
    /// Returns the strength of a pair; zero without one.
    pub fn find(&self, claim: Option<u32>) -> TopicStrength {
        claim.map(|claim| self.claims[claim as usize]).unwrap_or_default()
    }

    /// Computes the strengths of all pairs.
    ///
    /// # Errors
    /// Returns an internal error if the pairs do not form a valid graph.
    pub fn compute(inputs: &TopicInputs, claims: &PersonTopics, known: &InfluenceScores) -> Result<TopicStrengths> {
        let actors = Actors::of(inputs, claims, known)?;
        let params = &inputs.model.params().topics;
        let person_known = |person: u32| known.model.trust[person as usize] * known.seasoned[person as usize];
        let praise = EndorsementGraph::from_pairs(claims, &person_known);
        let endorsements = endorsed(inputs, claims, known, &actors, &praise);
        let all_endorsed = |claim: usize| -> f64 {
            let index = claims.endorsement_offsets[claim]..claims.endorsement_offsets[claim + 1];
            endorsements[index].iter().map(|endorsed| endorsed.part).sum()
        };
        let mut audiences = audience::compute_audiences(claims, known, &praise);
        audiences.par_iter_mut().enumerate().for_each(|(claim, audience)| {
            let has_reaction = claims.reactions_of(claim).iter().any(|edge| edge.strength > 0.0);
            if !claims.wrote[claim] && !has_reaction {
                audience.limit(all_endorsed(claim));
            }
        });
        let given = compute_given(inputs, claims, &actors);
        let of_claim = |claim: usize| TopicStrength {
            earned: actors.compute_earned(inputs, claims, claim, |edge| edge.strength),
            endorsed: all_endorsed(claim),
            audience: params.audience * audiences[claim].sum,
            given: given[claim],
        };
        Ok(TopicStrengths {
            claims: (0..claims.len()).into_par_iter().map(of_claim).collect(),
            endorsements,
            audiences,
            outcome: actors.outcome,
        })
    }
}

/// Returns the counted part of the person's own texts by pair: w G psi.
fn compute_given(inputs: &TopicInputs, claims: &PersonTopics, actors: &Actors) -> Vec<f64> {
    let params = &inputs.model.params().topics;
    let of_person = |person: usize| {
        let own = claims.of_person(person);
        let helped: f64 = params.given * claims.given[own.clone()].iter().sum::<f64>();
        let vouched = own
            .clone()
            .map(|claim| actors.compute_earned(inputs, claims, claim, |edge| edge.lasting));
        let limit = params.given_per_earned * vouched.sum::<f64>();
        let share = match helped > 0.0 && limit > 0.0 {
            true => -limit / helped * (-helped / limit).exp_m1(),
            false => 0.0,
        };
        own.map(move |claim| params.given * claims.given[claim] * share)
    };
    let persons = 0..claims.person_offsets.len() - 1;
    let given: Vec<Vec<f64>> = persons
        .into_par_iter()
        .with_min_len(64)
        .map(|person| of_person(person).collect())
        .collect();
    given.concat()
}

/// Trust and rank of the actors on topics.
struct Actors {
    /// By pair: g of the person.
    trust: Vec<f64>,
    /// By pair: rho, the rank of the person on the topic.
    standing: Vec<f64>,
    /// Convergence of the propagation.
    outcome: PropagationOutcome,
}

impl Actors {
    fn of(inputs: &TopicInputs, claims: &PersonTopics, known: &InfluenceScores) -> Result<Actors> {
        let params = inputs.model.params();
        let failed = |error| Error::internal("the reactions on topics are not a valid graph").with_source(error);
        let sources: Vec<u32> = claims.reactions.iter().map(|edge| edge.actor).collect();
        let in_edges = InEdges::new(&claims.reaction_offsets, &sources).map_err(failed)?;
        let weight = |edge: usize| saturate(claims.reactions[edge].strength, params.repeats.beta);
        let keys = claims.keys.par_iter();
        let trust: Vec<f64> = keys.map(|(person, _)| known.model.trust[*person as usize]).collect();
        let ReactorRanks {
            rank_factors: standing,
            outcome,
        } = propagate_trust(in_edges, weight, &MutualEdges::find(in_edges), &trust, params, None)?;
        Ok(Actors {
            trust,
            standing,
            outcome,
        })
    }

    /// Returns T + phi U of a pair, from a `strength` of its reactions.
    fn compute_earned(
        &self,
        inputs: &TopicInputs,
        claims: &PersonTopics,
        claim: usize,
        strength: impl Fn(&TopicEdge) -> f64,
    ) -> f64 {
        let (mut trusted, mut strangers) = (0.0, 0.0);
        for edge in claims.reactions_of(claim) {
            let trust = self.trust[edge.actor as usize];
            let amount =
                self.standing[edge.actor as usize] * saturate(strength(edge), inputs.model.params().repeats.beta);
            trusted += trust * amount;
            strangers += (1.0 - trust) * amount;
        }
        trusted + compute_belief(trusted, strangers, &inputs.model.params().corroboration) * strangers
    }
}

/// Computes the contribution of each endorsement.
fn endorsed(
    inputs: &TopicInputs,
    claims: &PersonTopics,
    known: &InfluenceScores,
    actors: &Actors,
    praise: &EndorsementGraph,
) -> Vec<EndorsementShare> {
    let params = inputs.model.params();
    let (kept, vouched) = (
        praise.compute_kept_shares(),
        compute_credibility(praise, known, params.topics.endorser_half_at),
    );
    let of_edge = |edge: &TopicEdge| {
        let person = |claim: u32| claims.keys[claim as usize].0;
        let Some(word) = praise.find(person(edge.actor), person(edge.target)) else {
            return EndorsementShare::default();
        };
        let seasoned = known.seasoned[person(edge.actor) as usize];
        let known = actors.trust[edge.actor as usize] * seasoned * vouched[word] * kept[word];
        let amount = actors.standing[edge.actor as usize] * saturate(edge.strength, params.repeats.beta);
        EndorsementShare {
            part: params.topics.endorsement * known * amount,
            known,
        }
    };
    claims.endorsements.par_iter().map(of_edge).collect()
}
