//! Collects the results of all checks of a run, so that each check has one result, also in a run that fails.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::observer::RunObserver;
use super::run_facts::{CheckResult, CheckSeverity, CheckStatus, RunFact};
use super::stops::Stops;
use crate::job::Job;
use clout_base::error::ErrorKind;

/// Names of all checks.
pub mod names {
    /// No metadata of a table format in a table's folder.
    pub const TABLE_FORMATS: &str = "table_formats";
    /// Every file in a known place; an error only with `input.strict`.
    pub const FILE_PLACES: &str = "file_places";
    /// Networks of `input.expect` delivered on the snapshot date.
    pub const EXPECT: &str = "expect";
    /// Rejected share of each partition, `input.max_refused_share`.
    pub const MAX_REFUSED_SHARE: &str = "max_refused_share";
    /// No unreadable file or rejected row of opt-outs.
    pub const OPT_OUTS: &str = "opt_outs";
    /// A partition of each network that delivers daily, `checks.presence`.
    pub const PRESENCE: &str = "presence";
    /// Rows of a load date beside the dates before, `checks.min_volume`.
    pub const MIN_VOLUME: &str = "min_volume";
    /// Claims that an identities snapshot drops, `checks.max_dropped_identities`.
    pub const MAX_DROPPED_IDENTITIES: &str = "max_dropped_identities";
    /// Input as old as the published history, `checks.trimmed_input`.
    pub const TRIMMED_INPUT: &str = "trimmed_input";

    /// All of them.
    pub const ALL: [&str; 9] = [
        TABLE_FORMATS,
        FILE_PLACES,
        EXPECT,
        MAX_REFUSED_SHARE,
        OPT_OUTS,
        PRESENCE,
        MIN_VOLUME,
        MAX_DROPPED_IDENTITIES,
        TRIMMED_INPUT,
    ];
}

/// Number of warnings of one check that are printed.
const PRINTED_WARNINGS: usize = 5;

/// Results of checks by name and network; the worst result of each counts.
#[derive(Debug, Default)]
pub struct CheckLog(Mutex<BTreeMap<(&'static str, Option<String>), CheckResult>>);

impl CheckLog {
    /// Adds a result. The worst of several with the same name and network is kept, the newest of equal ones.
    pub fn add(&self, result: CheckResult) {
        let mut results = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (result.name, result.network.clone());
        let is_worse = |before: &CheckResult| weight(before.status) <= weight(result.status);
        if results.get(&key).is_none_or(is_worse) {
            results.insert(key, result);
        }
    }

    /// Adds the result of a check that either passes or stops the run with each of `stops`.
    pub fn add_stops(&self, name: &'static str, passed: &str, stops: &Stops) {
        let message = match stops.reasons() {
            [] => passed.to_owned(),
            reasons => reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        };
        self.add(CheckResult {
            name,
            severity: CheckSeverity::Error,
            status: match stops.reasons().is_empty() {
                true => CheckStatus::Pass,
                false => CheckStatus::Fail,
            },
            network: None,
            value: None,
            threshold: None,
            message,
        });
    }

    /// Adds results with a severity. Those that fail become stops of the kind in `kind_of`, the others warnings.
    pub fn add_judged(
        &self,
        judged: Vec<CheckResult>,
        kind_of: impl Fn(&CheckResult) -> ErrorKind,
        watch: &dyn RunObserver,
    ) -> Stops {
        let mut stops = Stops::default();
        let warned = judged
            .iter()
            .filter(|result| result.status == CheckStatus::Warn)
            .count();
        let warnings = judged.iter().filter(|result| result.status == CheckStatus::Warn);
        for result in warnings.take(PRINTED_WARNINGS) {
            watch.warn(&result.message);
        }
        if warned > PRINTED_WARNINGS {
            watch.warn(&format!("{} more warnings of checks", warned - PRINTED_WARNINGS));
        }
        for result in judged {
            if result.status == CheckStatus::Fail {
                stops.add(kind_of(&result), result.message.clone());
            }
            self.add(result);
        }
        stops
    }

    /// Returns the results so far, by name and network.
    pub fn list(&self) -> Vec<CheckResult> {
        let results = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        results.values().cloned().collect()
    }

    /// Reports all results, and every check without one as skipped, with a reason that depends on the end of the run.
    pub fn report(&self, job: &Job, end: RunEnd, watch: &dyn RunObserver) {
        let results = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for name in names::ALL {
            let mut found = results.values().filter(|result| result.name == name).peekable();
            if found.peek().is_none() {
                watch.record(RunFact::Check(skip_check(name, job, end)));
            }
            found.for_each(|result| watch.record(RunFact::Check(result.clone())));
        }
    }
}

fn weight(status: CheckStatus) -> u8 {
    match status {
        CheckStatus::Skipped => 0,
        CheckStatus::Pass => 1,
        CheckStatus::Warn => 2,
        CheckStatus::Fail => 3,
    }
}

/// End of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// The run reached its end.
    Complete,
    /// The date was already published, so nothing was checked.
    AlreadyPublished,
    /// The run ended before it made all checks.
    Early,
}

/// Returns the result of a check that the run did not make.
fn skip_check(name: &'static str, job: &Job, end: RunEnd) -> CheckResult {
    let checks = &job.checks;
    let reason = match (end, name) {
        (RunEnd::AlreadyPublished, _) => "the date is already published",
        (RunEnd::Early, _) => "the run ended before this check",
        (RunEnd::Complete, names::PRESENCE | names::MIN_VOLUME) => {
            "no network delivered a median of checks.min_rows rows on the seven load dates before"
        }
        (RunEnd::Complete, names::MAX_DROPPED_IDENTITIES) => "no identities snapshot was delivered",
        (RunEnd::Complete, names::TRIMMED_INPUT) => "a state was used, or no snapshot exists",
        (RunEnd::Complete, _) => "the run did not need this check",
    };
    let (severity, threshold) = match name {
        names::PRESENCE => (checks.presence, None),
        names::MIN_VOLUME => (checks.min_volume.severity, Some(checks.min_volume.threshold)),
        names::MAX_DROPPED_IDENTITIES => {
            let rule = checks.max_dropped_identities;
            (rule.severity, Some(rule.threshold))
        }
        names::TRIMMED_INPUT => (checks.trimmed_input, None),
        names::MAX_REFUSED_SHARE => (CheckSeverity::Error, Some(job.input.max_refused_share)),
        _ => (CheckSeverity::Error, None),
    };
    CheckResult {
        name,
        severity,
        status: CheckStatus::Skipped,
        network: None,
        value: None,
        threshold,
        message: reason.to_owned(),
    }
}
