//! The steps of one run, in order.

use std::cell::Cell;

use super::advance::StateAdvance;
use super::already_published::find_published;
use super::attention_stage::AttentionStage;
use super::block_space::{SpaceInputs, choose_space};
use super::check_log::{CheckLog, names};
use super::closed_files::{find_late_deliveries, hash_input_files, report_late_deliveries};
use super::day_comparison::DayComparison;
use super::delivery_stops::find_missing_networks;
use super::observer::{RunObserver, StageTimer};
use super::plan::BaseWanted;
use super::publish::{SnapshotCommit, find_winner};
use super::results::SnapshotResults;
use super::run_facts::RunFact;
use super::scored_state::{ActivePersons, ScoredState};
use super::trimmed_input::judge_history;
use super::{RunOutcome, RunRequest, input_listing, plan};
use crate::ingest::rejects::count_by_reason;
use crate::job::Job;
use crate::state::RunState;
use crate::state::state_files::state_folder;
use crate::tables::published_history::{PublishedHistory, PublishedPersons};
use clout_base::day::Day;
use clout_base::error::{ErrorContext, ErrorKind, Result};
use clout_base::metrics::RunMetrics;
use clout_steps::{BlockSpace, return_free_memory};
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::manifest::InputFile;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Context of a run.
pub(super) struct SnapshotRun<'a> {
    pub(super) job: &'a Job,
    pub(super) input: &'a Store,
    pub(super) output: &'a Store,
    pub(super) request: &'a RunRequest,
    pub(super) watch: &'a dyn RunObserver,
    pub(super) log: &'a CheckLog,
}

/// What a run starts from.
struct RunBase {
    inventory: InputInventory,
    as_of: Day,
    published: Vec<Day>,
    state: RunState,
    space: BlockSpace,
    inputs: Vec<InputFile>,
    known: PublishedPersons,
}

/// Start of a run.
enum RunStart {
    /// The date is already published.
    Done(RunOutcome),
    /// The listed input may be read.
    Ready { inventory: InputInventory, as_of: Day },
}

impl SnapshotRun<'_> {
    /// Runs all steps. If another run publishes the date meanwhile, it deletes files of this one, and that is the reason of
    /// the failure.
    pub(super) fn execute(&self) -> Result<RunOutcome> {
        let date = Cell::new(None);
        let outcome = self.run_steps(&date);
        match (outcome, date.get()) {
            (Err(error), Some(as_of)) if error.kind() == ErrorKind::Internal => {
                Err(find_winner(self.output, as_of).unwrap_or(error))
            }
            (outcome, _) => outcome,
        }
    }

    fn run_steps(&self, date: &Cell<Option<Day>>) -> Result<RunOutcome> {
        let mut timings = StageTimer::start(self.watch);
        self.output.sweep_staging();
        let (inventory, as_of) = match self.list_deliveries()? {
            RunStart::Done(outcome) => return Ok(outcome),
            RunStart::Ready { inventory, as_of } => (inventory, as_of),
        };
        date.set(Some(as_of));
        timings.lap("list");
        self.watch.begin_stage("reading the state");
        let base = self.load_base(inventory, as_of)?;
        timings.lap("state");
        self.publish_from(base, timings)
    }

    /// Lists the input, resolves the snapshot date, and judges the listing.
    fn list_deliveries(&self) -> Result<RunStart> {
        let (job, input, output, watch) = (self.job, self.input, self.output, self.watch);
        input_listing::expect_not_after_today(self.request.as_of, watch.today())?;
        if let Some(asked) = self.request.as_of
            && let Some(done) = find_published(job, input, output, asked, None, watch)?
        {
            return Ok(RunStart::Done(done));
        }
        watch.begin_stage("listing the input");
        let inventory = input_listing::list_input(job, input, watch)?;
        let stops = input_listing::check_listing(&inventory, job, self.log);
        let as_of = match input_listing::resolve_snapshot_date(&inventory, self.request.as_of, input.url(), watch) {
            Err(error) => return stops.into_result().and(Err(error)),
            Ok(as_of) => as_of,
        };
        watch.record(RunFact::SnapshotDate(as_of));
        if self.request.as_of.is_none()
            && let Some(done) = find_published(job, input, output, as_of, Some(&inventory), watch)?
        {
            return Ok(RunStart::Done(done));
        }
        stops.into_result()?;
        let missing = find_missing_networks(&inventory, job, as_of, &[]);
        self.log
            .add_stops(names::EXPECT, "every network of input.expect has a partition", &missing);
        missing.into_result()?;
        input_listing::warn_of_empty_date(&inventory, as_of, watch);
        Ok(RunStart::Ready { inventory, as_of })
    }

    /// Loads the state, and chooses the place of the blocks.
    fn load_base(&self, inventory: InputInventory, as_of: Day) -> Result<RunBase> {
        let (job, output) = (self.job, self.output);
        let published = snapshots::list_dates(output)?;
        let is_rebuild = self.request.is_rebuild;
        let wanted = match self.request.runner {
            _ if is_rebuild => BaseWanted::None,
            Some(_) => BaseWanted::InFiles,
            None => BaseWanted::InMemory,
        };
        let mut state = plan::load_base_state(job, output, &published, as_of, wanted, self.watch)?;
        match state.as_of {
            None if !is_rebuild => {
                let judged = judge_history(job, output, &inventory, &published, as_of)?;
                let stops = self.log.add_judged(judged, |_| ErrorKind::Refused, self.watch);
                stops.into_result()?;
            }
            None => {}
            Some(closed_until) => {
                let late = find_late_deliveries(self.input, &inventory, closed_until, &mut state.closed)?;
                report_late_deliveries(late, closed_until, self.watch);
            }
        }
        let inputs = SpaceInputs {
            input: self.input,
            output,
            inventory: &inventory,
            published: &published,
            state: &state,
            as_of,
        };
        let space = choose_space(job, &inputs, self.request)?;
        let inputs = hash_input_files(self.input, &inventory, &state, as_of)?;
        let read = inputs.iter().map(|file| file.size).sum();
        self.watch.record(RunFact::BytesRead(read));
        Ok(RunBase {
            known: PublishedPersons::read_before(output, &state, as_of, &published)?,
            inventory,
            as_of,
            published,
            state,
            space,
            inputs,
        })
    }

    /// Reads the load dates, computes the snapshot and publishes it.
    fn publish_from(&self, base: RunBase, mut timings: StageTimer) -> Result<RunOutcome> {
        let RunBase {
            as_of,
            mut state,
            known,
            ..
        } = base;
        let (job, output, watch) = (self.job, self.output, self.watch);
        let mut metrics = RunMetrics::default();
        let advance = StateAdvance {
            job,
            input: self.input,
            inventory: &base.inventory,
            inputs: &base.inputs,
            watch,
            as_of,
            mode: self.request.mode,
            log: self.log,
            output,
            space: base.space.clone(),
        };
        let mut read = advance.run(&mut state, &base.published, &mut metrics, &mut timings)?;
        return_free_memory();

        watch.begin_stage("reading attention");
        let state_folder = state_folder(as_of, &self.request.commit_id);
        let attention = AttentionStage {
            job,
            output,
            space: &base.space,
            as_of,
            state_folder: &state_folder,
        };
        let attended = attention.run(&mut state, read.previous_day.take())?;
        return_free_memory();
        timings.lap("attention");

        watch.begin_stage("propagating influence");
        let trust_before = attended.comparison.as_ref().map(DayComparison::trust_before);
        let trust_before = trust_before.unwrap_or_default();
        let parts = attended.parts;
        let active = ActivePersons::compute(job, &state, as_of, attended.persons, &parts.acts);
        attention.save_activity(&mut state)?;
        let scored = ScoredState::compute(job, as_of, active, parts, &trust_before, &base.space)?;
        let mut results = SnapshotResults::new(scored, &state, &mut metrics)?;
        results.expect_converged(job)?;
        return_free_memory();
        timings.lap("score");

        watch.begin_stage("estimating intervals");
        results.estimate_intervals(job, &state, as_of);
        timings.lap("interval");

        watch.begin_stage("attributing topics");
        results.score_topics(job, &state, &read.ontology, &mut metrics)?;
        timings.lap("topics");

        watch.begin_stage("finding reasons");
        let past = PublishedHistory::read(output, as_of, &base.published, results.persons())?;
        if let Some(comparison) = attended.comparison {
            results.compute_reasons(job, &state, &past, &comparison, &attended.listed, &mut metrics);
        }
        timings.lap("reasons");

        watch.begin_stage("writing tables");
        let rejects = count_by_reason(&read.rejects);
        let reading = attention.pair_reading(&state);
        let new = results.find_new_persons(&state, &known);
        let parts = results.build_tables(job, &state, &reading, (&past, &new), read, &metrics)?;
        timings.lap("tables");

        watch.begin_stage("publishing");
        known.store_in(&mut state, new, as_of);
        state.kept_scores = Some(results.keep_scores());
        state.reaction_counts = results.count_reactions(job);
        let commit = SnapshotCommit {
            job,
            output,
            request: self.request,
            as_of,
            inputs: base.inputs,
            watch,
            outcome: results.outcome(),
            space: &base.space,
        };
        let manifest = commit
            .publish(&state, parts, timings)
            .context(|| format!("publishing {as_of}"))?;
        Ok(RunOutcome::Published {
            manifest: Box::new(manifest),
            metrics,
            rejects,
        })
    }
}
