//! Tests topics from files: good rows, bad rows and bad files.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};

use super::*;
use crate::ingest::testing::{InputFolder, texts};

fn folder() -> InputFolder {
    let folder = InputFolder::default();
    let (ids, names) = (
        texts(&[Some("a"), None, Some("b")]),
        texts(&[Some("A"), Some("B"), Some("B")]),
    );
    folder.write("topics/1.parquet", &[("topic_id", ids), ("name", names)]);
    let (ids, names) = (
        texts(&[Some("c"), Some("d"), Some("")]),
        texts(&[Some("C"), None, Some("E")]),
    );
    folder.write("topics/more/2.parquet", &[("topic_id", ids), ("name", names)]);
    folder
}

fn describe(rejects: &[RejectedRow]) -> Vec<String> {
    let index = |r: &RejectedRow| format!("{}:{} {}", r.file, r.row_number.unwrap_or(-1), r.reason);
    rejects.iter().map(index).collect()
}

#[test]
fn bad_rows_and_bad_files_are_rejects_and_the_others_are_topics() {
    let folder = folder();
    folder.write("topics/3.parquet", &[("topic_id", texts(&[Some("z")]))]);
    std::fs::write(folder.path("topic_edges/x"), b"no Parquet at all").unwrap();
    let OntologyIntake {
        ontology,
        rejects,
        shares,
    } = read_ontology(&folder.store(), &folder.inventory()).unwrap();
    assert_eq!(
        shares.iter().map(RefusedShare::unreadable_files).collect::<Vec<_>>(),
        [1, 1]
    );
    let names: Vec<&str> = (0..ontology.len() as u32).map(|topic| ontology.name(topic)).collect();
    assert_eq!(names, ["A", "B", "C"]);
    let expected = [
        "topics/3.parquet:-1 unreadable file: it lacks the required column name",
        "topics/1.parquet:1 null topic_id: the column is required",
        "topics/more/2.parquet:1 null name: the column is required",
        "topics/more/2.parquet:2 empty topic_id: the column is required",
        "topic_edges/x:-1 unreadable file: it is not a Parquet file: it does not end with PAR1",
    ];
    let mut described = describe(&rejects);
    described.sort();
    let mut expected = expected.map(str::to_owned);
    expected.sort();
    assert_eq!(described, expected);
    assert!(
        rejects
            .iter()
            .all(|r| r.load_date.is_none() && r.network.is_none() && r.activity_id.is_none())
    );
}

#[test]
fn faults_of_the_ontology_have_file_and_row() {
    let folder = folder();
    let (parents, children) = (texts(&[Some("a"), Some("c")]), texts(&[Some("b"), Some("c")]));
    folder.write("topic_edges/1", &[("parent_id", parents), ("child_id", children)]);
    let (parents, children) = (texts(&[Some("nobody"), Some("a")]), texts(&[Some("b"), Some("c")]));
    folder.write("topic_edges/2", &[("parent_id", parents), ("child_id", children)]);
    let rejects = read_ontology(&folder.store(), &folder.inventory()).unwrap().rejects;
    let of_edges: Vec<RejectedRow> = rejects.into_iter().filter(|r| r.table == "topic_edges").collect();
    let described = describe(&of_edges);
    assert_eq!(described.len(), 2, "{described:?}");
    assert!(
        described.iter().any(|reject| reject.starts_with("topic_edges/1:1 ")),
        "{described:?}"
    );
    assert!(
        described.iter().any(|reject| reject.starts_with("topic_edges/2:0 ")),
        "{described:?}"
    );
}

#[test]
fn the_choice_between_topics_with_one_id_does_not_depend_on_their_order() {
    let name_of = |orders: [&[usize]; 2]| {
        let folder = InputFolder::default();
        let rows = [("7", "Seven"), ("7", "Sieben"), ("8", "Eight"), ("7", "Sept")];
        for (file, order) in orders.iter().enumerate() {
            let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(
                order.iter().map(|row| rows[*row].0.parse().unwrap()),
            ));
            let names: ArrayRef = Arc::new(StringArray::from_iter_values(order.iter().map(|row| rows[*row].1)));
            folder.write(&format!("topics/{file}"), &[("topic_id", ids), ("name", names)]);
        }
        let OntologyIntake { ontology, rejects, .. } = read_ontology(&folder.store(), &folder.inventory()).unwrap();
        assert_eq!((ontology.len(), rejects.len()), (2, 2));
        ontology.name(ontology.find("7").unwrap()).to_owned()
    };
    let one = name_of([&[0, 1, 2, 3], &[]]);
    assert_eq!(one, name_of([&[3, 2], &[1, 0]]));
    assert_eq!(one, name_of([&[1], &[3, 0, 2]]));
}

#[test]
fn no_files_are_no_topics() {
    let folder = InputFolder::default();
    let OntologyIntake { ontology, rejects, .. } = read_ontology(&folder.store(), &folder.inventory()).unwrap();
    assert!(ontology.is_empty() && rejects.is_empty());
}
