//! A state goes on to a later date: the load dates between are read and folded.

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

/// What a run reads from, and where to.
pub struct Advance<'a> {
    /// The job.
    pub job: &'a Job,
    /// The input store.
    pub input: &'a Store,
    /// Its listing.
    pub inventory: &'a Inventory,
    /// Who watches.
    pub watch: &'a dyn Watch,
    /// The snapshot date.
    pub as_of: Day,
}

/// What a run has read.
pub struct Read {
    /// Tonight's topics.
    pub ontology: Ontology,
    /// Everything that was refused, in order.
    pub rejects: Vec<Reject>,
    /// The night before, where it is published, and what tonight did to its rows.
    pub yesterday: Option<(Yesterday, Traces)>,
}

impl Advance<'_> {
    /// Takes `state` to the snapshot date. Where the day before is published, it stops there to see how things stood.
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
                self.watch.stage("judging the day before");
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

    /// Reads and folds what the state has not seen, up to `last`.
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
        self.watch.stage("folding the load dates");
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
