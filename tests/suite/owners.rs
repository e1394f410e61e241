//! Tests the owners of accounts and the listed people: snapshots of identities and accounts.

use rstest::rstest;

use crate::support::clout::{Site, night};
use crate::support::warehouse::Warehouse;

const ROWS: &str = "a 10:00 t1 like - t2\n b 10:01 t3 like - t2\n c 10:02 t2 like - t1";

fn twitter() -> Warehouse {
    Warehouse::default().activities("twitter", "2026-03-01", ROWS)
}

#[rstest]
#[case::nobody_named("", &["twitter:t1", "twitter:t2", "twitter:t3"])]
#[case::two_accounts_of_one("ann=twitter:t1 ann=twitter:t3", &["ann", "twitter:t2"])]
#[case::the_lesser_person("bob=twitter:t1 ann=twitter:t1", &["ann", "twitter:t2", "twitter:t3"])]
#[case::named_alone("zoe=twitter:nobody", &["twitter:t1", "twitter:t2", "twitter:t3", "zoe"])]
#[case::by_bytes("a=twitter:t1 B=twitter:t1", &["B", "twitter:t2", "twitter:t3"])]
fn identities_merge_accounts_into_persons(#[case] claims: &str, #[case] people: &[&str]) {
    let warehouse = twitter().identities("2026-03-01", claims);
    assert_eq!(night(&warehouse, "2026-03-01").people(), people);
}

#[test]
fn a_disputed_account_is_one_reject_and_a_repeated_claim_none() {
    let claims = "bob=twitter:t1 ann=twitter:t1 ann=twitter:t1 cid=facebook:t1";
    let snapshot = night(&twitter().identities("2026-03-01", claims), "2026-03-01");
    let rejects = snapshot.rejects();
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    assert!(
        rejects[0].starts_with("identities/date=2026-03-01/part-0.parquet:0 "),
        "{rejects:?}"
    );
    assert!(
        !rejects[0].contains("bob") && !rejects[0].contains("ann"),
        "no person is named: {rejects:?}"
    );
    assert_eq!(snapshot.table("rejects")[0]["network"], serde_json::Value::Null);
    assert_eq!(snapshot.people(), ["ann", "cid", "twitter:t2", "twitter:t3"]);
}

#[test]
fn the_newest_identities_count_for_all_of_history() {
    let warehouse = twitter()
        .activities("twitter", "2026-03-02", "d 10:00 t4 tweet - -")
        .identities("2026-03-01", "ann=twitter:t1")
        .identities("2026-03-03", "ann=twitter:t2 ann=twitter:t3");
    let site = Site::new(&warehouse);
    assert_eq!(
        site.night("2026-03-02").people(),
        ["ann", "twitter:t2", "twitter:t3", "twitter:t4"]
    );
    let after = site.night("2026-03-03");
    assert_eq!(after.people(), ["ann", "twitter:t1", "twitter:t4"]);
    // The reaction of t3 to t2 is now a self-reaction, and was counted the day before.
    assert_eq!(after.reactions("ann", "twitter"), 1);
}

#[test]
fn the_newest_identities_that_can_be_read_count() {
    let site = Site::new(&twitter().identities("2026-03-01", "ann=twitter:t1"));
    let broken = site.input().join("identities/date=2026-03-02/broken.parquet");
    std::fs::create_dir_all(broken.parent().unwrap()).unwrap();
    std::fs::write(broken, b"this is no Parquet file").unwrap();
    let snapshot = site.night("2026-03-02");
    assert_eq!(snapshot.people(), ["ann", "twitter:t2", "twitter:t3"]);
    assert_eq!(snapshot.rejects().len(), 1);
}

#[test]
fn people_in_the_newest_accounts_are_in_the_snapshot() {
    let warehouse = twitter()
        .activities("twitter", "2026-03-03", "d 10:00 t4 tweet - -")
        .accounts("twitter", "2026-03-01", "t1 early")
        .accounts("twitter", "2026-03-03", "t1 late")
        .accounts("facebook", "2026-03-01", "f1")
        .accounts("twitter", "2026-03-09", "future");
    let site = Site::new(&warehouse);
    let first = site.night("2026-03-01");
    assert_eq!(
        first.people(),
        ["facebook:f1", "twitter:early", "twitter:t1", "twitter:t2", "twitter:t3"]
    );
    assert_eq!((first.score("twitter:early"), first.score("facebook:f1")), (None, None));
    assert_eq!(first.on("facebook:f1", "facebook")["posts"], 0);
    let third = site.night("2026-03-03");
    assert_eq!(
        third.people(),
        [
            "facebook:f1",
            "twitter:late",
            "twitter:t1",
            "twitter:t2",
            "twitter:t3",
            "twitter:t4"
        ]
    );
}

#[test]
fn networks_of_a_person_are_listed_in_order() {
    let warehouse = twitter()
        .activities("facebook", "2026-03-01", "a 10:00 f1 post - -")
        .accounts("linkedin", "2026-03-01", "l1")
        .identities(
            "2026-03-01",
            "ann=twitter:t2 ann=linkedin:l1 ann=facebook:f1 ann=foursquare:s1",
        );
    let snapshot = night(&warehouse, "2026-03-01");
    let networks = serde_json::json!(["facebook", "foursquare", "linkedin", "twitter"]);
    assert_eq!(snapshot.scores()["ann"]["networks"], networks);
}

#[test]
fn the_accounts_of_a_reactor_are_one_reactor() {
    let warehouse = twitter().identities("2026-03-01", "ann=twitter:t1 ann=twitter:t3");
    let snapshot = night(&warehouse, "2026-03-01");
    let reach = snapshot.scores()["twitter:t2"]["reach"].as_f64().unwrap();
    assert!((reach - 1.0).abs() < 1e-12, "{reach}");
    assert_eq!(snapshot.reactions("twitter:t2", "twitter"), 2);
}
