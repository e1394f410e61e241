//! Tests of all outcomes of a race to draw, and of a lost response.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};

use super::*;
use crate::encoded_part::encode_part;
use crate::faulty_store::{FaultyStore, PutFault};

const DAY: Day = Day(20_000);

/// Encodes a part with one winner.
fn won(campaign_id: &str, person: &str) -> EncodedPart {
    let text = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let count = |count: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![count])) };
    let columns = vec![text(campaign_id), text(person), count(1), count(2), text("00")];
    encode_part(
        &PERK_WINNERS,
        &arrow::array::RecordBatch::try_new(PERK_WINNERS.build_arrow_schema(), columns).unwrap(),
    )
    .unwrap()
}

fn draw(campaign_id: &str, draw_id: &str, part: &EncodedPart) -> PerkDraw {
    let pinned = SnapshotReference {
        snapshot_date: DAY,
        commit_id: "c".to_owned(),
        scores_sha256: "ab".to_owned(),
        manifest_sha256: None,
    };
    PerkDraw {
        version: DRAW_VERSION,
        campaign_id: campaign_id.to_owned(),
        draw_id: draw_id.to_owned(),
        campaign: Value::Null,
        snapshot: pinned.clone(),
        newest: pinned,
        past: Vec::new(),
        seed: "seed".to_owned(),
        eligible_count: 2,
        part: locate_winners_file(DAY, part),
    }
}

fn publish_one(store: &Store, campaign_id: &str, draw_id: &str, person: &str) -> Result<DrawOutcome> {
    let part = won(campaign_id, person);
    publish_draw(store, draw(campaign_id, draw_id, &part), &part)
}

fn parts(store: &Store) -> Vec<String> {
    let objects = store.list(PERK_WINNERS.name).unwrap().objects;
    objects.into_iter().map(|object| object.key).collect()
}

#[test]
fn a_written_record_is_ours_after_any_response() {
    let faults: [fn() -> Vec<PutFault>; 5] = [
        Vec::new,
        || vec![PutFault::FailsAfterLanding],
        || vec![PutFault::TakenAfterLanding],
        || vec![PutFault::TakenWithoutLanding, PutFault::FailsWithoutLanding],
        || vec![PutFault::FailsWithoutLanding, PutFault::TakenAfterLanding],
    ];
    for (case, faults) in faults.iter().enumerate() {
        let store = FaultyStore::open_with_faults(faults());
        let drawn = publish_one(&store, "tea", "ours", "ada").unwrap();
        assert!(
            matches!(&drawn, DrawOutcome::Done(draw) if draw.draw_id == "ours"),
            "case {case}: {drawn:?}"
        );
        assert_eq!(find_draw(&store, "tea").unwrap().unwrap().draw_id, "ours");
        assert_eq!(
            parts(&store),
            [locate_winners_file(DAY, &won("tea", "ada")).path],
            "case {case}"
        );
    }
}

/// Returns the bytes of the other draw's record.
fn their_record(person: &str) -> Bytes {
    draw("tea", "theirs", &won("tea", person)).to_bytes().unwrap()
}

#[test]
fn a_loser_deletes_its_own_winners() {
    let store = FaultyStore::open_with_faults([PutFault::OthersLand(their_record("eve"))]);
    let theirs = won("tea", "eve");
    store
        .put(&locate_winners_file(DAY, &theirs).path, theirs.bytes.clone())
        .unwrap();
    let drawn = publish_one(&store, "tea", "ours", "ada").unwrap();
    assert!(
        matches!(&drawn, DrawOutcome::Lost(draw) if draw.draw_id == "theirs"),
        "{drawn:?}"
    );
    assert_eq!(parts(&store), [locate_winners_file(DAY, &theirs).path]);
}

#[test]
fn a_loser_with_the_same_winners_keeps_them() {
    let store = FaultyStore::open_with_faults([PutFault::OthersLand(their_record("ada"))]);
    assert!(matches!(
        publish_one(&store, "tea", "ours", "ada").unwrap(),
        DrawOutcome::Lost(_)
    ));
    assert_eq!(parts(&store), [locate_winners_file(DAY, &won("tea", "ada")).path]);
}

#[test]
fn a_drawn_campaign_gets_no_new_files() {
    let store = FaultyStore::open_with_faults([]);
    publish_one(&store, "tea", "first", "ada").unwrap();
    let before = store.list("").unwrap().objects;
    assert!(matches!(
        publish_one(&store, "tea", "second", "eve").unwrap(),
        DrawOutcome::Lost(_)
    ));
    assert_eq!(store.list("").unwrap().objects, before);
}

#[test]
fn parts_of_killed_draws_are_deleted_and_those_of_other_campaigns_stay() {
    let store = FaultyStore::open_with_faults([]);
    let folder = part_folder(PERK_WINNERS.name, DAY);
    for part in [won("tea", "eve"), won("te", "eve")] {
        store
            .put(&locate_winners_file(DAY, &part).path, part.bytes.clone())
            .unwrap();
    }
    store
        .put(&format!("{folder}/part-0123456789abcdef.parquet"), "no Parquet".into())
        .unwrap();
    publish_one(&store, "tea", "ours", "ada").unwrap();
    let left = parts(&store);
    assert_eq!(left.len(), 3);
    assert!(!left.contains(&locate_winners_file(DAY, &won("tea", "eve")).path));
}

#[test]
fn a_store_that_only_fails_leaves_no_draw_and_deletes_nothing() {
    let store = FaultyStore::open_with_faults((0..5).map(|_| PutFault::FailsWithoutLanding));
    let error = publish_one(&store, "tea", "ours", "ada").unwrap_err();
    assert_eq!(error.kind(), clout_base::error::ErrorKind::Storage);
    assert_eq!(parts(&store).len(), 1);
    assert!(find_draw(&store, "tea").unwrap().is_none());
}

#[test]
fn draws_are_listed_and_other_files_ignored() {
    let store = FaultyStore::open_with_faults([]);
    publish_one(&store, "tea", "1", "ada").unwrap();
    publish_one(&store, "coffee", "2", "ada").unwrap();
    for key in ["perks/readme.txt", "perks/old/x.json", "perks.json"] {
        store.put(key, "{}".into()).unwrap();
    }
    let ids: Vec<String> = list_draws(&store)
        .unwrap()
        .into_iter()
        .map(|draw| draw.campaign_id)
        .collect();
    assert_eq!(ids, ["coffee", "tea"]);
}

#[test]
fn a_damaged_foreign_or_newer_record_is_refused() {
    let good = draw("tea", "1", &won("tea", "ada"));
    let bytes = |draw: &PerkDraw| draw.to_bytes().unwrap();
    assert_eq!(PerkDraw::from_bytes("tea", &bytes(&good)).unwrap(), good);
    assert!(
        PerkDraw::from_bytes("tea", b"{")
            .unwrap_err()
            .to_string()
            .contains("damaged draw")
    );
    assert!(
        PerkDraw::from_bytes("te", &bytes(&good))
            .unwrap_err()
            .to_string()
            .contains("belongs to campaign tea")
    );
    let newer = PerkDraw {
        version: DRAW_VERSION + 1,
        ..good
    };
    assert_eq!(
        PerkDraw::from_bytes("tea", &bytes(&newer)).unwrap_err().kind(),
        clout_base::error::ErrorKind::Usage
    );
}
