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
//! Only edges with a counterpart change, so the list of mutual edges suffices. It depends on the edges alone, so the
//! amounts at two moments share it. Cost: O(mutual edges). Bitwise identical for any thread count.

use clout_graph::{InEdges, MutualEdges};

/// Discounts the `amounts` of all edges at one moment; NaN for an edge that does not exist at the moment. `mutual` is
/// found in `in_edges`, `trust` is by target.
///
/// # Panics
/// If `amounts` has fewer entries than there are edges.
pub fn discount_returned(in_edges: InEdges<'_>, mutual: &MutualEdges, amounts: &mut [f64], trust: &[f64]) {
    let amount = |edge: u32| amounts[edge as usize];
    let discounted = mutual.map(in_edges, |target, mutual| {
        // NaN, of an edge that does not exist at the moment, becomes 0.
        discounted_amount(amount(mutual.edge), amount(mutual.back).max(0.0), trust[target])
    });
    for (mutual, discounted) in mutual.as_slice().iter().zip(discounted) {
        amounts[mutual.edge as usize] = discounted;
    }
}

/// Returns the discounted amount for a target with that trust that returned `back`.
pub fn discounted_amount(amount: f64, back: f64, trust: f64) -> f64 {
    amount * (1.0 - (1.0 - trust) * back / (1.0 + back))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Discounts the amounts of u and v (nodes 0 and 1), which react to one another, and of w (2), which reacts only
    /// to v.
    fn discount(trust: [f64; 3]) -> [f64; 3] {
        let in_edges = InEdges::new(&[0, 1, 3, 3], &[1, 0, 2]).unwrap();
        let mut amounts = [1.0, 3.0, 2.0];
        discount_returned(in_edges, &MutualEdges::find(in_edges), &mut amounts, &trust);
        amounts
    }

    #[test]
    fn trusted_people_keep_all_attention() {
        assert_eq!(discount([1.0; 3]), [1.0, 3.0, 2.0]);
    }

    #[test]
    fn strangers_keep_attention_that_they_did_not_return() {
        assert_eq!(discount([0.0; 3]), [0.25, 1.5, 2.0]);
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
