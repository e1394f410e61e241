//! Properties of every graph.

use proptest::prelude::*;

use super::*;
use crate::MutualEdge;

prop_compose! {
    /// Generates up to 30 nodes with their trust, and reactions among them, including self-reactions,
    /// repeats and weights of 0. Weights are multiples of 2^-10, which the layout holds exactly.
    fn crowds()(node_count in 1..30usize)(
        trust in prop::collection::vec(prop_oneof![Just(0.0), Just(1.0), 0.0..1.0f64], node_count),
        reactions in prop::collection::vec(
            (0..node_count as u32, 0..node_count as u32, prop_oneof![Just(0.0), (1..1_000_000u32).prop_map(|w| f64::from(w) / 1024.0)]),
            0..120,
        ),
    ) -> (Vec<f64>, Reactions) {
        (trust, reactions)
    }
}

fn run(trust: &[f64], reactions: &[(u32, u32, f64)]) -> PropagationOutcome {
    super::run(reactions, trust, &EXACT)
}

/// Returns the reactions with all node ids shifted by `first`.
fn shift_ids(first: usize, reactions: &[(u32, u32, f64)]) -> impl Iterator<Item = (u32, u32, f64)> {
    reactions
        .iter()
        .map(move |&(u, v, w)| (u + first as u32, v + first as u32, w))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mass_stays_one_and_nothing_is_negative((trust, reactions) in crowds()) {
        let params = PropagationParams::default();
        let outcome = super::run(&reactions, &trust, &params);
        assert_sound(&outcome);
        prop_assert!(outcome.is_converged && outcome.residual <= params.tolerance);
    }

    #[test]
    fn the_order_of_reactions_changes_no_bit(
        (trust, reactions, shuffled) in crowds().prop_flat_map(|(trust, reactions)| {
            (Just(trust), Just(reactions.clone()), Just(reactions).prop_shuffle())
        }),
    ) {
        prop_assert!(run(&trust, &reactions) == run(&trust, &shuffled));
    }

    #[test]
    fn another_numbering_of_the_nodes_changes_no_result(
        (trust, reactions, ids) in crowds().prop_flat_map(|(trust, reactions)| {
            let ids: Vec<u32> = (0..trust.len() as u32).collect();
            (Just(trust), Just(reactions), Just(ids).prop_shuffle())
        }),
    ) {
        let renamed: Reactions =
            reactions.iter().map(|&(u, v, w)| (ids[u as usize], ids[v as usize], w)).collect();
        let mut renamed_trust = trust.clone();
        for (old, &new) in ids.iter().enumerate() {
            renamed_trust[new as usize] = trust[old];
        }
        let (before, after) = (run(&trust, &reactions), run(&renamed_trust, &renamed));
        let back = |values: &[f64]| ids.iter().map(|&id| values[id as usize]).collect::<Vec<_>>();
        assert_close(&back(&after.ranks), &before.ranks, 1e-12, "ranks");
        assert_close(&back(&after.inflow), &before.inflow, 1e-12, "inflow");
    }

    #[test]
    fn the_unit_of_an_actors_weights_has_no_effect(
        (trust, reactions) in crowds(), actor in 0..30u32, factor in (-7..=7i32).prop_map(|power| 2f64.powi(power)),
    ) {
        let scale = |&(u, v, w): &(u32, u32, f64)| (u, v, if u == actor { factor * w } else { w });
        let scaled: Reactions = reactions.iter().map(scale).collect();
        let (before, after) = (run(&trust, &reactions), run(&trust, &scaled));
        assert_close(&after.ranks, &before.ranks, 1e-12, "ranks");
        assert_close(&after.inflow, &before.inflow, 1e-12, "inflow");
    }

    #[test]
    fn a_disjoint_copy_of_the_graph_changes_no_inflow((trust, reactions) in crowds()) {
        let mut both = reactions.clone();
        both.extend(shift_ids(trust.len(), &reactions));
        let (before, after) = (run(&trust, &reactions), run(&trust.repeat(2), &both));
        let (first, copy) = after.inflow.split_at(trust.len());
        assert_close(first, &before.inflow, 1e-12, "original");
        assert_close(copy, &before.inflow, 1e-12, "copy");
    }

    #[test]
    fn strangers_in_a_separate_component_change_no_inflow(
        (trust, reactions) in crowds(), (strangers, among_them) in crowds(), are_trusted: bool,
    ) {
        let strangers = if are_trusted { strangers } else { vec![0.0; strangers.len()] };
        let mut everything = reactions.clone();
        everything.extend(shift_ids(trust.len(), &among_them));
        let before = run(&trust, &reactions);
        let after = run(&[trust.clone(), strangers].concat(), &everything);
        let (known, unknown) = after.inflow.split_at(trust.len());
        assert_close(known, &before.inflow, 1e-12, "known people");
        prop_assert!(are_trusted || unknown.iter().all(|x| *x == 0.0));
    }

    #[test]
    fn a_return_probability_lies_between_zero_and_damping_squared((trust, reactions) in crowds()) {
        let returns = compute_returns(&graph(trust.len(), &reactions));
        prop_assert!(returns.iter().all(|q| (0.0..=D * D).contains(q)));
    }

    #[test]
    fn mutual_edges_are_those_with_a_counterpart((trust, reactions) in crowds()) {
        let graph = graph(trust.len(), &reactions);
        let in_edges = graph.in_edges();
        let find = |target: usize, source: u32| {
            let index = in_edges.row(target).binary_search(&source).ok()?;
            Some((in_edges.range(target).start + index) as u32)
        };
        let of_target = |target: usize| {
            let edges = in_edges.range(target);
            let back = move |edge: usize| find(in_edges.sources()[edge] as usize, target as u32);
            edges.filter_map(move |edge| Some(MutualEdge { edge: edge as u32, back: back(edge)? }))
        };
        let expected: Vec<MutualEdge> = (0..trust.len()).flat_map(of_target).collect();
        let found = MutualEdges::find(in_edges);
        prop_assert_eq!(found.as_slice(), &expected[..]);
    }
}
