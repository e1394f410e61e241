//! Attention that is returned tells less about somebody who is not known yet.
//!
//! ```text
//! a'(u,v) = a(u,v) [1 - (1 - g_v) a(v,u) / (a(u,v) + a(v,u))]
//! ```
//!
//! Among known people (g = 1) answering one another is what conversation is, and nothing is taken. An
//! account that nobody knows can answer everybody at no cost, and fakes who prop up one another do
//! nothing else: what such an account gets is worth less by the share that it gave back, half of it where
//! both gave alike. A person is credited for a(u,v) at most, and never less for being given more:
//! `a'` rises with `a(u,v)`, so leaving out what credits a person never raises a score.
//!
//! Cost: O(edges), the in-row and the out-row of a person being merged. The same bits for any threads.

use rayon::prelude::*;

use super::attention::Attention;
use crate::error::{Error, Result};
use crate::graph::Csr;
use crate::graph::numeric::NODE_CHUNK;

/// Replaces the amounts of `attention` by what is left of them.
///
/// # Errors
/// If the attention is no graph: a mistake of ours.
pub fn discount(attention: &mut Attention, trust: &[f64]) -> Result<()> {
    let in_edges = Csr::from_sorted_rows(
        attention.offsets.clone(),
        attention.reactors.clone(),
        std::mem::take(&mut attention.amounts),
    )
    .map_err(|error| Error::internal("tonight's attention is no graph").with_source(error))?;
    let (out_edges, _) = in_edges.transpose();
    let chunks: Vec<usize> = (0..in_edges.node_count()).step_by(NODE_CHUNK).collect();
    let pieces: Vec<Vec<f64>> = chunks
        .into_par_iter()
        .map(|first| {
            let mut piece = Vec::new();
            for person in first..(first + NODE_CHUNK).min(in_edges.node_count()) {
                left_of(in_edges.row(person), out_edges.row(person), trust[person], &mut piece);
            }
            piece
        })
        .collect();
    attention.amounts = pieces.concat();
    Ok(())
}

/// Appends what is left of the amounts that a person was given. Both rows are ascending.
fn left_of(taken: (&[u32], &[f64]), given: (&[u32], &[f64]), trust: f64, left: &mut Vec<f64>) {
    let mut place = 0;
    for (reactor, amount) in taken.0.iter().zip(taken.1) {
        while place < given.0.len() && given.0[place] < *reactor {
            place += 1;
        }
        let back = match given.0.get(place) {
            Some(target) if target == reactor => given.1[place],
            _ => 0.0,
        };
        left.push(if back > 0.0 {
            amount * (1.0 - (1.0 - trust) * back / (amount + back))
        } else {
            *amount
        });
    }
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
        assert_eq!(mutual.amounts, [0.25, 2.25, 2.0]);
    }

    #[test]
    fn being_given_more_is_never_worth_less() {
        let left = |amount: f64| {
            let mut left = Vec::new();
            left_of((&[0], &[amount]), (&[0], &[5.0]), 0.3, &mut left);
            left[0]
        };
        let steps: Vec<f64> = (0..200).map(|step| left(0.1 * f64::from(step))).collect();
        assert!(steps.is_sorted_by(|a, b| a < b));
    }
}
