//! Tests the output of the commands.

use serde_json::Value;

use crate::support::clout::{Site, clout, path};
use crate::support::tables::{number, text};
use crate::support::{files_below, repository};

pub const DATE: &str = "2026-03-08";

/// Publishes two dates of the eventful warehouse, and returns the site and its output root.
pub fn two_nights() -> (Site, String) {
    let site = Site::new(&crate::nightly::eventful());
    site.night("2026-03-07");
    site.night(DATE);
    let output = path(&site.output());
    (site, output)
}

/// Returns the column names of an array of rows.
pub fn columns(rows: &Value) -> Vec<&str> {
    rows[0].as_object().expect("rows").keys().map(String::as_str).collect()
}

#[test]
fn top_shows_the_best_in_order_under_the_contracts_names() {
    let (site, output) = two_nights();
    let top = clout(&["top", "--output", &output, "-n", "4", "--format", "json"])
        .exits(0)
        .json();
    let scores = ["rank", "person_id", "score"];
    assert!(scores.iter().all(|name| columns(&top).contains(name)), "{top}");
    let snapshot = site.snapshot(DATE);
    let table = snapshot.scores();
    let of_scores = table.values().next().unwrap().keys();
    let known: Vec<&String> = of_scores.chain(snapshot.table("people")[0].keys()).collect();
    assert!(
        columns(&top)
            .iter()
            .all(|name| known.iter().any(|column| column == name)),
        "{top}"
    );
    let mut best: Vec<(i64, &str)> = table
        .values()
        .filter_map(|row| Some((row["rank"].as_i64()?, text(row, "person_id"))))
        .collect();
    best.sort_unstable();
    let shown: Vec<(i64, &str)> = top
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["rank"].as_i64().unwrap(), row["person_id"].as_str().unwrap()))
        .collect();
    assert_eq!(shown, best[..4]);
    for row in top.as_array().unwrap() {
        let known = number(table[row["person_id"].as_str().unwrap()], "score").unwrap();
        assert!((row["score"].as_f64().unwrap() - known).abs() < 1e-12);
    }
}

#[test]
fn top_takes_a_network_and_a_date() {
    let (site, output) = two_nights();
    let arguments = [
        "top",
        "--output",
        &output,
        "--as-of",
        "2026-03-07",
        "--network",
        "twitter",
        "--format",
        "json",
    ];
    let top = clout(&arguments).exits(0).json();
    let snapshot = site.snapshot("2026-03-07");
    let mut previous = f64::INFINITY;
    for row in top.as_array().unwrap() {
        assert_eq!(row["network"], "twitter");
        let known = number(snapshot.on(row["person_id"].as_str().unwrap(), "twitter"), "score").unwrap();
        assert!((row["score"].as_f64().unwrap() - known).abs() < 1e-12 && known <= previous);
        previous = known;
    }
    clout(&["top", "--output", &output, "--network", "orkut"])
        .exits(2)
        .prints("orkut");
}

#[test]
fn top_as_text_explains_its_columns() {
    let (_site, output) = two_nights();
    let result = clout(&["top", "--output", &output]).exits(0);
    result
        .prints("Highest scores on 2026-03-08")
        .prints("person_id")
        .prints("Influence on a logarithmic scale");
}

#[test]
fn results_go_to_stdout_and_the_rest_to_stderr() {
    let site = Site::new(&crate::nightly::eventful());
    std::fs::write(site.input().join("activities/stray.parquet"), b"x").unwrap();
    let result = site.run(&["--format", "json"]).exits(0);
    assert!(result.err.contains("stray.parquet"), "{result:?}");
    // The whole of stdout is one object, so no line of the log is in it.
    let summary = result.json();
    assert!(
        summary["warnings"][0].as_str().unwrap().contains("stray.parquet"),
        "{summary}"
    );
    assert_eq!(
        (&summary["snapshot_date"], &summary["status"], &summary["converged"]),
        (&DATE.into(), &"published".into(), &true.into())
    );
    for count in [
        "rows_read",
        "rows_refused",
        "rows_copies",
        "rows_twins",
        "reactions_counted",
        "persons",
        "persons_scored",
        "score_max",
    ] {
        assert!(summary[count].is_number(), "{count}");
    }
    let failed = site.run(&["--as-of", "2020-01-01"]);
    assert!(
        failed.out.is_empty() && failed.err.starts_with("error: ") || failed.err.contains("\nerror: "),
        "{failed:?}"
    );
}

#[test]
fn commands_that_read_results_take_the_job_file_too() {
    let (site, output) = two_nights();
    let job = site.output_named("job.toml");
    std::fs::write(&job, format!("[output]\nroot = '{output}'\n")).unwrap();
    clout(&["top", &path(&job)]).exits(0).prints(DATE);
    clout(&["snapshots", "verify", &path(&job)]).exits(0);
    clout(&["doctor", &path(&job)]).exits(0);
}

#[test]
fn flags_override_the_job_file() {
    let site = Site::new(&crate::nightly::eventful());
    let job = site.output_named("job.toml");
    let text = format!(
        "[input]\nroot = '/nowhere'\n[output]\nroot = '{}'\n[model.repeats]\nbeta = 3.0\n",
        path(&site.output_named("other"))
    );
    std::fs::write(&job, text).unwrap();
    site.run(&[&path(&job), "--set", "model.repeats.beta=1.5"]).exits(0);
    assert_eq!(
        site.snapshot(DATE).manifest["parameters"]["model"]["repeats"]["beta"],
        1.5
    );
}

#[test]
fn the_job_files_of_the_repository_are_understood() {
    // Campaign files are no jobs: `perks` reads them.
    let is_job = |file: &&String| file.ends_with(".toml") && *file != "perks.toml";
    for job in files_below(&repository().join("jobs")).iter().filter(is_job) {
        let site = Site::new(&crate::nightly::eventful());
        let job = path(&repository().join("jobs").join(job));
        let result = site.run(&[&job, "--as-of", DATE]);
        assert!(result.code == 0 || result.code == 3, "{job}: {result:?}");
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        clout(&["completions", shell])
            .exits(0)
            .prints("backfill")
            .prints("snapshots");
    }
}
