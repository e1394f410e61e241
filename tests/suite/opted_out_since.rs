//! Whoever opted out is named by nothing that is told of a date before, though its tables keep the id.

use crate::report::report;
use crate::support::clout::{Site, clout, path, run};
use crate::support::explain::{explain, told};
use crate::support::tables::text;
use crate::support::{files_below, sample_data};

/// Opted out on the 23rd.
const GONE: &str = "amber-wren-0017";
const DATE: &str = "2026-10-22";

#[test]
fn an_older_date_is_told_without_those_who_have_opted_out_since() {
    let site = Site::empty();
    for date in ["2026-10-21", DATE] {
        run(&sample_data(), &site.output(), &["--as-of", date]).exits(0);
    }
    let output = site.output();
    explain(&output, &[GONE]).exits(0).says("with a score");
    let before = site.another("before");
    report(&output, &before, &[]).exits(0);
    assert!(names_of(&before) > 0, "the report of the newest date has everybody");
    run(&sample_data(), &output, &["--as-of", "2026-10-23"]).exits(0);

    let said = explain(&output, &[GONE, "--as-of", DATE]).exits(2);
    let unknown = explain(&output, &["amber-wran-zzzz", "--as-of", DATE]).exits(2);
    let answered = |out: &str, id: &str| {
        let (said, near) = out.split_once(". Similar ids:").unwrap_or((out.trim_end(), ""));
        assert!(!near.contains(GONE), "{near}");
        said.replace(id, "ID")
    };
    assert_eq!(answered(&said.out, GONE), answered(&unknown.out, "amber-wran-zzzz"));
    assert!(!said.err.contains(GONE), "{}", said.err);

    let snapshot = site.snapshot(DATE);
    let mut named: Vec<&str> = Vec::new();
    for (table, column) in [
        ("influences", "other_person_id"),
        ("topic_evidence", "source_id"),
        ("score_changes", "detail"),
    ] {
        let rows = snapshot
            .table(table)
            .iter()
            .filter(|row| text(row, column).contains(GONE));
        let first = rows.map(|row| text(row, "person_id")).find(|person| *person != GONE);
        named.extend(
            first
                .unwrap_or_else(|| panic!("{table} names nobody's {GONE}"))
                .split_terminator('\n'),
        );
    }
    for person in named {
        let answer = told(&output, &[person, "--as-of", DATE]);
        assert!(!answer.to_string().contains(GONE), "{person}: {answer}");
        explain(&output, &[person, "--as-of", DATE])
            .exits(0)
            .says_nothing_of(GONE);
    }
    let output = path(&output);
    clout(&["top", "--output", &output, "--as-of", DATE, "-n", "3000"])
        .exits(0)
        .says_nothing_of(GONE);
    clout(&["top", "--output", &output, "--as-of", DATE, "--person", GONE])
        .exits(2)
        .says_nothing_of(GONE);
    let after = site.another("after");
    report(&site.output(), &after, &["--as-of", DATE]).exits(0);
    assert_eq!(names_of(&after), 0, "the report of the older date");
}

/// How often a report has the id.
fn names_of(folder: &std::path::Path) -> usize {
    let count = |file: String| {
        std::fs::read_to_string(folder.join(file))
            .unwrap()
            .matches(GONE)
            .count()
    };
    files_below(folder).into_iter().map(count).sum()
}
