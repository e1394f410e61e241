//! Everything that counts in a warehouse, read once, to be cut at any moment.
//!
//! What counts is settled as a run settles it: copies, twins, co-visits and opt-outs by load date. Who is
//! who, and who has opted out, is taken from the end of the stream: somebody who opted out stands in no
//! evaluation of an earlier day either.

use crate::job::Job;
use crate::pipeline::delivery::{Delivery, TopicsWanted};
use crate::pipeline::fold::settle;
use crate::pipeline::plan;
use crate::pipeline::settle::Counted;
use crate::pipeline::sources::Sources;
use crate::pipeline::watch::Watch;
use crate::state::{History, State};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::metrics::Metrics;
use clout_model::accounts::Accounts;
use clout_model::people::persons::Persons;
use clout_topics::endorsements::Endorsement;
use clout_topics::ontology::Ontology;
use clout_topics::ontology::lexicon::Lexicon;
use clout_warehouse::layout::Inventory;
use clout_warehouse::store::Store;

/// Counted rows of all load dates, and who they are about.
pub struct Stream {
    /// The accounts.
    pub accounts: Accounts,
    /// Whose they are.
    pub persons: Persons,
    /// By node: whether its owner has opted out.
    pub is_gone: Vec<bool>,
    /// By network: posts and reactions, and the rows where topics are wanted.
    pub counted: Vec<Counted>,
    /// Endorsements, sorted by load date.
    pub endorsements: Vec<Endorsement>,
    /// The topics.
    pub ontology: Ontology,
    /// Their aliases.
    pub lexicon: Lexicon,
    /// By network: its beginnings.
    pub histories: Vec<Option<History>>,
    /// The first load date.
    pub first: Day,
    /// The last load date.
    pub last: Day,
}

impl Stream {
    /// Reads the input up to `last`, or to the newest load date of any known network.
    ///
    /// # Errors
    /// As a run's intake: input that is missing or refused, or a store that fails.
    pub fn read(
        job: &Job,
        input: &Store,
        inventory: &Inventory,
        last: Option<Day>,
        topics: TopicsWanted,
        watch: &dyn Watch,
    ) -> Result<Stream> {
        let last = plan::snapshot_date(inventory, last, input.url())?;
        let mut state = State::empty(&job.networks);
        let sources = Sources::after(&state, job, input, inventory, last);
        watch.stage("reading the load dates");
        let delivery = Delivery::read(input, inventory, &sources.intake_params(&state), topics, watch)?;
        delivery.expect_good(job)?;
        watch.stage("settling what counts");
        let mut by_network: Vec<Counted> = job.networks.iter().map(|_| Counted::default()).collect();
        let is_gone = settle(
            &mut state,
            delivery.intake,
            delivery.reference,
            &sources,
            &mut Metrics::default(),
            &mut |_, place, counted| by_network[place] = counted,
        )?;
        let began = state.histories.iter().flatten().map(|history| history.first_load_date);
        Ok(Stream {
            persons: Persons::assign(&state.accounts, &state.owners),
            is_gone,
            counted: by_network,
            endorsements: delivery.endorsements,
            ontology: delivery.ontology,
            lexicon: delivery.lexicon,
            first: began.min().unwrap_or(last),
            histories: state.histories,
            accounts: state.accounts,
            last,
        })
    }

    /// The network of a node.
    pub fn network_of(&self, node: u32) -> usize {
        self.accounts.network_of(node)
    }
}
