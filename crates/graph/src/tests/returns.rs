//! The two-cycle term against the square of the dense transition matrix, and in closed form.

use super::reference::transitions;
use super::*;

fn compute_returns(node_count: usize, reactions: &[(u32, u32, f64)]) -> Vec<f64> {
    super::compute_returns(&graph(node_count, reactions))
}

#[test]
fn a_pair_of_mutual_reactors_returns_after_two_steps() {
    let returns = compute_returns(2, &[(0, 1, 3.0), (1, 0, 0.2)]);
    assert_close(&returns, &[D * D; 2], 1e-15, "pair");
}

#[test]
fn attention_paid_to_others_does_not_return() {
    let reactions = [(0, 1, 1.0), (0, 2, 3.0), (1, 0, 1.0), (1, 2, 1.0)];
    let expected = D * D * 0.25 * 0.5;
    assert_close(
        &compute_returns(3, &reactions),
        &[expected, expected, 0.0],
        1e-15,
        "shares",
    );
}

#[test]
fn longer_rings_and_lone_nodes_do_not_return() {
    let ring = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0)];
    assert_eq!(compute_returns(4, &ring), [0.0; 4]);
    assert_eq!(compute_returns(0, &[]), [0.0; 0]);
    assert_eq!(compute_returns(2, &[(0, 1, 0.0), (1, 0, 1.0)]), [0.0; 2]);
}

#[test]
fn a_self_loop_counts_as_a_two_step_return() {
    assert_close(&compute_returns(1, &[(0, 0, 2.0)]), &[D * D], 1e-15, "self-loop");
}

#[test]
fn returns_are_the_diagonal_of_the_squared_matrix() {
    for seed in 0..40 {
        let node_count = 1 + seed as usize;
        let reactions = heavy_tailed(node_count as u32, 6 * node_count, seed);
        let p = transitions(node_count, &reactions);
        let square = |v: usize| (0..node_count).map(|u| p[v][u] * p[u][v]).sum::<f64>();
        let expected: Vec<f64> = (0..node_count).map(|v| D * D * square(v)).collect();
        let found = compute_returns(node_count, &reactions);
        assert_close(&found, &expected, 1e-14, &format!("seed {seed}"));
        assert!(found.iter().all(|q| (0.0..=D * D).contains(q)));
    }
}
