//! The load dates that a run reads, and where it reads them from.

use clout_base::day::Day;
use clout_warehouse::inventory::{EARLIEST_DAY, InputInventory};
use clout_warehouse::store::Store;

use crate::ingest::activities::IntakeParams;
use crate::job::Job;
use crate::state::RunState;

/// Origin of the new rows.
pub struct MergeSources<'a> {
    /// Job of the run.
    pub job: &'a Job,
    /// Input store, for the few duplicate rows that can only be decided by their objects.
    pub input: &'a Store,
    /// Listing of the input store.
    pub inventory: &'a InputInventory,
    /// Last load date to read, the snapshot date.
    pub as_of: Day,
    /// First load date to read.
    pub first: Day,
}

impl<'a> MergeSources<'a> {
    /// Selects the load dates after the date of `state`.
    pub fn dates_after(
        state: &RunState,
        job: &'a Job,
        input: &'a Store,
        inventory: &'a InputInventory,
        as_of: Day,
    ) -> MergeSources<'a> {
        let first = state.as_of.map_or(EARLIEST_DAY, Day::next);
        MergeSources {
            job,
            input,
            inventory,
            as_of,
            first,
        }
    }

    /// Returns the parameters of the intake.
    pub fn intake_params(&self, state: &RunState) -> IntakeParams<'a> {
        IntakeParams {
            networks: &self.job.networks,
            first: self.first,
            last: self.as_of,
            max_lateness_days: self.job.input.max_lateness_days,
            max_refused_share: self.job.input.max_refused_share,
            has_opt_outs: !state.opt_outs.is_empty(),
            first_load_dates: state.histories.iter().map(|h| h.map(|h| h.first_load_date)).collect(),
            lexicon: None,
        }
    }
}
