//! Ranks topic scores, counts their sources and decides if they are shown: the rows of `topic_scores`.

use rayon::prelude::*;

use super::audience::MIN_TRUST;
use super::evidence::{EvidenceFinder, EvidencePiece, EvidenceScratch};
use super::influence_scores::InfluenceScores;
use super::person_topics::{PersonTopics, TopicInputs};
use super::rollup::{self, TopicScoreRow};
use super::strengths::TopicStrengths;
use clout_base::error::Result;
use clout_graph::PropagationOutcome;

/// Trust that halves the remaining uncertainty: two trusted persons give a confidence of 0.5.
const SURE_AFTER: f64 = 2.0;
/// Trust credited for own texts: they show the subject, but not the opinion of others.
const OWN_WORDS: f64 = 0.5;

/// Row of `topic_scores` with its evidence.
#[derive(Clone, Debug)]
pub struct TopicScore {
    /// Person, topic and score.
    pub row: TopicScoreRow,
    /// Rank within the topic from 1 (best); shown rows come first.
    pub rank: i64,
    /// Confidence from 0 to 1.
    pub confidence: f64,
    /// Number of people that reacted on the topic.
    pub reactors: i64,
    /// Number of people with a counted endorsement.
    pub endorsers: i64,
    /// True if at least two independent sources agree and one is an act of a trusted other person on the topic.
    pub is_shown: bool,
    /// Evidence, sorted by kind and source.
    pub evidence: Vec<EvidencePiece>,
}

/// Counts of a row's sources.
#[derive(Clone, Copy, Debug, Default)]
struct SourceCount {
    reactors: u32,
    endorsers: u32,
    /// True if a trusted person reacted or endorsed on the topic.
    is_heard: bool,
    /// Sum of the trust of all people involved.
    trust: f64,
}

/// Computes all rows, sorted by (person, topic), and the outcome of the propagation.
///
/// # Errors
/// Returns an internal error if the pairs do not form a valid graph.
pub fn compute_topic_scores(
    inputs: &TopicInputs,
    known: &InfluenceScores,
) -> Result<(Vec<TopicScore>, PropagationOutcome)> {
    let claims = inputs.build_person_topics();
    let strengths = TopicStrengths::compute(inputs, &claims, known)?;
    let rows = rollup::compute_rows(inputs, &claims, &strengths, known);
    let finder = EvidenceFinder::new(inputs, &claims, &strengths);
    let mut standings: Vec<TopicScore> = rows
        .into_par_iter()
        .map_init(EvidenceScratch::default, |scratch, row| {
            let count = row
                .claim
                .map(|claim| count(&claims, &strengths, known, claim as usize))
                .unwrap_or_default();
            let (evidence, independent) = finder.find_evidence(&row, known, scratch);
            let has_own = row.claim.is_some_and(|claim| claims.wrote[claim as usize]);
            let sure = count.trust + if has_own { OWN_WORDS } else { 0.0 };
            TopicScore {
                rank: 0,
                confidence: 1.0 - (-sure / SURE_AFTER).exp2(),
                reactors: i64::from(count.reactors),
                endorsers: i64::from(count.endorsers),
                is_shown: count.is_heard && independent >= 2,
                row,
                evidence,
            }
        })
        .collect();
    rank(&mut standings, inputs.ontology.len());
    Ok((standings, strengths.outcome))
}

fn count(claims: &PersonTopics, strengths: &TopicStrengths, known: &InfluenceScores, claim: usize) -> SourceCount {
    let trust = |actor: u32| known.model.trust[claims.keys[actor as usize].0 as usize];
    let audience = &strengths.audiences[claim];
    let mut count = SourceCount {
        trust: audience.other_trust,
        ..SourceCount::default()
    };
    let reactions = claims.reactions_of(claim);
    for edge in reactions.iter().filter(|edge| edge.strength > 0.0) {
        count.reactors += 1;
        count.is_heard |= trust(edge.actor) >= MIN_TRUST;
        count.trust += trust(edge.actor);
    }
    let endorsed = &strengths.endorsements[claims.endorsement_offsets[claim]..];
    let endorsements = claims.endorsements_of(claim).iter().zip(endorsed);
    for (edge, endorsed) in endorsements.filter(|(_, endorsed)| endorsed.part > 0.0) {
        count.endorsers += 1;
        let is_known = endorsed.known >= MIN_TRUST;
        let has_reacted = reactions.binary_search_by_key(&edge.actor, |other| other.actor).is_ok();
        if !has_reacted {
            count.trust += endorsed.known.min(endorsed.part);
        }
        count.is_heard |= is_known;
    }
    count
}

/// Ranks the rows of each topic: shown rows first, then by value; equal values share a rank.
fn rank(standings: &mut [TopicScore], topics: usize) {
    let mut by_topic: Vec<Vec<(bool, f64, u32)>> = vec![Vec::new(); topics];
    for (index, standing) in (0..).zip(standings.iter()) {
        by_topic[standing.row.topic as usize].push((standing.is_shown, standing.row.value, index));
    }
    by_topic
        .par_iter_mut()
        .for_each(|own| own.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2))));
    for own in &by_topic {
        let mut above = 0;
        for equals in own.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            for (_, _, index) in equals {
                standings[*index as usize].rank = above as i64 + 1;
            }
            above += equals.len();
        }
    }
}
