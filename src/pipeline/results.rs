//! Computes scores, intervals, topics and tables from a state.

use rayon::prelude::*;

use super::advance::AdvanceResult;
use super::day_comparison::DayComparison;
use super::load_dates;
use super::reasons;
use super::scored_state::ScoredState;
use crate::job::Job;
use crate::state::stored_pairs::PairReading;
use crate::state::{RunState, find_moment};
use crate::tables::alerts::AlertInputs;
use crate::tables::published_history::{NewPersons, PublishedHistory, PublishedPersons};
use crate::tables::score_changes::{self, ReasonsByPerson};
use crate::tables::{
    alerts, influences, network_scores, people, rejects, run_metrics, scores, topic_evidence, topic_scores,
};
use clout_base::day::Day;
use clout_base::error::{Error, ErrorKind, Result};
use clout_base::metrics::RunMetrics;
use clout_base::schema::{
    ALERTS, INFLUENCES, NETWORK_SCORES, PEOPLE, REJECTS, RUN_METRICS, SCORE_CHANGES, SCORES, TOPIC_EVIDENCE,
    TOPIC_SCORES, TableSchema,
};
use clout_graph::PropagationOutcome;
use clout_model::influence::attention::ScoringMoment;
use clout_model::influence::changes::strength_moves::AccountStrengths;
use clout_model::influence::coverage::CoverageInputs;
use clout_model::influence::interval::{ScoreBootstrap, ScoreInterval};
use clout_model::influence::kept_scores::KeptScores;
use clout_model::influence::score_table::ScoreStatistics;
use clout_model::networks::Network;
use clout_model::people::persons::PersonMap;
use clout_topics::influence_scores::InfluenceScores;
use clout_topics::ontology::Ontology;
use clout_topics::topic_scores::{TopicScores, compute_topic_scores};
use clout_warehouse::encoded_part::{EncodedPart, MAX_PART_ROWS, encode_table};
use clout_warehouse::table_rows::TableRows;

/// Scores of one snapshot date and their inputs.
pub struct SnapshotResults {
    judged: ScoredState,
    outcome: PropagationOutcome,
    coverage: Vec<f64>,
    intervals: Vec<Option<ScoreInterval>>,
    topics: TopicScores,
    reasons: ReasonsByPerson,
}

impl SnapshotResults {
    /// Measures the scored state.
    pub fn new(mut judged: ScoredState, state: &RunState, metrics: &mut RunMetrics) -> Result<SnapshotResults> {
        let as_of = judged.as_of;
        let outcome = judged.scored.outcome.take();
        let results = SnapshotResults {
            outcome: outcome.ok_or_else(|| Error::internal("the scores have no propagation"))?,
            judged,
            coverage: Vec::new(),
            intervals: Vec::new(),
            topics: TopicScores::default(),
            reasons: Vec::new(),
        };
        results.measure(state, &find_moment(&state.histories, as_of), metrics);
        Ok(results)
    }

    /// Computes the coverage and the 90 % interval of each score.
    pub fn estimate_intervals(&mut self, job: &Job, state: &RunState, as_of: Day) {
        let history_days = find_moment(&state.histories, as_of).history_days;
        let delivered =
            load_dates::compute_delivered_shares(state, &job.networks, &history_days, job.model.mixture(), as_of);
        let model = self.judged.scored.contribution_model(&job.model);
        let signal = CoverageInputs {
            networks: job.networks.len(),
            attention: &self.judged.scored.attention,
            model: &model,
            sums: &self.judged.scored.scores.sums,
            presences: &self.judged.presences,
            acts: &self.judged.scored.acts,
        };
        let bootstrap = ScoreBootstrap::new(
            &self.judged.scored.attention,
            &model,
            &self.judged.scored.scale,
            &self.judged.persons.ids,
        );
        let coverage = signal.compute_coverage(&delivered);
        let intervals = bootstrap.compute_intervals(&self.judged.scored.scores.sums, &coverage);
        (self.coverage, self.intervals) = (coverage, intervals);
    }

    /// Computes the topic scores of all people with evidence for a topic.
    pub fn score_topics(
        &mut self,
        job: &Job,
        state: &RunState,
        ontology: &Ontology,
        metrics: &mut RunMetrics,
    ) -> Result<()> {
        let inputs = self.judged.topic_inputs(job, state, ontology);
        let known = InfluenceScores::from_people_scores(&self.judged.scored, &job.model);
        self.topics = compute_topic_scores(&inputs, &known)?;
        let outcome = &self.topics.outcome;
        expect_converged(job, "propagation over topics", outcome)?;
        if !ontology.is_empty() {
            metrics.set("topic_iterations", f64::from(outcome.iterations));
            metrics.set("topic_residual", outcome.residual);
            metrics.set("topics", ontology.len() as f64);
            metrics.set("topic_scores", self.topics.rows.len() as f64);
            metrics.set(
                "topic_scores_shown",
                self.topics.rows.iter().filter(|row| row.is_shown).count() as f64,
            );
        }
        Ok(())
    }

    /// Computes the reasons of score changes since the day before.
    pub fn compute_reasons(
        &mut self,
        job: &Job,
        state: &RunState,
        past: &PublishedHistory,
        comparison: &DayComparison,
        listed: &[AccountStrengths; 3],
        metrics: &mut RunMetrics,
    ) {
        let (reasons, missed) = reasons::compute_change_reasons(job, state, past, &self.judged, comparison, listed);
        metrics.set("score_changes_missed", missed);
        self.judged.scored.past = None;
        self.reasons = reasons;
    }

    fn measure(&self, state: &RunState, moment: &ScoringMoment, metrics: &mut RunMetrics) {
        let outcome = self.outcome();
        metrics.set("accounts", state.accounts.count_present() as f64);
        metrics.set("persons", self.judged.presences.group_by_person().count() as f64);
        metrics.set("pairs", self.judged.scored.attention.edge_count() as f64);
        metrics.set("history_days", moment.warehouse_days);
        metrics.set("iterations", f64::from(outcome.iterations));
        metrics.set("residual", outcome.residual);
        metrics.set("mass", outcome.mass);
        metrics.set("dangling_mass", outcome.dangling_mass);
        let spread = self.distribution();
        metrics.set("persons_scored", spread.scored as f64);
        metrics.set("score_mean", spread.mean);
        metrics.set("score_median", spread.median);
        metrics.set("score_p95", spread.p95);
        metrics.set("score_p99", spread.p99);
        metrics.set("score_max", spread.max);
    }

    /// Counts the reactions between different persons by network and verb.
    pub fn count_reactions(&self, job: &Job) -> Vec<Vec<u64>> {
        let of_network = |(network, spec): (usize, &Network)| {
            let verbs = 0..spec.verbs.len();
            verbs
                .map(|verb| self.judged.scored.acts.count_reactions(network, verb))
                .collect()
        };
        job.networks.iter().enumerate().map(of_network).collect()
    }

    /// Returns what the state keeps of the scores.
    pub fn keep_scores(&self) -> KeptScores {
        KeptScores::from_people_scores(&self.judged.scored)
    }

    /// Returns the distribution of the scores.
    pub fn distribution(&self) -> ScoreStatistics {
        ScoreStatistics::from_sorted(&self.judged.scored.scores.sorted_scores())
    }

    /// Returns iterations and residual of the propagation.
    pub fn outcome(&self) -> &PropagationOutcome {
        &self.outcome
    }

    /// Refuses scores of a propagation that did not converge, unless the job allows them.
    pub fn expect_converged(&self, job: &Job) -> Result<()> {
        expect_converged(job, "propagation", self.outcome())
    }

    /// Returns all persons of the state.
    pub fn persons(&self) -> &PersonMap {
        &self.judged.persons
    }

    /// Finds the persons in `scores` that no earlier snapshot contains.
    pub fn find_new_persons(&self, state: &RunState, published: &PublishedPersons) -> NewPersons {
        let persons = &self.judged.persons;
        published.find_new(state, persons, &self.judged.presences.present_persons(persons.len()))
    }

    /// Builds and encodes all tables of the snapshot. `read` is the result of reading its input.
    pub fn build_tables(
        &self,
        job: &Job,
        state: &RunState,
        reading: &PairReading,
        (past, new): (&PublishedHistory, &NewPersons),
        read: AdvanceResult,
        metrics: &RunMetrics,
    ) -> Result<Vec<(&'static TableSchema, EncodedPart)>> {
        let ontology = &read.ontology;
        let inputs = self.judged.snapshot_inputs(job, &self.coverage, &self.intervals);
        let silence = reasons::compute_alert_forecasts(job, state, reading, &self.judged, past.previous_date())?;
        let news = AlertInputs {
            rules: &job.alerts,
            as_of: self.judged.as_of,
            past,
            reasons: &self.reasons,
            ontology,
            topics: &self.topics.rows,
            forecast_changes: &silence,
        };
        let (persons, min_percentile) = (&self.judged.persons, job.influences.min_percentile);
        let (inputs, topics, rejected) = (&inputs, &self.topics, read.rejects);
        let influences = || influences::build_rows(inputs, min_percentile, job.influences.max_per_direction);
        // Each task builds, encodes and drops its rows, so that those of all tables are never in memory together.
        let tables: [TableTask; 10] = [
            TableTask::new(&SCORES, || scores::build_rows(inputs, past, new)),
            TableTask::new(&PEOPLE, || people::build_rows(inputs, state)),
            TableTask::new(&NETWORK_SCORES, || network_scores::build_rows(inputs)),
            TableTask::new(&TOPIC_SCORES, || {
                topic_scores::build_rows(persons, ontology, &topics.rows)
            }),
            TableTask {
                table: &TOPIC_EVIDENCE,
                encode: Box::new(|| {
                    let pieces = topic_evidence::build_rows(persons, ontology, &topics.evidence)?;
                    encode_table(&pieces, MAX_PART_ROWS)
                }),
            },
            TableTask::new(&INFLUENCES, influences),
            TableTask::new(&SCORE_CHANGES, || score_changes::build_rows(persons, &self.reasons)),
            TableTask {
                table: &ALERTS,
                encode: Box::new(|| {
                    let alerts = alerts::compute_alerts(inputs, &news)?;
                    encode_table(&alerts::build_rows(inputs, &alerts), MAX_PART_ROWS)
                }),
            },
            TableTask::new(&REJECTS, || rejects::build_rows(rejected)),
            TableTask::new(&RUN_METRICS, || run_metrics::build_rows(metrics)),
        ];
        let of_table = |task: TableTask| -> Result<Vec<(&'static TableSchema, EncodedPart)>> {
            Ok((task.encode)()?.into_iter().map(|part| (task.table, part)).collect())
        };
        let parts: Vec<_> = tables.into_par_iter().map(of_table).collect::<Result<_>>()?;
        Ok(parts.into_iter().flatten().collect())
    }
}

/// Builds and encodes a table.
struct TableTask<'a> {
    table: &'static TableSchema,
    encode: Box<dyn FnOnce() -> Result<Vec<EncodedPart>> + Send + 'a>,
}

impl<'a> TableTask<'a> {
    fn new(table: &'static TableSchema, build: impl FnOnce() -> TableRows<'a> + Send + 'a) -> TableTask<'a> {
        TableTask {
            table,
            encode: Box::new(move || encode_table(&build(), MAX_PART_ROWS)),
        }
    }
}

fn expect_converged(job: &Job, name: &str, outcome: &PropagationOutcome) -> Result<()> {
    if outcome.is_converged || job.run.allow_unconverged {
        return Ok(());
    }
    let message = format!(
        "the {name} did not converge: residual {:.1e} after {} iterations, above model.propagation.tolerance {:.1e}; \
         nothing was published. Raise model.propagation.max_iterations, or publish anyway with run.allow_unconverged",
        outcome.residual,
        outcome.iterations,
        job.model.params().propagation.tolerance
    );
    Err(Error::new(ErrorKind::NotConverged, message))
}
