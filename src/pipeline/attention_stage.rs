//! Reads the attention of the snapshot date, and of the day before if both are compared, and writes a new base if one is due.

use super::day_comparison::DayComparison;
use super::pair_shards::ListedStrengths;
use super::pair_step::{PairStep, PairStepResult};
use super::previous_day::{LoadDateEffects, PreviousDay};
use super::remote_steps::PAIR_STEPS;
use crate::job::Job;
use crate::state::changes::NewBase;
use crate::state::segment_files::{is_base_due, save_base_activity};
use crate::state::state_files::state_folder;
use crate::state::stored_pairs::{PairReading, StoredPairs};
use crate::state::{RunState, find_moment};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::influence::attention_build::AttentionParts;
use clout_model::influence::attention_entries::DateReading;
use clout_model::people::persons::PersonMap;
use clout_steps::BlockSpace;
use clout_warehouse::store::Store;

/// Context of the stage.
pub struct AttentionStage<'a> {
    /// Job of the run.
    pub job: &'a Job,
    /// Store of the state.
    pub output: &'a Store,
    /// Place of the blocks.
    pub space: &'a BlockSpace,
    /// Snapshot date.
    pub as_of: Day,
    /// Folder of the state that the run writes.
    pub state_folder: &'a str,
}

/// Attention of the snapshot date.
pub struct Attended {
    /// Persons of the snapshot date.
    pub persons: PersonMap,
    /// Graph, and what else the pairs say.
    pub parts: AttentionParts,
    /// Comparison with the day before, if it is published.
    pub comparison: Option<DayComparison>,
    /// Earlier strengths that the comparison needs.
    pub listed: ListedStrengths,
}

impl AttentionStage<'_> {
    /// Reads all pairs once. With a new base, the pairs of `state` are those of its files afterwards.
    ///
    /// # Errors
    /// Returns an error if pairs cannot be read, or if a file cannot be written.
    pub fn run(&self, state: &mut RunState, yesterday: Option<(PreviousDay, LoadDateEffects)>) -> Result<Attended> {
        let persons = PersonMap::from_owners(&state.accounts, &state.owners);
        let comparison =
            yesterday.map(|(yesterday, effects)| DayComparison::new(yesterday, effects, state, &persons, self.as_of));
        let result = self.run_step(state, &persons, comparison.as_ref())?;
        if let Some(pairs) = result.base {
            state.pairs = StoredPairs::from_base(pairs.iter().cloned());
            state.changes.new_base = Some(NewBase {
                pairs,
                activity: Vec::new(),
            });
        }
        Ok(Attended {
            persons,
            parts: result.parts,
            comparison,
            listed: result.listed,
        })
    }

    /// Writes the activity records of a new base, and drops them from memory. Nothing after the scores needs them.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn save_activity(&self, state: &mut RunState) -> Result<()> {
        if state.changes.new_base.is_some() {
            let files = save_base_activity(self.output, self.state_folder, state, self.as_of)?;
            state.activity = Vec::new();
            if let Some(base) = &mut state.changes.new_base {
                base.activity = files;
            }
        }
        Ok(())
    }

    fn run_step(
        &self,
        state: &RunState,
        persons: &PersonMap,
        comparison: Option<&DayComparison>,
    ) -> Result<PairStepResult> {
        let moment = find_moment(&state.histories, self.as_of);
        let now = DateReading {
            persons: &persons.by_account,
            moment: &moment,
        };
        let before = comparison.map(DayComparison::day_before).map(|(yesterday, persons)| {
            let moment = &yesterday.moment;
            (yesterday.date, DateReading { persons, moment })
        });
        let is_base = is_base_due(state);
        // Receipts name the files, so runs that share receipts share their folder, which none of them deletes alone.
        let base_folder = match self.space.run_key() {
            Some(key) => state_folder(self.as_of, key),
            None => self.state_folder.to_owned(),
        };
        let step = PairStep {
            job: self.job,
            state,
            pairs: PairReading {
                takes: is_base,
                ..self.pair_reading(state)
            },
            name: PAIR_STEPS[0],
            now,
            before,
            persons: comparison.map_or(persons.len(), DayComparison::persons),
            base_folder: is_base.then_some(base_folder.as_str()),
        };
        match comparison {
            Some(comparison) => comparison.with_listed_rows(self.job, state, |listed| step.run(listed.as_ref())),
            None => step.run(None),
        }
    }

    /// Returns what is needed to read pairs of `state` again.
    pub fn pair_reading<'b>(&'b self, state: &'b RunState) -> PairReading<'b> {
        PairReading {
            store: self.output,
            space: self.space,
            mixture: self.job.model.mixture(),
            accounts: state.accounts.len(),
            takes: false,
        }
    }
}
