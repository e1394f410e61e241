//! Measures the graph kernels on a Kronecker graph with weights: heavy-tailed in both degrees, as reactions are.
//!
//! `cargo bench -p clout-graph --bench kernels` measures a scale of 18, 2^18 nodes and 16 edges a node;
//! `CLOUT_BENCH_SCALE` sets another. With a folder as `CLOUT_BENCH_COMPARE`, it writes the graph to that folder and
//! measures a step whenever a line arrives on its input, so that `benches/propagation.py` can take turns with a rival.
//!
//! Paper: Leskovec, Chakrabarti, Kleinberg, Faloutsos, Ghahramani, *Kronecker Graphs*, 2010; the parameters are those of
//! the Graph 500 benchmark.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark measures time, takes its size from the environment, and stops by panicking"
)]
#![allow(missing_docs, reason = "criterion's macros make public items without docs")]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use clout_graph::{BlockedGraph, Csr, MutualEdges, PropagationParams, compute_return_probabilities, propagate};
use criterion::{Criterion, Throughput, criterion_group};
use rayon::prelude::*;

const DEFAULT_SCALE: u32 = 18;
const EDGES_PER_NODE: usize = 16;
/// Edges made by one stream of random numbers.
const STREAM: usize = 1 << 16;

/// Tolerance of a run, as `model.propagation.tolerance`.
const NIGHTLY: PropagationParams = PropagationParams {
    damping: 0.85,
    tolerance: 1e-7,
    max_iterations: 200,
};

/// Returns a fixed stream of numbers in [0, 1): splitmix64.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Returns actor and target of an edge: one of the four quarters of the matrix at each level.
fn kronecker_edge(scale: u32, next: &mut impl FnMut() -> f64) -> (usize, usize) {
    (0..scale).fold((0, 0), |(actor, target), _| {
        let (low, high) = match next() {
            x if x < 0.57 => (0, 0),
            x if x < 0.76 => (0, 1),
            x if x < 0.95 => (1, 0),
            _ => (1, 1),
        };
        (2 * actor + low, 2 * target + high)
    })
}

/// Makes a graph with 2^scale nodes in random order. Repeated edges are merged.
fn kronecker(scale: u32) -> Csr {
    let node_count = 1usize << scale;
    let mut names: Vec<u32> = (0..node_count as u32).collect();
    let mut next = noise(1);
    for last in (1..node_count).rev() {
        names.swap(last, (next() * (last + 1) as f64) as usize);
    }
    let streams = (0..node_count * EDGES_PER_NODE / STREAM).into_par_iter();
    let edges: Vec<(u32, u32, f64)> = streams
        .flat_map_iter(|stream| {
            let mut next = noise(1_000_003 * (stream as u64 + 1));
            let names = &names;
            (0..STREAM).map(move |_| {
                let (actor, target) = kronecker_edge(scale, &mut next);
                (names[target], names[actor], 0.01 + next())
            })
        })
        .collect();
    let targets: Vec<u32> = edges.par_iter().map(|edge| edge.0).collect();
    let actors: Vec<u32> = edges.par_iter().map(|edge| edge.1).collect();
    let weights: Vec<f64> = edges.par_iter().map(|edge| edge.2).collect();
    drop(edges);
    Csr::from_edges(node_count, &targets, &actors, &weights).expect("a valid graph")
}

fn scale() -> u32 {
    let wanted = std::env::var("CLOUT_BENCH_SCALE").ok();
    wanted.and_then(|scale| scale.parse().ok()).unwrap_or(DEFAULT_SCALE)
}

fn build(graph: &Csr) -> BlockedGraph {
    BlockedGraph::build(graph.in_edges(), |edge| graph.weights()[edge]).expect("valid weights")
}

fn kernels(criterion: &mut Criterion) {
    let graph = kronecker(scale());
    let (blocked, mutual) = (build(&graph), MutualEdges::find(graph.in_edges()));
    let trust = vec![1.0; graph.node_count()];
    let steps = |max_iterations| PropagationParams {
        tolerance: 0.0,
        max_iterations,
        ..NIGHTLY
    };

    let mut group = criterion.benchmark_group("graph");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.throughput(Throughput::Elements(graph.edge_count() as u64));
    group.bench_function("BlockedGraph::build", |b| b.iter(|| black_box(build(&graph))));
    group.bench_function("MutualEdges::find", |b| {
        b.iter(|| black_box(MutualEdges::find(graph.in_edges())))
    });
    group.bench_function("compute_return_probabilities", |b| {
        let weight = |edge: usize| graph.weights()[edge];
        b.iter(|| {
            black_box(compute_return_probabilities(
                blocked.frame(),
                graph.in_edges(),
                weight,
                &mutual,
                0.85,
            ))
        });
    });
    group.bench_function("propagate, 1 step", |b| {
        b.iter(|| black_box(propagate(&blocked, &trust, &steps(1))))
    });
    group.bench_function("propagate, 11 steps", |b| {
        b.iter(|| black_box(propagate(&blocked, &trust, &steps(11))))
    });
    group.bench_function("propagate until converged", |b| {
        b.iter(|| black_box(propagate(&blocked, &trust, &NIGHTLY)))
    });
    group.finish();
}

/// Writes the graph as raw arrays of native numbers. Then measures a step for each line of the input and prints its
/// seconds: a tenth of the difference between eleven steps and one.
fn compare(folder: &Path) {
    let graph = kronecker(scale());
    let bytes = |words: &mut dyn Iterator<Item = [u8; 8]>| words.flatten().collect::<Vec<u8>>();
    let mut offsets = vec![0_u64];
    offsets.extend((0..graph.node_count()).map(|node| graph.in_edges().range(node).end as u64));
    let write = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes).expect("a folder to write to");
    write("offsets", bytes(&mut offsets.iter().map(|offset| offset.to_ne_bytes())));
    write(
        "weights",
        bytes(&mut graph.weights().iter().map(|weight| weight.to_ne_bytes())),
    );
    write(
        "sources",
        graph
            .in_edges()
            .sources()
            .iter()
            .flat_map(|source| source.to_ne_bytes())
            .collect(),
    );
    let started = Instant::now();
    let blocked = build(&graph);
    println!("built {}", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let mutual = MutualEdges::find(graph.in_edges());
    println!("mutual {} {}", started.elapsed().as_secs_f64(), mutual.len());
    let trust = vec![1.0; graph.node_count()];
    let seconds_of = |max_iterations| {
        let (params, started) = (
            PropagationParams {
                tolerance: 0.0,
                max_iterations,
                ..NIGHTLY
            },
            Instant::now(),
        );
        black_box(propagate(&blocked, &trust, &params));
        started.elapsed().as_secs_f64()
    };
    println!("converged {}", propagate(&blocked, &trust, &NIGHTLY).iterations);
    for _ in std::io::stdin().lines() {
        let started = seconds_of(1);
        println!("step {}", (seconds_of(11) - started) / 10.0);
    }
}

criterion_group!(benches, kernels);

fn main() {
    match std::env::var_os("CLOUT_BENCH_COMPARE") {
        Some(folder) => compare(Path::new(&folder)),
        None => {
            benches();
            Criterion::default().configure_from_args().final_summary();
        }
    }
}
