//! Load dates of a published snapshot are closed, and the state only saves time.

use crate::support::clout::{Site, clout, path};
use crate::support::tables::Snapshot;
use crate::support::warehouse::Warehouse;

fn days() -> Warehouse {
    (1..=6).fold(Warehouse::default(), |all, day| {
        let rows = format!("a{day} 10:00 ada like - bob\n b{day} 11:00 bob like - cid\n c{day} 12:00 cid like - ada");
        all.activities("twitter", &format!("2026-03-0{day}"), &rows)
    })
}

/// Writes a late file for the first of March: zoe likes bob.
fn late_file(site: &Site) {
    let more = Warehouse::default().activities("twitter", "2026-03-01", "z 10:00 zoe like - bob");
    let elsewhere = Site::new(&more);
    let folder = "activities/network=twitter/date=2026-03-01";
    std::fs::copy(
        elsewhere.input().join(folder).join("part-000.parquet"),
        site.input().join(folder).join("late.parquet"),
    )
    .unwrap();
}

#[test]
fn a_file_added_to_a_closed_date_causes_a_warning_and_counts_after_a_rebuild() {
    let site = Site::new(&days());
    site.night("2026-03-02");
    late_file(&site);
    let result = site.run(&["--as-of", "2026-03-03"]).exits(0);
    result.prints("date=2026-03-01/late.parquet").prints("closed");
    assert_eq!(site.snapshot("2026-03-03").reactions("twitter:bob", "twitter"), 3);
    site.run_into("rebuilt", &["--as-of", "2026-03-03", "--rebuild"])
        .exits(0);
    assert_eq!(
        Snapshot::read(&site.output_named("rebuilt"), "2026-03-03").reactions("twitter:bob", "twitter"),
        4
    );
    // A rebuild into the same root, of a date that is not published yet, reads it too.
    site.run(&["--as-of", "2026-03-04", "--rebuild"]).exits(0);
    assert_eq!(site.snapshot("2026-03-04").reactions("twitter:bob", "twitter"), 5);
}

#[test]
fn a_changed_or_removed_file_of_a_closed_date_causes_a_warning_and_is_ignored() {
    let site = Site::new(&days());
    site.night("2026-03-02");
    let file = |day: u32| {
        site.input().join(format!(
            "activities/network=twitter/date=2026-03-0{day}/part-000.parquet"
        ))
    };
    let other = Site::new(&Warehouse::default().activities("twitter", "2026-03-01", "z 10:00 zoe like - bob"));
    std::fs::copy(
        other
            .input()
            .join("activities/network=twitter/date=2026-03-01/part-000.parquet"),
        file(1),
    )
    .unwrap();
    std::fs::remove_file(file(2)).unwrap();
    let result = site.run(&["--as-of", "2026-03-03"]).exits(0);
    result
        .prints("date=2026-03-01/part-000.parquet (changed)")
        .prints("date=2026-03-02/part-000.parquet (removed)");
    assert_eq!(site.snapshot("2026-03-03").reactions("twitter:bob", "twitter"), 3);
}

#[test]
fn a_file_of_an_open_date_is_no_change() {
    let site = Site::new(&days());
    site.night("2026-03-02");
    site.run(&["--as-of", "2026-03-03"]).exits(0).does_not_print("closed");
    // A skipped run closes no date that no run has read.
    site.run(&["--as-of", "2026-03-05"]).exits(0).does_not_print("closed");
    assert_eq!(site.snapshot("2026-03-05").reactions("twitter:bob", "twitter"), 5);
}

#[test]
fn a_run_reads_one_load_date() {
    let site = Site::new(&days());
    site.night("2026-03-05");
    let inputs = site.night("2026-03-06").manifest["inputs"].clone();
    let paths: Vec<&str> = inputs
        .as_array()
        .unwrap()
        .iter()
        .map(|input| input["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["activities/network=twitter/date=2026-03-06/part-000.parquet"]);
}

#[test]
fn deleting_the_state_costs_a_rebuild_and_nothing_else() {
    let site = Site::new(&crate::nightly::eventful());
    site.night("2026-03-05");
    site.run_into("kept", &["--as-of", "2026-03-05"]).exits(0);
    std::fs::remove_dir_all(site.output().join("state")).unwrap();
    site.run(&["--as-of", "2026-03-07"]).exits(0).prints("Rebuilding");
    site.run_into("kept", &["--as-of", "2026-03-07"])
        .exits(0)
        .does_not_print("Rebuilding");
    let kept = Snapshot::read(&site.output_named("kept"), "2026-03-07");
    let rebuilt = site.snapshot("2026-03-07");
    for table in ["scores", "network_scores", "influences"] {
        assert_eq!(rebuilt.hashes(&[])[table], kept.hashes(&[])[table], "{table}");
    }
    assert!(
        rebuilt.table("scores").iter().any(|row| row["is_new"] == false),
        "published persons are known all the same"
    );
}

#[test]
fn a_damaged_state_is_not_used() {
    let site = Site::new(&days());
    let commit = site.night("2026-03-02").manifest["commit_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let folder = site.output().join("state/2026-03-02").join(commit);
    let bytes = std::fs::read(folder.join("accounts-00000.seg")).unwrap();
    // One flipped byte, or a truncated file.
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 0x55;
    std::fs::write(folder.join("accounts-00000.seg"), &flipped).unwrap();
    let (input, output) = (path(&site.input()), path(&site.output()));
    let plan = ["plan", "--input", &input, "--output", &output, "--as-of", "2026-03-03"];
    clout(&plan).exits(0).prints("damaged");
    std::fs::write(folder.join("accounts-00000.seg"), &bytes[..bytes.len() / 2]).unwrap();
    site.run(&["--as-of", "2026-03-03"]).exits(0).prints("Rebuilding");
    assert_eq!(site.snapshot("2026-03-03").reactions("twitter:bob", "twitter"), 3);
}

#[test]
fn another_parameter_of_the_state_rebuilds_it() {
    let site = Site::new(&days());
    let first = site.night("2026-03-02");
    let changed = ["--as-of", "2026-03-03", "--set", "model.repeats.beta_day=0.5"];
    let result = site.run(&changed).exits(0);
    result.prints("Rebuilding").prints("state version");
    let second = site.snapshot("2026-03-03");
    assert_ne!(first.manifest["model_version"], second.manifest["model_version"]);
    site.run_into("fresh", &changed).exits(0);
    let fresh = Snapshot::read(&site.output_named("fresh"), "2026-03-03");
    assert_eq!(fresh.score("twitter:bob"), second.score("twitter:bob"));
}

#[test]
fn another_parameter_of_the_score_is_applied_to_the_kept_state() {
    let site = Site::new(&days());
    let first = site.night("2026-03-02");
    let changed = ["--as-of", "2026-03-03", "--set", "model.repeats.beta=1"];
    site.run(&changed).exits(0).does_not_print("Rebuilding");
    let second = site.snapshot("2026-03-03");
    assert_ne!(first.manifest["model_version"], second.manifest["model_version"]);
    site.run_into("fresh", &changed).exits(0);
    let fresh = Snapshot::read(&site.output_named("fresh"), "2026-03-03");
    assert_eq!(fresh.score("twitter:bob"), second.score("twitter:bob"));
    // Parameters that cannot move a score make no other version.
    let third = site.run(&[
        "--as-of",
        "2026-03-04",
        "--set",
        "model.repeats.beta=1",
        "--set",
        "input.strict=true",
        "--set",
        "influences.min_percentile=50",
    ]);
    third.exits(0).does_not_print("Rebuilding");
    assert_eq!(
        site.snapshot("2026-03-04").manifest["model_version"],
        second.manifest["model_version"]
    );
}

#[test]
fn the_state_of_the_last_snapshots_is_kept() {
    let site = Site::new(&days());
    let kept = || {
        let folders = std::fs::read_dir(site.output().join("state"))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        // Later states name files of the base in older folders.
        let with_files = folders.filter(|date| {
            std::fs::read_dir(date)
                .unwrap()
                .any(|commit| commit.unwrap().path().join("state.json").exists())
        });
        let mut dates: Vec<String> = with_files
            .map(|date| date.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        dates.sort();
        dates
    };
    for day in 1..=4 {
        site.night(&format!("2026-03-0{day}"));
    }
    assert_eq!(kept(), ["2026-03-02", "2026-03-03", "2026-03-04"]);
    site.run(&["--as-of", "2026-03-05", "--set", "state.keep=1"]).exits(0);
    assert_eq!(kept(), ["2026-03-05"]);
    site.run(&["--as-of", "2026-03-06"])
        .exits(0)
        .does_not_print("Rebuilding");
}

#[test]
fn an_earlier_date_may_be_published_later() {
    let site = Site::new(&days());
    site.night("2026-03-04");
    site.night("2026-03-02");
    assert_eq!(site.snapshot("2026-03-02").reactions("twitter:bob", "twitter"), 2);
    let next = site.night("2026-03-05");
    assert_eq!(next.reactions("twitter:bob", "twitter"), 5);
}
