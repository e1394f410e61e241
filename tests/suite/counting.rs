//! Tests rows that do not count and are no error: copies, twins and self-reactions.

use rstest::rstest;

use crate::support::clout::{Site, night};
use crate::support::days::day;
use crate::support::warehouse::Warehouse;

/// Builds activities of Twitter by load date.
fn delivered(dates: &[(&str, &str)]) -> Warehouse {
    dates.iter().fold(Warehouse::default(), |all, (date, lines)| {
        all.activities("twitter", date, lines)
    })
}

/// Runs to the last load date, at once and day by day, and compares the counted reactions of each person. A person that
/// is not listed is absent or received no reaction.
fn check(dates: &[(&str, &str)], expected: &[(&str, i64)]) {
    let last = dates.iter().map(|(date, _)| *date).max().unwrap();
    let site = Site::new(&delivered(dates));
    let at_once = site.night(last);
    for (date, _) in dates {
        site.run_into("nightly", &["--as-of", date]).exits(0);
    }
    let nightly = crate::support::tables::Snapshot::read(&site.output_named("nightly"), last);
    for snapshot in [at_once, nightly] {
        let counted = snapshot
            .table("network_scores")
            .iter()
            .filter(|row| row["reactions"] != 0);
        let counted: Vec<(&str, i64)> = counted
            .map(|row| (row["person_id"].as_str().unwrap(), row["reactions"].as_i64().unwrap()))
            .collect();
        let expected: Vec<(String, i64)> = expected.iter().map(|(id, n)| (format!("twitter:{id}"), *n)).collect();
        let expected: Vec<(&str, i64)> = expected.iter().map(|(id, n)| (id.as_str(), *n)).collect();
        assert_eq!(counted, expected);
    }
}

#[rstest]
#[case::a_row_twice("r 10:00 ada like - bob\n r 10:00 ada like - bob", &[("bob", 1)])]
#[case::the_earlier_time("r 11:00 ada like - bob\n r 10:00 ada like - cid", &[("cid", 1)])]
#[case::the_lesser_actor("r 10:00 zoe like - bob\n r 10:00 ada like - cid", &[("cid", 1)])]
#[case::time_before_actor("r 10:00 zoe like - bob\n r 10:01 ada like - cid", &[("bob", 1)])]
#[case::the_lesser_verb("r 10:00 ada retweet - bob\n r 10:00 ada like - cid", &[("cid", 1)])]
#[case::object_before_target("r 10:00 ada like o2 bob\n r 10:00 ada like o1 cid", &[("cid", 1)])]
#[case::the_lesser_target_last("r 10:00 ada like o1 cid\n r 10:00 ada like o1 bob", &[("bob", 1)])]
#[case::another_id_is_no_copy("r 10:00 ada like - bob\n s 10:00 ada like - bob", &[("bob", 2)])]
fn of_copies_in_one_load_date_the_least_row_by_all_columns_counts(
    #[case] rows: &str,
    #[case] expected: &[(&str, i64)],
) {
    check(&[("2026-03-01", rows)], expected);
    check(
        &[("2026-03-01", "x 9:00 eve tweet - -"), ("2026-03-02", rows)],
        expected,
    );
}

#[rstest]
#[case::the_same_row("2026-03-02", "r D-1T10:00 ada like - bob", &[("bob", 1)])]
#[case::an_earlier_time("2026-03-02", "r D-1T09:00 ada like - cid", &[("bob", 1)])]
#[case::another_actor_and_time("2026-03-05", "r 09:00 abe retweet - cid", &[("bob", 1)])]
#[case::at_the_end_of_the_window("2026-03-31", "r D-30T10:00 ada like - bob", &[("bob", 1)])]
#[case::another_id("2026-03-02", "s D-1T10:00 ada like - bob", &[("bob", 2)])]
fn of_copies_on_several_load_dates_the_earliest_counts(
    #[case] date: &str,
    #[case] row: &str,
    #[case] expected: &[(&str, i64)],
) {
    check(&[("2026-03-01", "r 10:00 ada like - bob"), (date, row)], expected);
}

#[test]
fn an_activity_id_is_unique_within_its_network() {
    let snapshot = night(
        &delivered(&[("2026-03-01", "r 10:00 ada like - bob")]).activities(
            "facebook",
            "2026-03-01",
            "r 10:00 ada like - bob",
        ),
        "2026-03-01",
    );
    assert_eq!(
        (
            snapshot.reactions("twitter:bob", "twitter"),
            snapshot.reactions("facebook:bob", "facebook")
        ),
        (1, 1)
    );
    assert_eq!(snapshot.metric("rows_copies", ""), 0.0);
}

#[rstest]
#[case::a_reply_that_is_a_mention("a 10:00 ada mention - bob\n b 10:00 ada reply - bob", 1, "ada reply - bob")]
#[case::within_the_second(
    "a 10:00:00.1 ada retweet - bob\n b 10:00:00.9 ada mention - bob",
    1,
    "ada retweet - bob"
)]
#[case::three_verbs(
    "a 10:00 ada like - bob\n b 10:00 ada quote - bob\n c 10:00 ada mention - bob",
    1,
    "ada quote - bob"
)]
fn of_twins_the_greatest_weight_counts(#[case] rows: &str, #[case] count: i64, #[case] alone: &str) {
    check(&[("2026-03-01", rows)], &[("bob", count)]);
    let time = if rows.contains("10:00:00.1") {
        "10:00:00.1"
    } else {
        "10:00"
    };
    let twins = night(&delivered(&[("2026-03-01", rows)]), "2026-03-01");
    let only = night(
        &delivered(&[("2026-03-01", &format!("x {time} {alone}"))]),
        "2026-03-01",
    );
    assert_eq!(twins.score("twitter:bob"), only.score("twitter:bob"));
    assert_eq!(twins.metric("rows_twins", "twitter"), rows.lines().count() as f64 - 1.0);
}

#[rstest]
#[case::of_one_verb("a 10:00 ada like - bob\n b 10:00 ada like - bob", &[("bob", 2)])]
#[case::in_other_seconds("a 10:00:00.9 ada like - bob\n b 10:00:01.1 ada reply - bob", &[("bob", 2)])]
#[case::to_other_targets("a 10:00 ada mention - bob\n b 10:00 ada reply - cid", &[("bob", 1), ("cid", 1)])]
#[case::of_other_actors("a 10:00 ada mention - bob\n b 10:00 zoe reply - bob", &[("bob", 2)])]
fn rows_are_no_twins(#[case] rows: &str, #[case] expected: &[(&str, i64)]) {
    check(&[("2026-03-01", rows)], expected);
}

#[test]
fn rows_of_two_load_dates_are_no_twins() {
    let dates = [
        ("2026-03-01", "a 10:00 ada mention - bob"),
        ("2026-03-02", "b D-1T10:00 ada reply - bob"),
    ];
    check(&dates, &[("bob", 2)]);
}

#[test]
fn reactions_between_accounts_of_one_person_do_not_count() {
    let rows =
        "a 10:00 ada1 like - ada2\n b 10:00 ada1 like - ada1\n c 10:00 ada2 like - bob\n d 10:01 bob like - ada1";
    let warehouse = delivered(&[("2026-03-01", rows)]);
    let strangers = night(&warehouse, "2026-03-01");
    assert_eq!(strangers.reactions("twitter:ada2", "twitter"), 1);
    assert_eq!(
        strangers.metric("reactions_self", "twitter"),
        1.0,
        "to one's own account, of any owner"
    );
    let one = night(
        &warehouse.identities("2026-03-01", "ada=twitter:ada1 ada=twitter:ada2"),
        "2026-03-01",
    );
    assert_eq!(one.people(), ["ada", "twitter:bob"]);
    assert_eq!(
        (one.reactions("ada", "twitter"), one.reactions("twitter:bob", "twitter")),
        (1, 1)
    );
    assert_eq!(one.metric("reactions_self", "twitter"), 2.0);
}

#[test]
fn a_person_who_reacts_to_nobody_else_has_no_score() {
    let rows = "a 10:00 ada1 like - ada2\n b 10:00 ada1 tweet - -";
    let warehouse = delivered(&[("2026-03-01", rows)]).identities("2026-03-01", "ada=twitter:ada1 ada=twitter:ada2");
    let snapshot = night(&warehouse, "2026-03-01");
    assert_eq!(snapshot.score("ada"), None);
    assert_eq!(snapshot.on("ada", "twitter")["reactions"], 0);
}

#[test]
fn a_post_gives_no_points_and_a_row_with_a_target_is_no_post() {
    let rows = "a 10:00 ada like - -\n b 10:00 bob tweet - cid";
    let snapshot = night(&delivered(&[("2026-03-01", rows)]), "2026-03-01");
    assert_eq!(
        (
            &snapshot.on("twitter:ada", "twitter")["posts"],
            snapshot.score("twitter:ada")
        ),
        (&1.into(), None)
    );
    assert_eq!(
        (
            &snapshot.on("twitter:bob", "twitter")["posts"],
            snapshot.score("twitter:bob")
        ),
        (&0.into(), None)
    );
    // A reaction of weight 0 is counted too: its target has a score, the lowest possible.
    assert_eq!(snapshot.reactions("twitter:cid", "twitter"), 1);
    assert!(snapshot.score("twitter:cid").is_some());
}

#[test]
fn a_pair_is_forgotten_after_two_years_less_ten_days() {
    let warehouse = delivered(&[
        ("2024-01-01", "a 10:00 ada like - bob\n p 10:00 bob tweet - -"),
        ("2024-02-01", "b 10:00 eve tweet - -"),
    ]);
    let site = Site::new(&warehouse);
    let last = clout_base::day::Day(day("2024-01-01").0 + 719).to_string();
    let forgotten_on = clout_base::day::Day(day("2024-01-01").0 + 720).to_string();
    assert!(site.night(&last).score("twitter:bob").is_some());
    let after = site.night(&forgotten_on);
    assert_eq!(after.people(), ["twitter:eve"]);
    site.run_into("at_once", &["--as-of", &forgotten_on]).exits(0);
    let at_once = crate::support::tables::Snapshot::read(&site.output_named("at_once"), &forgotten_on);
    assert_eq!(at_once.people(), ["twitter:eve"]);
}
