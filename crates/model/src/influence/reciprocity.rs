//! Reciprocity discount: returned attention says less about a person without trust.
//!
//! ```text
//! a'(u,v) = a(u,v) [1 - (1 - g_v) a(v,u) / (1 + a(v,u))]
//! ```
//!
//! Among trusted people (g = 1) mutual reactions are conversation, and nothing is deducted. An account
//! without trust can answer anyone at no cost, and fake accounts that support one another do nothing else.
//! The attention that such an account receives is worth less the more of it the account returned: half as much
//! if it returned one fresh, ordinary reaction (a = 1). `a'` is in proportion to `a(u,v)`, so a third less credit
//! for a person is also a third less after the discount, and removing a credit never raises a score.
//!
//! Cost: O(edges); the in-row and the out-row of each person are merged. Bitwise identical for any thread count.

use rayon::prelude::*;

use super::attention::AttentionGraph;
use clout_base::error::{Error, Result};
use clout_graph::Csr;
use clout_graph::numeric::NODE_CHUNK;

/// Discounts the amounts of `attention` in index. Returns its graph with the amounts before the discount.
///
/// # Errors
/// An internal error if the attention does not form a valid graph.
pub fn discount_returned(attention: &mut AttentionGraph, trust: &[f64]) -> Result<Csr> {
    let in_edges = Csr::from_sorted_rows(
        attention.offsets.clone(),
        attention.reactors.clone(),
        std::mem::take(&mut attention.amounts),
    )
    .map_err(|error| Error::internal("the attention of this date is not a valid graph").with_source(error))?;
    let (out_edges, _) = in_edges.transpose();
    let pieces: Vec<Vec<f64>> = trust
        .par_chunks(NODE_CHUNK)
        .enumerate()
        .map(|(chunk, trust)| {
            let mut piece = Vec::new();
            for (offset, trust) in trust.iter().enumerate() {
                let person = chunk * NODE_CHUNK + offset;
                push_discounted(in_edges.row(person), out_edges.row(person), *trust, &mut piece);
            }
            piece
        })
        .collect();
    attention.amounts = pieces.concat();
    Ok(in_edges)
}

/// Appends the discounted amounts of one person's in-edges. Both rows must be ascending.
fn push_discounted(taken: (&[u32], &[f64]), given: (&[u32], &[f64]), trust: f64, piece: &mut Vec<f64>) {
    let mut index = 0;
    for (reactor, amount) in taken.0.iter().zip(taken.1) {
        while index < given.0.len() && given.0[index] < *reactor {
            index += 1;
        }
        let back = match given.0.get(index) {
            Some(target) if target == reactor => given.1[index],
            _ => 0.0,
        };
        piece.push(discounted_amount(*amount, back, trust));
    }
}

/// Returns the discounted amount for a target with that trust that returned `back`.
pub fn discounted_amount(amount: f64, back: f64, trust: f64) -> f64 {
    amount * (1.0 - (1.0 - trust) * back / (1.0 + back))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// u and v (nodes 0 and 1) react to one another; w (2) reacts only to v.
    fn attention() -> AttentionGraph {
        AttentionGraph {
            offsets: vec![0, 1, 3, 3],
            reactors: vec![1, 0, 2],
            amounts: vec![1.0, 3.0, 2.0],
            term_offsets: vec![0; 4],
            terms: Vec::new(),
        }
    }

    #[test]
    fn trusted_people_keep_all_attention() {
        let mut mutual = attention();
        discount_returned(&mut mutual, &[1.0; 3]).unwrap();
        assert_eq!(mutual.amounts, attention().amounts);
    }

    #[test]
    fn strangers_keep_attention_that_they_did_not_return() {
        let mut mutual = attention();
        discount_returned(&mut mutual, &[0.0; 3]).unwrap();
        assert_eq!(mutual.amounts, [0.25, 1.5, 2.0]);
    }

    #[test]
    fn the_rest_is_proportional_and_falls_with_the_returned_amount() {
        assert_eq!(discounted_amount(6.0, 5.0, 0.3), 2.0 * discounted_amount(3.0, 5.0, 0.3));
        let steps: Vec<f64> = (0..200)
            .map(|step| discounted_amount(1.0, 0.1 * f64::from(step), 0.3))
            .collect();
        assert!(steps.is_sorted_by(|a, b| a > b) && steps[0] == 1.0);
    }
}
