//! Measures the steps after propagation on a heavy-tailed graph of attention: contributions, coverage, intervals.
//!
//! `CLOUT_BENCH_EDGES=15000000 cargo bench -p clout-model --bench intervals` measures a large warehouse; the default is
//! a million edges. The graph has one person per 15 edges, and the best-known one receives about a twentieth of all
//! reactions.

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark measures time and takes its size from the environment"
)]
#![allow(missing_docs, reason = "criterion's macros make public items without docs")]

use std::hint::black_box;
use std::time::Duration;

use clout_model::influence::attention::AttentionGraph;
use clout_model::influence::coverage::CoverageInputs;
use clout_model::influence::edge_terms::AttentionTerm;
use clout_model::influence::interval::ScoreBootstrap;
use clout_model::influence::params::ModelParams;
use clout_model::influence::reaction_acts::ReactionActs;
use clout_model::influence::score::ContributionModel;
use clout_model::influence::score_scale::ScoreScale;
use clout_model::influence::score_table::ScoreTable;
use clout_model::people::person_ids::PersonIds;
use clout_model::people::presence::PresenceTable;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const DEFAULT_EDGES: usize = 1_000_000;
const EDGES_PER_PERSON: usize = 15;
const NETWORKS: usize = 4;

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

fn heavy_tailed(edge_count: usize) -> AttentionGraph {
    let people = (edge_count / EDGES_PER_PERSON).max(1);
    let (n, mut next) = (people as f64, noise(2026));
    let mut edges: Vec<(u32, u32)> = (0..edge_count)
        .map(|_| {
            // A multiplicative step scatters the well-known people over the ids, as hashing does.
            let fame = (n * next().powf(4.5)) as u64;
            ((fame * 2_654_435_761 % people as u64) as u32, (n * next()) as u32)
        })
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let mut attention = AttentionGraph {
        offsets: vec![0; people + 1],
        ..AttentionGraph::default()
    };
    for (target, reactor) in edges {
        attention.offsets[target as usize + 1] += 1;
        attention.reactors.push(reactor);
        attention.amounts.push(0.01 + next());
        attention.terms.push(&[AttentionTerm {
            network: (next() * NETWORKS as f64) as u8,
            reactions: 1,
            strength: 0.01 + next(),
            before: 0.0,
        }]);
    }
    for person in 0..people {
        attention.offsets[person + 1] += attention.offsets[person];
    }
    attention
}

fn intervals(criterion: &mut Criterion) {
    let wanted = std::env::var("CLOUT_BENCH_EDGES").ok();
    let attention = heavy_tailed(wanted.and_then(|edges| edges.parse().ok()).unwrap_or(DEFAULT_EDGES));
    let people = attention.offsets.len() - 1;
    let ids: PersonIds = (0..people).map(|person| format!("twitter:{person}")).collect();
    // More known people than unknown ones, and many in between.
    let mut next = noise(7);
    let trust: Vec<f64> = ids
        .iter()
        .map(|_| (2.0 * next() - 0.5 * next()).clamp(0.0, 1.0))
        .collect();
    let (rank, params) = (vec![1.0; people], ModelParams::default());
    let model = ContributionModel {
        trust: &trust,
        rank: &rank,
        corroboration: &params.corroboration,
    };
    let scale = ScoreScale::new(&params.scale, &params.corroboration);
    let sums = model.sum_all(&attention);
    let presences = PresenceTable::default();
    let signal = CoverageInputs {
        networks: NETWORKS,
        attention: &attention,
        model: &model,
        sums: &sums,
        presences: &presences,
        acts: &ReactionActs::new(people, NETWORKS),
    };
    let coverage = signal.compute_coverage(&[Some(1.0); NETWORKS]);

    let mut group = criterion.benchmark_group("after propagation");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.throughput(Throughput::Elements(attention.edge_count() as u64));
    group.bench_function("scores and ranks", |b| {
        b.iter(|| black_box(ScoreTable::compute(&attention, &model, &scale)));
    });
    group.bench_function("coverage", |b| {
        b.iter(|| black_box(signal.compute_coverage(&[Some(1.0); NETWORKS])));
    });
    group.bench_function("intervals", |b| {
        b.iter(|| {
            let bootstrap = ScoreBootstrap::new(&attention, &model, &scale, &ids);
            black_box(bootstrap.compute_intervals(&sums, &coverage))
        });
    });
    group.finish();
}

criterion_group!(benches, intervals);
criterion_main!(benches);
