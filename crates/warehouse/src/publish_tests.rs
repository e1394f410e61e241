//! Tests of all outcomes of a race to publish, and of a lost response.

use arrow::array::RecordBatch;
use bytes::Bytes;

use super::*;
use crate::encode::encode;
use crate::faulty::{Fault, Faulty};
use crate::manifest::example;
use clout_base::day::Day;
use clout_base::schema::{NETWORK_SCORES, SCORES};

const DAY: Day = Day(20_000);

fn empty(table: &Table) -> EncodedPart {
    encode(table, &RecordBatch::new_empty(table.arrow_schema())).unwrap()
}

fn publication(commit_id: &str, parts: Vec<(&'static Table, EncodedPart)>) -> Publication {
    let state_prefix = Some(format!("state/{commit_id}"));
    Publication {
        manifest: example(DAY, commit_id),
        parts,
        state_prefix,
    }
}

/// Our run publishes scores and network scores; theirs publishes the same scores and nothing else.
fn ours() -> Publication {
    publication(
        "ours",
        vec![(&SCORES, empty(&SCORES)), (&NETWORK_SCORES, empty(&NETWORK_SCORES))],
    )
}

fn theirs() -> Publication {
    publication("theirs", vec![(&SCORES, empty(&SCORES))])
}

/// Returns the bytes of the other run's manifest.
fn their_manifest() -> Bytes {
    let store = Faulty::store([]);
    publish(&store, theirs()).unwrap();
    store.get(&manifest_key(DAY)).unwrap().unwrap()
}

fn parts_of(store: &Store, table: &str) -> usize {
    store.list(&part_folder(table, DAY)).unwrap().objects.len()
}

#[test]
fn a_snapshot_exists_with_its_manifest_and_all_its_parts() {
    let store = Faulty::store([]);
    let Published::Done(manifest) = publish(&store, ours()).unwrap() else {
        panic!("lost")
    };
    assert_eq!(snapshots::find(&store, DAY).unwrap().unwrap(), manifest);
    assert_eq!(manifest.tables["scores"].files[0].rows, 0);
    assert!(store.head(&manifest.tables["scores"].files[0].path).unwrap().is_some());
    assert!(
        manifest.tables["scores"].files[0]
            .path
            .starts_with("scores/snapshot_date=2024-10-04/part-")
    );
}

#[test]
fn a_written_manifest_is_ours_after_any_response() {
    let faults: [fn() -> Vec<Fault>; 6] = [
        || vec![Fault::FailsAfterLanding],
        || vec![Fault::TakenAfterLanding],
        || vec![Fault::TakenWithoutLanding],
        || vec![Fault::FailsWithoutLanding],
        || {
            vec![
                Fault::TakenWithoutLanding,
                Fault::FailsWithoutLanding,
                Fault::TakenAfterLanding,
            ]
        },
        || vec![Fault::FailsWithoutLanding, Fault::FailsAfterLanding],
    ];
    for (case, faults) in faults.iter().enumerate() {
        let store = Faulty::store(faults());
        let published = publish(&store, ours()).unwrap();
        assert!(matches!(published, Published::Done(_)), "case {case}: {published:?}");
        assert!(
            snapshots::verify(&store, DAY).unwrap().problems.is_empty(),
            "case {case}"
        );
    }
}

#[test]
fn a_loser_deletes_files_that_the_winner_does_not_name() {
    let store = Faulty::store([Fault::OthersLand(their_manifest())]);
    store.put("state/ours/pairs", "1".into()).unwrap();
    store.put("state/theirs/pairs", "1".into()).unwrap();
    let published = publish(&store, ours()).unwrap();
    let Published::Lost { winner, is_same_bytes } = published else {
        panic!("won")
    };
    assert_eq!(winner.commit_id, "theirs");
    assert!(!is_same_bytes);
    assert_eq!(parts_of(&store, "scores"), 1, "the winner names it");
    assert_eq!(parts_of(&store, "network_scores"), 0);
    let state = store.list("state").unwrap().objects;
    assert_eq!(state.len(), 1);
    assert_eq!(state[0].key, "state/theirs/pairs");
}

#[test]
fn a_loser_with_the_same_tables_reports_it() {
    let store = Faulty::store([Fault::OthersLand(their_manifest())]);
    let again = publication("again", theirs().parts);
    let published = publish(&store, again).unwrap();
    assert!(
        matches!(
            published,
            Published::Lost {
                is_same_bytes: true,
                ..
            }
        ),
        "{published:?}"
    );
    assert_eq!(parts_of(&store, "scores"), 1);
}

#[test]
fn a_published_date_gets_no_new_parts() {
    let store = Faulty::store([]);
    publish(&store, theirs()).unwrap();
    let before = store.list("").unwrap().objects;
    assert!(matches!(publish(&store, ours()).unwrap(), Published::Lost { .. }));
    assert_eq!(store.list("").unwrap().objects, before);
}

#[test]
fn a_failing_store_ends_the_tries_and_nothing_is_deleted() {
    let store = Faulty::store((0..TRIES).map(|_| Fault::FailsWithoutLanding));
    let error = publish(&store, ours()).unwrap_err();
    assert_eq!(error.kind(), Kind::Storage);
    assert_eq!(parts_of(&store, "scores") + parts_of(&store, "network_scores"), 2);
    let store = Faulty::store((0..TRIES).map(|_| Fault::TakenWithoutLanding));
    assert!(
        publish(&store, ours())
            .unwrap_err()
            .to_string()
            .contains("clout doctor")
    );
}

#[test]
fn parts_of_killed_runs_are_used_repaired_or_deleted() {
    let store = Faulty::store([]);
    let (scores, networks) = (empty(&SCORES), empty(&NETWORK_SCORES));
    let key = |table: &Table, name: &str| format!("{}/{name}", part_folder(table.name, DAY));
    store.put(&key(&SCORES, &scores.name), scores.bytes.clone()).unwrap();
    store.put(&key(&NETWORK_SCORES, &networks.name), "cut".into()).unwrap();
    store
        .put(&key(&SCORES, "part-0123456789abcdef.parquet"), "left".into())
        .unwrap();
    store
        .put(
            "influences/snapshot_date=2024-10-04/part-0123456789abcdef.parquet",
            "left".into(),
        )
        .unwrap();
    store
        .put(
            "scores/snapshot_date=2024-10-03/part-0123456789abcdef.parquet",
            "other day".into(),
        )
        .unwrap();
    assert!(matches!(publish(&store, ours()).unwrap(), Published::Done(_)));
    assert!(snapshots::verify(&store, DAY).unwrap().problems.is_empty());
    assert_eq!(parts_of(&store, "influences"), 0);
    assert_eq!(store.list("scores/snapshot_date=2024-10-03").unwrap().objects.len(), 1);
}

#[test]
fn one_of_many_concurrent_runs_wins_and_the_snapshot_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().to_str().unwrap();
    let store = Store::open(url, &Default::default()).unwrap();
    let ids = ["a", "b", "c", "d", "e", "f"];
    let outcomes: Vec<Published> = std::thread::scope(|scope| {
        let run = |(nth, id): (usize, &&'static str)| {
            let (store, id) = (store.clone(), *id);
            let parts = if nth % 2 == 0 { ours().parts } else { theirs().parts };
            scope.spawn(move || publish(&store, publication(id, parts)).unwrap())
        };
        let runs: Vec<_> = ids.iter().enumerate().map(run).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let won = outcomes.iter().filter(|outcome| matches!(outcome, Published::Done(_)));
    assert_eq!(won.count(), 1);
    assert!(snapshots::verify(&store, DAY).unwrap().problems.is_empty());
}
