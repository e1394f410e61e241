//! Deliveries that a run leaves unread: of the future, of closed dates, and of later dates than a published one.

use crate::support::clout::{Site, clout, path, run};
use crate::support::columns::{Texts, texts};
use crate::support::daily_site::copy_folder;
use crate::support::days::day;
use crate::support::tables::Snapshot;
use crate::support::warehouse::{Warehouse, write_file};

fn days() -> Warehouse {
    (1..=4).fold(Warehouse::default(), |all, number| {
        let rows = format!("a{number} 10:00 ada like - bob\n b{number} 11:00 bob like - cid");
        all.activities("twitter", &format!("2026-03-0{number}"), &rows)
    })
}

/// Writes a file of opt-outs of a date.
pub fn opt_out(site: &Site, date: &str, file: &str, ids: &[&str]) {
    let ids: Vec<Option<String>> = ids.iter().map(|id| Some((*id).to_owned())).collect();
    let path = site.input().join(format!("opt_outs/date={date}/{file}"));
    write_file(&path, &[("person_id", texts(&ids, Texts::Plain))]);
}

/// Returns a date a year after the clock's, and today.
fn next_year_and_today() -> (String, String) {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let later = today.checked_add(jiff::Span::new().days(365)).unwrap();
    (later.to_string(), today.to_string())
}

#[test]
fn a_load_date_of_the_future_is_named_and_ignored() {
    let (later, today) = next_year_and_today();
    let site = Site::new(&days().activities("twitter", &later, "z 10:00 zoe like - bob"));
    let result = site.run(&["--format", "json"]).exits(0);
    assert_eq!(result.json()["snapshot_date"], "2026-03-04");
    result
        .prints(&format!("load dates after today ({today} UTC) are ignored"))
        .prints(&format!("date={later}"));
    // The next night publishes the newest date again, not the one of the future.
    let rows = "n 10:00 ada like - bob";
    Warehouse::default()
        .activities("twitter", "2026-03-05", rows)
        .write(&site.input());
    assert_eq!(
        site.run(&["--format", "json"]).exits(0).json()["snapshot_date"],
        "2026-03-05"
    );
}

#[test]
fn a_snapshot_date_of_the_future_is_a_usage_error() {
    let (later, today) = next_year_and_today();
    let site = Site::new(&days());
    let says = format!("the date {later} is later than today, {today} (UTC)");
    site.run(&["--as-of", &later]).exits(2).prints(&says);
    let (input, output) = (path(&site.input()), path(&site.output()));
    let roots = ["--input", &input, "--output", &output];
    clout(&[&["plan", "--as-of", &later], &roots[..]].concat())
        .exits(2)
        .prints(&says);
    clout(&[&["backfill", "--from", "2026-03-01", "--to", &later], &roots[..]].concat())
        .exits(2)
        .prints(&says);
    clout(&["check", "--input", &input, "--as-of", &later])
        .exits(2)
        .prints(&says);
}

#[test]
fn only_undeclared_networks_are_a_usage_error() {
    let site = Site::new(&Warehouse::default().activities("friendfeed", "2026-03-01", "a 10:00 ada like - bob"));
    site.run(&[])
        .exits(2)
        .prints("[networks.NAME.verbs]")
        .prints("friendfeed");
}

#[test]
fn a_run_of_a_published_date_names_what_it_leaves_unread() {
    let site = Site::new(&days());
    site.night("2026-03-02");
    let late = site
        .input()
        .join("activities/network=twitter/date=2026-03-01/late.parquet");
    std::fs::copy(
        site.input()
            .join("activities/network=twitter/date=2026-03-04/part-000.parquet"),
        late,
    )
    .unwrap();
    let again = site.run(&["--as-of", "2026-03-02", "--format", "json"]).exits(0).json();
    assert_eq!(again["status"], "already_published");
    let list = |key: &str| {
        again[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|x| x.as_str().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        list("unread_deliveries"),
        [
            "activities/network=twitter/date=2026-03-03",
            "activities/network=twitter/date=2026-03-04"
        ]
    );
    assert_eq!(
        list("late_deliveries"),
        ["activities/network=twitter/date=2026-03-01/late.parquet (added)"]
    );
    site.run(&["--as-of", "2026-03-02"])
        .exits(0)
        .prints("2026-03-03")
        .prints("late.parquet");
}

#[test]
fn a_published_date_stays_published_if_the_input_cannot_be_listed() {
    let site = Site::new(&days());
    site.night("2026-03-02");
    std::fs::remove_dir_all(site.input()).unwrap();
    std::fs::write(site.input(), "no folder").unwrap();
    site.run(&["--as-of", "2026-03-02"])
        .exits(0)
        .prints("already published");
}

#[test]
fn a_copy_of_the_input_is_no_change_and_a_changed_file_of_the_same_size_is_one() {
    let site = Site::new(&days());
    site.night("2026-03-02");
    let copy = site.output_named("copy");
    copy_folder(&site.input(), &copy);
    run(&copy, &site.output(), &["--as-of", "2026-03-03"])
        .exits(0)
        .does_not_print("changed");
    let file = copy.join("activities/network=twitter/date=2026-03-01/part-000.parquet");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[8] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let result = run(&copy, &site.output(), &["--as-of", "2026-03-04"]).exits(0);
    result.prints("date=2026-03-01/part-000.parquet (changed)");
}

#[test]
fn a_partition_counts_once_its_marker_is_there() {
    let site = Site::new(&days());
    let marker = |date: &str| {
        site.input()
            .join(format!("activities/network=twitter/date={date}/_SUCCESS"))
    };
    let ready = ["--set", "input.ready_marker=_SUCCESS", "--format", "json"];
    site.run(&ready).exits(3).prints("_SUCCESS");
    for date in ["2026-03-01", "2026-03-02"] {
        std::fs::write(marker(date), "").unwrap();
    }
    let first = site.run(&ready).exits(0);
    assert_eq!(first.json()["snapshot_date"], "2026-03-02");
    first
        .prints("partitions without _SUCCESS (input.ready_marker)")
        .prints("date=2026-03-04");
    std::fs::write(marker("2026-03-03"), "").unwrap();
    // An opt-out needs no marker.
    opt_out(&site, "2026-03-03", "o.parquet", &["twitter:bob"]);
    assert_eq!(site.run(&ready).exits(0).json()["snapshot_date"], "2026-03-03");
    assert!(!site.snapshot("2026-03-03").people().contains(&"twitter:bob"));
    // A partition that was read before its marker was asked for is not removed.
    std::fs::remove_file(marker("2026-03-01")).unwrap();
    std::fs::write(marker("2026-03-04"), "").unwrap();
    site.run(&ready).exits(0).does_not_print("(removed)");
    site.run(&["--set", "input.ready_marker=done/yes"])
        .exits(2)
        .prints("input.ready_marker");
}

#[test]
fn an_opt_out_of_a_closed_date_counts_from_the_next_night_on() {
    let site = Site::new(&days());
    site.night("2026-03-02");
    opt_out(&site, "2026-03-01", "late.parquet", &["twitter:bob"]);
    let third = site.run(&["--as-of", "2026-03-03"]).exits(0);
    third.does_not_print("ignored");
    assert!(!site.snapshot("2026-03-03").people().contains(&"twitter:bob"));
    // A closed file that is extended counts, too; a night that reads nothing new stays silent.
    opt_out(&site, "2026-03-01", "late.parquet", &["twitter:bob", "twitter:cid"]);
    site.run(&["--as-of", "2026-03-04"])
        .exits(0)
        .does_not_print("match no person");
    assert_eq!(site.snapshot("2026-03-04").people(), Vec::<&str>::new());
}

#[test]
fn blanks_and_case_do_not_save_an_account_from_its_opt_out() {
    let site = Site::new(&days().activities("twitter", "2026-03-02", "e 12:00 eve like - cid"));
    opt_out(
        &site,
        "2026-03-02",
        "o.parquet",
        &[" twitter:ada", "Twitter:bob ", "1004", "nobody"],
    );
    let result = site.run(&["--as-of", "2026-03-02"]).exits(0);
    let snapshot = site.snapshot("2026-03-02");
    assert_eq!(snapshot.people(), ["twitter:cid", "twitter:eve"]);
    assert_eq!(snapshot.metric("opt_outs_unmatched", ""), 2.0);
    result
        .prints("2 opt-outs match no person and no account known so far: opt_outs/date=2026-03-02/o.parquet row 2")
        .does_not_print("1004")
        .does_not_print("nobody");
}

#[test]
fn an_opt_out_by_account_of_a_person_with_another_id_is_unmatched() {
    let warehouse = days().identities("2026-03-01", "ann=twitter:ada");
    let site = Site::new(&warehouse);
    opt_out(&site, "2026-03-02", "o.parquet", &["twitter:ada"]);
    let result = site.run(&["--as-of", "2026-03-02"]).exits(0);
    assert_eq!(site.snapshot("2026-03-02").metric("opt_outs_unmatched", ""), 1.0);
    result.prints("network:account_id of an account without a person");
}

#[test]
fn an_opt_out_counts_for_an_id_with_outer_blanks() {
    let site = Site::new(&days());
    let column = |ids: &[&str]| {
        let ids: Vec<Option<String>> = ids.iter().map(|id| Some((*id).to_owned())).collect();
        texts(&ids, Texts::Plain)
    };
    let columns = [
        ("person_id", column(&[" ann "])),
        ("network", column(&["twitter"])),
        ("account_id", column(&["ada"])),
    ];
    write_file(&site.input().join("identities/date=2026-03-01/i.parquet"), &columns);
    opt_out(&site, "2026-03-02", "o.parquet", &[" ann "]);
    assert!(!site.night("2026-03-02").people().contains(&" ann "));
}

#[test]
fn a_run_of_a_published_date_names_new_opt_outs() {
    let site = Site::new(&days());
    site.night("2026-03-04");
    opt_out(&site, "2026-03-01", "o.parquet", &["twitter:ada"]);
    let again = site.run(&["--as-of", "2026-03-04", "--format", "json"]).exits(0).json();
    assert_eq!(
        again["unread_deliveries"],
        serde_json::json!(["opt_outs/date=2026-03-01/o.parquet"])
    );
    assert!(
        again["checks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|check| check["status"] == "skipped")
    );
}

#[test]
fn a_date_in_any_form_is_the_same_night() {
    let plain = Site::new(&days()).night("2026-03-04").hashes(&["rejects"]);
    for form in ["20260304", "2026-03-04 00%3A00%3A00", "2026-03-04T00:00:00Z"] {
        let site = Site::new(&days());
        let folder = site.input().join("activities/network=twitter");
        std::fs::rename(folder.join("date=2026-03-04"), folder.join(format!("date={form}"))).unwrap();
        assert_eq!(site.night("2026-03-04").hashes(&["rejects"]), plain, "{form}");
    }
    assert_eq!(day("2026-03-04").to_string(), "2026-03-04");
}

#[test]
fn the_manifest_has_the_hash_of_each_input_file_and_first_load_dates() {
    let site = Site::new(&days());
    let manifest: serde_json::Value = Snapshot::read(&site.output(), {
        site.night("2026-03-02");
        "2026-03-02"
    })
    .manifest;
    assert_eq!(manifest["first_load_dates"]["twitter"], "2026-03-01");
    for input in manifest["inputs"].as_array().unwrap() {
        let bytes = std::fs::read(site.input().join(input["path"].as_str().unwrap())).unwrap();
        let hex: String = <sha2::Sha256 as sha2::Digest>::digest(&bytes)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(input["sha256"], hex);
    }
}
