use super::*;

#[test]
fn accounts_of_one_reactor_share_one_edge_and_keep_their_terms() {
    let term = |network, verb, strength| AttentionTerm {
        network,
        verb,
        reactions: 1,
        strength,
    };
    let mut entries = vec![
        (4, term(1, 0, 0.5)),
        (2, term(0, 0, 1.0)),
        (4, term(0, 3, 0.25)),
        (4, term(1, 0, 0.25)),
    ];
    let mut attention = AttentionGraph {
        offsets: vec![0],
        term_offsets: vec![0],
        ..AttentionGraph::default()
    };
    attention.add_target(&mut entries, 2.0);
    assert_eq!(attention.reactors, [2, 4]);
    assert_eq!(attention.amounts[1], 1.0);
    assert_eq!(attention.terms(1).len(), 2);
    assert_eq!(attention.count_reactions(1), 3);
    assert_eq!(attention.scaled_amount(1, &[1.0, 1.0]), 1.0);
    assert_eq!(attention.scaled_amount(1, &[0.0, 1.0]), 0.75);
}
