//! Runs on real data, if present: `../shared/data`, or the folder in `CLOUT_SHARED_DATA`.

use std::path::{Path, PathBuf};

use crate::against_the_reference;
use crate::nightly;
use crate::support::clout::{Site, clout, path, run};
use crate::support::days::day;
use crate::support::read_back;
use crate::support::s3::S3;
use crate::support::tables::Snapshot;
use crate::support::{files_below, shared_data};

/// Lists the corrupt and hostile files, without their descriptions.
fn hostile(data: &Path) -> Vec<PathBuf> {
    let root = data.join("hostile");
    files_below(&root)
        .into_iter()
        .filter(|file| !file.ends_with("README.md"))
        .map(|file| root.join(file))
        .collect()
}

#[test]
fn hostile_files_are_refused_by_name_and_the_good_rows_count() {
    let Some(data) = shared_data() else {
        return;
    };
    let files = hostile(&data);
    assert_eq!(files.len(), 77);
    let date = "2026-03-07";
    let good = Site::new(&nightly::eventful());
    let bad = Site::new(&nightly::eventful());
    let folder = format!("activities/network=twitter/date={date}");
    let mut names = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let name = format!("hostile-{index:02}-{}", file.file_name().unwrap().to_str().unwrap());
        std::fs::copy(file, bad.input().join(&folder).join(&name)).unwrap();
        names.push(format!("{folder}/{name}"));
    }
    // A bound on the address space stops a reader that allocates gigabytes because a footer says so.
    let script = format!(
        "ulimit -v 4000000; exec {} run --input {} --output {} --as-of {date} --threads 2 --set input.max_refused_share=1",
        env!("CARGO_BIN_EXE_clout"),
        path(&bad.input()),
        path(&bad.output())
    );
    let result =
        crate::support::clout::collect_output(std::process::Command::new("sh").args(["-c", &script]).output().unwrap());
    result.exits(0);
    let (without, with) = (good.night(date), bad.snapshot(date));
    nightly::check(&with, &without, "beside hostile files");
    let refused: Vec<&str> = with
        .table("rejects")
        .iter()
        .filter(|row| row["row_number"].is_null())
        .map(|row| row["file"].as_str().unwrap())
        .collect();
    assert_eq!(refused, names, "every file is refused by name, and once");
    assert!(
        with.table("rejects")
            .iter()
            .all(|row| row["reason"].as_str().is_some_and(|reason| reason.len() > 20))
    );
}

#[test]
fn hostile_files_in_the_other_tables_are_refused_too() {
    let Some(data) = shared_data() else {
        return;
    };
    let warehouse = nightly::eventful().topics("rust Rust");
    let site = Site::new(&warehouse);
    // No good file of a full snapshot is delivered on this date, so the snapshots before stay in force.
    let (hostile_date, date) = ("2026-03-04", "2026-03-05");
    let folders = [
        "accounts/network=linkedin",
        "follows/network=foursquare",
        "identities",
        "endorsements",
        "topics",
        "topic_edges",
    ];
    let spoil = |folder: &str| {
        let folder = site.input().join(folder).join(format!("date={hostile_date}"));
        std::fs::create_dir_all(&folder).unwrap();
        for (index, file) in hostile(&data).iter().enumerate() {
            std::fs::copy(file, folder.join(format!("hostile-{index:02}"))).unwrap();
        }
    };
    folders.iter().for_each(|folder| spoil(folder));
    let allowed = ["--as-of", date, "--set", "input.max_refused_share=1"];
    site.run(&allowed).exits(0);
    let with = site.snapshot(date);
    assert_eq!(
        with.rejects()
            .iter()
            .filter(|reject| reject.contains("/hostile-"))
            .count(),
        folders.len() * 77
    );
    nightly::check(&with, &Site::new(&warehouse).night(date), "beside hostile files");
    // Nothing allows opt-outs that cannot be read.
    spoil("opt_outs");
    site.run_into("elsewhere", &allowed).exits(4).prints("opt_outs/");
}

/// Publishes one date of real data and verifies it.
fn publish(name: &str, date: &str, arguments: &[&str]) -> Option<(Site, Snapshot)> {
    let input = shared_data()?.join(name);
    let site = Site::empty();
    let mut all = vec!["--as-of", date];
    all.extend(arguments);
    run(&input, &site.output(), &all).exits(0);
    clout(&["snapshots", "verify", "--output", &path(&site.output())]).exits(0);
    let snapshot = site.snapshot(date);
    Some((site, snapshot))
}

#[test]
fn higgs_is_scored_on_the_night_of_the_announcement() {
    let Some((_site, snapshot)) = publish("higgs", "2012-07-04", &[]) else {
        return;
    };
    assert_eq!(snapshot.metric("rows_read", "twitter"), 410_134.0);
    assert_eq!(snapshot.metric("rows_refused", "twitter"), 0.0);
    // Most replies, and many retweets, are also present as a mention.
    assert!(snapshot.metric("rows_twins", "twitter") > 20_000.0);
    assert!(snapshot.metric("reactions_self", "twitter") > 1_000.0);
    assert!(snapshot.metric("persons_scored", "") > 40_000.0);
}

#[test]
fn higgs_gives_the_same_bytes_on_s3_and_the_same_scores_day_by_day() {
    let Some((site, local)) = publish("higgs", "2012-07-04", &["--threads", "1"]) else {
        return;
    };
    let higgs = shared_data().unwrap().join("higgs");
    let server = S3::start();
    server.copy_in(&higgs, "higgs");
    server
        .clout(&[
            "run",
            "--input",
            &S3::url("higgs"),
            "--output",
            &S3::url("scored"),
            "--threads",
            "2",
        ])
        .exits(0);
    assert_eq!(server.snapshot("scored", "2012-07-04").hashes(&[]), local.hashes(&[]));
    for date in ["2012-07-01", "2012-07-02", "2012-07-03", "2012-07-04"] {
        run(&higgs, &site.output_named("nightly"), &["--as-of", date]).exits(0);
    }
    nightly::check(
        &Snapshot::read(&site.output_named("nightly"), "2012-07-04"),
        &local,
        "higgs",
    );
}

#[test]
fn cardano_is_scored_as_a_declared_network() {
    let Some(data) = shared_data() else {
        return;
    };
    let verbs = ["question=0.0", "answer=0.5", "comment=1.0", "accept=5.0"]
        .map(|verb| format!("networks.stackexchange.verbs.{verb}"));
    let arguments: Vec<&str> = verbs.iter().flat_map(|verb| ["--set", verb]).collect();
    let dates = std::fs::read_dir(data.join("cardano/activities/network=stackexchange")).unwrap();
    let dates = dates.map(|entry| {
        entry
            .unwrap()
            .file_name()
            .to_str()
            .unwrap()
            .trim_start_matches("date=")
            .to_owned()
    });
    let last = dates.max().unwrap();
    let (site, at_once) = publish("cardano", &last, &arguments).unwrap();
    assert_eq!(at_once.metric("rows_read", ""), 4_822.0);
    assert!(at_once.people().len() >= 3_987 && at_once.metric("persons_scored", "") > 500.0);
    // Day by day over the last week gives the same.
    let last_day = day(&last);
    for back in (0..=7).rev() {
        let date = last_day.days_before(back).to_string();
        let mut all = vec!["--as-of", &date];
        all.extend(&arguments);
        run(&data.join("cardano"), &site.output_named("nightly"), &all).exits(0);
    }
    nightly::check(
        &Snapshot::read(&site.output_named("nightly"), &last),
        &at_once,
        "cardano",
    );
}

#[test]
fn gowalla_is_scored_by_co_visits_alone() {
    let Some((_site, snapshot)) = publish("gowalla", "2010-10-23", &against_the_reference::CONVERGED) else {
        return;
    };
    let warehouse = read_back::read(&shared_data().unwrap().join("gowalla"));
    against_the_reference::check(&snapshot, &warehouse, day("2010-10-23"));
    assert_eq!(snapshot.metric("rows_read", "foursquare"), 36_249.0);
    let co_visits = snapshot.metric("co_visits", "foursquare");
    assert!(co_visits > 100.0 && co_visits == snapshot.metric("reactions_counted", "foursquare"));
    assert!(snapshot.metric("persons_scored", "") > 50.0);
}
