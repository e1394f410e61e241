//! How credible people are on topics: claims become strengths, and strengths scores.
//!
//! ```text
//! a       = (1 + beta) s / (s + beta)                          of each reactor u, on topic k
//! T, U    = sums of g rho a and (1 - g) rho a                  as for influence, rho being u's own standing on k
//! E       = w rho y a                                          of endorsements; y = g z h kept, z being seasoned, h of `vouching`
//! A       = sum of c(u,v) min(1, interest of u in k)           the audience: c is u's contribution to v's influence;
//!                                                              E at most where nothing but E ties v to k
//! X       = T + phi U + E + A                                  what others gave
//! D       = T + phi U + E + cap (1 - exp(-G / cap))            G = given, cap = 3 X: nobody earns by talking alone
//! R       = the greatest of P(j | k) rare_j D_j over other topics j of the person: the nearest neighbour lends
//! I       = B + rare (D + A + sum over narrower topics j of decay^d D_j) + R
//! score   = the influence score's own scale of I
//! ```
//!
//! `rho` is [`propagated`] over all claims at once: the reactions on different topics have no edge in common, so one
//! run over one sparse matrix is a run for every topic, each with trust as its teleport (Haveliwala, *Topic-Sensitive
//! PageRank*, 2002). `P(j | k)` is the share of rows about k that are about j too, [`super::rollup`] says how. `rare` = 1 / (1 + p / common_at), p being the trusted share of
//! people with a topic who are listened to on k; it is a share, so the size of the warehouse moves nobody.

use rayon::prelude::*;

use super::audience::{self, Audience};
use super::claims::{Claims, Edge, Tonight};
use super::rings::Praise;
use super::vouching::vouched;
use clout_base::error::{Error, Result};
use clout_graph::{Csr, Outcome};
use clout_model::influence::attention::Attention;
use clout_model::influence::score::{Line, Model, Sum, believed};
use clout_model::influence::trust::{Reactors, propagated};
use clout_model::influence::weights::saturated;

/// What tonight's scores say about people.
pub struct Known<'a> {
    /// Who attends to whom.
    pub attention: &'a Attention,
    /// Who attends to endorsers: the same, but where somebody is imagined.
    pub company: &'a Attention,
    /// By person: how seasoned, which is how far praise is believed.
    pub seasoned: &'a [f64],
    /// What a reactor's attention is worth.
    pub model: &'a Model<'a>,
    /// By person: how contributions add up.
    pub sums: &'a [Option<Sum>],
    /// The scale.
    pub line: &'a Line,
}

/// What makes up one claim's strength, in the unit of one ordinary, trusted reaction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Strength {
    /// T + phi U: by reactions on the topic.
    pub earned: f64,
    /// E: by endorsements.
    pub endorsed: f64,
    /// A: by the audience's own interest.
    pub audience: f64,
    /// What of the person's own acts counts.
    pub given: f64,
}

impl Strength {
    /// D: what the claim passes on to other topics.
    pub fn direct(&self) -> f64 {
        self.earned + self.endorsed + self.given
    }

    /// X: what others gave.
    pub fn by_others(&self) -> f64 {
        self.earned + self.endorsed + self.audience
    }
}

/// What an endorsement adds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Endorsed {
    /// Its part of E.
    pub part: f64,
    /// y, from 0 to 1: how far it is the word of somebody whom others than the endorsers know.
    pub known: f64,
}

/// The strengths of all claims, and what each edge added.
#[derive(Default)]
pub struct Strengths {
    /// By claim.
    pub claims: Vec<Strength>,
    /// By endorsement.
    pub endorsements: Vec<Endorsed>,
    /// By claim.
    pub audiences: Vec<Audience>,
    /// How the propagation over all topics went.
    pub outcome: Outcome,
}

impl Strengths {
    /// Of the claim behind a row; nothing where there is none.
    pub fn of_row(&self, row: &super::rollup::Row) -> Strength {
        row.claim.map(|claim| self.claims[claim as usize]).unwrap_or_default()
    }

    /// Of all claims.
    ///
    /// # Errors
    /// If the claims are no graph: a mistake of ours.
    pub fn of(tonight: &Tonight, claims: &Claims, known: &Known) -> Result<Strengths> {
        let actors = Actors::of(tonight, claims, known)?;
        let params = &tonight.params.topics;
        let person_known = |person: u32| known.model.trust[person as usize] * known.seasoned[person as usize];
        let praise = Praise::of(claims, &person_known);
        let endorsements = endorsed(tonight, claims, known, &actors, &praise);
        let all_endorsed = |claim: usize| -> f64 {
            let place = claims.endorsement_offsets[claim]..claims.endorsement_offsets[claim + 1];
            endorsements[place].iter().map(|endorsed| endorsed.part).sum()
        };
        let mut audiences = audience::of_claims(claims, known, &praise);
        audiences.par_iter_mut().enumerate().for_each(|(claim, audience)| {
            if !claims.wrote[claim] && claims.reactions_of(claim).is_empty() {
                audience.limit(all_endorsed(claim));
            }
        });
        let of_claim = |claim: usize| {
            let earned = actors.earned(tonight, claims, claim);
            let endorsed = all_endorsed(claim);
            let audience = params.audience * audiences[claim].sum;
            let cap = params.given_per_earned * (earned + endorsed + audience);
            let given = match cap > 0.0 {
                true => -cap * (-params.given * claims.given[claim] / cap).exp_m1(),
                false => 0.0,
            };
            Strength {
                earned,
                endorsed,
                audience,
                given,
            }
        };
        Ok(Strengths {
            claims: (0..claims.len()).into_par_iter().map(of_claim).collect(),
            endorsements,
            audiences,
            outcome: actors.outcome,
        })
    }
}

/// What those who act on topics are worth.
struct Actors {
    /// By claim: g of the person.
    trust: Vec<f64>,
    /// By claim: rho of the person on the topic.
    standing: Vec<f64>,
    /// How their propagation went.
    outcome: Outcome,
}

impl Actors {
    fn of(tonight: &Tonight, claims: &Claims, known: &Known) -> Result<Actors> {
        let params = tonight.params;
        let failed = |error| Error::internal("tonight's topics are no graph").with_source(error);
        let edges = claims.reactions.par_iter();
        let weights = edges.map(|edge| saturated(edge.strength, params.repeats.beta));
        let in_edges = Csr::from_sorted_rows(
            claims.reaction_offsets.clone(),
            claims.reactions.iter().map(|edge| edge.actor).collect(),
            weights.collect(),
        )
        .map_err(failed)?;
        let keys = claims.keys.par_iter();
        let trust: Vec<f64> = keys.map(|(person, _)| known.model.trust[*person as usize]).collect();
        let Reactors { standing, outcome } = propagated(&in_edges, &trust, params);
        Ok(Actors {
            trust,
            standing,
            outcome,
        })
    }

    /// T + phi U of a claim.
    fn earned(&self, tonight: &Tonight, claims: &Claims, claim: usize) -> f64 {
        let (mut trusted, mut strangers) = (0.0, 0.0);
        for edge in claims.reactions_of(claim) {
            let trust = self.trust[edge.actor as usize];
            let amount = self.standing[edge.actor as usize] * saturated(edge.strength, tonight.params.repeats.beta);
            trusted += trust * amount;
            strangers += (1.0 - trust) * amount;
        }
        trusted + believed(trusted, strangers, &tonight.params.corroboration) * strangers
    }
}

/// By endorsement.
fn endorsed(tonight: &Tonight, claims: &Claims, known: &Known, actors: &Actors, praise: &Praise) -> Vec<Endorsed> {
    let params = tonight.params;
    let (kept, vouched) = (praise.kept(), vouched(praise, known, params.topics.endorser_half_at));
    let of_edge = |edge: &Edge| {
        let person = |claim: u32| claims.keys[claim as usize].0;
        let Some(word) = praise.find(person(edge.actor), person(edge.target)) else {
            return Endorsed::default();
        };
        let seasoned = known.seasoned[person(edge.actor) as usize];
        let known = actors.trust[edge.actor as usize] * seasoned * vouched[word] * kept[word];
        let amount = actors.standing[edge.actor as usize] * saturated(edge.strength, params.repeats.beta);
        Endorsed {
            part: params.topics.endorsement * known * amount,
            known,
        }
    };
    claims.endorsements.par_iter().map(of_edge).collect()
}
