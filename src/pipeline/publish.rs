//! State first, then the parts, then the manifest; afterwards, what nobody needs any more goes.

use super::watch::Stopwatch;
use super::{Request, manifest_parameters, plan};
use crate::job::Job;
use crate::state::State;
use crate::state::files::{prefix, save, sweep};
use clout_base::day::Day;
use clout_base::error::{Error, Kind, Result};
use clout_base::schema::Table;
use clout_graph::Outcome;
use clout_warehouse::encode::EncodedPart;
use clout_warehouse::manifest::{InputFile, Manifest};
use clout_warehouse::publish::{Publication, Published, publish};
use clout_warehouse::store::Store;

/// A night that is ready to be published.
pub struct Commit<'a> {
    /// The job.
    pub job: &'a Job,
    /// Where to.
    pub output: &'a Store,
    /// The run's names.
    pub request: &'a Request,
    /// The snapshot date.
    pub as_of: Day,
    /// What was read.
    pub inputs: Vec<InputFile>,
    /// How the propagation went.
    pub outcome: &'a Outcome,
}

impl Commit<'_> {
    /// Publishes, or says who was faster.
    pub fn publish(
        self,
        state: &State,
        parts: Vec<(&'static Table, EncodedPart)>,
        mut timings: Stopwatch,
        published: &[Day],
    ) -> Result<Manifest> {
        let model_version = self.job.model_version();
        let state_prefix = prefix(self.as_of, &self.request.commit_id);
        save(
            self.output,
            &state_prefix,
            state,
            &plan::wanted(self.job, &model_version),
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
            inputs: self.inputs.clone(),
            tables: Default::default(),
            timings: timings.laps(),
        };
        let publication = Publication {
            manifest,
            parts,
            state_prefix: Some(state_prefix),
        };
        match publish(self.output, publication)? {
            Published::Done(manifest) => {
                self.sweep_states(published);
                Ok(manifest)
            }
            Published::Lost { winner, is_same_bytes } => Err(lost(self.as_of, &winner, is_same_bytes)),
        }
    }

    /// Deletes states that nobody needs any more. The snapshot stands, so a failure is a nuisance and no more.
    fn sweep_states(&self, published: &[Day]) {
        let mut dates: Vec<Day> = published.iter().copied().chain([self.as_of]).collect();
        dates.sort_unstable();
        let keep = self.job.state.keep;
        if let Err(error) = sweep(self.output, &dates, keep, self.as_of, &self.request.commit_id) {
            tracing::warn!("old states could not all be deleted: {error}");
        }
    }
}

fn lost(as_of: Day, winner: &Manifest, is_same_bytes: bool) -> Error {
    let verdict = match is_same_bytes {
        true => "with the same bytes, so nothing is lost",
        false => "with other bytes: compare the two runs' input and parameters",
    };
    Error::new(
        Kind::Conflict,
        format!(
            "another run ({}) published {as_of} while this one was at work, {verdict}",
            winner.run_id
        ),
    )
}
