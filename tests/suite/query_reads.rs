//! A query reads only the columns, dates and files that it needs.

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::cli::{DATE, two_nights};
use crate::query::{ask, rows};
use crate::support::clout::{Site, path};
use crate::support::tables::{Snapshot, part_files};

#[test]
fn only_the_columns_that_a_query_needs_are_read() {
    let (site, output) = two_nights();
    let [part] = part_files(&site.output(), "scores", DATE).try_into().expect("one part");
    let mut bytes = std::fs::read(&part).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes.clone())).unwrap();
    let score = reader.metadata().row_group(0).column(1).byte_range();
    assert_eq!(reader.metadata().row_group(0).column(1).column_path().string(), "score");
    let range = score.0 as usize..(score.0 + score.1) as usize;
    bytes[range].fill(0);
    std::fs::write(&part, bytes).unwrap();
    assert!(!rows(&output, "SELECT person_id, reach FROM scores WHERE coverage > 0", &[]).is_empty());
    ask(&output, "SELECT score FROM scores", &[])
        .exits(1)
        .prints("damaged file");
}

#[test]
fn filters_limits_and_unions_give_the_right_rows() {
    let (site, output) = two_nights();
    let count = |sql: &str| rows(&output, sql, &[])[0]["n"].as_u64().unwrap() as usize;
    let [before, after] = ["2026-03-07", DATE].map(|date| site.snapshot(date));
    let scored = |snapshot: &Snapshot| {
        let people = snapshot.people().into_iter();
        people.filter(|id| snapshot.score(id).is_some()).count()
    };
    let cases = [
        ("scores_history", before.people().len() + after.people().len()),
        (
            "scores_history WHERE score IS NOT NULL",
            scored(&before) + scored(&after),
        ),
        (
            "scores_history WHERE snapshot_date = '2026-03-07' AND score > 0",
            scored(&before),
        ),
        (
            "scores_history WHERE snapshot_date > '2026-03-07'",
            after.people().len(),
        ),
        ("scores_history WHERE snapshot_date > '2026-03-08'", 0),
        (
            "scores_history WHERE UPPER(person_id) LIKE 'NOBODY%' AND LENGTH(person_id) BETWEEN 1 AND 3",
            0,
        ),
        ("(SELECT * FROM scores_history LIMIT 3)", 3),
        ("(SELECT * FROM scores_history WHERE score IS NULL LIMIT 1)", 1),
        (
            "(SELECT person_id FROM scores UNION ALL SELECT person_id FROM scores_history)",
            before.people().len() + 2 * after.people().len(),
        ),
    ];
    for (from, expected) in cases {
        assert_eq!(count(&format!("SELECT COUNT(*) AS n FROM {from}")), expected, "{from}");
    }
    let all = rows(&output, "SELECT person_id, score FROM scores_history", &[]);
    let limited = rows(&output, "SELECT person_id, score FROM scores_history LIMIT 20", &[]);
    assert_eq!(limited[..], all[..20]);
    let first: Vec<&Value> = all[..5].iter().filter(|row| row["score"].is_number()).collect();
    let sql = "SELECT person_id, score FROM (SELECT * FROM scores_history LIMIT 5) WHERE score IS NOT NULL";
    assert_eq!(rows(&output, sql, &[]).iter().collect::<Vec<_>>(), first);
}

#[test]
fn dates_outside_the_query_are_not_read() {
    let (site, output) = two_nights();
    let [part] = part_files(&site.output(), "scores", "2026-03-07")
        .try_into()
        .expect("one part");
    std::fs::remove_file(part).unwrap();
    let sql = "SELECT COUNT(score) AS n FROM scores_history WHERE score > 0";
    assert!(rows(&output, sql, &["--from", DATE])[0]["n"].as_u64() > Some(5));
    ask(&output, sql, &[]).exits(5);
}

#[test]
fn a_missing_file_of_the_store_is_5() {
    let site = Site::new(&crate::nightly::eventful());
    site.night(DATE);
    let [part] = part_files(&site.output(), "scores", DATE).try_into().expect("one part");
    std::fs::remove_file(part).unwrap();
    let output = path(&site.output());
    ask(&output, "SELECT score FROM scores", &[]).exits(5);
    ask(&output, "SELECT points FROM influences", &[]).exits(0);
}
