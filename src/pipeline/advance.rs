//! Advances a state to a later date: reads the load dates in between and merges them into the state.

use super::RunMode;
use super::check_log::CheckLog;
use super::delivery::{DeliveredInput, TopicsWanted};
use super::delivery_checks::{JudgedDates, judge_claims, judge_volumes, kind_of_failure};
use super::merge::{MergeInput, MergeResult, merge_input};
use super::observer::{RunObserver, StageTimer};
use super::previous_day::{LoadDateEffects, PreviousDay};
use super::sources::MergeSources;
use crate::ingest::opt_out_rows::OptOutRow;
use crate::ingest::rejects::RejectedRow;
use crate::job::Job;
use crate::state::RunState;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::ids::HashKey;
use clout_base::metrics::RunMetrics;
use clout_steps::BlockSpace;
use clout_topics::ontology::Ontology;
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::manifest::InputFile;
use clout_warehouse::store::Store;

/// Inputs for advancing a state.
pub struct StateAdvance<'a> {
    /// Job of the run.
    pub job: &'a Job,
    /// Input store.
    pub input: &'a Store,
    /// Listing of the input store.
    pub inventory: &'a InputInventory,
    /// Files of the run with their hashes.
    pub inputs: &'a [InputFile],
    /// Receiver of progress and warnings.
    pub watch: &'a dyn RunObserver,
    /// Snapshot date.
    pub as_of: Day,
    /// Reason for the run.
    pub mode: RunMode,
    /// Receiver of the results of checks.
    pub log: &'a CheckLog,
    /// Store of the state.
    pub output: &'a Store,
    /// Place of the blocks.
    pub space: BlockSpace,
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
                    let (merged, _) = self.take(state, day_before, published, &mut rejects, metrics, timings)?;
                    self.erase_opted_out(state, &merged)?;
                }
                self.watch.begin_stage("scoring the day before");
                let yesterday = PreviousDay::score(self.job, state, self.output, &self.space, day_before)?;
                timings.lap("yesterday");
                Some(yesterday)
            }
            false => None,
        };
        let (merged, ontology) = self.take(state, self.as_of, published, &mut rejects, metrics, timings)?;
        let yesterday = match yesterday {
            Some(yesterday) => {
                let traces = yesterday.record_effects(self.job, state, merged, self.as_of)?;
                Some((yesterday, traces))
            }
            None => {
                self.erase_opted_out(state, &merged)?;
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

    fn erase_opted_out(&self, state: &mut RunState, merged: &MergeResult) -> Result<()> {
        let key = HashKey::from_text(&self.job.state.hash_key);
        state.erase_accounts(&merged.is_opted_out, key)
    }

    /// Reads the load dates after the state's date up to `last`, and merges them into the state.
    fn take(
        &self,
        state: &mut RunState,
        last: Day,
        published: &[Day],
        rejects: &mut Vec<RejectedRow>,
        metrics: &mut RunMetrics,
        timings: &mut StageTimer,
    ) -> Result<(MergeResult, Ontology)> {
        self.watch.begin_stage("reading the load dates");
        let mut sources = MergeSources::dates_after(state, self.job, self.input, self.inventory, last);
        sources.inputs = self.inputs;
        sources.space = self.space.clone();
        let params = sources.intake_params(state);
        let delivery = DeliveredInput::read(self.input, self.inventory, &params, TopicsWanted::Rows, self.watch)?;
        self.judge(state, &delivery, &sources, published)?;
        timings.lap("read");
        self.watch.begin_stage("merging the load dates");
        let (ontology, lexicon) = (delivery.ontology, delivery.lexicon);
        rejects.extend(delivery.rejects);
        let delivered = MergeInput {
            intake: delivery.intake,
            reference: delivery.reference,
            endorsements: delivery.endorsements,
            ontology: &ontology,
            lexicon: &lexicon,
        };
        let merged = merge_input(state, delivered, &sources, metrics)?;
        warn_of_unmatched_opt_outs(&merged.unmatched_opt_outs, self.watch);
        timings.lap("fold");
        Ok((merged, ontology))
    }

    /// Refuses a delivery that cannot be trusted, by itself or beside those before it.
    fn judge(
        &self,
        state: &mut RunState,
        delivery: &DeliveredInput,
        sources: &MergeSources,
        published: &[Day],
    ) -> Result<()> {
        let mut stops = delivery.find_stops(self.job, sources.as_of, self.log);
        if sources.as_of == self.as_of {
            stops.append(delivery.find_missing_networks(self.inventory, self.job, self.as_of, self.log));
        }
        state.add_volumes(delivery.list_volumes(self.job));
        let first = state.first_volume_date().max(sources.first);
        let dates = JudgedDates::of_appended_tables(published, self.as_of, self.mode);
        let volumes = judge_volumes(
            self.job,
            &state.volumes,
            &delivery.list_unreadable(self.job),
            (first, sources.as_of),
            dates,
        );
        stops.append(self.log.add_judged(volumes, kind_of_failure, self.watch));
        let dates = JudgedDates::of_full_snapshots(published, self.as_of, self.mode);
        let changes = delivery.reference.claim_changes.list_from(|| state.hash_claims());
        let claims = judge_claims(self.job, &changes, dates);
        stops.append(self.log.add_judged(claims, kind_of_failure, self.watch));
        state.drop_old_volumes(sources.as_of);
        stops.into_result()
    }
}

/// Warns of opt-outs that match no person and no account; names file and row, never the id.
fn warn_of_unmatched_opt_outs(unmatched: &[OptOutRow], watch: &dyn RunObserver) {
    const NAMED_ROWS: usize = 5;
    if unmatched.is_empty() {
        return;
    }
    let named = unmatched
        .iter()
        .take(NAMED_ROWS)
        .map(|row| format!("{} row {}", row.file, row.row_number));
    let more = match unmatched.len().saturating_sub(NAMED_ROWS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    watch.warn(&format!(
        "{} opt-outs match no person and no account known so far: {}{more}. Expected a person_id, or \
         network:account_id of an account without a person; they are kept and count once such a person or account is delivered",
        unmatched.len(),
        named.collect::<Vec<_>>().join(", ")
    ));
}
