use super::*;
use crate::cli::run_result::RunStatus;
use crate::pipeline::run_facts::CheckSeverity;

fn check(name: &'static str, network: Option<&str>, status: CheckStatus) -> CheckResult {
    CheckResult {
        name,
        severity: CheckSeverity::Error,
        status,
        network: network.map(str::to_owned),
        value: None,
        threshold: None,
        message: format!("message of {name}"),
    }
}

fn names(count: usize) -> Vec<String> {
    (1..=count)
        .map(|day| format!("activities/network=twitter/date=2026-11-{day:02}"))
        .collect()
}

fn existing(facts: RecordedFacts) -> RunResult {
    let snapshot = ExistingSnapshot {
        model_version: "3-abc".to_owned(),
        published_run_id: "0123abcd".to_owned(),
        differing_parameters: vec!["model.repeats.beta".to_owned()],
    };
    RunResult {
        status: RunStatus::AlreadyPublished,
        exit_code: 0,
        kind: None,
        message: None,
        hint: None,
        is_retryable: false,
        facts,
        snapshot: Some(SnapshotSummary::Existing(snapshot)),
        seconds: 0.0,
        peak_memory_bytes: None,
    }
}

#[test]
fn a_published_date_names_parameters_files_and_deliveries() {
    let facts = RecordedFacts {
        snapshot_date: Some(Day(3)),
        late_deliveries: vec!["a.parquet (added)".to_owned()],
        unread_deliveries: names(4),
        warnings: vec!["w".to_owned()],
        ..RecordedFacts::default()
    };
    let text = format_summary(&existing(facts)).unwrap();
    for expected in [
        "1970-01-04 is already published with other parameters: model.repeats.beta.",
        "a.parquet (added).",
        "2026-11-01 and 3 more load dates were delivered since and are unread: run without --as-of, or with --as-of \
         2026-11-04.",
        "Warnings in the log: 1.",
    ] {
        assert!(text.contains(expected), "no '{expected}' in {text}");
    }
}

#[test]
fn unread_deliveries_name_their_dates_and_the_command_that_reads_them() {
    let partition = |table: &str, date: &str| format!("{table}/{date}");
    let one = [
        partition("activities", "network=twitter/date=2026-11-02"),
        partition("endorsements", "date=2026-11-02"),
    ];
    let expected = "2026-11-02 was delivered since and is unread: run without --as-of, or with --as-of 2026-11-02.";
    assert_eq!(format_unread(&one).unwrap(), expected);
    // No run without --as-of takes a date that only endorsements have.
    let expected = "2026-11-02 was delivered since and is unread: run with --as-of 2026-11-02.";
    assert_eq!(format_unread(&one[1..]).unwrap(), expected);
    assert_eq!(format_unread(&[]), None);
    let unknown = ["gharchive/11.parquet".to_owned()];
    assert_eq!(
        format_unread(&unknown).unwrap(),
        "Delivered since and unread: gharchive/11.parquet."
    );
}

#[test]
fn checks_that_are_met_are_counted_and_the_worst_of_the_others_come_first() {
    let mut checks = vec![
        check("dropped_identities", None, CheckStatus::Skipped),
        check("min_volume", Some("twitter"), CheckStatus::Pass),
        check("min_volume", Some("facebook"), CheckStatus::Warn),
        check("presence", Some("linkedin"), CheckStatus::Fail),
    ];
    let expected = [
        "  checks     1 passed, 1 skipped, 2 not met:",
        "             failed: presence of linkedin: message of presence",
        "             warning: min_volume of facebook: message of min_volume",
    ];
    assert_eq!(format_checks(&checks), expected);
    assert_eq!(format_checks(&checks[..2]), Vec::<String>::new());
    checks.extend((0..20).map(|_| check("presence", None, CheckStatus::Warn)));
    let lines = format_checks(&checks);
    assert_eq!((lines.len(), lines.last().unwrap().trim()), (12, "and 12 more"));
}

#[test]
fn deviations_of_a_night_are_listed_and_an_undisturbed_night_has_none() {
    assert_eq!(format_deviations(&RecordedFacts::default()), Vec::<String>::new());
    let facts = RecordedFacts {
        rebuilt: Some("no usable state".to_owned()),
        late_deliveries: names(5),
        unread_deliveries: names(1),
        warnings: vec!["w".to_owned(); 2],
        ..RecordedFacts::default()
    };
    let lines = format_deviations(&facts);
    assert_eq!(lines[0], "  rebuilt    no usable state");
    assert!(lines[1].ends_with("date=2026-11-03 and 2 more"), "{lines:?}");
    assert!(lines[2].starts_with("  unread     activities/"), "{lines:?}");
    assert_eq!(lines[3], "  warnings   2, in the log");
}

#[test]
fn a_path_with_control_characters_stays_on_its_line() {
    let facts = RecordedFacts {
        late_deliveries: vec!["a\npublished 2026-11-01\u{1b}[2J (added)".to_owned()],
        ..RecordedFacts::default()
    };
    let text = format_summary(&existing(facts)).unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}
