//! Tests `clout query`: SQL over the published tables, in each format, and nothing else.

use rstest::rstest;
use serde_json::{Value, json};

use crate::cli::{DATE, two_nights};
use crate::support::clout::{CommandOutput, clout, clout_with, path};
use crate::support::tables::{number, part_files, text};

pub fn ask(output: &str, sql: &str, more: &[&str]) -> CommandOutput {
    let mut arguments = vec!["query", sql, "--output", output];
    arguments.extend(more);
    clout(&arguments)
}

/// Returns the answer as rows.
pub fn rows(output: &str, sql: &str, more: &[&str]) -> Vec<Value> {
    let result = ask(output, sql, &[more, &["--format", "json"]].concat()).exits(0);
    result.json().as_array().unwrap().clone()
}

#[test]
fn every_column_of_every_table_has_the_published_values() {
    let (site, output) = two_nights();
    let snapshot = site.snapshot(DATE);
    for (table, files) in snapshot.manifest["tables"].as_object().unwrap() {
        let count = rows(&output, &format!("SELECT COUNT(*) AS n FROM {table}"), &[]);
        assert_eq!(count, [json!({"n": files["rows"]})], "{table}");
    }
    let by_sql = rows(&output, "SELECT * FROM scores", &[]);
    assert_eq!(by_sql.len(), snapshot.table("scores").len());
    for (row, published) in by_sql.iter().zip(snapshot.table("scores")) {
        for (name, value) in published {
            let expected = match (name.as_str(), value.as_i64()) {
                ("last_active_at", Some(micros)) => clout_base::day::format_instant(micros).into(),
                _ => value.clone(),
            };
            let [found, known] = [&row[name], &expected].map(Value::as_f64);
            // The digits are exact; reading them as JSON may move the last bit.
            let is_near = found.zip(known).is_some_and(|(a, b)| (a - b).abs() <= 1e-12 * b.abs());
            let person = &published["person_id"];
            assert!(
                is_near || row[name] == expected,
                "{name} of {person}: {} and not {expected}",
                row[name]
            );
        }
    }
}

#[test]
fn tables_are_joined_and_aggregated() {
    let (site, output) = two_nights();
    let sql = "SELECT s.person_id, COUNT(*) AS networks, SUM(n.share) AS shares \
               FROM scores s JOIN network_scores n ON s.person_id = n.person_id \
               WHERE s.score IS NOT NULL GROUP BY s.person_id ORDER BY s.person_id";
    let found = rows(&output, sql, &[]);
    let snapshot = site.snapshot(DATE);
    let scored: Vec<&str> = snapshot
        .people()
        .into_iter()
        .filter(|id| snapshot.score(id).is_some())
        .collect();
    assert_eq!(
        found
            .iter()
            .map(|row| row["person_id"].as_str().unwrap())
            .collect::<Vec<_>>(),
        scored
    );
    assert!(
        found
            .iter()
            .all(|row| (row["shares"].as_f64().unwrap() - 1.0).abs() < 1e-9),
        "{found:?}"
    );
}

#[test]
fn the_date_is_the_newest_or_the_requested_one() {
    let (site, output) = two_nights();
    for date in ["2026-03-07", DATE] {
        let sql = "SELECT SUM(score) AS sum FROM scores";
        let found = rows(&output, sql, &["--as-of", date])[0]["sum"].as_f64().unwrap();
        let snapshot = site.snapshot(date);
        let expected: f64 = snapshot
            .table("scores")
            .iter()
            .filter_map(|row| number(row, "score"))
            .sum();
        assert!((found - expected).abs() < 1e-9);
    }
    ask(&output, "SELECT 1", &["--as-of", "2026-03-06"])
        .exits(3)
        .prints("the nearest is 2026-03-07");
    clout(&["query", "SELECT 1", "--output", "/nowhere/at/all"]).exits(3);
}

#[test]
fn history_has_all_dates_under_a_first_column() {
    let (site, output) = two_nights();
    let best = rows(
        &output,
        "SELECT * FROM scores_history WHERE rank = 1 ORDER BY snapshot_date, person_id",
        &[],
    );
    let dates: Vec<&str> = best.iter().map(|row| row["snapshot_date"].as_str().unwrap()).collect();
    assert!(
        dates.starts_with(&["2026-03-07"]) && dates.ends_with(&[DATE]),
        "{dates:?}"
    );
    assert_eq!(crate::cli::columns(&json!(best))[..2], ["snapshot_date", "person_id"]);
    let first = site.snapshot("2026-03-07");
    assert_eq!(
        best[0]["score"].as_f64(),
        first.score(best[0]["person_id"].as_str().unwrap())
    );
    let count = |more: &[&str]| {
        let sql =
            "SELECT snapshot_date, COUNT(*) AS n FROM scores_history GROUP BY snapshot_date ORDER BY snapshot_date";
        rows(&output, sql, more).len()
    };
    assert_eq!(
        (count(&[]), count(&["--as-of", "2026-03-07"])),
        (2, 2),
        "all dates, whatever the others are of"
    );
    assert_eq!((count(&["--from", DATE]), count(&["--until", "2026-03-07"])), (1, 1));
    assert_eq!(count(&["--from", "2027-01-01"]), 0);
    let sql =
        "SELECT b.person_id FROM scores a JOIN scores_history b USING (person_id) WHERE b.snapshot_date < '2026-03-08'";
    assert!(!rows(&output, sql, &[]).is_empty());
}

#[test]
fn instants_and_dates_compare_with_texts() {
    let (_site, output) = two_nights();
    let count = |sql: &str| rows(&output, sql, &[])[0]["n"].as_i64().unwrap();
    let all = count("SELECT COUNT(last_active_at) AS n FROM scores");
    let early = count("SELECT COUNT(*) AS n FROM scores WHERE last_active_at < '2026-03-08 00:00:00'");
    let late = count("SELECT COUNT(*) AS n FROM scores WHERE last_active_at >= '2026-03-08 00:00:00'");
    assert!(early > 0 && late > 0 && early + late == all, "{early} + {late} = {all}");
}

#[rstest]
#[case("SELECT * FROM nothing", &["nothing", "tables of 2026-03-08: ", "influences, network_scores", "_history"])]
#[case("SELECT scor FROM scores", &["scor", "scores: person_id, score, score_low"])]
#[case("SELECT * FROM scores WHERE score > 'x' AND", &["cannot be parsed"])]
#[case("SELECT foo(score) FROM scores", &["foo"])]
#[case("SELECT 1 FROM scores WHERE last_active_at > 'noon'", &["write a date as DATE '2026-03-08'"])]
#[case("DELETE FROM scores", &["is not a query"])]
#[case("CREATE TABLE x AS SELECT * FROM scores", &["is not a query"])]
#[case("SELECT 1; DROP TABLE scores", &["2 statements"])]
#[case("WITH scores AS (SELECT 1 AS score) SELECT * FROM scores", &["needs another name"])]
fn a_wrong_query_is_2_with_the_valid_names(#[case] sql: &str, #[case] expected: &[&str]) {
    let (_site, output) = two_nights();
    let result = ask(&output, sql, &[]).exits(2);
    expected.iter().fold(result, |result, text| result.prints(text));
}

#[test]
fn no_query_can_open_a_file() {
    let (site, output) = two_nights();
    let [part] = part_files(&site.output(), "scores", DATE).try_into().expect("one part");
    let secret = site.output_named("secret.parquet");
    std::fs::copy(part, &secret).unwrap();
    let secret = path(&secret);
    for sql in [
        format!("SELECT * FROM read_parquet('{secret}')"),
        format!("SELECT * FROM \"read_parquet\"('{secret}') AS scores"),
        format!("SELECT (SELECT COUNT(*) FROM read_parquet('{secret}')) AS n FROM scores"),
        format!("SELECT * FROM scores WHERE person_id IN (SELECT person_id FROM read_parquet('{secret}'))"),
        format!("WITH read_parquet AS (SELECT 1) SELECT * FROM read_parquet('{secret}')"),
        format!("SELECT 1 UNION ALL SELECT 1 FROM read_parquet('{secret}')"),
        format!("SELECT * FROM scores JOIN (SELECT * FROM read_parquet('{secret}')) x USING (person_id)"),
        format!("SELECT * FROM '{secret}'"),
        format!("SELECT * FROM \"{secret}\""),
        format!("SELECT * FROM read_csv('{secret}')"),
    ] {
        let result = ask(&output, &sql, &[]).exits(2);
        assert!(
            result.out.is_empty() && !result.err.contains("u0"),
            "{sql}: {}",
            result.err
        );
    }
}

#[test]
fn show_tables_lists_the_tables() {
    let (_site, output) = two_nights();
    let tables = rows(&output, "SHOW TABLES", &[]);
    let names: Vec<&str> = tables.iter().map(|row| row["table"].as_str().unwrap()).collect();
    assert!(names.contains(&"scores") && names.contains(&"scores_history"));
    assert!(!names.contains(&"perk_winners"), "no campaign was drawn");
    let columns = rows(&output, "SHOW COLUMNS FROM scores_history", &[]);
    assert_eq!(
        (&columns[0]["column"], &columns[1]["column"]),
        (&"snapshot_date".into(), &"person_id".into())
    );
    assert!(
        columns[2]["description"]
            .as_str()
            .unwrap()
            .contains("in points from 1 to 100")
    );
    ask(&output, "SHOW COLUMNS FROM nothing", &[])
        .exits(2)
        .prints("tables of 2026-03-08");
}

#[test]
fn a_text_table_says_how_many_rows_it_leaves_out() {
    let (_site, output) = two_nights();
    let result = ask(
        &output,
        "SELECT person_id, score, networks, is_new FROM scores ORDER BY rank",
        &["-n", "2"],
    )
    .exits(0);
    assert_eq!(result.out.lines().count(), 4, "{}", result.out);
    result.prints("and ").prints("more: --count");
    let odd = "SELECT CAST('NaN' AS DOUBLE) AS nan, 1/3.0 AS third, NULL AS nothing, 'a\u{1b}[2Jb' AS hostile";
    let result = ask(&output, odd, &[]).exits(0);
    let line = result.out.lines().nth(1).unwrap();
    assert_eq!(
        line.split_whitespace().collect::<Vec<_>>(),
        ["NaN", "0.333333", "-", "a␛[2Jb"]
    );
}

#[test]
fn csv_and_parquet_hold_the_values_of_json() {
    let (site, output) = two_nights();
    let sql = "SELECT person_id, score, rank, networks, is_new, last_active_at, amplification FROM scores";
    let json = rows(&output, sql, &[]);
    let csv = ask(&output, sql, &["--format", "csv"]).exits(0).out;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "person_id,score,rank,networks,is_new,last_active_at,amplification"
    );
    assert_eq!(lines.len(), json.len() + 1);
    let null = json.iter().position(|row| row["score"].is_null()).unwrap();
    let id = text(json[null].as_object().unwrap(), "person_id");
    assert!(
        lines[null + 1].starts_with(&format!("{id},,,\"[\"\"")),
        "{}",
        lines[null + 1]
    );
    let file = site.output_named("answer.parquet");
    ask(&output, sql, &["--format", "parquet", "--to", &path(&file)]).exits(0);
    let read = crate::support::tables::batches(&file);
    assert_eq!(read.iter().map(|batch| batch.num_rows()).sum::<usize>(), json.len());
    let by_stdout = crate::support::clout::command(&["query", sql, "--output", &output, "--format", "parquet"], &[]);
    let bytes = { by_stdout }.output().unwrap().stdout;
    assert_eq!(
        bytes,
        std::fs::read(&file).unwrap(),
        "the same query gives the same bytes"
    );
}

#[test]
fn an_existing_file_is_not_overwritten() {
    let (site, output) = two_nights();
    let file = site.output_named("answer.csv");
    std::fs::write(&file, "mine").unwrap();
    ask(&output, "SELECT 1 AS one", &["--format", "csv", "--to", &path(&file)])
        .exits(2)
        .prints("as a new file");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    ask(&output, "SELECT 1 AS one", &["--to", &path(&file)])
        .exits(2)
        .prints("--format csv");
    std::fs::remove_file(&file).unwrap();
    ask(&output, "SELECT 1 AS one", &["--format", "csv", "--to", &path(&file)]).exits(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "one\n1\n");
}

#[test]
fn no_log_level_shows_an_id_of_a_query() {
    let (_site, output) = two_nights();
    let sql = "SELECT score FROM scores WHERE person_id = 'somebody-private'";
    for level in ["debug", "trace", "trace,sqlparser=trace"] {
        let variables = [("CLOUT_LOG".to_owned(), level.to_owned())];
        let result = clout_with(&["query", sql, "--output", &output], &variables).exits(0);
        assert!(!result.err.contains("somebody-private"), "{level}: {}", result.err);
    }
}
