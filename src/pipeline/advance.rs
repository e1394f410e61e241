//! Advances a state to a later date: reads the load dates in between and merges them into the state.

use super::delivery::{DeliveredInput, TopicsWanted};
use super::merge::{MergeInput, MergeResult, merge_input};
use super::observer::{RunObserver, StageTimer};
use super::previous_day::{LoadDateEffects, PreviousDay};
use super::sources::MergeSources;
use crate::ingest::rejects::RejectedRow;
use crate::job::Job;
use crate::state::RunState;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::metrics::RunMetrics;
use clout_topics::ontology::Ontology;
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::store::Store;

/// Inputs for advancing a state.
pub struct StateAdvance<'a> {
    /// Job of the run.
    pub job: &'a Job,
    /// Input store.
    pub input: &'a Store,
    /// Listing of the input store.
    pub inventory: &'a InputInventory,
    /// Receiver of progress and warnings.
    pub watch: &'a dyn RunObserver,
    /// Snapshot date.
    pub as_of: Day,
}

/// Result of reading the input.
pub struct AdvanceResult {
    /// Topics of the snapshot date.
    pub ontology: Ontology,
    /// Refused rows and files, sorted.
    pub rejects: Vec<RejectedRow>,
    /// Scores of the day before and the changes to its rows, if the day before is published.
    pub previous_day: Option<(PreviousDay, LoadDateEffects)>,
}

impl StateAdvance<'_> {
    /// Advances `state` to the snapshot date. If the day before is published, stops there to score it for the reasons
    /// of changes.
    pub fn run(
        &self,
        state: &mut RunState,
        published: &[Day],
        metrics: &mut RunMetrics,
        timings: &mut StageTimer,
    ) -> Result<AdvanceResult> {
        let day_before = self.as_of.days_before(1);
        let mut rejects = Vec::new();
        let yesterday = match published.contains(&day_before) {
            true => {
                if state.as_of != Some(day_before) {
                    let (folded, _) = self.take(state, day_before, &mut rejects, metrics, timings)?;
                    self.prune(state, &folded);
                }
                self.watch.stage("scoring the day before");
                let yesterday = PreviousDay::score(self.job, state, day_before)?;
                timings.lap("yesterday");
                Some(yesterday)
            }
            false => None,
        };
        let (folded, ontology) = self.take(state, self.as_of, &mut rejects, metrics, timings)?;
        let yesterday = match yesterday {
            Some(yesterday) => {
                let traces = yesterday.record_effects(self.job, state, folded, self.as_of);
                Some((yesterday, traces))
            }
            None => {
                self.prune(state, &folded);
                None
            }
        };
        timings.lap("fold");
        rejects.sort();
        rejects.dedup();
        Ok(AdvanceResult {
            ontology,
            rejects,
            previous_day: yesterday,
        })
    }

    fn prune(&self, state: &mut RunState, folded: &MergeResult) {
        state.prune(&folded.is_opted_out, self.job.model.mixture());
    }

    /// Reads the load dates after the state's date up to `last`, and merges them into the state.
    fn take(
        &self,
        state: &mut RunState,
        last: Day,
        rejects: &mut Vec<RejectedRow>,
        metrics: &mut RunMetrics,
        timings: &mut StageTimer,
    ) -> Result<(MergeResult, Ontology)> {
        self.watch.stage("reading the load dates");
        let sources = MergeSources::dates_after(state, self.job, self.input, self.inventory, last);
        let params = sources.intake_params(state);
        let delivery = DeliveredInput::read(self.input, self.inventory, &params, TopicsWanted::Rows, self.watch)?;
        delivery.expect_good(self.job)?;
        timings.lap("read");
        self.watch.stage("merging the load dates");
        let (ontology, lexicon) = (delivery.ontology, delivery.lexicon);
        rejects.extend(delivery.rejects);
        let delivered = MergeInput {
            intake: delivery.intake,
            reference: delivery.reference,
            endorsements: delivery.endorsements,
            ontology: &ontology,
            lexicon: &lexicon,
        };
        let folded = merge_input(state, delivered, &sources, metrics)?;
        timings.lap("fold");
        Ok((folded, ontology))
    }
}
