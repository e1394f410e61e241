//! Tonight's state becomes scores and tables.

use rayon::prelude::*;

use super::load_dates;
use super::watch::Stopwatch;
use crate::day::Day;
use crate::error::{Error, Kind, Result};
use crate::graph::Outcome;
use crate::influence::attention::Moment;
use crate::influence::coverage::Signal;
use crate::influence::interval::{Bootstrap, Interval};
use crate::influence::recency::Mixture;
use crate::influence::scoring::{Memory, Scored};
use crate::influence::standings::Distribution;
use crate::intake::rejects::Reject;
use crate::job::Job;
use crate::ontology::Ontology;
use crate::people::persons::Persons;
use crate::people::presence::Presences;
use crate::schema::{INFLUENCES, NETWORK_SCORES, REJECTS, RUN_METRICS, SCORES, TOPIC_EVIDENCE, TOPIC_SCORES, Table};
use crate::state::{State, moment};
use crate::tables::past::{Past, PublishedPersons, published_hash};
use crate::tables::run_metrics::Metrics;
use crate::tables::{Tonight, influences, network_scores, rejects, scores, topic_evidence, topic_scores};
use crate::topics::expertise::Known;
use crate::topics::standing::{Standing, standings};
use crate::warehouse::encode::{EncodedPart, encode};
use crate::warehouse::store::Store;

/// One night's scores, and what they were made from.
pub struct Results {
    persons: Persons,
    presences: Presences,
    scored: Scored,
    coverage: Vec<f64>,
    intervals: Vec<Option<Interval>>,
    topics: Vec<Standing>,
}

impl Results {
    /// Scores the state at the snapshot date.
    pub fn of(job: &Job, state: &State, as_of: Day, metrics: &mut Metrics, timings: &mut Stopwatch) -> Result<Results> {
        let persons = Persons::assign(&state.accounts, &state.owners);
        let presences = Presences::of(state, &persons);
        let moment = moment(&state.histories, as_of);
        let memory = Memory {
            pairs: &state.pairs,
            facts: &state.facts,
            persons: &persons,
            network_of: &|node| state.accounts.network_of(node),
        };
        let attention = memory.attention(&moment, &job.model);
        timings.lap("attention");
        let scored = Scored::of_attention(attention, &memory, &moment, &job.networks, &job.model)?;
        let results = Results {
            persons,
            presences,
            scored,
            coverage: Vec::new(),
            intervals: Vec::new(),
            topics: Vec::new(),
        };
        results.measure(state, &moment, metrics);
        Ok(results)
    }

    /// Finds out how sure the scores are: coverage, and with it the intervals.
    pub fn estimate(&mut self, job: &Job, state: &State, as_of: Day) {
        let mixture = Mixture::new(&job.model.recency);
        let history_days = moment(&state.histories, as_of).history_days;
        let delivered = load_dates::delivered_shares(state, &job.networks, &history_days, &mixture, as_of);
        let model = self.scored.model(&job.model);
        let signal = Signal {
            networks: job.networks.len(),
            attention: &self.scored.attention,
            model: &model,
            sums: &self.scored.standings.sums,
            presences: &self.presences,
        };
        let bootstrap = Bootstrap::new(&self.scored.attention, &model, &self.scored.line, &self.persons.ids);
        let coverage = signal.coverage(&delivered);
        let intervals = bootstrap.intervals(&self.scored.standings.sums, &coverage);
        (self.coverage, self.intervals) = (coverage, intervals);
    }

    /// Scores everybody on every topic that they have to do with.
    pub fn attribute(
        &mut self,
        job: &Job,
        state: &State,
        ontology: &Ontology,
        as_of: Day,
        metrics: &mut Metrics,
    ) -> Result<()> {
        let tonight = crate::topics::claims::Tonight {
            memory: &state.topics,
            ontology,
            accounts: &state.accounts,
            persons: &self.persons,
            params: &job.model,
            as_of,
        };
        let known = Known {
            attention: &self.scored.attention,
            model: &self.scored.model(&job.model),
            sums: &self.scored.standings.sums,
            line: &self.scored.line,
        };
        self.topics = standings(&tonight, &known)?;
        if !ontology.is_empty() {
            metrics.set("topics", ontology.len() as f64);
            metrics.set("topic_scores", self.topics.len() as f64);
            metrics.set(
                "topic_scores_shown",
                self.topics.iter().filter(|row| row.is_shown).count() as f64,
            );
        }
        Ok(())
    }

    /// Whose the accounts are.
    pub fn persons(&self) -> &Persons {
        &self.persons
    }

    /// Who is there.
    pub fn presences(&self) -> &Presences {
        &self.presences
    }

    /// The scores, and what they were made from.
    pub fn scored(&self) -> &Scored {
        &self.scored
    }

    fn measure(&self, state: &State, moment: &Moment, metrics: &mut Metrics) {
        let outcome = self.outcome();
        metrics.set("accounts", state.accounts.len() as f64);
        metrics.set("persons", self.presences.by_person().count() as f64);
        metrics.set("pairs", self.scored.attention.edge_count() as f64);
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

    /// How the scores are distributed.
    pub fn distribution(&self) -> Distribution {
        Distribution::of(&self.scored.standings.sorted_scores())
    }

    /// How the propagation went.
    pub fn outcome(&self) -> &Outcome {
        &self.scored.reactors.outcome
    }

    /// Refuses to publish what did not settle, unless the job allows it.
    pub fn expect_converged(&self, job: &Job) -> Result<()> {
        let outcome = self.outcome();
        if outcome.is_converged || job.run.allow_unconverged {
            return Ok(());
        }
        let what = format!(
            "the propagation moved by {:.1e} after {} iterations, model.propagation.tolerance is {:.1e}; nothing was \
             published. Allow more with model.propagation.max_iterations, or publish all the same with \
             run.allow_unconverged",
            outcome.residual, outcome.iterations, job.model.propagation.tolerance
        );
        Err(Error::new(Kind::NotConverged, what))
    }

    /// Hashes of everybody in tonight's scores.
    pub fn published(&self) -> impl Iterator<Item = u128> + '_ {
        self.presences
            .by_person()
            .map(|group| published_hash(&self.persons.ids[group[0].person as usize]))
    }

    /// Every table of the night, encoded.
    pub fn tables(
        &self,
        job: &Job,
        output: &Store,
        as_of: Day,
        published: &PublishedPersons,
        (ontology, rejected): (&Ontology, Vec<Reject>),
        metrics: &Metrics,
    ) -> Result<Vec<(&'static Table, EncodedPart)>> {
        let past = Past::read(output, as_of)?;
        let model = self.scored.model(&job.model);
        let tonight = Tonight {
            networks: &job.networks,
            persons: &self.persons,
            presences: &self.presences,
            attention: &self.scored.attention,
            model: &model,
            line: &self.scored.line,
            standings: &self.scored.standings,
            coverage: &self.coverage,
            intervals: &self.intervals,
        };
        let batches = [
            (&SCORES, scores::table(&tonight, &past, published)?),
            (&NETWORK_SCORES, network_scores::table(&tonight)?),
            (
                &TOPIC_SCORES,
                topic_scores::table(&self.persons, ontology, &self.topics)?,
            ),
            (
                &TOPIC_EVIDENCE,
                topic_evidence::table(&self.persons, ontology, &self.topics)?,
            ),
            (
                &INFLUENCES,
                influences::table(
                    &tonight,
                    job.influences.min_percentile,
                    job.influences.max_per_direction,
                )?,
            ),
            (&REJECTS, rejects::table(rejected)?),
            (&RUN_METRICS, metrics.table()?),
        ];
        batches
            .par_iter()
            .map(|(table, batch)| Ok((*table, encode(table, batch)?)))
            .collect()
    }
}
