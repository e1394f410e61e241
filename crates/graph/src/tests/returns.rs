//! The two-cycle term against the square of the dense transition matrix, and by hand.

use super::reference::transitions;
use super::*;
use crate::return_probability;

fn returns_of(node_count: usize, reactions: &[(u32, u32, f64)]) -> Vec<f64> {
    let in_edges = graph(node_count, reactions);
    return_probability(&in_edges, &in_edges.transpose().0, D)
}

#[test]
fn who_react_only_to_each_other_return_after_two_steps() {
    let returns = returns_of(2, &[(0, 1, 3.0), (1, 0, 0.2)]);
    assert_close(&returns, &[D * D; 2], 1e-15, "pair");
}

#[test]
fn attention_paid_elsewhere_does_not_return() {
    let reactions = [(0, 1, 1.0), (0, 2, 3.0), (1, 0, 1.0), (1, 2, 1.0)];
    let expected = D * D * 0.25 * 0.5;
    assert_close(&returns_of(3, &reactions), &[expected, expected, 0.0], 1e-15, "shares");
}

#[test]
fn longer_rings_and_lone_nodes_do_not_return() {
    let ring = [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0)];
    assert_eq!(returns_of(4, &ring), [0.0; 4]);
    assert_eq!(returns_of(0, &[]), [0.0; 0]);
    assert_eq!(returns_of(2, &[(0, 1, 0.0), (1, 0, 1.0)]), [0.0; 2]);
}

#[test]
fn a_self_loop_goes_there_and_comes_back() {
    assert_close(&returns_of(1, &[(0, 0, 2.0)]), &[D * D], 1e-15, "self-loop");
}

#[test]
fn returns_are_the_diagonal_of_the_squared_matrix() {
    for seed in 0..40 {
        let node_count = 1 + seed as usize;
        let reactions = heavy_tailed(node_count as u32, 6 * node_count, seed);
        let p = transitions(node_count, &reactions);
        let square = |v: usize| (0..node_count).map(|u| p[v][u] * p[u][v]).sum::<f64>();
        let expected: Vec<f64> = (0..node_count).map(|v| D * D * square(v)).collect();
        let found = returns_of(node_count, &reactions);
        assert_close(&found, &expected, 1e-14, &format!("seed {seed}"));
        assert!(found.iter().all(|q| (0.0..=D * D).contains(q)));
    }
}
