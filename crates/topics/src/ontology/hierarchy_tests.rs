use super::*;
use proptest::prelude::*;

fn topic(id: &str) -> TopicRecord {
    TopicRecord {
        id: id.to_owned(),
        name: id.to_uppercase(),
        aliases: Vec::new(),
    }
}

fn build(ids: &[&str], edges: &[(&str, &str)]) -> (Ontology, OntologyFaults) {
    let edges = edges.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
    Ontology::build(ids.iter().map(|id| topic(id)).collect(), edges)
}

fn reasons(faults: &[(usize, String)]) -> Vec<(usize, &str)> {
    faults.iter().map(|(row, reason)| (*row, reason.as_str())).collect()
}

#[test]
fn topics_are_in_the_order_of_their_ids() {
    let (ontology, faults) = build(&["tea", "art", "Zen"], &[("art", "tea")]);
    let ids: Vec<_> = (0..ontology.len() as u32).map(|k| ontology.id(k)).collect();
    assert_eq!(ids, ["Zen", "art", "tea"]);
    assert_eq!((ontology.find("tea"), ontology.find("te")), (Some(2), None));
    assert_eq!((ontology.name(1), ontology.parents(2)), ("ART", &[1][..]));
    assert_eq!(faults, OntologyFaults::default());
    assert!(Ontology::empty().is_empty());
}

#[test]
fn an_ancestor_reached_by_two_ways_counts_once_at_its_shortest_distance() {
    let edges = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("b", "d")];
    let (ontology, _) = build(&["a", "b", "c", "d"], &edges);
    assert_eq!(ontology.ancestors(3), [(0, 1), (1, 1), (2, 1)]);
    assert_eq!(ontology.ancestors(2), [(0, 2), (1, 1)]);
    assert!(ontology.ancestors(0).is_empty());
}

#[test]
fn relatives_are_ancestors_and_children_of_one_parent() {
    let edges = [("food", "coffee"), ("food", "tea"), ("coffee", "latte")];
    let (ontology, _) = build(&["art", "coffee", "food", "latte", "tea"], &edges);
    let k = |id| ontology.find(id).unwrap();
    for (a, b) in [("tea", "tea"), ("food", "latte"), ("coffee", "tea")] {
        assert!(
            ontology.are_related(k(a), k(b)) && ontology.are_related(k(b), k(a)),
            "{a} {b}"
        );
    }
    for (a, b) in [("latte", "tea"), ("art", "tea")] {
        assert!(!ontology.are_related(k(a), k(b)), "{a} {b}");
    }
}

#[test]
fn refused_rows_are_returned_with_reasons() {
    let long = "x".repeat(50) + "\u{1b}";
    let edges = [
        ("a", "a"),
        ("a", "\u{1b}b"),
        (&long, "a"),
        ("a", "b"),
        ("a", "b"),
        ("b", "a"),
        ("b", "a"),
    ];
    let (ontology, faults) = build(&["b", "a", "b", ""], &edges);
    assert_eq!(ontology.len(), 2);
    assert_eq!(ontology.parents(1), [0]);
    let expected = [
        (2, "topic_id given twice: 'b'"),
        (3, "empty topic_id: the column is required"),
    ];
    assert_eq!(reasons(&faults.topics), expected);
    let unknown = format!("unknown topic: '{}'", "x".repeat(40));
    let expected = [
        (0, "topic is its own parent: 'a'"),
        (1, "unknown topic: '\u{FFFD}b'"),
        (2, unknown.as_str()),
        (5, "closes a cycle: 'b' is already below 'a'"),
        (6, "closes a cycle: 'b' is already below 'a'"),
    ];
    assert_eq!(reasons(&faults.edges), expected);
}

#[test]
fn the_least_of_two_rows_with_one_id_is_kept() {
    let named = |name: &str| TopicRecord {
        name: name.to_owned(),
        ..topic("a")
    };
    for rows in [["x", "b", "c"], ["c", "x", "b"]] {
        let (ontology, faults) = Ontology::build(rows.map(named).to_vec(), Vec::new());
        assert_eq!(ontology.name(0), "b");
        assert_eq!(faults.topics.len(), 2);
    }
}

#[test]
fn tags_alone_are_topics_by_their_squeezed_form() {
    let tags = ["Latte-Art", "tea", "latteart", "tea", "--"];
    let ontology = Ontology::from_tags(tags.iter().map(|tag| tag.to_string()));
    assert_eq!(
        (ontology.len(), ontology.id(0), ontology.name(0)),
        (2, "latteart", "Latte-Art")
    );
    assert_eq!(ontology.aliases(0), ["latteart"]);
}

proptest! {
    #[test]
    fn the_order_of_rows_does_not_matter_and_nothing_is_above_itself(
        edges in prop::collection::vec((0..8u8, 0..8u8), 0..30),
        turn in 0..30usize,
    ) {
        let ids: Vec<String> = (0..8).map(|k| format!("t{k}")).collect();
        let mut topics: Vec<TopicRecord> = ids.iter().map(|id| topic(id)).collect();
        let edge = |(a, b): &(u8, u8)| (format!("t{a}"), format!("t{b}"));
        let mut edges: Vec<(String, String)> = edges.iter().map(edge).collect();
        let (first, _) = Ontology::build(topics.clone(), edges.clone());
        topics.rotate_left(turn % 8);
        let middle = turn.min(edges.len());
        edges.rotate_left(middle);
        edges.reverse();
        let (second, _) = Ontology::build(topics, edges);
        for k in 0..8 {
            prop_assert_eq!(first.parents(k), second.parents(k));
            prop_assert!(first.parents(k).is_sorted_by(|a, b| a < b));
            prop_assert!(first.ancestors(k).iter().all(|(above, _)| *above != k));
            prop_assert!(first.ancestors(k).is_sorted_by(|a, b| a.0 < b.0));
        }
    }
}
