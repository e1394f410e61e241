//! Graphs that are small enough for a closed-form solution.

use super::*;

/// Checks one graph against its closed-form inflow.
fn check(name: &str, reactions: &[(u32, u32, f64)], trust: &[f64], inflow: &[f64]) {
    let outcome = run(reactions, trust, &EXACT);
    assert_sound(&outcome);
    assert_close(&outcome.inflow, inflow, 1e-12, name);
    let sum: f64 = inflow.iter().sum();
    let ranks: Vec<f64> = inflow.iter().map(|x| x / sum).collect();
    assert_close(&outcome.ranks, &ranks, 1e-12, name);
}

#[test]
fn nodes_on_balanced_cycles_have_an_inflow_of_one() {
    let both = [(0, 1, 3.0), (1, 0, 0.1)];
    check("two-cycle", &both, &[1.0; 2], &[1.0; 2]);
    let ring: Reactions = (0..7).map(|u| (u, (u + 1) % 7, 1.0 + f64::from(u))).collect();
    check("ring", &ring, &[1.0; 7], &[1.0; 7]);
    let pairs = (0..6).flat_map(|u| (0..6).filter(move |&v| v != u).map(move |v| (u, v, 2.0)));
    check("complete graph", &pairs.collect::<Reactions>(), &[1.0; 6], &[1.0; 6]);
    check("self-loop", &[(0, 0, 5.0)], &[1.0], &[1.0]);
}

#[test]
fn the_centre_of_a_star_gains_from_each_reactor() {
    let reactions: Reactions = (1..=10).map(|leaf| (leaf, 0, 1.0)).collect();
    let mut inflow = [1.0 - D; 11];
    inflow[0] = (1.0 - D) * (1.0 + 10.0 * D);
    check("star in", &reactions, &[1.0; 11], &inflow);
}

#[test]
fn an_actor_divides_its_rank_among_targets_by_weight() {
    let reactions: Reactions = (1..=4).map(|leaf| (0, leaf, f64::from(leaf))).collect();
    let leaf = |weight: f64| (1.0 - D) * (1.0 + D * weight / 10.0);
    let inflow = [1.0 - D, leaf(1.0), leaf(2.0), leaf(3.0), leaf(4.0)];
    check("star out", &reactions, &[1.0; 5], &inflow);
}

#[test]
fn rank_accumulates_along_a_chain() {
    let reactions: Reactions = (0..9).map(|u| (u, u + 1, 1.0)).collect();
    let inflow: Vec<f64> = (1..=10).map(|length| 1.0 - D.powi(length)).collect();
    check("chain", &reactions, &[1.0; 10], &inflow);
}

#[test]
fn a_sink_gives_its_rank_back() {
    check("sink", &[(0, 1, 1.0)], &[1.0, 0.0], &[1.0 - D, D * (1.0 - D)]);
    check("alone", &[], &[1.0], &[1.0 - D]);
}

#[test]
fn a_trusted_node_without_reactors_has_one_minus_damping_at_every_step() {
    let reactions = [(0, 1, 1.0), (1, 2, 1.0), (2, 1, 1.0), (1, 3, 1.0)];
    for steps in [0, 1, 2, 3] {
        let params = PropagationParams {
            max_iterations: steps,
            ..EXACT
        };
        let outcome = run(&reactions, &[1.0, 0.3, 0.0, 0.9], &params);
        assert_eq!(outcome.iterations, steps.max(1));
        assert!(!outcome.is_converged);
        assert_sound(&outcome);
        assert_close(&outcome.inflow[..1], &[1.0 - D], 1e-15, "at every step");
    }
}

#[test]
fn without_trust_ranks_are_uniform_and_inflow_is_zero() {
    for reactions in [vec![], vec![(0, 1, 1.0), (1, 0, 1.0)]] {
        let outcome = run(&reactions, &[0.0; 2], &EXACT);
        assert_sound(&outcome);
        assert_close(&outcome.ranks, &[0.5; 2], 1e-15, "uniform");
        assert_eq!(outcome.inflow, [0.0; 2]);
    }
}

#[test]
fn a_graph_without_nodes_converges_before_the_first_step() {
    let outcome = run(&[], &[], &EXACT);
    assert!(outcome.is_converged && outcome.ranks.is_empty() && outcome.inflow.is_empty());
    assert_eq!((outcome.iterations, outcome.mass, outcome.residual), (0, 0.0, 0.0));
}

#[test]
fn zero_and_subnormal_weights_pass_on_nothing() {
    let least = f64::from_bits(1);
    check("zero", &[(0, 1, 0.0)], &[1.0; 2], &[1.0 - D; 2]);
    check("subnormal", &[(0, 1, least)], &[1.0; 2], &[1.0 - D; 2]);
    let greatest = [(0, 1, crate::MAX_WEIGHT), (1, 0, f64::MIN_POSITIVE)];
    check("extremes", &greatest, &[1.0; 2], &[1.0; 2]);
}

#[test]
fn a_sock_puppet_multiplies_pagerank_by_3_6() {
    let trust = [1.0, 0.0, 0.0];
    let alone = run(&[(0, 1, 1.0)], &trust, &EXACT);
    let ring = [(0, 1, 1.0), (1, 2, 1.0), (2, 1, 1.0)];
    let with_puppet = run(&ring, &trust, &EXACT);
    let gained = with_puppet.inflow[1] / alone.inflow[1];
    assert!((gained - 1.0 / (1.0 - D * D)).abs() < 1e-12, "{gained}");
    assert!((gained - 3.6).abs() < 0.01);
}

#[test]
fn zero_damping_returns_the_trust_unchanged() {
    let params = PropagationParams { damping: 0.0, ..EXACT };
    let outcome = run(&[(0, 1, 1.0)], &[0.25, 0.75], &params);
    assert_eq!(outcome.iterations, 1);
    assert_eq!(outcome.ranks, outcome.inflow);
    assert_close(&outcome.ranks, &[0.25, 0.75], 1e-15, "trust");
}

#[test]
fn the_default_steps_suffice_for_the_slowest_graph() {
    let reactions = [(0, 1, 1.0), (1, 0, 1.0)];
    let outcome = run(&reactions, &[1.0, 0.0], &PropagationParams::default());
    assert!(outcome.is_converged);
    assert!(outcome.iterations <= 4, "{}", outcome.iterations); // 146 plain steps.
}
