//! Whose attention counts: trust g from the days an account was seen, and standing rho from who
//! attends to the reactor in turn.
//!
//! ```text
//! g   = 1 - p(W) (1 - g0)            g0 = (1 - exp(-rate (days_seen - 1))) p(span)
//!                                    a person's g is the best account's
//! rho = 1 + gain (x - 1) / (x + half_at)
//! ```
//!
//! W is the days of the *warehouse's* history. On one load date nobody can be told apart, so p(1) = 0 and
//! everybody who was seen is trusted; p rises by a smoothstep to 1 at `settled_after_days`. The span from
//! the first to the last time an account was seen must be `span_days` for its days to count in full, or
//! twenty seconds around midnight would be two days. x is the
//! propagated standing without its size: 1 for the mean trusted person of a closed community, 1 - d for
//! one whom nobody attends to, and unchanged by strangers who attend only to one another. It is scaled by
//! one minus the probability to come straight back, so that two who attend to one another gain nothing.

use super::attention::Attention;
use super::params::{ModelParams, Standing, Trust};
use crate::facts::Facts;
use crate::people::persons::Persons;
use clout_base::error::{Error, Result};
use clout_graph::{Csr, Dangling, Outcome, PropagationParams, propagate, return_probability};

/// Trust of an account that was seen on `days_seen` days within `span_days`, at `history_days` of the warehouse.
pub fn of_account(days_seen: u32, span_days: f64, history_days: f64, params: &Trust) -> f64 {
    if days_seen == 0 {
        return 0.0;
    }
    let known = -(-params.rate * f64::from(days_seen - 1)).exp_m1() * smoothstep(span_days / params.span_days);
    let passage = (history_days - 1.0) / f64::from(params.settled_after_days - 1);
    1.0 - smoothstep(passage) * (1.0 - known)
}

/// By person: how seasoned the best account is: z(days seen) / z(W), at most 1, with z(d) = 1 - exp(-((d - 1) / k)^2),
/// which is next to nothing in the first days and two thirds after k. So whoever was seen on every day of the
/// warehouse's history W is seasoned, and so is a declared seed; on one load date everybody is, for nobody can be
/// told apart.
pub fn seasoned(persons: &Persons, facts: &[Facts], history_days: f64, params: &ModelParams) -> Vec<f64> {
    let season = |days: f64| -(-((days - 1.0) / params.topics.seasoned_days).powi(2)).exp_m1();
    let whole = season(history_days);
    let of_account = |facts: &Facts| match (facts.days_seen, whole > 0.0) {
        (0, _) => 0.0,
        (_, false) => 1.0,
        (days, true) => (season(f64::from(days)) / whole).min(1.0),
    };
    let mut seasoned = vec![0.0_f64; persons.len()];
    for (person, facts) in persons.of_account.iter().zip(facts) {
        let best = &mut seasoned[*person as usize];
        *best = best.max(of_account(facts));
    }
    for person in params.trust.seeds.iter().filter_map(|seed| persons.find(seed)) {
        seasoned[person as usize] = 1.0;
    }
    seasoned
}

/// From 0 at 0 to 1 at 1 without a corner.
fn smoothstep(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// Trust by person: the best account's, or 1 for a declared seed.
pub fn of_persons(persons: &Persons, facts: &[Facts], history_days: f64, params: &Trust) -> Vec<f64> {
    let mut trust = vec![0.0_f64; persons.len()];
    for (person, facts) in persons.of_account.iter().zip(facts) {
        let best = &mut trust[*person as usize];
        *best = best.max(of_account(facts.days_seen, facts.span_days(), history_days, params));
    }
    for person in params.seeds.iter().filter_map(|seed| persons.find(seed)) {
        trust[person as usize] = 1.0;
    }
    trust
}

/// rho, from the size-free standing x.
pub fn standing(x: f64, params: &Standing) -> f64 {
    1.0 + params.gain * (x - 1.0) / (x + params.half_at)
}

/// What the propagation gave.
pub struct Reactors {
    /// By node, which is a person in the graph of attention: rho.
    pub standing: Vec<f64>,
    /// Iterations, residual, mass and whether it settled.
    pub outcome: Outcome,
}

/// Propagates trust along tonight's attention, all networks in one graph. `graph` has its edges, whatever the
/// weights. (It is transposed anew: fetching the new weights by place took longer, 2.5 s a night against 2.2.)
pub fn reactors(
    attention: &Attention,
    graph: Csr,
    trust: &[f64],
    shares: &[f64],
    params: &ModelParams,
) -> Result<Reactors> {
    let weights = (0..attention.edge_count())
        .map(|edge| attention.scaled(edge, shares))
        .collect();
    let in_edges = graph
        .with_weights(weights)
        .map_err(|error| Error::internal("tonight's attention has no weights").with_source(error))?;
    Ok(propagated(&in_edges, trust, params))
}

/// Propagates trust along a graph whose rows are in-edges: rho of each node, what comes straight back taken out.
pub fn propagated(in_edges: &Csr, trust: &[f64], params: &ModelParams) -> Reactors {
    let propagation = PropagationParams {
        damping: params.propagation.damping,
        tolerance: params.propagation.tolerance,
        max_iterations: u32::try_from(params.propagation.max_iterations).unwrap_or(u32::MAX),
        dangling: Dangling::Teleport,
    };
    let outcome = propagate(in_edges, trust, &propagation);
    let (out_edges, _) = in_edges.transpose();
    let returns = return_probability(in_edges, &out_edges, propagation.damping);
    let standing = outcome
        .inflow
        .iter()
        .zip(&returns)
        .map(|(x, back)| standing(x * (1.0 - back), &params.standing))
        .collect();
    Reactors { standing, outcome }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_first_night_whoever_was_seen_is_trusted() {
        let params = Trust::default();
        assert_eq!(of_account(1, 0.0, 1.0, &params), 1.0);
        assert_eq!(of_account(0, 0.0, 1.0, &params), 0.0);
    }

    #[test]
    fn the_allowance_of_the_first_night_is_over_by_the_fourth() {
        let params = Trust::default();
        let fresh: Vec<f64> = (1..=5)
            .map(|history| of_account(1, 0.5, f64::from(history), &params))
            .collect();
        assert!(fresh.is_sorted_by(|a, b| a >= b), "{fresh:?}");
        assert!(fresh[3] <= 5e-5);
        assert!(of_account(3, 2.0, 9.0, &params) > of_account(2, 1.0, 9.0, &params));
    }

    #[test]
    fn seconds_around_midnight_are_not_two_days() {
        let params = Trust::default();
        let known = |span_days: f64| of_account(2, span_days, 9.0, &params);
        assert!(known(20.0 / 86_400.0) < 1e-6);
        assert!(known(0.25) < 0.5 && known(0.5) == known(1.0));
    }

    #[test]
    fn seasoned_is_who_was_seen_as_long_as_one_could_be() {
        let persons = Persons {
            ids: ["a", "b", "c"].map(str::to_owned).to_vec(),
            of_account: vec![0, 1, 1, 2],
        };
        let facts = [2, 1, 30, 0].map(|days_seen| Facts {
            days_seen,
            ..Facts::default()
        });
        let at = |history_days: f64| seasoned(&persons, &facts, history_days, &ModelParams::default());
        assert_eq!(at(1.0), [1.0, 1.0, 0.0]);
        assert_eq!(at(2.0), [1.0, 1.0, 0.0]);
        let settled = at(30.0);
        assert!(
            settled[0] < 0.11 && settled[1] == 1.0 && settled[2] == 0.0,
            "{settled:?}"
        );
    }

    #[test]
    fn an_ordinary_reactor_has_standing_one_and_nobody_has_much_more() {
        let params = Standing::default();
        assert_eq!(standing(1.0, &params), 1.0);
        assert!(standing(0.0, &params) >= 1.0 - params.gain / params.half_at);
        assert!(standing(1e9, &params) < 1.0 + params.gain);
    }
}
