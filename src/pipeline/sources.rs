//! The load dates that a run reads, and where it reads them from.

use clout_base::day::Day;
use clout_warehouse::layout::{BEGINNING, Inventory};
use clout_warehouse::store::Store;

use crate::ingest::activities::IntakeParams;
use crate::job::Job;
use crate::state::State;

/// Where tonight's rows came from.
pub struct Sources<'a> {
    /// The job.
    pub job: &'a Job,
    /// The input store, for the few rows whose objects decide.
    pub input: &'a Store,
    /// The listing.
    pub inventory: &'a Inventory,
    /// The snapshot date.
    pub as_of: Day,
    /// The first load date that is read tonight.
    pub first: Day,
}

impl<'a> Sources<'a> {
    /// The load dates that `state` has not seen.
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

    /// What the intake must know.
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
