//! Advances a state to a later date: reads the load dates in between and merges them into the state.

use super::delivery::{Delivery, TopicsWanted};
use super::fold::{Delivered, Folded, fold};
use super::sources::Sources;
use super::watch::{Stopwatch, Watch};
use super::yesterday::{Traces, Yesterday};
use crate::ingest::rejects::Reject;
use crate::job::Job;
use crate::state::State;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::metrics::Metrics;
use clout_model::influence::recency::Mixture;
use clout_topics::ontology::Ontology;
use clout_warehouse::layout::Inventory;
use clout_warehouse::store::Store;

/// Inputs for advancing a state.
pub struct Advance<'a> {
    /// Job of the run.
    pub job: &'a Job,
    /// Input store.
    pub input: &'a Store,
    /// Listing of the input store.
    pub inventory: &'a Inventory,
    /// Receiver of progress and warnings.
    pub watch: &'a dyn Watch,
    /// Snapshot date.
    pub as_of: Day,
}

/// Result of reading the input.
pub struct Read {
    /// Topics of the snapshot date.
    pub ontology: Ontology,
    /// Refused rows and files, sorted.
    pub rejects: Vec<Reject>,
    /// Scores of the day before and the changes to its rows, if the day before is published.
    pub yesterday: Option<(Yesterday, Traces)>,
}

impl Advance<'_> {
    /// Advances `state` to the snapshot date. If the day before is published, stops there to score it for the reasons
    /// of changes.
    pub fn go(
        &self,
        state: &mut State,
        published: &[Day],
        metrics: &mut Metrics,
        timings: &mut Stopwatch,
    ) -> Result<Read> {
        let day_before = self.as_of.minus(1);
        let mut rejects = Vec::new();
        let yesterday = match published.contains(&day_before) {
            true => {
                if state.as_of != Some(day_before) {
                    let (folded, _) = self.take(state, day_before, &mut rejects, metrics, timings)?;
                    self.prune(state, &folded);
                }
                self.watch.stage("scoring the day before");
                let yesterday = Yesterday::of(self.job, state, day_before)?;
                timings.lap("yesterday");
                Some(yesterday)
            }
            false => None,
        };
        let (folded, ontology) = self.take(state, self.as_of, &mut rejects, metrics, timings)?;
        let yesterday = match yesterday {
            Some(yesterday) => {
                let traces = yesterday.trace(self.job, state, folded, self.as_of);
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
        Ok(Read {
            ontology,
            rejects,
            yesterday,
        })
    }

    fn prune(&self, state: &mut State, folded: &Folded) {
        state.prune(&folded.is_gone, &Mixture::new(&self.job.model.recency));
    }

    /// Reads the load dates after the state's date up to `last`, and merges them into the state.
    fn take(
        &self,
        state: &mut State,
        last: Day,
        rejects: &mut Vec<Reject>,
        metrics: &mut Metrics,
        timings: &mut Stopwatch,
    ) -> Result<(Folded, Ontology)> {
        self.watch.stage("reading the load dates");
        let sources = Sources::after(state, self.job, self.input, self.inventory, last);
        let params = sources.intake_params(state);
        let delivery = Delivery::read(self.input, self.inventory, &params, TopicsWanted::Rows, self.watch)?;
        delivery.expect_good(self.job)?;
        timings.lap("read");
        self.watch.stage("merging the load dates");
        let (ontology, lexicon) = (delivery.ontology, delivery.lexicon);
        rejects.extend(delivery.rejects);
        let delivered = Delivered {
            intake: delivery.intake,
            reference: delivery.reference,
            endorsements: delivery.endorsements,
            ontology: &ontology,
            lexicon: &lexicon,
        };
        let folded = fold(state, delivered, &sources, metrics)?;
        timings.lap("fold");
        Ok((folded, ontology))
    }
}
