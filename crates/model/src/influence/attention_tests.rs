use super::*;
use crate::influence::attention_entries::{AttentionEntry, BEFORE, NOW};

fn plan(has_before: bool) -> BuildPlan {
    BuildPlan {
        ranges: PersonRanges::new(5, None),
        networks: 2,
        beta: 2.0,
        keeps_strengths: true,
        has_before,
    }
}

fn entry(reactor: u32, network: u8, verb: u8, strength: f64) -> AttentionEntry {
    AttentionEntry {
        reactor,
        network,
        verb,
        strength,
        reactions: 1,
        dates: NOW,
        last_at: i64::from(verb),
        ..AttentionEntry::default()
    }
}

#[test]
fn entries_of_one_reactor_share_one_edge_with_a_term_for_each_network() {
    let entries = vec![
        entry(4, 1, 0, 0.5),
        entry(2, 0, 0, 1.0),
        entry(4, 0, 3, 0.25),
        entry(4, 1, 0, 0.25),
    ];
    let Ok(parts) = attention_build::build(&plan(false), vec![vec![entries]]);
    let attention = parts.graph;
    assert_eq!(attention.reactors, [2, 4]);
    assert_eq!(attention.amounts[1], 1.0);
    assert_eq!(attention.terms(1).len(), 2);
    assert_eq!(attention.count_reactions(1), 3);
    assert_eq!(attention.scaled_amount(1, &[1.0, 1.0]), 1.0);
    assert_eq!(attention.scaled_amount(1, &[0.0, 1.0]), 0.75);
    assert_eq!((parts.acts.latest(4), parts.acts.latest(0)), (Some(3), None));
    assert!(parts.acts.is_seen(0, 1) && parts.acts.is_seen(4, 0) && !parts.acts.is_seen(2, 1));
    assert_eq!(
        (parts.acts.count_reactions(1, 0), parts.acts.count_reactions(0, 3)),
        (2, 1)
    );
}

#[test]
fn edges_of_two_dates_have_both_amounts_and_past_edges_are_listed_apart() {
    let both = AttentionEntry {
        dates: NOW | BEFORE,
        before: 2.0,
        ..entry(1, 0, 0, 1.0)
    };
    let past = AttentionEntry {
        dates: BEFORE,
        reactions: 0,
        strength: 0.0,
        before: 1.0,
        ..entry(3, 1, 0, 0.0)
    };
    let Ok(parts) = attention_build::build(&plan(true), vec![vec![vec![past, entry(2, 0, 0, 1.0)], vec![both]]]);
    assert_eq!(parts.graph.reactors, [1, 2]);
    assert_eq!(parts.graph.terms(0)[0].before, 2.0);
    let before = parts.before.unwrap();
    assert_eq!(before.amounts[0], 1.5);
    assert!(before.amounts[1].is_nan());
    assert_eq!(
        (before.edges.len(), before.edges[0].reactor, before.edges[0].amount),
        (1, 3, 1.0)
    );
    assert!(parts.acts.was_seen(3, 1) && !parts.acts.is_seen(3, 1) && parts.acts.was_seen(0, 0));
    assert_eq!(parts.acts.latest(3), None);
}

#[test]
fn neither_account_numbers_nor_shards_move_a_bit() {
    // One person with three accounts reacts to one with two; the numbers of the accounts are permuted.
    let build = |to: [u32; 5], shard_rows: usize| {
        let mut rows: Vec<(u32, u32, f32)> = Vec::new();
        for actor in 0..3_u32 {
            for target in 3..5_u32 {
                rows.push((
                    to[target as usize],
                    to[actor as usize],
                    0.1 + 0.37 * (actor * 5 + target) as f32,
                ));
            }
        }
        rows.sort_by_key(|row| (row.0, row.1));
        let shards = rows.chunks(shard_rows).map(|rows| PairSums {
            targets: rows.iter().map(|row| row.0).collect(),
            actors: rows.iter().map(|row| row.1).collect(),
            verbs: vec![0; rows.len()],
            counts: vec![1; rows.len()],
            last_loads: vec![Day(20_000); rows.len()],
            last_at: (0..rows.len() as i64).map(|_| Day(20_000).start_micros()).collect(),
            details: rows.iter().map(|row| row.2.to_bits()).collect(),
            sums: Vec::new(),
        });
        let mut persons = PersonMap {
            ids: ["a", "b"].into_iter().collect(),
            by_account: vec![0; 5],
            account_ranks: vec![0; 5],
        };
        for (rank, node) in to.iter().enumerate() {
            persons.by_account[*node as usize] = u32::from(rank > 2);
            persons.account_ranks[*node as usize] = rank as u32;
        }
        let model = InfluenceModel::new(crate::influence::params::ModelParams::default());
        let moment = ScoringMoment {
            as_of: Day(20_001),
            early_days: 0.0,
            history_days: vec![9.0],
            warehouse_days: 9.0,
        };
        let graph = compute_attention(&PairTable::from_shards(shards), &persons, &|_| 0, &model, &moment).graph;
        (graph.offsets, graph.amounts, graph.terms)
    };
    let expected = build([0, 1, 2, 3, 4], 6);
    assert_eq!((&expected.0, expected.2.reactions(0)), (&vec![0, 0, 1], 6));
    for (to, shard_rows) in [([0, 1, 2, 3, 4], 1), ([4, 2, 0, 1, 3], 2), ([3, 4, 1, 0, 2], 4)] {
        assert_eq!(build(to, shard_rows), expected);
    }
}
