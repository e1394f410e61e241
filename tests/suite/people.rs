//! Table `people`: what the newest accounts say about everyone in `scores`; and people found by their handles.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, StringArray, TimestampMicrosecondArray};
use serde_json::Value;

use crate::support::clout::{Site, clout, path};
use crate::support::tables::{Record, Snapshot, text};
use crate::support::warehouse::{Warehouse, write_file};
use crate::unread::opt_out;

const DATES: [&str; 2] = ["2026-03-01", "2026-03-02"];

/// Account, handle, name, days from 1970 to its creation, followers, verified, suspended.
type Profile<'a> = (
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    Option<i64>,
    Option<i64>,
    Option<bool>,
    Option<bool>,
);

fn columns(rows: &[Profile]) -> Vec<(&'static str, ArrayRef)> {
    let day = |days: i64| days * 86_400_000_000;
    let created: TimestampMicrosecondArray = rows.iter().map(|row| row.3.map(day)).collect();
    vec![
        (
            "account_id",
            Arc::new(rows.iter().map(|row| Some(row.0)).collect::<StringArray>()),
        ),
        (
            "handle",
            Arc::new(rows.iter().map(|row| row.1).collect::<StringArray>()),
        ),
        (
            "display_name",
            Arc::new(rows.iter().map(|row| row.2).collect::<StringArray>()),
        ),
        ("created_at", Arc::new(created.with_timezone("UTC"))),
        (
            "followers_count",
            Arc::new(rows.iter().map(|row| row.4).collect::<Int64Array>()),
        ),
        (
            "is_verified",
            Arc::new(rows.iter().map(|row| row.5).collect::<BooleanArray>()),
        ),
        (
            "is_suspended",
            Arc::new(rows.iter().map(|row| row.6).collect::<BooleanArray>()),
        ),
    ]
}

fn write(site: &Site, network: &str, date: &str, file: &str, rows: &[Profile]) {
    let path = site
        .input()
        .join(format!("accounts/network={network}/date={date}/{file}"));
    write_file(&path, &columns(rows));
}

/// Ann has two accounts, bob and cid one; each has reactions on both dates.
fn site() -> Site {
    let rows = |name: &str| format!("{name}1 10:00 b like - a\n {name}2 10:01 c like - b\n {name}3 10:02 b like - c");
    let all = DATES.iter().fold(Warehouse::default(), |all, date| {
        all.activities("twitter", date, &rows(&date.replace('-', "")))
            .activities("linkedin", date, &format!("l{date} 09:00 y like - x"))
    });
    Site::new(&all.identities("2026-03-01", "ann=twitter:a ann=linkedin:x"))
}

fn profile_of<'a>(snapshot: &'a Snapshot, network: &str, account: &str) -> &'a Record {
    let rows = snapshot.table("people").iter();
    let mut rows = rows.filter(|row| text(row, "network") == network && text(row, "account_id") == account);
    rows.next().unwrap_or_else(|| panic!("no account {network}:{account}"))
}

#[test]
fn the_newest_accounts_say_who_everyone_is() {
    let site = site();
    let bob = |handle| ("b", Some(handle), None, Some(16_000), Some(7), Some(true), Some(false));
    let first: [Profile; 2] = [
        bob("old_bob"),
        ("a", Some("ann"), Some("Ann"), Some(14_000), None, None, None),
    ];
    write(&site, "twitter", DATES[0], "part.parquet", &first);
    let snapshot = site.night(DATES[0]);
    let scored: Vec<&str> = snapshot.people();
    let rows = snapshot.table("people");
    assert!(
        scored
            .iter()
            .all(|person| rows.iter().any(|row| text(row, "person_id") == *person))
    );
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert_eq!(text(profile_of(&snapshot, "twitter", "a"), "display_name"), "Ann");
    assert_eq!(text(profile_of(&snapshot, "twitter", "a"), "person_id"), "ann");
    assert_eq!(profile_of(&snapshot, "linkedin", "x")["handle"], Value::Null);

    let second: [Profile; 1] = [bob("new_bob")];
    write(&site, "twitter", DATES[1], "part.parquet", &second);
    let snapshot = site.night(DATES[1]);
    let bob = profile_of(&snapshot, "twitter", "b");
    assert_eq!(text(bob, "handle"), "new_bob");
    assert_eq!(bob["created_at"], 16_000_i64 * 86_400_000_000);
    assert_eq!(
        (&bob["followers_count"], &bob["is_verified"]),
        (&7.into(), &true.into())
    );
    assert_eq!(bob["is_suspended"], Value::Bool(false));
    // The new accounts do not list ann any more.
    assert_eq!(profile_of(&snapshot, "twitter", "a")["handle"], Value::Null);
}

#[test]
fn of_several_rows_of_an_account_the_least_one_counts_whatever_the_files() {
    let rows: [Profile; 3] = [
        ("b", Some("zoe"), Some("Z"), None, None, None, None),
        ("b", Some("bob"), Some("B"), None, Some(3), None, None),
        ("b", Some("bob"), Some("B"), None, Some(2), None, Some(true)),
    ];
    let mut found = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let site = site();
        for (file, row) in order.into_iter().enumerate() {
            write(&site, "twitter", DATES[0], &format!("{file}.parquet"), &rows[row..=row]);
        }
        let snapshot = site.night(DATES[0]);
        assert_eq!(profile_of(&snapshot, "twitter", "b")["followers_count"], 2);
        found.push(snapshot.hashes(&["rejects"]));
    }
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn the_state_keeps_profiles_and_a_rebuild_gives_the_same_bytes() {
    let site = site();
    let rows: [Profile; 2] = [
        (
            "a",
            Some("ann"),
            Some("\u{202e}nnA <b>"),
            Some(14_000),
            Some(5),
            Some(false),
            Some(true),
        ),
        ("c", None, None, None, Some(i64::MAX), None, None),
    ];
    write(&site, "twitter", DATES[0], "part.parquet", &rows);
    site.night(DATES[0]);
    let nightly = site
        .night(DATES[1])
        .hashes(&["rejects", "scores", "run_metrics", "score_changes"]);
    site.run_into("again", &["--as-of", DATES[1]]).exits(0);
    let again = Snapshot::read(&site.output_named("again"), DATES[1]);
    assert_eq!(
        again.hashes(&["rejects", "scores", "run_metrics", "score_changes"])["people"],
        nightly["people"]
    );
    // The name is in the table as delivered, and visible in an answer.
    assert_eq!(
        text(profile_of(&again, "twitter", "a"), "display_name"),
        "\u{202e}nnA <b>"
    );
    let output = path(&site.output());
    let answer = clout(&["explain", "ann", "--output", &output]).exits(0);
    assert!(
        answer.out.contains("nnA <b>") && !answer.out.contains('\u{202e}'),
        "{}",
        answer.out
    );
}

#[test]
fn a_wrong_type_refuses_the_accounts_of_the_date_and_those_before_stay() {
    let site = site();
    let rows: [Profile; 1] = [("b", Some("bob"), None, None, None, None, None)];
    write(&site, "twitter", DATES[0], "part.parquet", &rows);
    site.night(DATES[0]);
    let mut wrong = columns(&[("b", Some("bobby"), None, None, None, None, None)]);
    wrong[5] = ("is_verified", Arc::new(StringArray::from(vec!["yes"])));
    write_file(
        &site
            .input()
            .join(format!("accounts/network=twitter/date={}/part.parquet", DATES[1])),
        &wrong,
    );
    let run = site.run(&["--as-of", DATES[1]]).exits(0);
    run.prints("accounts of twitter of 2026-03-02 are not used");
    let snapshot = site.snapshot(DATES[1]);
    assert_eq!(text(profile_of(&snapshot, "twitter", "b"), "handle"), "bob");
    assert!(
        snapshot.rejects().iter().any(|reject| reject.contains("is_verified")),
        "{:?}",
        snapshot.rejects()
    );
}

#[test]
fn opted_out_people_have_no_row_and_no_profile_in_the_state() {
    let site = site();
    let rows: [Profile; 2] = [
        ("a", Some("ann_secret"), Some("Ann Secret"), None, None, None, None),
        ("b", Some("bob"), None, None, None, None, None),
    ];
    write(&site, "twitter", DATES[0], "part.parquet", &rows);
    site.night(DATES[0]);
    opt_out(&site, DATES[1], "part.parquet", &["ann"]);
    let snapshot = site.night(DATES[1]);
    assert!(
        snapshot
            .table("people")
            .iter()
            .all(|row| text(row, "person_id") != "ann")
    );
    let state = site.output().join(format!("state/{}", DATES[1]));
    let folder = std::fs::read_dir(&state).unwrap().next().unwrap().unwrap().path();
    let profiles = std::fs::read(folder.join("profiles.arrow")).unwrap();
    let has = |text: &str| profiles.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("bob") && !has("ann_secret") && !has("Ann Secret"));
    // The older snapshot still has the handle, but no answer shows it.
    let output = path(&site.output());
    let answer = clout(&["explain", "ann_secret", "--as-of", DATES[0], "--output", &output]).exits(2);
    assert!(!answer.out.contains("belongs to ann"), "{}", answer.out);
}

#[test]
fn people_are_found_by_handle_account_or_id() {
    let site = site();
    let rows: [Profile; 3] = [
        ("a", Some("Ann"), None, None, Some(5), None, None),
        ("b", Some("twin"), None, None, None, None, None),
        ("c", Some("TWIN"), None, None, None, None, None),
    ];
    write(&site, "twitter", DATES[0], "part.parquet", &rows);
    let linkedin: [Profile; 1] = [("x", Some("ann-on-linkedin"), None, None, Some(9), None, None)];
    write(&site, "linkedin", DATES[0], "part.parquet", &linkedin);
    site.night(DATES[0]);
    let output = path(&site.output());
    let top = |asked: &str| clout(&["top", "--output", &output, "--format", "json", "--person", asked]);
    for asked in ["ann", "@ANN", "Ann", "twitter:a", "linkedin:x", "ann-on-linkedin"] {
        let rows = top(asked).exits(0).json();
        assert_eq!(
            (&rows[0]["person_id"], rows.as_array().unwrap().len()),
            (&"ann".into(), 1),
            "{asked}"
        );
        // The account with the most followers gives the handle.
        assert_eq!(rows[0]["handle"], "ann-on-linkedin");
    }
    let two = top("@twin").exits(2);
    assert_eq!(two.json()["candidates"], serde_json::json!(["twitter:b", "twitter:c"]));
    // The log has no ids.
    assert!(
        two.err.contains("2 people have this handle") && !two.err.contains("twitter:b"),
        "{}",
        two.err
    );
    clout(&["explain", "@twin", "--output", &output])
        .exits(2)
        .prints("@twin is the handle of twitter:b, twitter:c");
    top("nobody").exits(2);
    let on_twitter = clout(&["top", "--network", "twitter", "--output", &output, "--format", "json"]).exits(0);
    let handles: Vec<Value> = on_twitter
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["handle"].clone())
        .collect();
    assert!(
        handles.contains(&"Ann".into()) && !handles.contains(&"ann-on-linkedin".into()),
        "{handles:?}"
    );
    let answer = clout(&["explain", "@ann-on-linkedin", "--output", &output, "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(
        (&answer["person_id"], &answer["asked_id"]),
        (&"ann".into(), &"@ann-on-linkedin".into())
    );
    assert_eq!(answer["accounts"].as_array().unwrap().len(), 2);
}
