//! Compares a delivery with those before it: rows of each network, and claims of identities.

use std::collections::{BTreeMap, BTreeSet};

use super::RunMode;
use super::check_log::names;
use super::run_facts::{CheckResult, CheckSeverity, CheckStatus};
use crate::ingest::claim_changes::ClaimChange;
use crate::job::{CheckRules, Job, ThresholdRule};
use crate::state::VOLUME_DAYS;
use clout_base::day::Day;
use clout_base::error::ErrorKind;

/// Load dates to judge, and the consequence of a failed check for each.
#[derive(Clone, Copy, Debug)]
pub struct JudgedDates {
    /// First load date to judge.
    pub first: Day,
    /// Last load date to judge.
    pub last: Day,
    /// First load date on which a failed check stops the run; before, it is a warning.
    pub first_fatal: Day,
}

impl JudgedDates {
    /// Selects the load dates of a run that no snapshot covers, for tables that are appended. Without any snapshot, only
    /// the snapshot date itself can stop the run: a gap of the past cannot be delivered any more.
    pub fn of_appended_tables(published: &[Day], as_of: Day, mode: RunMode) -> JudgedDates {
        let all = JudgedDates::of_full_snapshots(published, as_of, mode);
        match published.is_empty() {
            true => JudgedDates {
                first_fatal: all.first_fatal.max(as_of),
                ..all
            },
            false => all,
        }
    }

    /// Selects the load dates of a run that no snapshot covers, for full snapshots, the newest of which stays in force.
    pub fn of_full_snapshots(published: &[Day], as_of: Day, mode: RunMode) -> JudgedDates {
        let first = published.last().map_or(Day(i32::MIN), |newest| newest.next());
        JudgedDates {
            first,
            last: as_of,
            first_fatal: match mode {
                RunMode::Backfill => Day(i32::MAX),
                RunMode::Nightly => first,
            },
        }
    }

    fn contains(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// Returns the status of a failed check.
    fn status_of(self, severity: CheckSeverity, day: Day) -> CheckStatus {
        match severity {
            CheckSeverity::Error if day >= self.first_fatal => CheckStatus::Fail,
            CheckSeverity::Error | CheckSeverity::Warn => CheckStatus::Warn,
            CheckSeverity::Off => CheckStatus::Skipped,
        }
    }
}

/// Returns the kind of the error of a failed check: a missing partition may still arrive.
pub fn kind_of_failure(result: &CheckResult) -> ErrorKind {
    match result.name == names::PRESENCE {
        true => ErrorKind::NotReady,
        false => ErrorKind::Refused,
    }
}

/// Judges the rows of each network and load date in `new_dates` (first, last) against the seven load dates before.
/// `volumes` has the rows of activities by network and load date. Partitions in `unreadable` are left out: their files
/// are judged as rejected.
pub fn judge_volumes(
    job: &Job,
    volumes: &[BTreeMap<Day, u64>],
    unreadable: &BTreeSet<(usize, Day)>,
    new_dates: (Day, Day),
    judged: JudgedDates,
) -> Vec<CheckResult> {
    let mut results = Vec::new();
    for (index, (network, rows)) in job.networks.iter().zip(volumes).enumerate() {
        let ended = job.ended_networks.get(&network.name).copied();
        let volume = NetworkVolume {
            network: &network.name,
            rows,
            checks: &job.checks,
        };
        for day in (new_dates.0.0..=new_dates.1.0).map(Day) {
            let is_judged = judged.contains(day) && !unreadable.contains(&(index, day));
            if is_judged && ended.is_none_or(|ended| day < ended) {
                results.extend(volume.judge(day, judged));
            }
        }
    }
    results
}

/// Rows of a network by load date.
struct NetworkVolume<'a> {
    network: &'a str,
    rows: &'a BTreeMap<Day, u64>,
    checks: &'a CheckRules,
}

impl NetworkVolume<'_> {
    /// Judges one load date; returns nothing if the network does not deliver enough for a comparison.
    fn judge(&self, day: Day, judged: JudgedDates) -> Vec<CheckResult> {
        let before: Option<Vec<u64>> = (1..=VOLUME_DAYS)
            .map(|days| self.rows.get(&day.days_before(days)).copied())
            .collect();
        let Some(mut before) = before else {
            return Vec::new();
        };
        before.sort_unstable();
        let median = before[before.len() / 2];
        if median < self.checks.min_rows {
            return Vec::new();
        }
        match self.rows.get(&day) {
            None => vec![self.judge_presence(day, median, judged)],
            Some(rows) => vec![
                self.pass_presence(day),
                self.judge_rows(day, *rows as f64 / median.max(1) as f64, median, judged),
            ],
        }
    }

    fn judge_presence(&self, day: Day, median: u64, judged: JudgedDates) -> CheckResult {
        let network = self.network;
        self.result(
            names::PRESENCE,
            None,
            self.checks.presence,
            judged.status_of(self.checks.presence, day),
            format!(
                "activities of {network} on {day} are missing: the network delivered about {median} rows on each of the \
                 {VOLUME_DAYS} load dates before. Run again once activities/network={network}/date={day}/ is there; if \
                 {network} no longer delivers, set networks.{network}.ended = \"{day}\"; to publish without it, set \
                 checks.presence = \"warn\""
            ),
        )
    }

    fn pass_presence(&self, day: Day) -> CheckResult {
        let message = format!("activities of {} on {day} are delivered", self.network);
        self.result(names::PRESENCE, None, self.checks.presence, CheckStatus::Pass, message)
    }

    fn judge_rows(&self, day: Day, share: f64, median: u64, judged: JudgedDates) -> CheckResult {
        let ThresholdRule { threshold, severity } = self.checks.min_volume;
        let network = self.network;
        let status = match share < threshold {
            true => judged.status_of(severity, day),
            false => CheckStatus::Pass,
        };
        let message = format!(
            "activities of {network} on {day} have {:.1} % of the usual rows (median {median} of the {VOLUME_DAYS} load \
             dates before; checks.min_volume is {:.1} %)",
            100.0 * share,
            100.0 * threshold
        );
        let advice = match status {
            CheckStatus::Pass | CheckStatus::Skipped => "",
            CheckStatus::Warn | CheckStatus::Fail => {
                ". Deliver the rest; if the day is complete, lower checks.min_volume or set it to \"warn\""
            }
        };
        self.result(names::MIN_VOLUME, Some(share), severity, status, message + advice)
    }

    fn result(
        &self,
        name: &'static str,
        value: Option<f64>,
        severity: CheckSeverity,
        status: CheckStatus,
        message: String,
    ) -> CheckResult {
        CheckResult {
            name,
            severity,
            status,
            network: Some(self.network.to_owned()),
            value,
            threshold: (name == names::MIN_VOLUME).then_some(self.checks.min_volume.threshold),
            message,
        }
    }
}

/// Judges the claims that identities snapshots drop.
pub fn judge_claims(job: &Job, changes: &[ClaimChange], judged: JudgedDates) -> Vec<CheckResult> {
    let ThresholdRule { threshold, severity } = job.checks.max_dropped_identities;
    let changes = changes.iter().filter(|change| judged.contains(change.load_date));
    changes
        .map(|change| {
            let status = match change.dropped > threshold {
                true => judged.status_of(severity, change.load_date),
                false => CheckStatus::Pass,
            };
            CheckResult {
                name: names::MAX_DROPPED_IDENTITIES,
                severity,
                status,
                network: None,
                value: Some(change.dropped),
                threshold: Some(threshold),
                message: describe_change(change, threshold, status),
            }
        })
        .collect()
}

fn describe_change(change: &ClaimChange, threshold: f64, status: CheckStatus) -> String {
    let ClaimChange {
        load_date,
        before,
        after,
        dropped,
    } = change;
    let advice = match status {
        CheckStatus::Pass | CheckStatus::Skipped => "",
        CheckStatus::Warn | CheckStatus::Fail => {
            ". The table is a full snapshot: deliver identities/date=… of that date completely; if the claims no longer \
             exist, raise checks.max_dropped_identities or set it to \"warn\""
        }
    };
    format!(
        "identities of {load_date} drop {:.1} % of the {before} claims before and have {after} \
         (checks.max_dropped_identities is {:.1} %){advice}",
        100.0 * dropped,
        100.0 * threshold
    )
}

#[cfg(test)]
#[path = "delivery_checks_tests.rs"]
mod tests;
