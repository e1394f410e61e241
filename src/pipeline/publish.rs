//! Publishes a snapshot: the state first, then the parts of tables, then the manifest. Deletes old states afterwards.

use std::collections::BTreeMap;

use super::observer::{RunObserver, StageTimer};
use super::{RunRequest, manifest_parameters, plan};
use crate::job::Job;
use crate::state::RunState;
use crate::state::old_states::delete_old_states;
use crate::state::state_files::{save_state, state_folder};
use clout_base::day::Day;
use clout_base::error::{Error, ErrorKind, Result};
use clout_base::schema::TableSchema;
use clout_graph::PropagationOutcome;
use clout_steps::BlockSpace;
use clout_steps::work_folder::sweep_work;
use clout_warehouse::encoded_part::EncodedPart;
use clout_warehouse::manifest::{InputFile, Manifest};
use clout_warehouse::publish::{PublishOutcome, SnapshotPublication, publish_snapshot};
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Snapshot that is ready to be published.
pub struct SnapshotCommit<'a> {
    /// Job of the run.
    pub job: &'a Job,
    /// Output store.
    pub output: &'a Store,
    /// Names of the run and its commit.
    pub request: &'a RunRequest,
    /// Snapshot date.
    pub as_of: Day,
    /// Files that were read.
    pub inputs: Vec<InputFile>,
    /// Receiver of warnings.
    pub watch: &'a dyn RunObserver,
    /// Iterations and residual of the propagation.
    pub outcome: &'a PropagationOutcome,
    /// Place of the blocks of reactions.
    pub space: &'a BlockSpace,
}

impl SnapshotCommit<'_> {
    /// Publishes the snapshot.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if another run published the date first; errors of the store.
    pub fn publish(
        self,
        state: &RunState,
        parts: Vec<(&'static TableSchema, EncodedPart)>,
        mut timings: StageTimer,
    ) -> Result<Manifest> {
        let model_version = self.job.compute_model_version();
        let state_prefix = state_folder(self.as_of, &self.request.commit_id);
        save_state(
            self.output,
            &state_prefix,
            state,
            &plan::state_requirements(self.job),
            self.space,
        )?;
        timings.lap("save_state");
        let manifest = Manifest {
            version: 1,
            snapshot_date: self.as_of,
            model_version,
            run_id: self.request.run_id.clone(),
            commit_id: self.request.commit_id.clone(),
            parameters: manifest_parameters(self.job),
            converged: self.outcome.is_converged,
            residual: self.outcome.residual,
            first_load_dates: self.list_first_load_dates(state),
            inputs: self.inputs.clone(),
            tables: Default::default(),
            timings: timings.laps(),
        };
        let publication = SnapshotPublication {
            manifest,
            parts,
            state_prefix: Some(state_prefix),
        };
        match publish_snapshot(self.output, publication)? {
            PublishOutcome::Done(manifest) => {
                self.sweep_states();
                self.sweep_work();
                Ok(manifest)
            }
            PublishOutcome::Lost { winner, is_same_bytes } => Err(lost(self.as_of, &winner, Some(is_same_bytes))),
        }
    }

    fn list_first_load_dates(&self, state: &RunState) -> BTreeMap<String, Day> {
        let networks = self.job.networks.iter().zip(&state.histories);
        let dates = networks.filter_map(|(network, history)| {
            history
                .as_ref()
                .map(|history| (network.name.clone(), history.first_load_date))
        });
        dates.collect()
    }

    /// Deletes states beyond `state.keep`. The snapshot is already published, so a failure is only a warning. The dates
    /// are listed again, because another run may have published a later date that needs files of this one.
    fn sweep_states(&self) {
        let keep = self.job.state.keep;
        let delete =
            |dates: Vec<Day>| delete_old_states(self.output, &dates, keep, self.as_of, &self.request.commit_id);
        if let Err(error) = snapshots::list_dates(self.output).and_then(delete) {
            self.watch
                .warn(&format!("some old states could not be deleted: {error}"));
        }
    }

    /// Deletes the work folders of this date and those before. A failure is only a warning, as above.
    fn sweep_work(&self) {
        if let Err(error) = sweep_work(self.output, self.as_of) {
            self.watch.warn(&format!(
                "some intermediate files below work/ could not be deleted: {error}"
            ));
        }
    }
}

/// Returns the error of a run that lost `as_of` to another one before its end; none if the date is not published.
pub(super) fn find_winner(output: &Store, as_of: Day) -> Option<Error> {
    let winner = snapshots::read_manifest(output, as_of).ok().flatten()?;
    Some(lost(as_of, &winner, None))
}

fn lost(as_of: Day, winner: &Manifest, is_same_bytes: Option<bool>) -> Error {
    let verdict = match is_same_bytes {
        Some(true) => "with the same bytes, so nothing is lost",
        Some(false) => "with different bytes: compare the input and parameters of the two runs",
        None => "and deleted the unfinished state of this one, so nothing is lost",
    };
    Error::new(
        ErrorKind::Conflict,
        format!(
            "another run ({}) published {as_of} during this run, {verdict}",
            winner.run_id
        ),
    )
}
