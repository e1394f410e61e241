//! Who vouches for an endorser: the attention that others pay to them, and not whoever endorses with them.
//!
//! ```text
//! h(u, v) = H / (H + half)
//! H       = sum over w other than v of  t(w, u) max(0, 1 - e(w, v) / e(u, v)) / (1 + others(w))
//!
//! t(w, u)   what w's trusted attention adds to u's influence, times how seasoned w is
//! e(u, v)   what u's endorsements of v are worth, on all topics
//! others(w) the sum of t(w, x) over the other endorsers x of v
//! ```
//!
//! An endorser is known by the company that they keep, and that company is no further witness where it endorses
//! the same person: accounts that were bought together attend to one another, and none of that counts here,
//! however many they are and however long they have been there. Who endorses for less takes away less, so many
//! small words discredit no great one. And w's attention is divided over the endorsers of v, so that a hundred
//! endorsers to whom the same few attend are worth those few.
//!
//! It cannot tell helpers, who endorse nobody and attend to the endorsers alone, from honest company but by the days
//! on which they were seen: hence seasoned. Helpers who are kept for weeks are what honest ones are.
//! Cost: the reactors of the endorser, twice an endorsement.
//!
//! Source: that bad witnesses gain no more than the good ones who stand by them can give, Levien, Aiken,
//! *Attack-Resistant Trust Metrics for Public Key Certification*, 1998, where a maximum flow says it; here one step.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::expertise::Known;
use super::rings::{Praise, Word};

/// By word of praise: h of its endorser.
pub fn vouched(praise: &Praise, known: &Known, half_at: f64) -> Vec<f64> {
    let rows = praise.by_endorsee().into_par_iter().flat_map_iter(|places| {
        let words: Vec<Word> = places.iter().map(|place| praise.words()[*place as usize]).collect();
        let circle = Circle::of(known, &words);
        let share = |word: &Word| {
            let heard = circle.heard(word);
            heard / (heard + half_at)
        };
        let shares: Vec<f64> = words.iter().map(share).collect();
        places.iter().copied().zip(shares)
    });
    let mut vouched = vec![0.0; praise.words().len()];
    for (place, share) in rows.collect::<Vec<_>>() {
        vouched[place as usize] = share;
    }
    vouched
}

/// The endorsers of one person, and who attends to them.
struct Circle<'a> {
    known: &'a Known<'a>,
    /// By endorser: what their word is worth.
    worth: HashMap<u32, f64, FixedState>,
    /// By person who attends to any endorser: the sum of t(w, x) over them.
    attends: HashMap<u32, f64, FixedState>,
}

impl Circle<'_> {
    fn of<'a>(known: &'a Known, words: &[Word]) -> Circle<'a> {
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

    /// H.
    fn heard(&self, word: &Word) -> f64 {
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

/// Who attends to a person, with t.
fn attention<'a>(known: &'a Known, person: u32) -> impl Iterator<Item = (u32, f64)> + use<'a> {
    let (company, model) = (known.company, known.model);
    let edges = company.edges(person as usize);
    edges.map(move |edge| {
        let reactor = company.reactors[edge];
        let seasoned = known.seasoned[reactor as usize];
        (reactor, seasoned * model.parts(company, edge).0)
    })
}
