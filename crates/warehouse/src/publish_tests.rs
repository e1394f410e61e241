//! Tests of all outcomes of a race to publish, and of a lost response.

use arrow::array::RecordBatch;
use bytes::Bytes;

use super::*;
use crate::encoded_part::encode_part;
use crate::faulty_store::{FaultyStore, PutFault};
use crate::manifest::example_manifest;
use clout_base::day::Day;
use clout_base::schema::{NETWORK_SCORES, SCORES};

const DAY: Day = Day(20_000);

fn empty(table: &TableSchema) -> EncodedPart {
    encode_part(table, &RecordBatch::new_empty(table.build_arrow_schema())).unwrap()
}

fn publication(commit_id: &str, parts: Vec<(&'static TableSchema, EncodedPart)>) -> SnapshotPublication {
    let state_prefix = Some(format!("state/{commit_id}"));
    SnapshotPublication {
        manifest: example_manifest(DAY, commit_id),
        parts,
        state_prefix,
    }
}

/// Our run publishes scores and network scores; theirs publishes the same scores and nothing else.
fn ours() -> SnapshotPublication {
    publication(
        "ours",
        vec![(&SCORES, empty(&SCORES)), (&NETWORK_SCORES, empty(&NETWORK_SCORES))],
    )
}

fn theirs() -> SnapshotPublication {
    publication("theirs", vec![(&SCORES, empty(&SCORES))])
}

/// Returns the bytes of the other run's manifest.
fn their_manifest() -> Bytes {
    let store = FaultyStore::open_with_faults([]);
    publish_snapshot(&store, theirs()).unwrap();
    store.get(&manifest_key(DAY)).unwrap().unwrap()
}

fn parts_of(store: &Store, table: &str) -> usize {
    store.list(&part_folder(table, DAY)).unwrap().objects.len()
}

#[test]
fn a_snapshot_exists_with_its_manifest_and_all_its_parts() {
    let store = FaultyStore::open_with_faults([]);
    let PublishOutcome::Done(manifest) = publish_snapshot(&store, ours()).unwrap() else {
        panic!("lost")
    };
    assert_eq!(snapshots::read_manifest(&store, DAY).unwrap().unwrap(), manifest);
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
    let faults: [fn() -> Vec<PutFault>; 6] = [
        || vec![PutFault::FailsAfterLanding],
        || vec![PutFault::TakenAfterLanding],
        || vec![PutFault::TakenWithoutLanding],
        || vec![PutFault::FailsWithoutLanding],
        || {
            vec![
                PutFault::TakenWithoutLanding,
                PutFault::FailsWithoutLanding,
                PutFault::TakenAfterLanding,
            ]
        },
        || vec![PutFault::FailsWithoutLanding, PutFault::FailsAfterLanding],
    ];
    for (case, faults) in faults.iter().enumerate() {
        let store = FaultyStore::open_with_faults(faults());
        let published = publish_snapshot(&store, ours()).unwrap();
        assert!(
            matches!(published, PublishOutcome::Done(_)),
            "case {case}: {published:?}"
        );
        assert!(
            snapshots::verify_snapshot(&store, DAY).unwrap().problems.is_empty(),
            "case {case}"
        );
    }
}

#[test]
fn a_loser_deletes_files_that_the_winner_does_not_name() {
    let store = FaultyStore::open_with_faults([PutFault::OthersLand(their_manifest())]);
    store.put("state/ours/pairs", "1".into()).unwrap();
    store.put("state/theirs/pairs", "1".into()).unwrap();
    let published = publish_snapshot(&store, ours()).unwrap();
    let PublishOutcome::Lost { winner, is_same_bytes } = published else {
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
    let store = FaultyStore::open_with_faults([PutFault::OthersLand(their_manifest())]);
    let again = publication("again", theirs().parts);
    let published = publish_snapshot(&store, again).unwrap();
    assert!(
        matches!(
            published,
            PublishOutcome::Lost {
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
    let store = FaultyStore::open_with_faults([]);
    publish_snapshot(&store, theirs()).unwrap();
    let before = store.list("").unwrap().objects;
    assert!(matches!(
        publish_snapshot(&store, ours()).unwrap(),
        PublishOutcome::Lost { .. }
    ));
    assert_eq!(store.list("").unwrap().objects, before);
}

#[test]
fn a_failing_store_ends_the_tries_and_nothing_is_deleted() {
    let store = FaultyStore::open_with_faults((0..TRIES).map(|_| PutFault::FailsWithoutLanding));
    let error = publish_snapshot(&store, ours()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert_eq!(parts_of(&store, "scores") + parts_of(&store, "network_scores"), 2);
    let store = FaultyStore::open_with_faults((0..TRIES).map(|_| PutFault::TakenWithoutLanding));
    assert!(
        publish_snapshot(&store, ours())
            .unwrap_err()
            .to_string()
            .contains("clout doctor")
    );
}

#[test]
fn parts_of_killed_runs_are_used_repaired_or_deleted() {
    let store = FaultyStore::open_with_faults([]);
    let (scores, networks) = (empty(&SCORES), empty(&NETWORK_SCORES));
    let key = |table: &TableSchema, name: &str| format!("{}/{name}", part_folder(table.name, DAY));
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
    assert!(matches!(
        publish_snapshot(&store, ours()).unwrap(),
        PublishOutcome::Done(_)
    ));
    assert!(snapshots::verify_snapshot(&store, DAY).unwrap().problems.is_empty());
    assert_eq!(parts_of(&store, "influences"), 0);
    assert_eq!(store.list("scores/snapshot_date=2024-10-03").unwrap().objects.len(), 1);
}

#[test]
fn one_of_many_concurrent_runs_wins_and_the_snapshot_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().to_str().unwrap();
    let store = Store::open(url, &Default::default()).unwrap();
    let ids = ["a", "b", "c", "d", "e", "f"];
    let outcomes: Vec<PublishOutcome> = std::thread::scope(|scope| {
        let run = |(nth, id): (usize, &&'static str)| {
            let (store, id) = (store.clone(), *id);
            let parts = if nth % 2 == 0 { ours().parts } else { theirs().parts };
            scope.spawn(move || publish_snapshot(&store, publication(id, parts)).unwrap())
        };
        let runs: Vec<_> = ids.iter().enumerate().map(run).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let won = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, PublishOutcome::Done(_)));
    assert_eq!(won.count(), 1);
    assert!(snapshots::verify_snapshot(&store, DAY).unwrap().problems.is_empty());
}
