//! Tests of all outcomes of a race to draw, and of a lost response.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};

use super::*;
use crate::encode::encode;
use crate::faulty::{Fault, Faulty};

const DAY: Day = Day(20_000);

/// Encodes a part with one winner.
fn won(campaign_id: &str, person: &str) -> EncodedPart {
    let text = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let count = |count: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![count])) };
    let columns = vec![text(campaign_id), text(person), count(1), count(2), text("00")];
    encode(
        &PERK_WINNERS,
        &arrow::array::RecordBatch::try_new(PERK_WINNERS.arrow_schema(), columns).unwrap(),
    )
    .unwrap()
}

fn draw(campaign_id: &str, draw_id: &str, part: &EncodedPart) -> Draw {
    let pinned = Pinned {
        snapshot_date: DAY,
        commit_id: "c".to_owned(),
        scores_sha256: "ab".to_owned(),
        manifest_sha256: None,
    };
    Draw {
        version: VERSION,
        campaign_id: campaign_id.to_owned(),
        draw_id: draw_id.to_owned(),
        campaign: Value::Null,
        snapshot: pinned.clone(),
        newest: pinned,
        past: Vec::new(),
        seed: "seed".to_owned(),
        eligible_count: 2,
        part: part_of(DAY, part),
    }
}

fn publish_one(store: &Store, campaign_id: &str, draw_id: &str, person: &str) -> Result<Drawn> {
    let part = won(campaign_id, person);
    publish(store, draw(campaign_id, draw_id, &part), &part)
}

fn parts(store: &Store) -> Vec<String> {
    let objects = store.list(PERK_WINNERS.name).unwrap().objects;
    objects.into_iter().map(|object| object.key).collect()
}

#[test]
fn a_written_record_is_ours_after_any_response() {
    let faults: [fn() -> Vec<Fault>; 5] = [
        Vec::new,
        || vec![Fault::FailsAfterLanding],
        || vec![Fault::TakenAfterLanding],
        || vec![Fault::TakenWithoutLanding, Fault::FailsWithoutLanding],
        || vec![Fault::FailsWithoutLanding, Fault::TakenAfterLanding],
    ];
    for (case, faults) in faults.iter().enumerate() {
        let store = Faulty::store(faults());
        let drawn = publish_one(&store, "tea", "ours", "ada").unwrap();
        assert!(
            matches!(&drawn, Drawn::Done(draw) if draw.draw_id == "ours"),
            "case {case}: {drawn:?}"
        );
        assert_eq!(find(&store, "tea").unwrap().unwrap().draw_id, "ours");
        assert_eq!(parts(&store), [part_of(DAY, &won("tea", "ada")).path], "case {case}");
    }
}

/// Returns the bytes of the other draw's record.
fn their_record(person: &str) -> Bytes {
    draw("tea", "theirs", &won("tea", person)).to_bytes().unwrap()
}

#[test]
fn a_loser_deletes_its_own_winners() {
    let store = Faulty::store([Fault::OthersLand(their_record("eve"))]);
    let theirs = won("tea", "eve");
    store.put(&part_of(DAY, &theirs).path, theirs.bytes.clone()).unwrap();
    let drawn = publish_one(&store, "tea", "ours", "ada").unwrap();
    assert!(
        matches!(&drawn, Drawn::Lost(draw) if draw.draw_id == "theirs"),
        "{drawn:?}"
    );
    assert_eq!(parts(&store), [part_of(DAY, &theirs).path]);
}

#[test]
fn a_loser_with_the_same_winners_keeps_them() {
    let store = Faulty::store([Fault::OthersLand(their_record("ada"))]);
    assert!(matches!(
        publish_one(&store, "tea", "ours", "ada").unwrap(),
        Drawn::Lost(_)
    ));
    assert_eq!(parts(&store), [part_of(DAY, &won("tea", "ada")).path]);
}

#[test]
fn a_drawn_campaign_gets_no_new_files() {
    let store = Faulty::store([]);
    publish_one(&store, "tea", "first", "ada").unwrap();
    let before = store.list("").unwrap().objects;
    assert!(matches!(
        publish_one(&store, "tea", "second", "eve").unwrap(),
        Drawn::Lost(_)
    ));
    assert_eq!(store.list("").unwrap().objects, before);
}

#[test]
fn parts_of_killed_draws_are_deleted_and_those_of_other_campaigns_stay() {
    let store = Faulty::store([]);
    let folder = part_folder(PERK_WINNERS.name, DAY);
    for part in [won("tea", "eve"), won("te", "eve")] {
        store.put(&part_of(DAY, &part).path, part.bytes.clone()).unwrap();
    }
    store
        .put(&format!("{folder}/part-0123456789abcdef.parquet"), "no Parquet".into())
        .unwrap();
    publish_one(&store, "tea", "ours", "ada").unwrap();
    let left = parts(&store);
    assert_eq!(left.len(), 3);
    assert!(!left.contains(&part_of(DAY, &won("tea", "eve")).path));
}

#[test]
fn a_store_that_only_fails_leaves_no_draw_and_deletes_nothing() {
    let store = Faulty::store((0..5).map(|_| Fault::FailsWithoutLanding));
    let error = publish_one(&store, "tea", "ours", "ada").unwrap_err();
    assert_eq!(error.kind(), clout_base::error::Kind::Storage);
    assert_eq!(parts(&store).len(), 1);
    assert!(find(&store, "tea").unwrap().is_none());
}

#[test]
fn draws_are_listed_and_other_files_ignored() {
    let store = Faulty::store([]);
    publish_one(&store, "tea", "1", "ada").unwrap();
    publish_one(&store, "coffee", "2", "ada").unwrap();
    for key in ["perks/readme.txt", "perks/old/x.json", "perks.json"] {
        store.put(key, "{}".into()).unwrap();
    }
    let ids: Vec<String> = list(&store).unwrap().into_iter().map(|draw| draw.campaign_id).collect();
    assert_eq!(ids, ["coffee", "tea"]);
}

#[test]
fn a_damaged_foreign_or_newer_record_is_refused() {
    let good = draw("tea", "1", &won("tea", "ada"));
    let bytes = |draw: &Draw| draw.to_bytes().unwrap();
    assert_eq!(Draw::from_bytes("tea", &bytes(&good)).unwrap(), good);
    assert!(
        Draw::from_bytes("tea", b"{")
            .unwrap_err()
            .to_string()
            .contains("damaged draw")
    );
    assert!(
        Draw::from_bytes("te", &bytes(&good))
            .unwrap_err()
            .to_string()
            .contains("belongs to campaign tea")
    );
    let newer = Draw {
        version: VERSION + 1,
        ..good
    };
    assert_eq!(
        Draw::from_bytes("tea", &bytes(&newer)).unwrap_err().kind(),
        clout_base::error::Kind::Usage
    );
}
