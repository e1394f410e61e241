//! How credible people are on topics: claims become strengths, and strengths scores.
//!
//! ```text
//! a       = (1 + beta) s / (s + beta)                          of each reactor u, on topic k
//! T, U    = sums of g rho a and (1 - g) rho a                  as for influence, rho being u's own standing on k
//! E       = w g rho h kept a                                   of endorsements; h = T_u / (T_u + half)
//! A       = sum of c(u,v) min(1, interest of u in k)           the audience: c is u's contribution to v's influence
//! X       = T + phi U + E + A                                  what others gave
//! D       = T + phi U + E + cap (1 - exp(-G / cap))            G = given, cap = 3 X: nobody earns by talking alone
//! I       = B + rare (D + A + sum over topics j of D_j P(j | k) + sum over narrower topics j of decay^d D_j)
//! score   = the influence score's own scale of I
//! ```
//!
//! `rho` is [`propagated`] over all claims at once: the reactions on different topics have no edge in common, so one run over one sparse matrix is a run for
//! every topic, each with trust as its teleport (Haveliwala, *Topic-Sensitive PageRank*, 2002). `P(j | k)` is the
//! share of rows about k that are about j too. `rare` = 1 / (1 + p / common_at), p being the trusted share of
//! people with a topic who are listened to on k; it is a share, so the size of the warehouse moves nobody.

use rayon::prelude::*;

use super::audience::{self, Audience};
use super::claims::{Claims, Edge, Tonight};
use super::rings::Praise;
use crate::error::{Error, Result};
use crate::graph::Csr;
use crate::influence::attention::Attention;
use crate::influence::score::{Line, Model, Sum, believed};
use crate::influence::trust::propagated;
use crate::influence::weights::saturated;

/// What tonight's scores say about people.
pub struct Known<'a> {
    /// Who attends to whom.
    pub attention: &'a Attention,
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

/// The strengths of all claims, and what each edge added.
#[derive(Default)]
pub struct Strengths {
    /// By claim.
    pub claims: Vec<Strength>,
    /// By endorsement: its part of E.
    pub endorsements: Vec<f64>,
    /// By claim.
    pub audiences: Vec<Audience>,
}

impl Strengths {
    /// Of all claims.
    ///
    /// # Errors
    /// If the claims are no graph: a mistake of ours.
    pub fn of(tonight: &Tonight, claims: &Claims, known: &Known) -> Result<Strengths> {
        let actors = Actors::of(tonight, claims, known)?;
        let params = &tonight.params.topics;
        let endorsements = endorsement_parts(tonight, claims, known, &actors);
        let audiences = audience::of_claims(claims, known);
        let of_claim = |claim: usize| {
            let earned = actors.earned(tonight, claims, claim);
            let place = claims.endorsement_offsets[claim]..claims.endorsement_offsets[claim + 1];
            let endorsed: f64 = endorsements[place].iter().sum();
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
        })
    }
}

/// What those who act on topics are worth.
struct Actors {
    /// By claim: g of the person.
    trust: Vec<f64>,
    /// By claim: rho of the person on the topic.
    standing: Vec<f64>,
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
        Ok(Actors {
            standing: propagated(&in_edges, &trust, params).standing,
            trust,
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

/// By endorsement: its part of E.
fn endorsement_parts(tonight: &Tonight, claims: &Claims, known: &Known, actors: &Actors) -> Vec<f64> {
    let params = tonight.params;
    let kept = Praise::of(claims).kept();
    let part = |edge: &Edge| {
        let (endorser, endorsee) = (claims.keys[edge.actor as usize].0, claims.keys[edge.target as usize].0);
        let heard = known.sums[endorser as usize].map_or(0.0, |sum| sum.trusted);
        let standing = actors.standing[edge.actor as usize] * heard / (heard + params.topics.endorser_half_at);
        let left = kept.get(&(endorser, endorsee)).copied().unwrap_or(0.0);
        let amount = saturated(edge.strength, params.repeats.beta);
        params.topics.endorsement * known.model.trust[endorser as usize] * standing * left * amount
    };
    claims.endorsements.par_iter().map(part).collect()
}
