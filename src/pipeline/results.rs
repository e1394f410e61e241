//! Computes scores, intervals, topics and tables from a state.

use rayon::prelude::*;

use super::judged::Judged;
use super::load_dates;
use super::reasons;
use super::watch::Stopwatch;
use super::yesterday::{Traces, Yesterday};
use crate::ingest::rejects::Reject;
use crate::job::Job;
use crate::state::{State, moment};
use crate::tables::alerts::News;
use crate::tables::past::{Past, PublishedPersons, published_hash};
use crate::tables::score_changes::{self, Reasons};
use crate::tables::{Tonight, alerts, influences, network_scores, rejects, scores, topic_evidence, topic_scores};
use clout_base::day::Day;
use clout_base::error::{Error, Kind, Result};
use clout_base::metrics::Metrics;
use clout_base::schema::{
    ALERTS, INFLUENCES, NETWORK_SCORES, REJECTS, RUN_METRICS, SCORE_CHANGES, SCORES, TOPIC_EVIDENCE, TOPIC_SCORES,
    Table,
};
use clout_graph::Outcome;
use clout_model::influence::attention::Moment;
use clout_model::influence::coverage::Signal;
use clout_model::influence::interval::{Bootstrap, Interval};
use clout_model::influence::recency::Mixture;
use clout_model::influence::standings::Distribution;
use clout_topics::evidence::Names;
use clout_topics::expertise::Known;
use clout_topics::ontology::Ontology;
use clout_topics::standing::{Standing, standings};
use clout_warehouse::encode::{EncodedPart, encode};

/// Scores of one snapshot date and their inputs.
pub struct Results {
    judged: Judged,
    coverage: Vec<f64>,
    intervals: Vec<Option<Interval>>,
    topics: Vec<Standing>,
    reasons: Reasons,
}

impl Results {
    /// Scores the state at the snapshot date.
    pub fn of(job: &Job, state: &State, as_of: Day, metrics: &mut Metrics, timings: &mut Stopwatch) -> Result<Results> {
        let judged = Judged::of(job, state, as_of, &mut || timings.lap("attention"))?;
        let results = Results {
            judged,
            coverage: Vec::new(),
            intervals: Vec::new(),
            topics: Vec::new(),
            reasons: Vec::new(),
        };
        results.measure(state, &moment(&state.histories, as_of), metrics);
        Ok(results)
    }

    /// Computes the coverage and the 90 % interval of each score.
    pub fn estimate(&mut self, job: &Job, state: &State, as_of: Day) {
        let mixture = Mixture::new(&job.model.recency);
        let history_days = moment(&state.histories, as_of).history_days;
        let delivered = load_dates::delivered_shares(state, &job.networks, &history_days, &mixture, as_of);
        let model = self.judged.scored.model(&job.model);
        let signal = Signal {
            networks: job.networks.len(),
            attention: &self.judged.scored.attention,
            model: &model,
            sums: &self.judged.scored.standings.sums,
            presences: &self.judged.presences,
        };
        let bootstrap = Bootstrap::new(
            &self.judged.scored.attention,
            &model,
            &self.judged.scored.line,
            &self.judged.persons.ids,
        );
        let coverage = signal.coverage(&delivered);
        let intervals = bootstrap.intervals(&self.judged.scored.standings.sums, &coverage);
        (self.coverage, self.intervals) = (coverage, intervals);
    }

    /// Computes the topic scores of all people with evidence for a topic.
    pub fn attribute(
        &mut self,
        job: &Job,
        state: &State,
        ontology: &Ontology,
        as_of: Day,
        metrics: &mut Metrics,
    ) -> Result<()> {
        let inputs = clout_topics::claims::Tonight {
            memory: &state.topics,
            ontology,
            accounts: &state.accounts,
            persons: &self.judged.persons,
            are_there: &self.judged.presences.are_there(self.judged.persons.len()),
            params: &job.model,
            as_of,
        };
        let known = Known {
            attention: &self.judged.scored.attention,
            company: &self.judged.scored.attention,
            seasoned: &self.judged.scored.seasoned,
            model: &self.judged.scored.model(&job.model),
            sums: &self.judged.scored.standings.sums,
            line: &self.judged.scored.line,
        };
        let (topics, outcome) = standings(&inputs, &known)?;
        expect_converged(job, "propagation over topics", &outcome)?;
        self.topics = topics;
        if !ontology.is_empty() {
            metrics.set("topic_iterations", f64::from(outcome.iterations));
            metrics.set("topic_residual", outcome.residual);
            metrics.set("topics", ontology.len() as f64);
            metrics.set("topic_scores", self.topics.len() as f64);
            metrics.set(
                "topic_scores_shown",
                self.topics.iter().filter(|row| row.is_shown).count() as f64,
            );
        }
        Ok(())
    }

    /// Computes the reasons of score changes since the day before.
    pub fn compare(
        &mut self,
        job: &Job,
        state: &State,
        past: &Past,
        (yesterday, traces): (&Yesterday, &Traces),
        metrics: &mut Metrics,
    ) -> Result<()> {
        let (reasons, missed) = reasons::of(job, state, past, &self.judged, (yesterday, traces))?;
        metrics.set("score_changes_missed", missed);
        self.reasons = reasons;
        Ok(())
    }

    fn measure(&self, state: &State, moment: &Moment, metrics: &mut Metrics) {
        let outcome = self.outcome();
        metrics.set("accounts", state.accounts.len() as f64);
        metrics.set("persons", self.judged.presences.by_person().count() as f64);
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

    /// Returns the distribution of the scores.
    pub fn distribution(&self) -> Distribution {
        Distribution::of(&self.judged.scored.standings.sorted_scores())
    }

    /// Returns iterations and residual of the propagation.
    pub fn outcome(&self) -> &Outcome {
        &self.judged.scored.reactors.outcome
    }

    /// Refuses scores of a propagation that did not converge, unless the job allows them.
    pub fn expect_converged(&self, job: &Job) -> Result<()> {
        expect_converged(job, "propagation", self.outcome())
    }

    /// Returns the hashes of all persons in `scores`.
    pub fn published(&self) -> impl Iterator<Item = u128> + '_ {
        self.judged
            .presences
            .by_person()
            .map(|group| published_hash(&self.judged.persons.ids[group[0].person as usize]))
    }

    /// Builds and encodes all tables of the snapshot.
    pub fn tables(
        &self,
        job: &Job,
        state: &State,
        (past, published): (&Past, &PublishedPersons),
        (ontology, rejected): (&Ontology, Vec<Reject>),
        metrics: &Metrics,
    ) -> Result<Vec<(&'static Table, EncodedPart)>> {
        let model = self.judged.scored.model(&job.model);
        let inputs = Tonight {
            networks: &job.networks,
            persons: &self.judged.persons,
            presences: &self.judged.presences,
            attention: &self.judged.scored.attention,
            model: &model,
            line: &self.judged.scored.line,
            standings: &self.judged.scored.standings,
            coverage: &self.coverage,
            intervals: &self.intervals,
        };
        let silence = reasons::silence(job, state, &self.judged, past.night_before());
        let news = News {
            rules: &job.alerts,
            as_of: self.judged.as_of,
            past,
            reasons: &self.reasons,
            ontology,
            topics: &self.topics,
            silence: &silence,
        };
        let alerts = alerts::alerts(&inputs, &news)?;
        let names = Names {
            memory: &state.topics,
            ontology,
            persons: &self.judged.persons,
        };
        // These two tables have by far the most rows, so they are built in parallel.
        let (topic_scores, topic_evidence) = rayon::join(
            || topic_scores::table(&self.judged.persons, ontology, &self.topics),
            || topic_evidence::table(&names, &self.topics),
        );
        let batches = [
            (&SCORES, scores::table(&inputs, past, published)?),
            (&NETWORK_SCORES, network_scores::table(&inputs)?),
            (&TOPIC_SCORES, topic_scores?),
            (&TOPIC_EVIDENCE, topic_evidence?),
            (
                &INFLUENCES,
                influences::table(&inputs, job.influences.min_percentile, job.influences.max_per_direction)?,
            ),
            (
                &SCORE_CHANGES,
                score_changes::table(&self.judged.persons, &self.reasons)?,
            ),
            (&ALERTS, alerts::table(&inputs, &alerts)?),
            (&REJECTS, rejects::table(rejected)?),
            (&RUN_METRICS, crate::tables::run_metrics::table(metrics)?),
        ];
        batches
            .par_iter()
            .map(|(table, batch)| Ok((*table, encode(table, batch)?)))
            .collect()
    }
}

fn expect_converged(job: &Job, name: &str, outcome: &Outcome) -> Result<()> {
    if outcome.is_converged || job.run.allow_unconverged {
        return Ok(());
    }
    let message = format!(
        "the {name} did not converge: residual {:.1e} after {} iterations, above model.propagation.tolerance {:.1e}; \
         nothing was published. Raise model.propagation.max_iterations, or publish anyway with run.allow_unconverged",
        outcome.residual, outcome.iterations, job.model.propagation.tolerance
    );
    Err(Error::new(Kind::NotConverged, message))
}
