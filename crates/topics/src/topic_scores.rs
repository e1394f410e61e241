//! Ranks topic scores, counts their sources and decides if they are shown: the rows of `topic_scores`.

use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::audience::MIN_TRUST;
use super::evidence::find_evidence;
use super::frames::read_u32;
use super::influence_scores::InfluenceScores;
use super::person_tables::TopicInputs;
use super::person_topics::PersonTopics;
use super::relations::TopicRelations;
use super::rollup::{self, TopicScoreRow};
use super::strengths::TopicStrengths;
use clout_base::error::Result;
use clout_graph::PropagationOutcome;

/// Trust that halves the remaining uncertainty: two trusted persons give a confidence of 0.5.
const SURE_AFTER: f64 = 2.0;
/// Trust credited for own texts: they show the subject, but not the opinion of others.
const OWN_WORDS: f64 = 0.5;

/// Row of `topic_scores`.
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
}

/// Topic scores of one snapshot date.
#[derive(Default)]
pub struct TopicScores {
    /// Rows of `topic_scores`, sorted by (person, topic).
    pub rows: Vec<TopicScore>,
    /// Rows of `topic_evidence`: see [`TopicEvidence`](super::evidence::TopicEvidence::pieces).
    pub evidence: DataFrame,
    /// Convergence of the propagation over all topics.
    pub outcome: PropagationOutcome,
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

/// Computes the topic scores of all persons.
///
/// # Errors
/// Returns an internal error if a query does not fit its tables, or the pairs do not form a valid graph.
pub fn compute_topic_scores(inputs: &TopicInputs, known: &InfluenceScores) -> Result<TopicScores> {
    let pairs = inputs.build_person_topics()?;
    let strengths = TopicStrengths::compute(inputs, &pairs, known)?;
    let rollup = rollup::compute_rows(inputs, &TopicRelations::new(inputs)?, &pairs, &strengths, known)?;
    let counts: Vec<SourceCount> = (rollup.rows.par_iter())
        .map(|row| {
            row.pair
                .map(|pair| count_sources(&pairs, &strengths, known, pair as usize))
                .unwrap_or_default()
        })
        .collect();
    let heard = rollup.rows.iter().zip(&counts).filter(|(_, count)| count.is_heard);
    let heard = rollup::list_rows(heard.map(|(row, _)| row))?;
    let evidence = find_evidence(inputs, &pairs, &strengths, known, &rollup, &heard)?;
    let are_shown = mark_rows(&rollup.rows, &evidence.shown)?;
    let score = |((row, count), is_shown): ((&TopicScoreRow, &SourceCount), bool)| {
        let has_own = row.pair.is_some_and(|pair| pairs.wrote[pair as usize]);
        let sure = count.trust + if has_own { OWN_WORDS } else { 0.0 };
        TopicScore {
            rank: 0,
            confidence: 1.0 - (-sure / SURE_AFTER).exp2(),
            reactors: i64::from(count.reactors),
            endorsers: i64::from(count.endorsers),
            is_shown,
            row: *row,
        }
    };
    let mut rows: Vec<TopicScore> = rollup.rows.par_iter().zip(&counts).zip(are_shown).map(score).collect();
    rank_rows(&mut rows, inputs.ontology.len());
    Ok(TopicScores {
        rows,
        evidence: evidence.pieces,
        outcome: strengths.outcome,
    })
}

/// Returns a flag for each row: true if `listed` has it. Both are sorted by (person, topic).
fn mark_rows(rows: &[TopicScoreRow], listed: &DataFrame) -> Result<Vec<bool>> {
    let keys = read_u32(listed, "person")?.iter().zip(read_u32(listed, "topic")?);
    let mut keys = keys.peekable();
    let is_listed = |row: &TopicScoreRow| keys.next_if(|key| *key == (&row.person, &row.topic)).is_some();
    Ok(rows.iter().map(is_listed).collect())
}

fn count_sources(
    pairs: &PersonTopics,
    strengths: &TopicStrengths,
    known: &InfluenceScores,
    pair: usize,
) -> SourceCount {
    let trust = |actor: u32| known.model.trust[pairs.keys[actor as usize].0 as usize];
    let audience = &strengths.audiences[pair];
    let mut count = SourceCount {
        trust: audience.other_trust,
        ..SourceCount::default()
    };
    let reactions = pairs.reactions_of(pair);
    for edge in reactions.iter().filter(|edge| edge.strength > 0.0) {
        count.reactors += 1;
        count.is_heard |= trust(edge.actor) >= MIN_TRUST;
        count.trust += trust(edge.actor);
    }
    let endorsed = &strengths.endorsements[pairs.endorsement_offsets[pair]..];
    let endorsements = pairs.endorsements_of(pair).iter().zip(endorsed);
    for (edge, endorsed) in endorsements.filter(|(_, endorsed)| endorsed.part > 0.0) {
        count.endorsers += 1;
        let is_known = endorsed.known >= MIN_TRUST;
        let found = reactions.binary_search_by_key(&edge.actor, |other| other.actor);
        let has_reacted = found.is_ok_and(|index| reactions[index].strength > 0.0);
        if !has_reacted {
            count.trust += endorsed.known.min(endorsed.part);
        }
        count.is_heard |= is_known;
    }
    count
}

/// Ranks the rows of each topic: shown rows first, then by value; equal values share a rank.
fn rank_rows(rows: &mut [TopicScore], topics: usize) {
    let mut by_topic: Vec<Vec<(bool, f64, u32)>> = vec![Vec::new(); topics];
    for (index, score) in (0..).zip(rows.iter()) {
        by_topic[score.row.topic as usize].push((score.is_shown, score.row.value, index));
    }
    by_topic
        .par_iter_mut()
        .for_each(|own| own.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2))));
    for own in &by_topic {
        let mut above = 0;
        for equals in own.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            for (_, _, index) in equals {
                rows[*index as usize].rank = above as i64 + 1;
            }
            above += equals.len();
        }
    }
}
