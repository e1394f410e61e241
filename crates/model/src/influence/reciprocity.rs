//! Attention that is returned tells less about somebody who is not known yet.
//!
//! ```text
//! a'(u,v) = a(u,v) [1 - (1 - g_v) a(v,u) / (1 + a(v,u))]
//! ```
//!
//! Among known people (g = 1) answering one another is what conversation is, and nothing is taken. An
//! account that nobody knows can answer everybody at no cost, and fakes who prop up one another do
//! nothing else: what such an account gets is worth less the more it gave back, half as much where it gave
//! back one fresh, ordinary reaction (a = 1). `a'` is in proportion to `a(u,v)`, so a third less of what
//! credits a person is a third less here too, and leaving it out never raises a score.
//!
//! Cost: O(edges), the in-row and the out-row of a person being merged. The same bits for any threads.

use rayon::prelude::*;

use super::attention::Attention;
use clout_base::error::{Error, Result};
use clout_graph::Csr;
use clout_graph::numeric::NODE_CHUNK;

/// Replaces the amounts of `attention` by what is left of them. Returns its graph, with the amounts before that.
///
/// # Errors
/// If the attention is no graph: a mistake of ours.
pub fn discount(attention: &mut Attention, trust: &[f64]) -> Result<Csr> {
    let in_edges = Csr::from_sorted_rows(
        attention.offsets.clone(),
        attention.reactors.clone(),
        std::mem::take(&mut attention.amounts),
    )
    .map_err(|error| Error::internal("tonight's attention is no graph").with_source(error))?;
    let (out_edges, _) = in_edges.transpose();
    let pieces: Vec<Vec<f64>> = trust
        .par_chunks(NODE_CHUNK)
        .enumerate()
        .map(|(chunk, trust)| {
            let mut piece = Vec::new();
            for (place, trust) in trust.iter().enumerate() {
                let person = chunk * NODE_CHUNK + place;
                push_left(in_edges.row(person), out_edges.row(person), *trust, &mut piece);
            }
            piece
        })
        .collect();
    attention.amounts = pieces.concat();
    Ok(in_edges)
}

/// Appends what is left of the amounts that a person was given. Both rows are ascending.
fn push_left(taken: (&[u32], &[f64]), given: (&[u32], &[f64]), trust: f64, piece: &mut Vec<f64>) {
    let mut place = 0;
    for (reactor, amount) in taken.0.iter().zip(taken.1) {
        while place < given.0.len() && given.0[place] < *reactor {
            place += 1;
        }
        let back = match given.0.get(place) {
            Some(target) if target == reactor => given.1[place],
            _ => 0.0,
        };
        piece.push(left(*amount, back, trust));
    }
}

/// What is left of an amount to a person of that trust, who gave `back` so much.
pub fn left(amount: f64, back: f64, trust: f64) -> f64 {
    amount * (1.0 - (1.0 - trust) * back / (1.0 + back))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// u and v (nodes 0 and 1) react to one another; w (2) to v alone.
    fn attention() -> Attention {
        Attention {
            offsets: vec![0, 1, 3, 3],
            reactors: vec![1, 0, 2],
            amounts: vec![1.0, 3.0, 2.0],
            term_offsets: vec![0; 4],
            terms: Vec::new(),
        }
    }

    #[test]
    fn the_known_keep_what_they_are_given() {
        let mut mutual = attention();
        discount(&mut mutual, &[1.0; 3]).unwrap();
        assert_eq!(mutual.amounts, attention().amounts);
    }

    #[test]
    fn strangers_keep_what_they_did_not_return() {
        let mut mutual = attention();
        discount(&mut mutual, &[0.0; 3]).unwrap();
        assert_eq!(mutual.amounts, [0.25, 1.5, 2.0]);
    }

    #[test]
    fn what_is_left_is_in_proportion_and_falls_with_what_was_given_back() {
        assert_eq!(left(6.0, 5.0, 0.3), 2.0 * left(3.0, 5.0, 0.3));
        let steps: Vec<f64> = (0..200).map(|step| left(1.0, 0.1 * f64::from(step), 0.3)).collect();
        assert!(steps.is_sorted_by(|a, b| a > b) && steps[0] == 1.0);
    }
}
