//! Tests endorsements from files: accepted rows, rejects and the order of rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, Float64Array, Int16Array, TimestampMicrosecondArray};

use super::*;
use crate::ingest::testing::{InputFolder, texts};
use clout_topics::ontology::TopicRecord;

const DATE: &str = "2026-03-05";

/// Row of endorsements; at noon of [`DATE`] by default.
#[derive(Clone)]
struct Given {
    id: Option<&'static str>,
    at: Option<i64>,
    endorser: Option<&'static str>,
    endorsee: Option<&'static str>,
    topic: Option<&'static str>,
    weight: Option<f64>,
}

fn date() -> Day {
    DATE.parse().unwrap()
}

fn given(id: &'static str) -> Given {
    Given {
        id: Some(id),
        at: Some(date().start_micros() + 12 * 3_600_000_000),
        endorser: Some("bob"),
        endorsee: Some("ada"),
        topic: Some("rust"),
        weight: None,
    }
}

fn columns(rows: &[Given]) -> Vec<(&'static str, ArrayRef)> {
    let column = |get: fn(&Given) -> Option<&'static str>| texts(&rows.iter().map(get).collect::<Vec<_>>());
    let times = rows.iter().map(|row| row.at).collect::<TimestampMicrosecondArray>();
    vec![
        ("endorsement_id", column(|row| row.id)),
        ("endorsed_at", Arc::new(times)),
        ("endorser_id", column(|row| row.endorser)),
        ("endorsee_id", column(|row| row.endorsee)),
        ("topic_id", column(|row| row.topic)),
        (
            "weight",
            Arc::new(rows.iter().map(|row| row.weight).collect::<Float64Array>()),
        ),
    ]
}

fn ontology() -> Ontology {
    let topic = TopicRecord {
        id: "rust".to_owned(),
        name: "Rust".to_owned(),
        aliases: Vec::new(),
    };
    Ontology::build(vec![topic], Vec::new()).0
}

fn read(folder: &InputFolder) -> (Vec<Endorsement>, RefusedInput) {
    let mut refused = RefusedInput::default();
    let (first, last) = (date().days_before(1), date());
    let read = read_endorsements(
        &folder.store(),
        &folder.inventory(),
        first,
        last,
        &ontology(),
        &mut refused,
    );
    (read.unwrap(), refused)
}

/// Change of a good row.
type Difference = fn(&mut Given);

/// Returns a changed good row.
fn but(id: &'static str, differ: impl Fn(&mut Given)) -> Given {
    let mut row = given(id);
    differ(&mut row);
    row
}

#[test]
fn a_bad_row_is_one_reject_with_its_reason() {
    let bad: [(Difference, &str); 12] = [
        (|row| row.id = None, "null endorsement_id"),
        (|row| row.id = Some(""), "empty endorsement_id"),
        (|row| row.at = None, "null endorsed_at"),
        (
            |row| row.at = Some(date().end_micros()),
            "time after the load date's end",
        ),
        (|row| row.at = Some(0), "time before 2004"),
        (|row| row.endorser = None, "null endorser_id"),
        (|row| row.endorsee = Some(""), "empty endorsee_id"),
        (|row| row.topic = None, "null topic_id"),
        (|row| row.topic = Some("knitting"), "unknown topic"),
        (|row| row.weight = Some(-0.5), "negative weight"),
        (|row| row.weight = Some(f64::NAN), "weight is not finite"),
        (|row| row.weight = Some(f64::INFINITY), "weight is not finite"),
    ];
    let rows: Vec<Given> = bad.iter().map(|(differ, _)| but("1", differ)).collect();
    let folder = InputFolder::default();
    let file = format!("endorsements/date={DATE}/x.parquet");
    folder.write(&file, &columns(&rows));
    let (endorsements, refused) = read(&folder);
    assert_eq!(endorsements, []);
    let [share] = &refused.shares[..] else {
        panic!("one partition: {:?}", refused.shares);
    };
    // An unknown topic is no fault of the delivery.
    assert_eq!(
        (share.all_rows(), share.rejected_rows()),
        (bad.len() as u64, bad.len() as u64 - 1)
    );
    assert_eq!(refused.rejects.len(), bad.len());
    for ((row, reject), (_, reason)) in (0..).zip(&refused.rejects).zip(&bad) {
        assert_eq!(
            (&reject.file, reject.row_number, reject.load_date),
            (&file, Some(row), Some(date()))
        );
        assert_eq!((&reject.network, &reject.activity_id), (&None, &None));
        assert!(reject.reason.starts_with(reason), "{} for {reason}", reject.reason);
        assert!(!reject.reason.contains("bob") && !reject.reason.contains("ada"));
    }
}

#[test]
fn a_row_at_the_bound_and_an_old_one_are_accepted() {
    let at = [date().end_micros() - 1, clout_base::day::FIRST_VALID_DAY.start_micros()];
    let rows = at.map(|at| but("1", |row| (row.at, row.weight) = (Some(at), Some(0.0))));
    let folder = InputFolder::default();
    folder.write(&format!("endorsements/date={DATE}/x"), &columns(&rows));
    let (endorsements, refused) = read(&folder);
    assert_eq!(refused.rejects, []);
    let times: Vec<i64> = endorsements.iter().map(|e| e.endorsed_at).collect();
    assert_eq!(times, [at[1], at[0]]);
}

#[test]
fn a_weight_may_have_any_numeric_type_and_defaults_to_one() {
    let folder = InputFolder::default();
    let carriers: [(&str, Option<ArrayRef>); 4] = [
        ("a", None),
        ("b", Some(Arc::new(Float64Array::from(vec![None])))),
        ("c", Some(Arc::new(Float32Array::from(vec![0.5])))),
        ("d", Some(Arc::new(Int16Array::from(vec![3])))),
    ];
    for (id, weights) in carriers {
        let mut columns = columns(&[given(id)]);
        columns.truncate(5);
        columns.extend(weights.map(|weights| ("weight", weights)));
        folder.write(&format!("endorsements/date={DATE}/{id}"), &columns);
    }
    let weights: Vec<f64> = read(&folder).0.iter().map(|e| e.weight).collect();
    assert_eq!(weights, [1.0, 1.0, 0.5, 3.0]);
}

#[test]
fn row_order_and_file_split_do_not_matter_and_duplicates_are_kept() {
    let twice = but("b", |row| row.endorser = Some("cid"));
    let zero = |weight| but("0", |row| row.weight = Some(weight));
    let early = but("z", |row| row.at = Some(date().days_before(2).start_micros()));
    let rows = [given("b"), twice, given("a"), given("b"), zero(-0.0), zero(0.0)];
    let folder = |files: &[(&str, &[usize])]| {
        let folder = InputFolder::default();
        for (name, places) in files {
            let part: Vec<Given> = places.iter().map(|index| rows[*index].clone()).collect();
            folder.write(&format!("endorsements/date={DATE}/{name}"), &columns(&part));
        }
        folder.write("endorsements/date=2026-03-04/x", &columns(std::slice::from_ref(&early)));
        folder
    };
    let one = folder(&[("x", &[0, 1, 2, 3, 4, 5])]);
    let split = folder(&[("y", &[5, 1]), ("z", &[3, 4, 2, 0])]);
    let (endorsements, refused) = read(&one);
    assert_eq!(refused.rejects, []);
    assert_eq!(endorsements, read(&split).0);
    let ids: Vec<&str> = endorsements.iter().map(|e| &*e.id).collect();
    assert_eq!(ids, ["z", "0", "0", "a", "b", "b", "b"]);
    assert!(endorsements.iter().all(|e| e.weight.is_sign_positive()));
}

#[test]
fn other_load_dates_and_a_warehouse_without_topics_are_not_read() {
    let folder = InputFolder::default();
    folder.write("endorsements/date=2026-03-06/x", &columns(&[given("late")]));
    folder.write("endorsements/date=2026-03-05/x", &[("id", texts(&[Some("1")]))]);
    let (endorsements, refused) = read(&folder);
    assert_eq!((endorsements.len(), refused.rejects.len()), (0, 1));
    assert!(refused.rejects[0].row_number.is_none() && refused.rejects[0].reason.contains("endorsement_id"));
    let mut refused = RefusedInput::default();
    let none = read_endorsements(
        &folder.store(),
        &folder.inventory(),
        date(),
        date(),
        &Ontology::empty(),
        &mut refused,
    );
    assert_eq!((none.unwrap().len(), refused.rejects.len()), (0, 0));
}
