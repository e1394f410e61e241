//! Tests the comparison of a delivery with those before it.

use rstest::rstest;

use super::*;
use crate::job::JobSpec;

fn job(text: &str) -> Job {
    let roots = "[input]\nroot = 'in'\n[output]\nroot = 'out'\n";
    JobSpec::parse(&format!("{roots}{text}"), "n.toml")
        .unwrap()
        .resolve()
        .unwrap()
}

/// Judges day 10 of facebook with these rows on days 3 to 10; none is a day without a partition.
fn judge(text: &str, rows: [Option<u64>; 8], mode: RunMode) -> Vec<CheckResult> {
    let job = job(text);
    let facebook = job
        .networks
        .iter()
        .position(|network| network.name == "facebook")
        .unwrap();
    let mut volumes = vec![BTreeMap::new(); job.networks.len()];
    let dated = rows
        .into_iter()
        .zip(3..)
        .filter_map(|(rows, day)| Some((Day(day), rows?)));
    volumes[facebook] = dated.collect();
    let judged = JudgedDates::of_appended_tables(&[Day(9)], Day(10), mode);
    judge_volumes(&job, &volumes, &BTreeSet::new(), (Day(10), Day(10)), judged)
}

#[test]
fn an_unreadable_partition_is_left_to_the_rejected_share() {
    let job = job("");
    let volumes: Vec<BTreeMap<Day, u64>> = job
        .networks
        .iter()
        .map(|_| {
            (3..11)
                .map(|day| (Day(day), if day == 10 { 0 } else { 1_000 }))
                .collect()
        })
        .collect();
    let judged = JudgedDates::of_appended_tables(&[Day(9)], Day(10), RunMode::Nightly);
    let unreadable: BTreeSet<(usize, Day)> = (0..job.networks.len()).map(|network| (network, Day(10))).collect();
    let dates = (Day(10), Day(10));
    assert!(judge_volumes(&job, &volumes, &unreadable, dates, judged).is_empty());
    let all = judge_volumes(&job, &volumes, &BTreeSet::new(), dates, judged);
    assert_eq!(
        all.iter().filter(|result| result.status == CheckStatus::Fail).count(),
        job.networks.len()
    );
}

fn statuses(results: &[CheckResult]) -> Vec<(&'static str, CheckStatus)> {
    results.iter().map(|result| (result.name, result.status)).collect()
}

const FULL: Option<u64> = Some(1_000);

#[rstest]
#[case::a_fifth_of_the_median("", Some(200), &[("presence", CheckStatus::Pass), ("min_volume", CheckStatus::Pass)])]
#[case::less("", Some(199), &[("presence", CheckStatus::Pass), ("min_volume", CheckStatus::Fail)])]
#[case::no_row("", Some(0), &[("presence", CheckStatus::Pass), ("min_volume", CheckStatus::Fail)])]
#[case::no_partition("", None, &[("presence", CheckStatus::Fail)])]
#[case::warned_of("[checks]\nmin_volume = 'warn'", None, &[("presence", CheckStatus::Warn)])]
#[case::off("[checks]\npresence = 'off'", None, &[("presence", CheckStatus::Skipped)])]
#[case::a_lower_threshold("[checks]\nmin_volume = 0.1", Some(100), &[("presence", CheckStatus::Pass), ("min_volume", CheckStatus::Pass)])]
#[case::a_higher_minimum("[checks]\nmin_rows = 1001", None, &[])]
#[case::ended("[networks.facebook]\nended = '1970-01-11'", None, &[])]
#[case::ends_later("[networks.facebook]\nended = 1970-01-12", None, &[("presence", CheckStatus::Fail)])]
fn a_load_date_is_compared_with_the_median_of_the_seven_before(
    #[case] text: &str,
    #[case] rows: Option<u64>,
    #[case] expected: &[(&'static str, CheckStatus)],
) {
    // The median is 1,000 whatever the extremes are.
    let before = [FULL, Some(0), FULL, FULL, Some(90_000), FULL, FULL];
    let [a, b, c, d, e, f, g] = before;
    let results = judge(text, [a, b, c, d, e, f, g, rows], RunMode::Nightly);
    assert_eq!(statuses(&results), expected);
}

#[test]
fn a_network_that_missed_one_of_the_seven_dates_is_not_compared() {
    for missing in 0..7 {
        let mut rows = [FULL; 8];
        rows[missing] = None;
        rows[7] = None;
        assert!(judge("", rows, RunMode::Nightly).is_empty(), "{missing}");
    }
}

#[test]
fn a_backfill_only_warns() {
    let rows = [FULL, FULL, FULL, FULL, FULL, FULL, FULL, None];
    let results = judge("", rows, RunMode::Backfill);
    assert_eq!(statuses(&results), [("presence", CheckStatus::Warn)]);
}

#[test]
fn a_missing_partition_may_still_arrive_and_a_small_one_is_refused() {
    let of = |last| {
        let results = judge("", [FULL, FULL, FULL, FULL, FULL, FULL, FULL, last], RunMode::Nightly);
        kind_of_failure(results.last().unwrap())
    };
    assert_eq!((of(None), of(Some(1))), (ErrorKind::NotReady, ErrorKind::Refused));
}

#[test]
fn without_a_snapshot_only_the_snapshot_date_can_stop_a_run() {
    let status = |day: i32| {
        let judged = JudgedDates::of_appended_tables(&[], Day(10), RunMode::Nightly);
        judged.status_of(CheckSeverity::Error, Day(day))
    };
    assert_eq!((status(9), status(10)), (CheckStatus::Warn, CheckStatus::Fail));
    let judged = JudgedDates::of_full_snapshots(&[], Day(10), RunMode::Nightly);
    assert_eq!(judged.status_of(CheckSeverity::Error, Day(3)), CheckStatus::Fail);
    let judged = JudgedDates::of_appended_tables(&[Day(4)], Day(10), RunMode::Nightly);
    assert!(!judged.contains(Day(4)) && judged.contains(Day(5)));
    assert_eq!(judged.status_of(CheckSeverity::Error, Day(5)), CheckStatus::Fail);
}

#[test]
fn identities_may_drop_as_many_claims_as_the_threshold() {
    let change = |dropped| ClaimChange {
        load_date: Day(10),
        before: 30,
        after: 15,
        dropped,
    };
    let judged = JudgedDates::of_full_snapshots(&[Day(9)], Day(10), RunMode::Nightly);
    let status = |text: &str, dropped| judge_claims(&job(text), &[change(dropped)], judged)[0].status;
    assert_eq!(status("", 0.5), CheckStatus::Pass);
    assert_eq!(status("", 0.51), CheckStatus::Fail);
    assert_eq!(
        status("[checks]\nmax_dropped_identities = 'warn'", 1.0),
        CheckStatus::Warn
    );
    assert_eq!(status("[checks]\nmax_dropped_identities = 1", 1.0), CheckStatus::Pass);
}
