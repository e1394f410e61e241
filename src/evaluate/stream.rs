//! Reads all counted rows of a warehouse once; scenes are cut from them at any moment.
//!
//! The rows are filtered as in a run: duplicates, twins, co-visits, and opt-outs by load date. The owners of accounts
//! and the opt-outs are those at the end of the stream. An opted-out person is therefore in no evaluation, not even
//! of an earlier day.

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

/// Counted rows of all load dates, with their accounts and people.
pub struct Stream {
    /// Accounts.
    pub accounts: Accounts,
    /// Owners of the accounts.
    pub persons: Persons,
    /// Flag by node: true if the owner has opted out.
    pub is_gone: Vec<bool>,
    /// Posts and reactions by network, with full rows if topics are wanted.
    pub counted: Vec<Counted>,
    /// Endorsements, sorted by load date.
    pub endorsements: Vec<Endorsement>,
    /// Topics.
    pub ontology: Ontology,
    /// Aliases of the topics.
    pub lexicon: Lexicon,
    /// First load date and oldest day by network.
    pub histories: Vec<Option<History>>,
    /// First load date.
    pub first: Day,
    /// Last load date.
    pub last: Day,
}

impl Stream {
    /// Reads the input up to `last`, or to the newest load date of any known network.
    ///
    /// # Errors
    /// Returns the errors of a run's intake: missing or refused input, or a store that fails.
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
        watch.stage("deduplicating activities");
        let mut by_network: Vec<Counted> = job.networks.iter().map(|_| Counted::default()).collect();
        let is_gone = settle(
            &mut state,
            delivery.intake,
            delivery.reference,
            &sources,
            &mut Metrics::default(),
            &mut |_, index, counted| by_network[index] = counted,
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

    /// Returns the network of a node.
    pub fn network_of(&self, node: u32) -> usize {
        self.accounts.network_of(node)
    }
}
