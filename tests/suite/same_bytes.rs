//! The same input and parameters give the same bytes, for any file form and any way of computing.

use rstest::rstest;

use crate::support::clout::{Site, path, run};
use crate::support::sample_data;
use crate::support::tables::Snapshot;
use crate::support::warehouse::{Form, Warehouse};

const DATE: &str = "2026-03-08";

fn hashes(form: &Form, arguments: &[&str]) -> std::collections::BTreeMap<String, String> {
    let site = Site::with_form(&crate::nightly::eventful(), form);
    site.run(arguments).exits(0);
    site.snapshot(DATE).hashes(&["rejects"])
}

#[rstest]
#[case::shuffled(Form { shuffled: Some(7), ..Form::default() })]
#[case::shuffled_otherwise(Form { shuffled: Some(8), ..Form::default() })]
#[case::in_many_files(Form { files: 5, ..Form::default() })]
#[case::shuffled_into_many_files(Form { files: 13, shuffled: Some(9), ..Form::default() })]
#[case::a_row_a_file(Form { files: 1000, shuffled: Some(10), ..Form::default() })]
fn the_bytes_do_not_depend_on_row_order_and_file_split(#[case] form: Form) {
    assert_eq!(hashes(&form, &[]), hashes(&Form::default(), &[]));
}

#[rstest]
#[case("1")]
#[case("2")]
#[case("7")]
fn the_bytes_do_not_depend_on_the_number_of_threads(#[case] threads: &str) {
    assert_eq!(
        hashes(&Form::default(), &["--threads", threads]),
        hashes(&Form::default(), &[])
    );
}

#[test]
fn the_bytes_of_the_sample_data_do_not_depend_on_threads_and_processes() {
    let site = Site::empty();
    let hashes = |name: &str, threads: &str| {
        run(&sample_data(), &site.output_named(name), &["--threads", threads]).exits(0);
        Snapshot::read(&site.output_named(name), "2026-10-31").hashes(&[])
    };
    let one = hashes("one", "1");
    assert_eq!(hashes("two", "2"), one);
    assert_eq!(hashes("two again", "2"), one);
}

#[test]
fn the_bytes_of_the_state_do_not_depend_on_threads_and_files() {
    // The state decides the bytes of the next run: its files are compared byte for byte, except for their names.
    let state = |form: &Form, arguments: &[&str]| {
        let site = Site::with_form(&crate::nightly::eventful(), form);
        site.run(arguments).exits(0);
        let commit = site.snapshot(DATE).manifest["commit_id"].as_str().unwrap().to_owned();
        let folder = site.output().join("state").join(DATE).join(commit);
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let tables = files.filter(|file| file.extension().is_some_and(|ending| ending == "arrow"));
        tables
            .map(|file| (file.file_name().unwrap().to_owned(), std::fs::read(&file).unwrap()))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let plain = state(&Form::default(), &["--threads", "1"]);
    let shuffled = state(
        &Form {
            files: 4,
            shuffled: Some(3),
            ..Form::default()
        },
        &["--threads", "2"],
    );
    assert!(plain.len() > 5);
    assert_eq!(plain.keys().collect::<Vec<_>>(), shuffled.keys().collect::<Vec<_>>());
    assert!(plain.iter().all(|(name, bytes)| shuffled[name] == *bytes));
}

/// Redelivers some 30 % of a day's rows on the next day, and twice within one.
fn redelivered(warehouse: &Warehouse) -> Warehouse {
    let mut again = warehouse.clone();
    let keys: Vec<_> = warehouse.activities.keys().cloned().collect();
    for (network, date) in keys {
        let rows = warehouse.activities[&(network.clone(), date)].clone();
        let some: Vec<_> = rows.iter().step_by(3).cloned().collect();
        again
            .activities
            .get_mut(&(network.clone(), date))
            .unwrap()
            .extend(some.iter().cloned());
        if let Some(next) = again.activities.get_mut(&(network, clout_base::day::Day(date.0 + 1))) {
            next.extend(some);
        }
    }
    again
}

#[test]
fn redelivering_a_third_of_every_day_changes_no_score() {
    let warehouse = crate::nightly::eventful();
    let (once, again) = (Site::new(&warehouse), Site::new(&redelivered(&warehouse)));
    let mut copies = 0.0;
    for date in crate::nightly::DATES {
        // A redelivered backlog is late, and refused.
        again
            .run(&["--as-of", date, "--set", "input.max_refused_share=1"])
            .exits(0);
        let (once, again) = (once.night(date), again.snapshot(date));
        for table in ["scores", "network_scores", "influences"] {
            assert_eq!(once.hashes(&[])[table], again.hashes(&[])[table], "{table} of {date}");
        }
        copies += again.metric("rows_copies", "") - once.metric("rows_copies", "");
    }
    assert!(copies > 200.0, "{copies}");
}

#[test]
fn names_of_parts_begin_with_the_hash_of_their_content() {
    let site = Site::new(&crate::nightly::eventful());
    let snapshot = site.night(DATE);
    for (table, files) in snapshot.manifest["tables"].as_object().unwrap() {
        for file in files["files"].as_array().unwrap() {
            let hash = file["sha256"].as_str().unwrap();
            let name = format!("{table}/snapshot_date={DATE}/part-{}.parquet", &hash[..16]);
            assert_eq!(file["path"], name);
            let bytes = std::fs::read(site.output().join(&name)).unwrap();
            assert_eq!(file["size"], bytes.len());
            assert_eq!(sha256(&bytes), hash);
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn the_bytes_do_not_depend_on_the_paths_of_input_and_output() {
    let site = Site::new(&crate::nightly::eventful());
    let one = site.night(DATE);
    let elsewhere = Site::empty();
    let url = format!("file://{}", path(&site.input()));
    let output = path(&elsewhere.output());
    crate::support::clout::clout(&["run", "--input", &url, "--output", &output]).exits(0);
    assert_eq!(elsewhere.snapshot(DATE).hashes(&[]), one.hashes(&[]));
}
