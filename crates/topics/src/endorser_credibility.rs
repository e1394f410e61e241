//! Computes the credibility of endorsers: the attention they get from people that do not endorse with them.
//!
//! ```text
//! h(u, v) = H / (H + half)
//! H       = sum over w other than v of  t(w, u) max(0, 1 - e(w, v) / e(u, v)) / (1 + others(w))
//!
//! t(w, u)   contribution of w's trusted attention to u's influence, times the seasoned factor of w
//! e(u, v)   worth of u's endorsements of v, on all topics
//! others(w) sum of t(w, x) over the other endorsers x of v
//! ```
//!
//! An endorser is credible by the attention of others, but attention from a co-endorser of the same person does not
//! count: accounts bought together attend to each other, and none of that counts, whatever their number and age. A
//! co-endorser with a smaller endorsement removes less, so many small endorsements do not discredit a great one. The
//! attention of w is divided over the endorsers of v, so a hundred endorsers with the same few reactors are worth
//! those few.
//!
//! Limit: helper accounts that endorse no person and attend to the endorsers only differ from honest reactors just by
//! the days on which they were seen, hence the seasoned factor. Helpers kept for weeks count as honest.
//! Cost: the reactors of the endorser, twice per endorsement.
//!
//! Source: bad nodes gain no more than their good neighbours can pass on, Levien, Aiken, *Attack-Resistant Trust
//! Metrics for Public Key Certification*, 1998, by a maximum flow; this module takes one step of it.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::endorsement_graph::{EndorsementEdge, EndorsementGraph};
use super::influence_scores::InfluenceScores;

/// Computes h of the endorser for each edge of the endorsement graph.
pub fn compute_credibility(praise: &EndorsementGraph, known: &InfluenceScores, half_at: f64) -> Vec<f64> {
    let rows = praise.by_endorsee().into_par_iter().flat_map_iter(|places| {
        let words: Vec<EndorsementEdge> = places.iter().map(|index| praise.words()[*index as usize]).collect();
        let circle = Circle::of(known, &words);
        let share = |word: &EndorsementEdge| {
            let heard = circle.heard(word);
            heard / (heard + half_at)
        };
        let shares: Vec<f64> = words.iter().map(share).collect();
        places.iter().copied().zip(shares)
    });
    let mut vouched = vec![0.0; praise.words().len()];
    for (index, share) in rows.collect::<Vec<_>>() {
        vouched[index as usize] = share;
    }
    vouched
}

/// Endorsers of one person, and the attention they get.
struct Circle<'a> {
    known: &'a InfluenceScores<'a>,
    /// Worth of the endorsement by endorser.
    worth: HashMap<u32, f64, FixedState>,
    /// By reactor of any endorser: the sum of t(w, x) over the endorsers.
    attends: HashMap<u32, f64, FixedState>,
}

impl Circle<'_> {
    fn of<'a>(known: &'a InfluenceScores, words: &[EndorsementEdge]) -> Circle<'a> {
        let mut attends: HashMap<u32, f64, FixedState> = HashMap::default();
        for word in words {
            for (reactor, trusted) in attention(known, word.endorser) {
                *attends.entry(reactor).or_default() += trusted;
            }
        }
        Circle {
            known,
            worth: words.iter().map(|word| (word.endorser, word.worth)).collect(),
            attends,
        }
    }

    /// Returns H of one endorsement.
    fn heard(&self, word: &EndorsementEdge) -> f64 {
        let part = |(reactor, trusted): (u32, f64)| {
            let own = self.worth.get(&reactor).copied().unwrap_or(0.0);
            let apart = if own < word.worth { 1.0 - own / word.worth } else { 0.0 };
            let others = (self.attends[&reactor] - trusted).max(0.0);
            trusted * apart / (1.0 + others)
        };
        let witnesses = attention(self.known, word.endorser);
        let witnesses = witnesses.filter(|(reactor, _)| *reactor != word.endorsee);
        witnesses.map(part).sum()
    }
}

/// Returns the reactors of a person, each with t.
fn attention<'a>(known: &'a InfluenceScores, person: u32) -> impl Iterator<Item = (u32, f64)> + use<'a> {
    let (company, model) = (known.endorser_attention, &known.model);
    let edges = company.edges(person as usize);
    edges.map(move |edge| {
        let reactor = company.reactors[edge];
        let seasoned = known.seasoned[reactor as usize];
        (reactor, seasoned * model.edge_parts(company, edge).0)
    })
}
