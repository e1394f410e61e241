//! Weight of a reactor: trust g from the days on which an account was seen, and rank factor rho from the
//! attention that the reactor receives.
//!
//! ```text
//! g   = 1 - p(W) (1 - g0)            g0 = (1 - exp(-rate (days_seen - 1))) p(span)
//!                                    a person's g is that of the best account
//! rho = 1 + gain (x - 1) / (x + half_at)
//! ```
//!
//! W is the length of the *warehouse's* history in days. On one load date nothing distinguishes accounts, so
//! p(1) = 0 and each account that was seen is trusted; p rises by a smoothstep to 1 at `settled_after_days`. The span
//! from the first to the last act of an account must be `span_days` for its days to count in full;
//! otherwise twenty seconds around midnight would be two days. x is the propagated rank without the size of the
//! network: 1 for the mean trusted person of a closed community, 1 - d for a person without reactors, and unchanged by
//! strangers that react only to one another. It is multiplied by one minus the return probability, so that
//! two mutual reactors gain nothing.

use super::attention::AttentionGraph;
use super::params::{ModelParams, RankParams, TrustParams};
use crate::account_activity::AccountActivity;
use crate::people::persons::PersonMap;
use clout_base::error::{Error, Result};
use clout_graph::{
    BlockedGraph, BuildError, EdgeStore, GraphError, GraphFrame, InEdges, MutualEdges, PropagationOutcome,
    PropagationParams, compute_return_probabilities, propagate, propagate_apart,
};

/// Computes the trust of an account seen on `days_seen` days within `span_days`; `history_days` is the warehouse's W.
pub fn compute_account_trust(days_seen: u32, span_days: f64, history_days: f64, params: &TrustParams) -> f64 {
    if days_seen == 0 {
        return 0.0;
    }
    let known = -(-params.rate * f64::from(days_seen - 1)).exp_m1() * smoothstep(span_days / params.span_days);
    let passage = (history_days - 1.0) / f64::from(params.settled_after_days - 1);
    1.0 - smoothstep(passage) * (1.0 - known)
}

/// Computes the seasoning of each person's best account: z(days seen) / z(W), at most 1, with
/// z(d) = 1 - exp(-((d - 1) / k)^2), which is almost 0 in the first days and two thirds after k. A person seen on
/// each day of the warehouse's history W is fully seasoned, and so is a declared seed. On one load date all persons
/// are, because nothing distinguishes them.
pub fn compute_seasoning(
    persons: &PersonMap,
    facts: &[AccountActivity],
    history_days: f64,
    params: &ModelParams,
) -> Vec<f64> {
    let season = |days: f64| -(-((days - 1.0) / params.topics.seasoned_days).powi(2)).exp_m1();
    let whole = season(history_days);
    let of_account = |facts: &AccountActivity| match (facts.days_seen, whole > 0.0) {
        (0, _) => 0.0,
        (_, false) => 1.0,
        (days, true) => (season(f64::from(days)) / whole).min(1.0),
    };
    let mut seasoned = vec![0.0_f64; persons.len()];
    for (person, facts) in persons.by_account.iter().zip(facts) {
        if let Some(best) = seasoned.get_mut(*person as usize) {
            *best = best.max(of_account(facts));
        }
    }
    for person in params.trust.seeds.iter().filter_map(|seed| persons.find_index(seed)) {
        seasoned[person as usize] = 1.0;
    }
    seasoned
}

/// Interpolates smoothly from 0 at 0 to 1 at 1.
fn smoothstep(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// Computes the trust of each person: that of the best account, or 1 for a declared seed.
pub fn compute_trust(
    persons: &PersonMap,
    facts: &[AccountActivity],
    history_days: f64,
    params: &TrustParams,
) -> Vec<f64> {
    let mut trust = vec![0.0_f64; persons.len()];
    for (person, facts) in persons.by_account.iter().zip(facts) {
        // Erased accounts have no person.
        if let Some(best) = trust.get_mut(*person as usize) {
            let of_account = compute_account_trust(facts.days_seen, facts.span_days(), history_days, params);
            *best = best.max(of_account);
        }
    }
    for person in params.seeds.iter().filter_map(|seed| persons.find_index(seed)) {
        trust[person as usize] = 1.0;
    }
    trust
}

/// Computes rho from the size-free rank x.
pub fn compute_rank_factor(x: f64, params: &RankParams) -> f64 {
    1.0 + params.gain * (x - 1.0) / (x + params.half_at)
}

/// The result of the propagation.
pub struct ReactorRanks {
    /// Rank factor rho of each node; nodes are persons in the attention graph.
    pub rank_factors: Vec<f64>,
    /// Iterations, residual, mass and convergence.
    pub outcome: PropagationOutcome,
}

/// Edges that are kept elsewhere while trust is propagated. No bit depends on it.
pub struct SpreadEdges<'a> {
    /// Number of edges in a part, at least about.
    pub part_edges: usize,
    /// Store of the parts.
    pub store: &'a mut dyn EdgeStore<Error = Error>,
}

fn describe_fault(fault: GraphError) -> Error {
    Error::internal("the attention of this date has invalid weights").with_source(fault)
}

/// Propagates trust along the attention, all networks in one graph. `mutual` holds the mutual edges of `attention`.
///
/// # Errors
/// An internal error if the attention does not form a valid graph, or an error of the store of `spread`.
pub fn compute_reactor_ranks(
    attention: &AttentionGraph,
    mutual: &MutualEdges,
    trust: &[f64],
    shares: &[f64],
    params: &ModelParams,
    spread: Option<SpreadEdges>,
) -> Result<ReactorRanks> {
    let weight = |edge: usize| attention.scaled_amount(edge, shares);
    propagate_trust(attention.in_edges()?, weight, mutual, trust, params, spread)
}

/// Propagates trust along a graph of in-edges; computes rho of each node after the return probability is deducted.
/// `weight` returns the attention of an edge; it is called a few times for each, in any order.
///
/// # Errors
/// An internal error if a weight is not a valid amount, or an error of the store of `spread`.
pub fn propagate_trust(
    in_edges: InEdges<'_>,
    weight: impl Fn(usize) -> f64 + Sync,
    mutual: &MutualEdges,
    trust: &[f64],
    params: &ModelParams,
    spread: Option<SpreadEdges>,
) -> Result<ReactorRanks> {
    let propagation = PropagationParams {
        damping: params.propagation.damping,
        tolerance: params.propagation.tolerance,
        max_iterations: u32::try_from(params.propagation.max_iterations).unwrap_or(u32::MAX),
    };
    let (graph, outcome) = match spread {
        None => {
            let graph = BlockedGraph::build(in_edges, &weight).map_err(describe_fault)?;
            let outcome = propagate(&graph, trust, &propagation);
            (graph.into_frame(), outcome)
        }
        Some(SpreadEdges { part_edges, store }) => {
            let graph = GraphFrame::build_apart(in_edges, &weight, part_edges, store);
            let graph = graph.map_err(|error| match error {
                BuildError::Graph(fault) => describe_fault(fault),
                BuildError::Store(error) => error,
            })?;
            let outcome = propagate_apart(&graph, store, trust, &propagation)?;
            (graph, outcome)
        }
    };
    let returns = compute_return_probabilities(&graph, in_edges, weight, mutual, propagation.damping);
    let ranks = outcome.inflow.iter().zip(&returns);
    Ok(ReactorRanks {
        rank_factors: ranks
            .map(|(x, back)| compute_rank_factor(x * (1.0 - back), &params.standing))
            .collect(),
        outcome,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_first_date_each_account_that_was_seen_is_trusted() {
        let params = TrustParams::default();
        assert_eq!(compute_account_trust(1, 0.0, 1.0, &params), 1.0);
        assert_eq!(compute_account_trust(0, 0.0, 1.0, &params), 0.0);
    }

    #[test]
    fn the_allowance_for_a_short_history_ends_by_the_fourth_date() {
        let params = TrustParams::default();
        let fresh: Vec<f64> = (1..=5)
            .map(|history| compute_account_trust(1, 0.5, f64::from(history), &params))
            .collect();
        assert!(fresh.is_sorted_by(|a, b| a >= b), "{fresh:?}");
        assert!(fresh[3] <= 5e-5);
        assert!(compute_account_trust(3, 2.0, 9.0, &params) > compute_account_trust(2, 1.0, 9.0, &params));
    }

    #[test]
    fn seconds_around_midnight_are_not_two_days() {
        let params = TrustParams::default();
        let known = |span_days: f64| compute_account_trust(2, span_days, 9.0, &params);
        assert!(known(20.0 / 86_400.0) < 1e-6);
        assert!(known(0.25) < 0.5 && known(0.5) == known(1.0));
    }

    #[test]
    fn an_account_seen_on_every_date_is_fully_seasoned() {
        let persons = PersonMap {
            ids: ["a", "b", "c"].into_iter().collect(),
            by_account: vec![0, 1, 1, 2],
            account_ranks: vec![0, 1, 2, 3],
        };
        let facts = [2, 1, 30, 0].map(|days_seen| AccountActivity {
            days_seen,
            ..AccountActivity::default()
        });
        let at = |history_days: f64| compute_seasoning(&persons, &facts, history_days, &ModelParams::default());
        assert_eq!(at(1.0), [1.0, 1.0, 0.0]);
        assert_eq!(at(2.0), [1.0, 1.0, 0.0]);
        let settled = at(30.0);
        assert!(
            settled[0] < 0.11 && settled[1] == 1.0 && settled[2] == 0.0,
            "{settled:?}"
        );
    }

    #[test]
    fn an_average_reactor_has_rank_factor_one_and_the_factor_is_bounded() {
        let params = RankParams::default();
        assert_eq!(compute_rank_factor(1.0, &params), 1.0);
        assert!(compute_rank_factor(0.0, &params) >= 1.0 - params.gain / params.half_at);
        assert!(compute_rank_factor(1e9, &params) < 1.0 + params.gain);
    }
}
