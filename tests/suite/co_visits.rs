//! Tests Foursquare's derived reaction, from check-ins and follows to a score.

use rstest::rstest;

use crate::support::clout::Site;
use crate::support::tables::Snapshot;
use crate::support::warehouse::Warehouse;

/// Makes Ada follow Bob from the first day on.
const FOLLOWS: &[(&str, &str)] = &[("2026-03-01", "ada>bob")];

/// Runs day by day and at once, and checks Bob's number of reactions at the end.
fn check(follows: &[(&str, &str)], dates: &[(&str, &str)], expected: i64) {
    let mut warehouse =
        Warehouse::default().activities("foursquare", "2026-03-01", "first 10:00 eve check_in elsewhere -");
    for (date, lines) in dates {
        warehouse = warehouse.activities("foursquare", date, lines);
    }
    for (date, pairs) in follows {
        warehouse = warehouse.follows("foursquare", date, pairs);
    }
    let site = Site::new(&warehouse.accounts("foursquare", "2026-03-01", "ada bob"));
    let (last, _) = dates.last().unwrap();
    site.run_into("at once", &["--as-of", last]).exits(0);
    site.night("2026-03-01");
    for (date, _) in dates {
        site.night(date);
    }
    for root in [site.output(), site.output_named("at once")] {
        let snapshot = Snapshot::read(&root, last);
        assert_eq!(
            snapshot.reactions("foursquare:bob", "foursquare"),
            expected,
            "{}",
            root.display()
        );
        assert_eq!(snapshot.score("foursquare:bob").is_some(), expected > 0);
    }
}

#[rstest]
#[case::comes_later("b 08:00 bob check_in v -\n a 09:00 ada check_in v -", 1)]
#[case::comes_first("b 08:00 bob check_in v -\n a 07:00 ada check_in v -", 0)]
#[case::comes_at_once("b 08:00 bob check_in v -\n a 08:00 ada check_in v -", 0)]
#[case::comes_elsewhere("b 08:00 bob check_in v -\n a 09:00 ada check_in w -", 0)]
#[case::at_no_venue("b 08:00 bob check_in - -\n a 09:00 ada check_in - -", 0)]
#[case::tips_instead("b 08:00 bob check_in v -\n a 09:00 ada tip v -", 0)]
#[case::at_the_limit_of_seven_days("b D-7T08:00 bob check_in v -\n a 08:00 ada check_in v -", 1)]
#[case::after_seven_days("b D-7T07:59:59 bob check_in v -\n a 08:00 ada check_in v -", 0)]
#[case::twice_a_day("b 08:00 bob check_in v -\n a 09:00 ada check_in v -\n c 10:00 ada check_in v -", 1)]
#[case::at_two_venues(
    "b 08:00 bob check_in v -\n c 08:30 bob check_in w -\n a 09:00 ada check_in v -\n d 10:00 ada check_in w -",
    2
)]
#[case::on_two_days(
    "b D-1T08:00 bob check_in v -\n a D-1T09:00 ada check_in v -\n d 10:00 ada check_in v -",
    2
)]
#[case::after_two_visits("b 07:00 bob check_in v -\n c 08:00 bob check_in v -\n a 09:00 ada check_in v -", 1)]
#[case::once_by_a_copied_row("b 08:00 bob check_in v -\n a 09:00 ada check_in v -\n a 09:00 ada check_in v -", 1)]
fn a_follower_that_visits_later_reacts_to_the_earlier_visitor(#[case] rows: &str, #[case] expected: i64) {
    check(FOLLOWS, &[("2026-03-09", rows)], expected);
}

#[rstest]
#[case::the_reactor_late("b 08:00 bob check_in v -", "a D-1T09:00 ada check_in v -", 1)]
#[case::the_target_late("a 09:00 ada check_in v -", "b D-1T08:00 bob check_in v -", 1)]
#[case::one_day_credited_once(
    "b 08:00 bob check_in v -\n a 09:00 ada check_in v -",
    "c D-1T10:00 ada check_in v -",
    1
)]
#[case::a_target_late_again(
    "b 08:00 bob check_in v -\n a 09:00 ada check_in v -",
    "c D-1T07:00 bob check_in v -",
    1
)]
#[case::another_day("b 08:00 bob check_in v -\n a 09:00 ada check_in v -", "c 10:00 ada check_in v -", 2)]
fn late_check_ins_are_credited_when_both_are_known(#[case] first: &str, #[case] second: &str, #[case] expected: i64) {
    check(FOLLOWS, &[("2026-03-09", first), ("2026-03-10", second)], expected);
}

#[rstest]
#[case::from_its_own_load_date(&[("2026-03-10", "ada>bob")], 1)]
#[case::not_for_earlier_ones(&[("2026-03-11", "ada>bob")], 0)]
#[case::until_a_newer_one(&[("2026-03-01", "ada>bob"), ("2026-03-10", "ada>eve")], 0)]
#[case::in_one_direction(&[("2026-03-01", "bob>ada")], 0)]
#[case::as_the_newest_has_it(&[("2026-03-01", "eve>bob"), ("2026-03-05", "ada>bob eve>ada")], 1)]
fn a_snapshot_of_follows_holds_from_its_load_date_on(#[case] follows: &[(&str, &str)], #[case] expected: i64) {
    let dates = [
        ("2026-03-09", "b 08:00 bob check_in v -"),
        ("2026-03-10", "a 09:00 ada check_in v -"),
        ("2026-03-11", "e 09:00 eve tip - -"),
    ];
    check(follows, &dates, expected);
}

#[test]
fn a_co_visit_is_credited_on_its_load_date_at_the_reactors_time() {
    let warehouse = Warehouse::default()
        .activities("foursquare", "2026-03-01", "b 08:00 bob check_in v -")
        .activities("foursquare", "2026-03-03", "a D-1T09:00 ada check_in v -")
        .follows("foursquare", "2026-03-01", "ada>bob");
    let site = Site::new(&warehouse);
    assert_eq!(site.night("2026-03-02").score("foursquare:bob"), None);
    let snapshot = site.night("2026-03-03");
    assert_eq!(
        (
            snapshot.metric("co_visits", "foursquare"),
            snapshot.reactions("foursquare:bob", "foursquare")
        ),
        (1.0, 1)
    );
    let ada = snapshot.scores()["foursquare:ada"]["last_active_at"].as_i64();
    let time = crate::support::days::time(crate::support::days::day("2026-03-02"), "09:00");
    assert_eq!(ada, Some(time));
}

#[test]
fn two_accounts_of_one_person_credit_nobody() {
    let warehouse = Warehouse::default()
        .activities(
            "foursquare",
            "2026-03-01",
            "b 08:00 bob check_in v -\n a 09:00 ada check_in v -",
        )
        .follows("foursquare", "2026-03-01", "ada>bob")
        .identities("2026-03-01", "one=foursquare:ada one=foursquare:bob");
    let snapshot = Site::new(&warehouse).night("2026-03-01");
    assert_eq!((snapshot.people(), snapshot.score("one")), (vec!["one"], None));
}
