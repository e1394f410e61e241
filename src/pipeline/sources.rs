//! The load dates that a run reads, and where it reads them from.

use std::collections::BTreeMap;

use clout_base::day::Day;
use clout_steps::BlockSpace;
use clout_warehouse::inventory::{EARLIEST_DAY, InputInventory};
use clout_warehouse::manifest::InputFile;
use clout_warehouse::store::{Store, StoredObject};

use crate::ingest::activities::{IntakeParams, KeptRejects};
use crate::job::Job;
use crate::state::RunState;
use crate::state::closed_files::{ClosedFile, list_opt_outs};

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
    /// Files of the run with their hashes; empty if no snapshot is published.
    pub inputs: &'a [InputFile],
    /// Place of the blocks.
    pub space: BlockSpace,
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
            inputs: &[],
            space: BlockSpace::Memory,
        }
    }

    /// Returns the dated files that were read up to the last load date, with their hashes.
    pub fn list_closed_files(&self) -> Vec<ClosedFile> {
        let hashes: BTreeMap<&str, &String> = self
            .inputs
            .iter()
            .filter_map(|file| Some((file.path.as_str(), file.sha256.as_ref()?)))
            .collect();
        let dated = self.inventory.dated_files_between(self.first, self.as_of);
        // Opt-outs of closed load dates are read, too.
        let opt_outs = self.inventory.partitions_between("opt_outs", EARLIEST_DAY, self.as_of);
        let late = opt_outs
            .flat_map(|(_, files)| files)
            .filter(|file| hashes.contains_key(file.key.as_str()));
        let closed = |object: &StoredObject| ClosedFile {
            object: object.clone(),
            sha256: hashes.get(object.key.as_str()).map(|sha256| (*sha256).clone()),
        };
        dated.chain(late).map(closed).collect()
    }

    /// Returns the parameters of the intake.
    pub fn intake_params(&self, state: &RunState) -> IntakeParams<'a> {
        IntakeParams {
            networks: &self.job.networks,
            first: self.first,
            last: self.as_of,
            max_lateness_days: self.job.input.max_lateness_days,
            max_refused_share: self.job.input.max_refused_share,
            read_opt_outs: list_opt_outs(&state.closed),
            kept_rejects: KeptRejects::OfAcceptedInput,
            has_opt_outs: !state.opt_outs.is_empty(),
            first_load_dates: state.histories.iter().map(|h| h.map(|h| h.first_load_date)).collect(),
            topics: None,
            space: self.space.clone(),
        }
    }
}
