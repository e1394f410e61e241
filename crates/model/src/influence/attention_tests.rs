use super::*;
use crate::influence::pairs::PairSums;

#[test]
fn accounts_of_one_reactor_share_one_edge_and_keep_their_terms() {
    let entry = |reactor, actor, network, verb, strength| AttentionEntry {
        reactor,
        actor,
        target: 0,
        term: AttentionTerm {
            network,
            verb,
            reactions: 1,
            strength,
        },
    };
    let mut entries = vec![
        entry(4, 2, 1, 0, 0.5),
        entry(2, 1, 0, 0, 1.0),
        entry(4, 3, 0, 3, 0.25),
        entry(4, 1, 1, 0, 0.25),
    ];
    let mut attention = AttentionGraph {
        offsets: vec![0],
        term_offsets: vec![0],
        ..AttentionGraph::default()
    };
    attention.add_target(&mut entries, &[0, 1, 2, 3], 2.0);
    assert_eq!(attention.reactors, [2, 4]);
    assert_eq!(attention.amounts[1], 1.0);
    assert_eq!(attention.terms(1).len(), 2);
    assert_eq!(attention.count_reactions(1), 3);
    assert_eq!(attention.scaled_amount(1, &[1.0, 1.0]), 1.0);
    assert_eq!(attention.scaled_amount(1, &[0.0, 1.0]), 0.75);
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
        let graph = compute_attention(&PairTable::from_shards(shards), &persons, &|_| 0, &model, &moment);
        (graph.offsets, graph.amounts, graph.terms)
    };
    let expected = build([0, 1, 2, 3, 4], 6);
    assert_eq!(expected.0, [0, 0, 1]);
    for (to, shard_rows) in [([0, 1, 2, 3, 4], 1), ([4, 2, 0, 1, 3], 2), ([3, 4, 1, 0, 2], 4)] {
        assert_eq!(build(to, shard_rows), expected);
    }
}
