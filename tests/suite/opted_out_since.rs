//! Opted-out people appear in no answer about an earlier date, although its tables keep their ids.

use crate::report::report;
use crate::support::clout::{Site, clout, path, run};
use crate::support::explain::{explain, explain_json};
use crate::support::tables::text;
use crate::support::{files_below, sample_data};

/// Opts out on the 23rd.
const OPTED_OUT: &str = "amber-wren-0017";
const DATE: &str = "2026-10-22";

#[test]
fn answers_about_an_older_date_leave_out_people_that_opted_out_since() {
    let site = Site::empty();
    for date in ["2026-10-21", DATE] {
        run(&sample_data(), &site.output(), &["--as-of", date]).exits(0);
    }
    let output = site.output();
    explain(&output, &[OPTED_OUT]).exits(0).prints("with a score");
    let before = site.output_named("before");
    report(&output, &before, &[]).exits(0);
    assert!(names_of(&before) > 0, "the report of the newest date has everybody");
    run(&sample_data(), &output, &["--as-of", "2026-10-23"]).exits(0);

    let result = explain(&output, &[OPTED_OUT, "--as-of", DATE]).exits(2);
    let unknown = explain(&output, &["amber-wran-zzzz", "--as-of", DATE]).exits(2);
    let answered = |out: &str, id: &str| {
        let (result, suggestions) = out.split_once(". Similar ids:").unwrap_or((out.trim_end(), ""));
        assert!(!suggestions.contains(OPTED_OUT), "{suggestions}");
        result.replace(id, "ID")
    };
    assert_eq!(
        answered(&result.out, OPTED_OUT),
        answered(&unknown.out, "amber-wran-zzzz")
    );
    assert!(!result.err.contains(OPTED_OUT), "{}", result.err);

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
            .filter(|row| text(row, column).contains(OPTED_OUT));
        let first = rows
            .map(|row| text(row, "person_id"))
            .find(|person| *person != OPTED_OUT);
        named.extend(
            first
                .unwrap_or_else(|| panic!("{table} does not name {OPTED_OUT}"))
                .split_terminator('\n'),
        );
    }
    for person in named {
        let answer = explain_json(&output, &[person, "--as-of", DATE]);
        assert!(!answer.to_string().contains(OPTED_OUT), "{person}: {answer}");
        explain(&output, &[person, "--as-of", DATE])
            .exits(0)
            .does_not_print(OPTED_OUT);
    }
    let output = path(&output);
    clout(&["top", "--output", &output, "--as-of", DATE, "-n", "3000"])
        .exits(0)
        .does_not_print(OPTED_OUT);
    clout(&["top", "--output", &output, "--as-of", DATE, "--person", OPTED_OUT])
        .exits(2)
        .does_not_print(OPTED_OUT);
    let after = site.output_named("after");
    report(&site.output(), &after, &["--as-of", DATE]).exits(0);
    assert_eq!(names_of(&after), 0, "the report of the older date");
}

/// Counts how often a report contains the id.
fn names_of(folder: &std::path::Path) -> usize {
    let count = |file: String| {
        std::fs::read_to_string(folder.join(file))
            .unwrap()
            .matches(OPTED_OUT)
            .count()
    };
    files_below(folder).into_iter().map(count).sum()
}
