//! Collection of the facts that a run reports, for its result. A run that fails has reported those that it knew.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::pipeline::run_facts::{CheckResult, RunFact};
use clout_base::day::Day;

/// Facts about one run, as keys of its result.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct RecordedFacts {
    /// Snapshot date, once it is known.
    pub snapshot_date: Option<Day>,
    /// Id of this run, as in its log lines.
    pub run_id: Option<String>,
    /// Warnings, in order.
    pub warnings: Vec<String>,
    /// Results of the declared checks.
    pub checks: Vec<CheckResult>,
    /// Reason to read input again that was read before.
    pub rebuilt: Option<String>,
    /// Partitions after the published date, which the run did not read.
    pub unread_deliveries: Vec<String>,
    /// Files of closed load dates that differ from those that were read.
    pub late_deliveries: Vec<String>,
    /// Bytes of input files that the run reads.
    pub bytes_read: u64,
}

/// Collector of facts from any thread.
#[derive(Default)]
pub(super) struct RunRecord(Mutex<RecordedFacts>);

impl RunRecord {
    /// Sets the id of the run.
    pub(super) fn set_run_id(&self, run_id: &str) {
        self.lock().run_id = Some(run_id.to_owned());
    }

    /// Adds a warning.
    pub(super) fn add_warning(&self, message: &str) {
        self.lock().warnings.push(message.to_owned());
    }

    /// Adds a fact. Lists grow and bytes add up; of a date or a reason, the newest counts.
    pub(super) fn add_fact(&self, fact: RunFact) {
        let mut facts = self.lock();
        match fact {
            RunFact::SnapshotDate(date) => facts.snapshot_date = Some(date),
            RunFact::Check(check) => facts.checks.push(check),
            RunFact::Rebuilt(reason) => facts.rebuilt = Some(reason),
            RunFact::LateDeliveries(files) => facts.late_deliveries.extend(files),
            RunFact::UnreadDeliveries(partitions) => facts.unread_deliveries.extend(partitions),
            RunFact::BytesRead(bytes) => facts.bytes_read = facts.bytes_read.saturating_add(bytes),
        }
    }

    /// Returns the facts so far.
    pub(super) fn to_facts(&self) -> RecordedFacts {
        self.lock().clone()
    }

    // A panic of a run poisons the lock; its facts are still part of the result.
    fn lock(&self) -> MutexGuard<'_, RecordedFacts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_keep_their_order_and_lists_grow() {
        let record = RunRecord::default();
        record.add_warning("first");
        record.add_fact(RunFact::LateDeliveries(vec!["a (added)".to_owned()]));
        record.add_fact(RunFact::BytesRead(2));
        record.add_warning("second");
        record.add_fact(RunFact::LateDeliveries(vec!["b (changed)".to_owned()]));
        record.add_fact(RunFact::BytesRead(3));
        record.add_fact(RunFact::SnapshotDate(Day(3)));
        let facts = record.to_facts();
        assert_eq!(facts.warnings, ["first", "second"]);
        assert_eq!(facts.late_deliveries, ["a (added)", "b (changed)"]);
        assert_eq!((facts.bytes_read, facts.snapshot_date), (5, Some(Day(3))));
    }
}
