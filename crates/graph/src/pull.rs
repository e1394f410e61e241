//! One step of the propagation on a [`BlockedGraph`](super::BlockedGraph): each target adds up the shares of its sources.
//!
//! ```text
//! y     = g1 - c1 (g1 - g2) - c2 (g2 - g3), or 0      the iterate: results of earlier steps, see `anderson`
//! s_u   = d y_u / out(u)                              share of a source per unit of weight
//! g_v   = (1 - d + d m) t_v + (sum_u s_u q(u, v)) / Y          m = mass of the nodes without out-edges / Y,  Y = sum y
//! r     = g - y / Y                                            the residual of the plain step
//! ```
//!
//! Dividing by Y restores a mass of 1, whatever rounding y went through. Two passes over the nodes compute these; the
//! sums that mass, convergence and acceleration need are taken on the way. All nodes without an edge have y and g in
//! proportion to their teleport, so one factor stands for them, see [`NodeVector`].

use rayon::prelude::*;

use super::blocked_graph::GraphFrame;
use super::graph_part::GraphPart;
use super::node_vector::{LANES, NodeVector, Teleport};
use super::numeric::{NODE_CHUNK, cut_at};

/// An iterate y, and the result of one plain step from it.
pub(super) struct Iterate {
    /// g, the result of the step.
    pub(super) value: NodeVector,
    /// r = g - y; y itself before the step.
    pub(super) residual: NodeVector,
}

/// Sums of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct StepSums {
    /// L1 length of r.
    pub(super) residual: f64,
    /// Products (a a, a b, b b, a r, b r) of a = r - r1, b = r1 - r2 and r; r1 and r2 are the residuals of the last
    /// two steps.
    pub(super) products: [f64; 5],
}

/// Mass of the iterate of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct StepMass {
    /// Sum over the nodes with out-edges.
    pub(super) sources: f64,
    /// Sum over the nodes without out-edges.
    pub(super) dangling: f64,
}

impl StepMass {
    /// Returns Y, the sum of the iterate.
    pub(super) fn total(self) -> f64 {
        self.sources + self.dangling
    }
}

/// Replaces the residual of `newest` by y, and sets the share of each source. `values` are g1 and g2; `newest` has g3.
pub(super) fn share_out(
    graph: &GraphFrame,
    teleport: &Teleport,
    newest: &mut Iterate,
    values: [&NodeVector; 2],
    coefficients: [f64; 2],
    (damping, shares): (f64, &mut [f64]),
) -> StepMass {
    let combine = |[g1, g2, g3]: [f64; 3]| {
        let change = coefficients[0] * (g1 - g2) + coefficients[1] * (g2 - g3);
        (g1 - change).max(0.0)
    };
    let y = newest.residual.slots.par_chunks_mut(NODE_CHUNK);
    let parts = y.zip(shares.par_chunks_mut(NODE_CHUNK)).enumerate();
    let masses: Vec<StepMass> = parts
        .map(|(chunk, (y, shares))| {
            let start = chunk * NODE_CHUNK;
            let older = [values[0], values[1], &newest.value];
            let [g1, g2, g3] = older.map(|value| &value.slots[start..start + y.len()]);
            for (((y, g1), g2), g3) in y.iter_mut().zip(g1).zip(g2).zip(g3) {
                *y = combine([*g1, *g2, *g3]);
            }
            let out_weights = &graph.out_weights()[start.min(graph.out_weights().len())..];
            let (sources, dangling) = y.split_at(out_weights.len().min(y.len()));
            for ((share, y), out_weight) in shares.iter_mut().zip(sources).zip(out_weights) {
                *share = damping * y / out_weight;
            }
            StepMass {
                sources: sum_in_lanes(sources),
                dangling: sum_in_lanes(dangling),
            }
        })
        .collect();
    newest.residual.rest = combine([values[0].rest, values[1].rest, newest.value.rest]);
    let rest = StepMass {
        sources: 0.0,
        dangling: newest.residual.rest * teleport.rest_sum,
    };
    let add = |sum: StepMass, mass: &StepMass| StepMass {
        sources: sum.sources + mass.sources,
        dangling: sum.dangling + mass.dangling,
    };
    masses.iter().fold(rest, add) // In chunk order, for identical bits.
}

/// Sums of shares over the in-edges of each target.
pub(super) enum ShareSums<'a> {
    /// To be added up, from the shares of [`share_out`] and these edges.
    Local(&'a GraphPart, &'a [f64]),
    /// Added up elsewhere, by slot.
    Ready(Vec<f64>),
}

/// Runs one step from the iterate in `newest.residual`, with the shares of [`share_out`]. `restart` is the factor of
/// the teleport, `total` is Y; `older` are r1 and r2.
pub(super) fn pull(
    graph: &GraphFrame,
    shares: &ShareSums,
    (restart, teleport): (f64, &Teleport),
    total: f64,
    newest: &mut Iterate,
    older: [&NodeVector; 2],
) -> StepSums {
    let hub_sums = match shares {
        ShareSums::Local(edges, shares) => edges.sum_hubs(shares),
        ShareSums::Ready(_) => Vec::new(),
    };
    let norm = 1.0 / total;
    let values = cut_at(&mut newest.value.slots, graph.cuts()).into_par_iter();
    let residuals = cut_at(&mut newest.residual.slots, graph.cuts());
    let chunks = values.zip(residuals).zip(graph.cuts()).enumerate().with_max_len(1);
    let sums: Vec<StepSums> = chunks
        .map(|(chunk, ((value, residual), start))| {
            let targets = *start..start + value.len();
            match shares {
                ShareSums::Local(edges, shares) => edges.sum_chunk(chunk, shares, &hub_sums, value),
                ShareSums::Ready(sums) => value.copy_from_slice(&sums[targets.clone()]),
            }
            for (value, teleport) in value.iter_mut().zip(&teleport.shares.slots[targets.clone()]) {
                *value = restart * teleport + norm * *value;
            }
            finish_chunk(
                value,
                norm,
                residual,
                older.map(|residual| &residual.slots[targets.clone()]),
            )
        })
        .collect();
    newest.value.rest = restart;
    let y = newest.residual.rest;
    newest.residual.rest = restart - norm * y;
    let rest = compare_residuals(newest.residual.rest, older.map(|residual| residual.rest));
    let rest = StepSums {
        residual: rest[0] * teleport.rest_sum,
        products: std::array::from_fn(|i| rest[i + 1] * teleport.rest_squares),
    };
    sums.iter().fold(rest, |sum, part| StepSums {
        residual: sum.residual + part.residual,
        products: std::array::from_fn(|i| sum.products[i] + part.products[i]),
    })
}

/// Replaces y in `residual` by r, and takes the sums of a chunk. All lengths are multiples of [`LANES`].
fn finish_chunk(value: &[f64], norm: f64, residual: &mut [f64], older: [&[f64]; 2]) -> StepSums {
    let mut sums = [[0.0; LANES]; 6];
    let [one, two] = older.map(|residual| residual.as_chunks::<LANES>().0);
    let lines = value
        .as_chunks::<LANES>()
        .0
        .iter()
        .zip(residual.as_chunks_mut::<LANES>().0);
    for (((value, residual), one), two) in lines.zip(one).zip(two) {
        for lane in 0..LANES {
            let r = value[lane] - norm * residual[lane];
            residual[lane] = r;
            let products = compare_residuals(r, [one[lane], two[lane]]);
            sums.iter_mut()
                .zip(products)
                .for_each(|(sums, product)| sums[lane] += product);
        }
    }
    let [residual, products @ ..] = sums.map(|lanes| sum_in_lanes(&lanes));
    StepSums { residual, products }
}

/// Returns |r| and the products of [`StepSums`].
fn compare_residuals(r: f64, [one, two]: [f64; 2]) -> [f64; 6] {
    let (a, b) = (r - one, one - two);
    [r.abs(), a * a, a * b, b * b, a * r, b * r]
}

/// Adds up numbers in [`LANES`] sums side by side.
fn sum_in_lanes(values: &[f64]) -> f64 {
    let (lines, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for line in lines {
        sums.iter_mut().zip(line).for_each(|(sum, value)| *sum += value);
    }
    sums.iter_mut().zip(rest).for_each(|(sum, value)| *sum += value);
    sums.iter().fold(0.0, |sum, part| sum + part)
}
