//! Graphs with their edges in parts elsewhere: same bits, whatever the parts.

use super::*;
use crate::blocked_graph::HUB_EDGES;
use crate::cells::{SOURCE_BLOCK, TARGET_CHUNK};
use crate::{EdgeStore, GraphError, GraphFrame, GraphPart, propagate_apart};

/// Parts as bytes, as another process gets them.
#[derive(Default)]
struct ByteStore {
    parts: Vec<Vec<u8>>,
    steps: Vec<u32>,
}

impl EdgeStore for ByteStore {
    type Error = GraphError;

    fn keep(&mut self, part: GraphPart) -> Result<(), GraphError> {
        self.parts.push(part.to_bytes());
        Ok(())
    }

    fn sum_shares(&mut self, step: u32, shares: &[f64]) -> Result<Vec<f64>, GraphError> {
        self.steps.push(step);
        let sums = |bytes: &Vec<u8>| GraphPart::from_bytes(bytes).unwrap().sum_shares(shares);
        Ok(self.parts.iter().flat_map(sums).collect())
    }
}

fn check(nodes: u32, reactions: &[(u32, u32, f64)], part_edges: usize, parts: usize) {
    let mut next = noise(5);
    let trust: Vec<f64> = (0..nodes).map(|_| next()).collect();
    let in_edges = graph(nodes as usize, reactions);
    let whole = propagate(&blocked(&in_edges), &trust, &PropagationParams::default());
    let mut store = ByteStore::default();
    let weight = |edge: usize| in_edges.weights()[edge];
    let frame = GraphFrame::build_apart(in_edges.in_edges(), weight, part_edges, &mut store).unwrap();
    assert_eq!(&frame, blocked(&in_edges).frame());
    assert_eq!(store.parts.len(), parts);
    let apart = propagate_apart(&frame, &mut store, &trust, &PropagationParams::default()).unwrap();
    let bits = |outcome: &PropagationOutcome| -> Vec<u64> {
        let totals = [outcome.residual, outcome.mass, outcome.dangling_mass];
        let all = outcome.ranks.iter().chain(&outcome.inflow).chain(&totals);
        all.map(|x| x.to_bits()).collect()
    };
    assert!(bits(&apart) == bits(&whole), "{part_edges} edges a part");
    assert_eq!(store.steps, (0..whole.iterations).collect::<Vec<_>>());
}

#[test]
fn parts_have_the_bits_of_the_whole_graph() {
    let nodes = SOURCE_BLOCK as u32 + HUB_EDGES as u32 / 2 + 17;
    let mut reactions = heavy_tailed(nodes, 60_000, 11);
    let hubs = [0, TARGET_CHUNK as u32 + 3];
    let fans = hubs
        .into_iter()
        .flat_map(|hub| (0..nodes).filter(move |fan| *fan != hub).map(move |fan| (fan, hub)));
    reactions.extend(fans.map(|(fan, hub)| (fan, hub, 0.1 + f64::from(fan % 7))));
    check(nodes, &reactions, 1, 4);
    check(nodes, &reactions, 150_000, 2);
    check(nodes, &reactions, usize::MAX, 1);
}

#[test]
fn small_graphs_and_graphs_without_edges_have_parts_too() {
    check(3, &[(0, 1, 1.0), (2, 1, 0.5)], 1, 1);
    check(3, &[], 1, 0);
    check(0, &[], 1, 0);
}

#[test]
fn incomplete_bytes_are_no_part() {
    let in_edges = graph(3, &[(0, 1, 1.0), (2, 1, 0.5)]);
    let bytes = blocked(&in_edges).edges().to_bytes();
    assert_eq!(GraphPart::from_bytes(&bytes).as_ref(), Some(blocked(&in_edges).edges()));
    for length in 0..bytes.len() {
        assert_eq!(GraphPart::from_bytes(&bytes[..length]), None, "{length}");
    }
    assert_eq!(GraphPart::from_bytes(&[&bytes[..], &[0]].concat()), None);
}
