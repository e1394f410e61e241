//! Tests the files of `clout report`. The module `browser` tests them in a browser.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clout_base::schema::{ALERTS, SCORE_CHANGES};
use serde_json::Value;

use crate::support::clout::{CommandOutput, Site, clout, path, run};
use crate::support::hostile::{hostile, hostile_town};
use crate::support::published::{measures, with, without, words};
use crate::support::s3::S3;
use crate::support::tables::Snapshot;
use crate::support::warehouse::Warehouse;
use crate::support::{files_below, sample_data};

const DATE: &str = "2026-10-31";

/// Runs `clout report` from an output root into a folder.
pub fn report(output: &Path, to: &Path, more: &[&str]) -> CommandOutput {
    let (output, to) = (path(output), path(to));
    let mut arguments = vec!["report", "--output", &output, "--to", &to];
    arguments.extend(more);
    clout(&arguments)
}

/// Returns the data of a report's script: the JSON between its first and last bracket.
fn handed(text: &str) -> Value {
    let begin = text.find(['[', '{']).unwrap();
    let end = text.rfind([']', '}']).unwrap();
    serde_json::from_str(&text[begin..=end]).unwrap()
}

/// A report, read back from its files.
struct Pages {
    index: String,
    files: BTreeMap<String, String>,
    night: String,
}

impl Pages {
    fn read(folder: &Path) -> Pages {
        let read = |name: &String| std::fs::read_to_string(folder.join(name)).unwrap();
        let names = files_below(folder);
        let night = names.iter().find_map(|name| name.split_once('/')).unwrap().0.to_owned();
        let files: BTreeMap<String, String> = names.iter().map(|name| (name.clone(), read(name))).collect();
        Pages {
            index: files["index.html"].clone(),
            files,
            night,
        }
    }

    fn plan(&self) -> Value {
        handed(&self.files[&format!("{}/plan.js", self.night)])
    }

    fn shards(&self, kind: &str) -> Vec<Value> {
        let begin = format!("{}/{kind}/", self.night);
        let of_kind = self.files.iter().filter(|(name, _)| name.starts_with(&begin));
        of_kind.map(|(_, text)| handed(text)).collect()
    }

    /// Returns the rows of all shards of a kind by id.
    fn rows(&self, kind: &str) -> BTreeMap<String, Value> {
        let rows = self.shards(kind).into_iter().flat_map(|shard| match shard {
            Value::Array(rows) => rows,
            other => panic!("{other}"),
        });
        rows.map(|row| (row[0].as_str().unwrap().to_owned(), row)).collect()
    }
}

/// Publishes three dates of the sample, the last two as an earlier Clout would have.
fn sample_nights(site: &Site) {
    let output = site.output();
    for date in ["2026-10-29", "2026-10-30", DATE] {
        run(&sample_data(), &output, &["--as-of", date]).exits(0);
        without(&output, date, &["score_changes", "alerts"]);
    }
}

#[test]
fn every_person_can_be_found_and_the_panels_show_the_published_rows() {
    let site = Site::empty();
    sample_nights(&site);
    let to = site.output_named("report");
    let result = report(&site.output(), &to, &["--people", "50", "--format", "json"])
        .exits(0)
        .json();
    let snapshot = Snapshot::read(&site.output(), DATE);
    let (scores, pages) = (snapshot.scores(), Pages::read(&to));
    let published: BTreeSet<&str> = scores.keys().copied().collect();
    for kind in ["people", "ids"] {
        let rows = pages.rows(kind);
        assert_eq!(
            rows.keys().map(String::as_str).collect::<BTreeSet<_>>(),
            published,
            "{kind}"
        );
    }
    let people = pages.rows("people");
    let full = people.values().filter(|row| row.as_array().unwrap().len() > 3).count();
    assert_eq!(result["people_full"], full);
    assert!(
        (50..600).contains(&full),
        "{full}: the best 50 and the people of the first page"
    );
    let plan = pages.plan();
    let column = plan["tables"][0][1]
        .as_array()
        .unwrap()
        .iter()
        .position(|name| name == "score")
        .unwrap();
    for (id, row) in &people {
        let shown = row[1][column].as_f64();
        let score = scores[id.as_str()]["score"].as_f64();
        assert!(shown.unwrap_or(-1.0) - score.unwrap_or(-1.0) < 1e-4, "{id}");
        let is_best = scores[id.as_str()]["rank"].as_i64().is_some_and(|rank| rank <= 50);
        assert!(!is_best || row.as_array().unwrap().len() > 3, "{id}");
    }
    let ada = people["ada-the-specialist"].as_array().unwrap();
    assert_eq!(ada[3].as_array().unwrap().len(), 3, "three nights of history");
    assert!(pages.index.contains("31 October 2026") && pages.index.contains("1,713"));
    assert_eq!(result["files"], pages.files.len());
}

#[test]
fn the_same_snapshots_give_the_same_bytes_and_a_new_report_replaces_the_old_one() {
    let site = Site::new(&hostile_town());
    for date in ["2026-10-30", DATE] {
        site.night(date);
    }
    let [first, second] = ["first", "second"].map(|name| site.output_named(name));
    report(&site.output(), &first, &[]).exits(0);
    report(&site.output(), &second, &["--as-of", "2026-10-30"]).exits(0);
    let older = Pages::read(&second);
    assert!(older.night.starts_with("night-2026-10-30-"));
    report(&site.output(), &second, &[]).exits(0);
    let (first, second) = (Pages::read(&first), Pages::read(&second));
    assert!(first.files == second.files, "the same files with the same bytes");
    assert!(!second.files.keys().any(|name| name.starts_with(&older.night)));
}

#[test]
fn hostile_ids_are_text_in_every_file() {
    let site = Site::new(&hostile_town());
    for date in ["2026-10-30", DATE] {
        site.night(date);
    }
    let ids = hostile();
    let mut sorted: Vec<&str> = ids.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let nothing = vec![1.0; sorted.len()];
    let columns = vec![
        words(&sorted),
        words(&vec!["new_reactions"; sorted.len()]),
        words(&sorted),
        measures(&nothing),
    ];
    with(&site.output(), DATE, &SCORE_CHANGES, columns);
    let alert_columns = vec![
        words(&sorted),
        words(&vec!["score_rose"; sorted.len()]),
        measures(&nothing),
    ];
    let alert_columns = alert_columns
        .into_iter()
        .chain([words(&sorted), words(&sorted)])
        .collect();
    with(&site.output(), DATE, &ALERTS, alert_columns);
    let to = site.output_named("report");
    report(&site.output(), &to, &[]).exits(0);
    let pages = Pages::read(&to);
    assert_eq!(
        pages.rows("people").into_keys().collect::<BTreeSet<_>>(),
        ids.iter().cloned().collect()
    );
    for (name, text) in &pages.files {
        for word in ["<img", "<script>window", "\"onmouseover=\"", "\u{202e}", "\u{2028}"] {
            let is_data = !name.ends_with(".html");
            // Scripts contain the ids themselves; only tags and line ends are escaped.
            let is_fine = is_data && matches!(word, "\"onmouseover=\"" | "\u{202e}");
            assert!(is_fine || !text.contains(word), "{name} has {word:?}");
        }
        assert!(
            name.is_ascii() && !name.contains("..") && !name.contains("script"),
            "{name}"
        );
    }
    assert!(pages.index.len() < 200_000, "a long id is cut: {}", pages.index.len());
}

#[test]
fn a_snapshot_without_some_tables_has_a_report() {
    let site = Site::new(&hostile_town());
    site.night(DATE);
    let missing = [
        "score_changes",
        "alerts",
        "topic_scores",
        "topic_evidence",
        "influences",
    ];
    without(&site.output(), DATE, &missing);
    let to = site.output_named("report");
    report(&site.output(), &to, &[]).exits(0).prints("17 people");
    let pages = Pages::read(&to);
    assert!(pages.index.contains("Alerts were not published on 2026-10-31"));
    let tables = pages.plan()["tables"].clone();
    let absent = tables
        .as_array()
        .unwrap()
        .iter()
        .filter(|table| table[1].is_null())
        .count();
    assert_eq!(absent, missing.len());
}

#[test]
fn a_folder_of_something_else_and_a_store_without_snapshots_are_refused() {
    let site = Site::new(&hostile_town());
    let to = site.output_named("report");
    report(&site.output(), &to, &[]).exits(3).prints("clout run");
    assert!(!to.exists(), "nothing was written");
    site.night(DATE);
    report(&site.output(), &to, &["--as-of", "2026-10-01"])
        .exits(3)
        .prints("the nearest is 2026-10-31");
    report(&site.output(), &site.input(), &[])
        .exits(2)
        .prints("nothing was written");
    report(&site.output(), Path::new("s3://bucket/report"), &[])
        .exits(2)
        .prints("a local folder");
    assert!(!site.input().join("index.html").exists());
}

#[test]
fn a_snapshot_without_scores_has_a_report() {
    let site = Site::new(&Warehouse::default().activities("twitter", DATE, "p1 10:00 ada tweet o1 -"));
    site.night(DATE);
    let to = site.output_named("report");
    report(&site.output(), &to, &[]).exits(0).prints("1 person,");
    let index = Pages::read(&to).index;
    assert!(index.contains("No person has a score") && index.contains("twitter"));
}

#[test]
fn results_on_s3_give_the_report_of_results_on_disk() {
    let (server, site) = (S3::start(), Site::new(&hostile_town()));
    server.copy_in(&site.input(), "input");
    let urls = ["input", "output"].map(S3::url);
    server
        .clout(&["run", "--input", &urls[0], "--output", &urls[1]])
        .exits(0);
    let to = path(&site.output_named("report"));
    server
        .clout(&["report", "--output", &urls[1], "--to", &to])
        .exits(0)
        .prints("17 people");
    assert_eq!(Pages::read(Path::new(&to)).rows("ids").len(), 17);
}
