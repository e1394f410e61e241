//! What the commands show.

use serde_json::Value;

use crate::support::clout::{Site, clout, path, run};
use crate::support::tables::{number, text};
use crate::support::{files_below, repository, sample_data};

const DATE: &str = "2026-03-08";

/// Two nights of the eventful warehouse, and where they are.
fn two_nights() -> (Site, String) {
    let site = Site::of(&crate::nightly::eventful());
    site.night("2026-03-07");
    site.night(DATE);
    let output = path(&site.output());
    (site, output)
}

/// The column names of an array of rows.
fn columns(rows: &Value) -> Vec<&str> {
    rows[0].as_object().expect("rows").keys().map(String::as_str).collect()
}

#[test]
fn top_shows_the_best_in_order_under_the_contracts_names() {
    let (site, output) = two_nights();
    let top = clout(&["top", "--output", &output, "-n", "4", "--format", "json"]).exits(0).json();
    let scores = ["rank", "person_id", "score"];
    assert!(scores.iter().all(|name| columns(&top).contains(name)), "{top}");
    let snapshot = site.snapshot(DATE);
    let table = snapshot.scores();
    let known: Vec<&String> = table.values().next().unwrap().keys().collect();
    assert!(columns(&top).iter().all(|name| known.iter().any(|column| column == name)), "{top}");
    let mut best: Vec<(i64, &str)> = table.values().filter_map(|row| Some((row["rank"].as_i64()?, text(row, "person_id")))).collect();
    best.sort_unstable();
    let shown: Vec<(i64, &str)> =
        top.as_array().unwrap().iter().map(|row| (row["rank"].as_i64().unwrap(), row["person_id"].as_str().unwrap())).collect();
    assert_eq!(shown, best[..4]);
    for row in top.as_array().unwrap() {
        let known = number(table[row["person_id"].as_str().unwrap()], "score").unwrap();
        assert!((row["score"].as_f64().unwrap() - known).abs() < 1e-12);
    }
}

#[test]
fn top_takes_a_network_and_a_date() {
    let (site, output) = two_nights();
    let arguments = ["top", "--output", &output, "--as-of", "2026-03-07", "--network", "twitter", "--format", "json"];
    let top = clout(&arguments).exits(0).json();
    let snapshot = site.snapshot("2026-03-07");
    let mut previous = f64::INFINITY;
    for row in top.as_array().unwrap() {
        assert_eq!(row["network"], "twitter");
        let known = number(snapshot.on(row["person_id"].as_str().unwrap(), "twitter"), "score").unwrap();
        assert!((row["score"].as_f64().unwrap() - known).abs() < 1e-12 && known <= previous);
        previous = known;
    }
    clout(&["top", "--output", &output, "--network", "orkut"]).exits(2).says("orkut");
}

#[test]
fn top_as_text_tells_what_the_columns_mean() {
    let (_site, output) = two_nights();
    let said = clout(&["top", "--output", &output]).exits(0);
    said.says("Highest scores on 2026-03-08").says("person_id").says("12 points a decade");
}

#[test]
fn results_go_to_stdout_and_the_rest_to_stderr() {
    let site = Site::of(&crate::nightly::eventful());
    std::fs::write(site.input().join("activities/stray.parquet"), b"x").unwrap();
    let said = site.run(&["--format", "json"]).exits(0);
    assert!(said.err.contains("stray.parquet") && !said.out.contains("stray.parquet"));
    let summary = said.json();
    assert_eq!((&summary["snapshot_date"], &summary["status"], &summary["converged"]), (&DATE.into(), &"published".into(), &true.into()));
    for count in ["rows_read", "rows_refused", "rows_copies", "rows_twins", "reactions_counted", "persons", "persons_scored", "score_max"] {
        assert!(summary[count].is_number(), "{count}");
    }
    let failed = site.run(&["--as-of", "2020-01-01"]);
    assert!(failed.out.is_empty() && failed.err.starts_with("error: ") || failed.err.contains("\nerror: "), "{failed:?}");
}

#[test]
fn plan_says_what_a_run_would_read() {
    let site = Site::of(&crate::nightly::eventful());
    let (input, output) = (path(&site.input()), path(&site.output()));
    let plan = |more: &[&str]| {
        let mut all = vec!["plan", "--input", &input, "--output", &output];
        all.extend(more);
        clout(&all).exits(0)
    };
    let before = plan(&["--format", "json"]).json();
    assert_eq!((&before["snapshot_date"], &before["is_published"], &before["state_of"]), (&DATE.into(), &false.into(), &Value::Null));
    assert!(before["memory_bytes"].as_u64() > Some(0) && before["rows"].as_u64() > Some(100));
    assert_eq!(files_below(&site.output()), Vec::<String>::new(), "a plan writes nothing");
    site.night("2026-03-07");
    let after = plan(&["--format", "json"]).json();
    assert_eq!((&after["state_of"], &after["first_load_date"]), (&"2026-03-07".into(), &DATE.into()));
    let read = site.night(DATE).manifest["inputs"].as_array().unwrap().len();
    assert_eq!(after["files"], read, "and a run reads what was planned");
    plan(&[]).says("already published");
}

#[test]
fn check_tests_the_input_only() {
    let said = clout(&["check", "--input", &path(&sample_data()), "--format", "json"]).exits(0);
    let found = said.json();
    assert_eq!(found["is_accepted"], true);
    let rejects = found["rejects"].as_array().unwrap();
    assert_eq!(columns(&found["rejects"]), ["table", "network", "load_date", "file", "row_number", "reason", "activity_id"]);
    let of_activities = rejects.iter().filter(|reject| reject["table"] == "activities");
    let (rows, files): (Vec<_>, Vec<_>) = of_activities.partition(|reject| reject["row_number"].is_number());
    assert_eq!((rows.len(), files.len()), (98, 2), "as the README of sample_data has it");
    assert_eq!(found["rows_refused"], 98);
    let one_day = ["check", "--input", &path(&sample_data()), "--from", "2026-10-20", "--as-of", "2026-10-20"];
    clout(&one_day).exits(0).says("part-00001.parquet");
}

#[test]
fn a_run_refuses_what_check_says() {
    let site = Site::empty();
    run(&sample_data(), &site.output(), &[]).exits(0);
    let rejects = site.snapshot("2026-10-31");
    let checked = clout(&["check", "--input", &path(&sample_data()), "--format", "json"]).exits(0).json();
    let of_run: Vec<String> = rejects.table("rejects").iter().map(|row| format!("{} {}", row["file"], row["row_number"])).collect();
    let of_check: Vec<String> =
        checked["rejects"].as_array().unwrap().iter().map(|row| format!("{} {}", row["file"], row["row_number"])).collect();
    assert_eq!(of_run, of_check);
}

#[test]
fn snapshots_are_listed_and_shown() {
    let (site, output) = two_nights();
    let list = clout(&["snapshots", "list", "--output", &output, "--format", "json"]).exits(0).json();
    let dates: Vec<&Value> = list.as_array().unwrap().iter().map(|row| &row["snapshot_date"]).collect();
    assert_eq!(dates, ["2026-03-07", DATE]);
    assert_eq!(list[1]["persons"], site.snapshot(DATE).people().len());
    let shown = clout(&["snapshots", "show", "--output", &output, "--format", "json"]).exits(0).json();
    assert_eq!(shown["commit_id"], site.snapshot(DATE).manifest["commit_id"]);
    clout(&["snapshots", "show", "--output", &output, "--as-of", "2026-03-07"]).exits(0).says("2026-03-07");
    let verified = clout(&["snapshots", "verify", "--output", &output, "--format", "json"]).exits(0).json();
    assert_eq!((&verified["files"], &verified["problems"]), (&5.into(), &Value::Array(Vec::new())));
    let empty = clout(&["snapshots", "list", "--output", "/nowhere/at/all", "--format", "json"]).exits(0).json();
    assert_eq!(empty, Value::Array(Vec::new()));
}

#[test]
fn commands_that_read_results_take_the_job_file_too() {
    let (site, output) = two_nights();
    let job = site.another("job.toml");
    std::fs::write(&job, format!("[output]\nroot = '{output}'\n")).unwrap();
    clout(&["top", &path(&job)]).exits(0).says(DATE);
    clout(&["snapshots", "verify", &path(&job)]).exits(0);
    clout(&["doctor", &path(&job)]).exits(0);
}

#[test]
fn flags_win_over_the_file() {
    let site = Site::of(&crate::nightly::eventful());
    let job = site.another("job.toml");
    let text = format!("[input]\nroot = '/nowhere'\n[output]\nroot = '{}'\n[model.repeats]\nbeta = 3.0\n", path(&site.another("other")));
    std::fs::write(&job, text).unwrap();
    site.run(&[&path(&job), "--set", "model.repeats.beta=1.5"]).exits(0);
    assert_eq!(site.snapshot(DATE).manifest["parameters"]["model"]["repeats"]["beta"], 1.5);
}

#[test]
fn the_job_files_of_the_repository_are_understood() {
    for job in files_below(&repository().join("jobs")).iter().filter(|file| file.ends_with(".toml")) {
        let site = Site::of(&crate::nightly::eventful());
        let job = path(&repository().join("jobs").join(job));
        let said = site.run(&[&job, "--as-of", DATE]);
        assert!(said.code == 0 || said.code == 3, "{job}: {said:?}");
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        clout(&["completions", shell]).exits(0).says("backfill").says("snapshots");
    }
}

#[test]
fn sample_data_is_generated_again_byte_for_byte() {
    let site = Site::empty();
    clout(&["generate", "--seed", "7", "--to", &path(&site.input())]).exits(0);
    let committed: Vec<String> = files_below(&sample_data()).into_iter().filter(|file| file != "README.md").collect();
    assert_eq!(files_below(&site.input()), committed);
    for file in committed {
        let (made, kept) = (site.input().join(&file), sample_data().join(&file));
        assert!(std::fs::read(made).unwrap() == std::fs::read(kept).unwrap(), "{file}");
    }
}

#[test]
fn another_seed_makes_another_warehouse_that_can_be_scored() {
    let site = Site::empty();
    let made = clout(&["generate", "--seed", "8", "--persons", "300", "--days", "12", "--to", &path(&site.input()), "--format", "json"]);
    assert!(made.exits(0).json()["activities"].as_u64() > Some(1000));
    site.run(&[]).exits(0);
}

#[test]
fn the_planted_story_of_the_sample_data_shows() {
    let site = Site::empty();
    run(&sample_data(), &site.output(), &[]).exits(0);
    let snapshot = site.snapshot("2026-10-31");
    let score = |person: &str| snapshot.score(person).unwrap();
    assert_eq!(snapshot.scores()["ada-the-specialist"]["rank"], 1);
    assert!(score("cleo-the-celebrity") < score("ada-the-specialist") - 20.0);
    assert!((score("olga-of-one-network") - score("paul-of-four-networks")).abs() < 3.0);
    assert!(score("bert-the-buyer") < score("sten-the-steady"));
    assert!(snapshot.people().iter().all(|person| !person.contains("omar") && !person.contains("hazel-yak-0014")));
}
