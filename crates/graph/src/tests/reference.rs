//! The same numbers by other methods: Gaussian elimination of the dense system, and a serial push.

use super::*;

/// Computes the dense transition matrix, one row per actor, directly from the list of reactions.
pub(super) fn transitions(node_count: usize, reactions: &[(u32, u32, f64)]) -> Vec<Vec<f64>> {
    let mut rows = vec![vec![0.0; node_count]; node_count];
    for &(actor, target, weight) in reactions {
        rows[actor as usize][target as usize] += weight;
    }
    for row in &mut rows {
        let sum: f64 = row.iter().sum();
        row.iter_mut().filter(|_| sum > 0.0).for_each(|p| *p /= sum);
    }
    rows
}

/// Solves `(I - d M) x = b` by elimination. Column u of M is the distribution of u's rank over its targets.
fn solve(columns: &[Vec<f64>], damping: f64, right: &[f64]) -> Vec<f64> {
    let n = right.len();
    let entry = |row: usize, column: usize| f64::from(row == column) - damping * columns[column][row];
    let mut rows: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect();
    let mut x = right.to_vec();
    // Columns of M sum to at most 1, so the matrix is diagonally dominant and needs no pivoting.
    for pivot in 0..n {
        let (above, below) = rows.split_at_mut(pivot + 1);
        for (i, row) in below.iter_mut().enumerate() {
            let factor = row[pivot] / above[pivot][pivot];
            row.iter_mut().zip(&above[pivot]).for_each(|(a, b)| *a -= factor * b);
            x[pivot + 1 + i] -= factor * x[pivot];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| rows[i][j] * x[j]).sum();
        x[i] = (x[i] - known) / rows[i][i];
    }
    x
}

fn random_case(seed: u64) -> (usize, Reactions, Vec<f64>) {
    let mut next = noise(seed);
    let node_count = 2 + (40.0 * next()) as usize;
    let reactions = heavy_tailed(node_count as u32, (150.0 * next()) as usize, seed);
    let trust = (0..node_count).map(|_| (2.0 * next() - 0.7).max(0.0)).collect();
    (node_count, reactions, trust)
}

/// Solves for ranks and inflow of a case.
fn solve_case(node_count: usize, reactions: &[(u32, u32, f64)], trust: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let total: f64 = trust.iter().sum();
    let teleport: Vec<f64> = trust.iter().map(|g| g / total).collect();
    let moves = transitions(node_count, reactions);
    let fresh = |values: &[f64]| values.iter().map(|x| (1.0 - D) * x).collect::<Vec<_>>();
    let is_dangling = |row: &[f64]| row.iter().all(|p| *p == 0.0);
    let landed = |row: &Vec<f64>| {
        if is_dangling(row) {
            teleport.clone()
        } else {
            row.clone()
        }
    };
    let closed: Vec<Vec<f64>> = moves.iter().map(landed).collect();
    (solve(&closed, D, &fresh(&teleport)), solve(&moves, D, &fresh(trust)))
}

#[test]
fn ranks_and_inflow_solve_the_linear_system() {
    for seed in 0..40 {
        let (node_count, reactions, mut trust) = random_case(seed);
        trust[0] = 1.0;
        let (ranks, inflow) = solve_case(node_count, &reactions, &trust);
        let outcome = run(&reactions, &trust, &EXACT);
        assert_sound(&outcome);
        assert_close(&outcome.ranks, &ranks, 1e-13, &format!("ranks, seed {seed}"));
        assert_close(&outcome.inflow, &inflow, 1e-12, &format!("inflow, seed {seed}"));
    }
}

#[test]
fn the_residual_bounds_the_distance_to_the_fixed_point() {
    for seed in 0..40 {
        let (node_count, reactions, mut trust) = random_case(seed);
        trust[0] = 1.0;
        let (ranks, _) = solve_case(node_count, &reactions, &trust);
        for tolerance in [1e-2, 1e-4, 1e-7] {
            let outcome = run(&reactions, &trust, &PropagationParams { tolerance, ..EXACT });
            let distance: f64 = outcome.ranks.iter().zip(&ranks).map(|(r, s)| (r - s).abs()).sum();
            assert!(outcome.is_converged && outcome.residual <= tolerance);
            assert!(
                distance <= D / (1.0 - D) * outcome.residual + 1e-14,
                "seed {seed}: {distance}"
            );
        }
    }
}

#[test]
fn rounding_the_weights_moves_an_inflow_by_less_than_1e_8() {
    for seed in 0..40 {
        let (node_count, mut reactions, mut trust) = random_case(seed);
        trust[0] = 1.0;
        let mut next = noise(seed + 99);
        reactions
            .iter_mut()
            .for_each(|reaction| reaction.2 *= 10f64.powf(6.0 * next() - 3.0));
        let (_, inflow) = solve_case(node_count, &reactions, &trust);
        let found = run(&reactions, &trust, &EXACT).inflow;
        let relative: Vec<f64> = found.iter().zip(&inflow).map(|(x, y)| (x - y) / y.max(1.0)).collect();
        assert_close(&relative, &vec![0.0; node_count], 1e-8, &format!("seed {seed}"));
    }
}

/// Computes the power series of the inflow, pushed from actor to target edge by edge.
pub(super) fn pushed_inflow(reactions: &[(u32, u32, f64)], trust: &[f64]) -> Vec<f64> {
    let mut given = vec![0.0; trust.len()];
    reactions
        .iter()
        .for_each(|&(actor, _, weight)| given[actor as usize] += weight);
    let mut wave: Vec<f64> = trust.iter().map(|g| (1.0 - D) * g).collect();
    let mut inflow = wave.clone();
    for _ in 0..250 {
        let mut next = vec![0.0; trust.len()];
        for &(actor, target, weight) in reactions {
            next[target as usize] += D * wave[actor as usize] * weight / given[actor as usize];
        }
        inflow.iter_mut().zip(&next).for_each(|(x, moved)| *x += moved);
        wave = next;
    }
    inflow
}

#[test]
fn pulling_in_chunks_agrees_with_pushing_edge_by_edge() {
    let node_count = 9_000;
    let mut reactions = heavy_tailed(node_count, 30_000, 7);
    reactions.extend((1..node_count).map(|fan| (fan, 0, 1.0))); // In two chunks of targets.
    let trust: Vec<f64> = (0..node_count).map(|u| f64::from(u % 3) / 2.0).collect();
    let outcome = run(&reactions, &trust, &EXACT);
    let pushed = pushed_inflow(&reactions, &trust);
    let relative: Vec<f64> = outcome
        .inflow
        .iter()
        .zip(&pushed)
        .map(|(x, y)| x / y.max(1e-3))
        .collect();
    let expected: Vec<f64> = pushed.iter().map(|y| y / y.max(1e-3)).collect();
    assert_close(&relative, &expected, 1e-11, "inflow");
}
