//! The load dates that a run reads, and where it reads them from.

use clout_base::day::Day;
use clout_warehouse::layout::{BEGINNING, Inventory};
use clout_warehouse::store::Store;

use crate::ingest::activities::IntakeParams;
use crate::job::Job;
use crate::state::State;

/// Origin of the new rows.
pub struct Sources<'a> {
    /// Job of the run.
    pub job: &'a Job,
    /// Input store, for the few duplicate rows that can only be decided by their objects.
    pub input: &'a Store,
    /// Listing of the input store.
    pub inventory: &'a Inventory,
    /// Last load date to read, the snapshot date.
    pub as_of: Day,
    /// First load date to read.
    pub first: Day,
}

impl<'a> Sources<'a> {
    /// Selects the load dates after the date of `state`.
    pub fn after(state: &State, job: &'a Job, input: &'a Store, inventory: &'a Inventory, as_of: Day) -> Sources<'a> {
        let first = state.as_of.map_or(BEGINNING, Day::next);
        Sources {
            job,
            input,
            inventory,
            as_of,
            first,
        }
    }

    /// Returns the parameters of the intake.
    pub fn intake_params(&self, state: &State) -> IntakeParams<'a> {
        IntakeParams {
            networks: &self.job.networks,
            first: self.first,
            last: self.as_of,
            max_lateness_days: self.job.input.max_lateness_days,
            max_refused_share: self.job.input.max_refused_share,
            has_gone: !state.gone.is_empty(),
            first_load_dates: state.histories.iter().map(|h| h.map(|h| h.first_load_date)).collect(),
            lexicon: None,
        }
    }
}
