//! Tests refused rows, refused files, and refused runs.

use rstest::rstest;

use crate::support::clout::Site;
use crate::support::tables::text;
use crate::support::warehouse::Warehouse;

/// Builds Twitter with a clean first load date.
fn with_history() -> Warehouse {
    Warehouse::default().activities("twitter", "2026-03-01", "first 10:00 eve tweet - -")
}

/// Returns `count` good rows of a date, each by another actor.
fn good_rows(count: usize) -> String {
    (0..count)
        .map(|row| format!("good{row} 12:00 fan{row} like - star\n"))
        .collect()
}

#[rstest]
#[case::activity_id("- 10:00 ada like - bob", "null activity_id")]
#[case::occurred_at("r - ada like - bob", "null occurred_at")]
#[case::actor_id("r 10:00 - like - bob", "null actor_id")]
#[case::verb("r 10:00 ada - - bob", "null verb")]
#[case::unknown_verb("r 10:00 ada poke - bob", "unknown verb: 'poke'")]
#[case::derived_verb("r 10:00 ada co_visit - bob", "unknown verb: 'co_visit'")]
#[case::after_the_end("r D+1T00:00 ada like - bob", "time after the load date's end")]
#[case::before_2004("r 2003-12-31T23:59:59 ada like - bob", "time before 2004")]
#[case::too_late("r D-31T23:59:59 ada like - bob", "delivered too late")]
fn a_bad_row_is_one_row_of_rejects_and_nothing_else(#[case] row: &str, #[case] reason: &str) {
    let network = if row.contains("co_visit") {
        "foursquare"
    } else {
        "twitter"
    };
    let good = if network == "foursquare" {
        "good 12:00 fan tip_like - star"
    } else {
        "good 12:00 fan like - star"
    };
    let first = if network == "foursquare" {
        "first 10:00 eve tip - -"
    } else {
        "first 10:00 eve tweet - -"
    };
    let warehouse = Warehouse::default()
        .activities(network, "2026-03-01", first)
        .activities(network, "2026-03-05", &format!("{good}\n{row}"));
    let site = Site::new(&warehouse);
    site.run(&["--set", "input.max_refused_share=1"])
        .exits(0)
        .prints(reason.split(':').next().unwrap());
    let snapshot = site.snapshot("2026-03-05");
    let file = format!("activities/network={network}/date=2026-03-05/part-000.parquet");
    let [reject] = snapshot.table("rejects") else {
        panic!("one reject, not {:?}", snapshot.rejects());
    };
    assert!(
        snapshot.rejects()[0].starts_with(&format!("{file}:1 {reason}")),
        "{:?}",
        snapshot.rejects()
    );
    assert_eq!(
        (text(reject, "table"), text(reject, "network")),
        ("activities", network)
    );
    assert_eq!(reject["load_date"], crate::support::days::day("2026-03-05").0);
    assert_eq!(
        reject["activity_id"].as_str().unwrap_or("-"),
        row.split_whitespace().next().unwrap()
    );
    let star = format!("{network}:star");
    assert_eq!((snapshot.reactions(&star, network), snapshot.people().len()), (1, 3));
    assert_eq!(
        (
            snapshot.metric("rows_read", network),
            snapshot.metric("rows_refused", network)
        ),
        (3.0, 1.0)
    );
}

#[rstest]
#[case::the_last_moment("r D+0T23:59:59.999999 ada like - bob")]
#[case::thirty_days_before("r D-30T00:00 ada like - bob")]
#[case::a_post_with_an_object("r 10:00 ada tweet o1 -")]
fn a_row_at_the_bound_counts(#[case] row: &str) {
    let snapshot = crate::support::clout::night(&with_history().activities("twitter", "2026-03-05", row), "2026-03-05");
    assert_eq!(snapshot.rejects(), Vec::<String>::new());
    assert!(snapshot.people().contains(&"twitter:ada"));
}

#[test]
fn a_networks_first_load_date_may_bring_a_backlog() {
    let old = "r 2009-05-01T10:00 ada like - bob";
    let late = old.replace("r ", "s ");
    let linkedin = |date, row| with_history().activities("linkedin", date, row);
    let backlog =
        linkedin("2026-03-05", old).activities("linkedin", "2026-03-06", &format!("{late}\n{}", good_rows(30)));
    let site = Site::new(&backlog);
    let first = site.night("2026-03-05");
    assert_eq!(
        (first.reactions("linkedin:bob", "linkedin"), first.rejects()),
        (1, vec![])
    );
    let second = site.night("2026-03-06");
    assert_eq!(
        (second.reactions("linkedin:bob", "linkedin"), second.rejects().len()),
        (1, 1)
    );
    site.run_into("at_once", &["--as-of", "2026-03-06"]).exits(0);
    let at_once = crate::support::tables::Snapshot::read(&site.output_named("at_once"), "2026-03-06");
    assert_eq!(at_once.reactions("linkedin:bob", "linkedin"), 1);
}

#[test]
fn the_job_sets_the_lateness_window() {
    let warehouse = with_history().activities(
        "twitter",
        "2026-03-10",
        &format!("r D-3T10:00 ada like - bob\n{}", good_rows(30)),
    );
    let site = Site::new(&warehouse);
    site.run(&["--set", "input.max_lateness_days=2"]).exits(0);
    assert_eq!(site.snapshot("2026-03-10").rejects().len(), 1);
}

#[rstest]
#[case::exactly_five_percent(399, 21, 0)]
#[case::above_five_percent(398, 21, 4)]
#[case::twenty_of_any_number(0, 20, 0)]
#[case::nothing_but_bad_rows(0, 21, 4)]
fn a_share_of_refused_rows_above_the_bound_exits_4(#[case] good: usize, #[case] bad: usize, #[case] code: i32) {
    let bad: String = (0..bad).map(|row| format!("bad{row} 10:00 ada poke - bob\n")).collect();
    let site = Site::new(&with_history().activities("twitter", "2026-03-02", &(good_rows(good) + &bad)));
    let result = site.run(&[]).exits(code);
    assert_eq!(site.output().join("snapshots/2026-03-02").exists(), code == 0);
    if code == 4 {
        result.prints("twitter").prints("2026-03-02").prints("poke");
    }
}

#[test]
fn the_share_is_taken_by_network_and_load_date() {
    // 21 bad rows of 63 on facebook; 500 good ones on twitter and on the day before do not help.
    let many = good_rows(500);
    let bad: String = (0..21).map(|row| format!("c{row} 10:00 ada poke - bob\n")).collect();
    let warehouse = Warehouse::default()
        .activities("facebook", "2026-03-01", &many)
        .activities("twitter", "2026-03-02", &many)
        .activities("facebook", "2026-03-02", &(good_rows(42) + &bad));
    let site = Site::new(&warehouse);
    site.run(&[]).exits(4).prints("21 of 63 rows");
    site.run(&["--set", "input.max_refused_share=0.34"]).exits(0);
}

#[test]
fn a_bad_file_refuses_a_run_in_strict_mode_only() {
    let site = Site::new(&with_history().activities("twitter", "2026-03-02", &good_rows(2)));
    let file = "activities/network=twitter/date=2026-03-02/broken.parquet";
    std::fs::write(site.input().join(file), b"PAR1 this is no Parquet file PAR1").unwrap();
    site.run(&["--set", "input.strict=true"]).exits(4).prints(file);
    site.run(&[]).exits(0);
    let snapshot = site.snapshot("2026-03-02");
    assert!(snapshot.rejects()[0].starts_with(file), "{:?}", snapshot.rejects());
    assert!(snapshot.table("rejects")[0]["row_number"].is_null());
    assert_eq!(
        (snapshot.rejects().len(), snapshot.reactions("twitter:star", "twitter")),
        (1, 2)
    );
}

#[test]
fn strict_mode_lets_good_files_pass() {
    let rows = good_rows(40) + "bad 10:00 ada poke - bob";
    let site = Site::new(&with_history().activities("twitter", "2026-03-02", &rows));
    site.run(&["--set", "input.strict=true"]).exits(0);
}

#[test]
fn rows_of_accounts_follows_and_identities_without_their_ids_are_refused_too() {
    use crate::support::columns::{Texts, texts};
    use crate::support::warehouse::write_file;
    let site = Site::new(&with_history());
    let ids = |values: &[Option<&str>]| {
        texts(
            &values.iter().map(|v| v.map(str::to_owned)).collect::<Vec<_>>(),
            Texts::Plain,
        )
    };
    let some = ids(&[Some("eve"), Some("ada")]);
    let null = ids(&[Some("eve"), None]);
    let files = [
        (
            "accounts/network=twitter/date=2026-03-01/a.parquet",
            vec![("account_id", null.clone())],
        ),
        (
            "identities/date=2026-03-01/i.parquet",
            vec![
                ("person_id", some.clone()),
                ("network", some.clone()),
                ("account_id", null.clone()),
            ],
        ),
    ];
    for (file, columns) in &files {
        write_file(&site.input().join(file), columns);
    }
    site.run(&["--set", "input.max_refused_share=1"]).exits(0);
    let rejects = site.snapshot("2026-03-01").rejects();
    assert_eq!(rejects.len(), 2, "{rejects:?}");
    assert!(
        rejects
            .iter()
            .zip(&files)
            .all(|(reject, (file, _))| reject.starts_with(file)),
        "{rejects:?}"
    );
}
