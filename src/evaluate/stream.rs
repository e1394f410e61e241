//! Everything that counts in a warehouse, read once, to be cut at any moment.
//!
//! What counts is settled as a run settles it: copies, twins, co-visits and opt-outs by load date. Who is
//! who, and who has opted out, is taken from the end of the stream: somebody who opted out stands in no
//! evaluation of an earlier day either.

use crate::day::Day;
use crate::error::Result;
use crate::intake::accounts::Accounts;
use crate::job::Job;
use crate::night::delivery::Delivery;
use crate::night::fold::{Sources, settle};
use crate::night::plan;
use crate::night::settle::Counted;
use crate::night::watch::Watch;
use crate::people::persons::Persons;
use crate::state::{History, State};
use crate::tables::run_metrics::Metrics;
use crate::warehouse::layout::Inventory;
use crate::warehouse::store::Store;

/// Counted rows of all load dates, and who they are about.
pub struct Stream {
    /// The accounts.
    pub accounts: Accounts,
    /// Whose they are.
    pub persons: Persons,
    /// By node: whether its owner has opted out.
    pub is_gone: Vec<bool>,
    /// By network: posts and reactions.
    pub counted: Vec<Counted>,
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
        watch: &dyn Watch,
    ) -> Result<Stream> {
        let last = plan::snapshot_date(inventory, last, input.url())?;
        let mut state = State::empty(&job.networks);
        let sources = Sources::after(&state, job, input, inventory, last);
        watch.stage("reading the load dates");
        let delivery = Delivery::read(input, inventory, &sources.intake_params(&state), watch)?;
        delivery.expect_good(job)?;
        watch.stage("settling what counts");
        let mut by_network = vec![Counted::default(); job.networks.len()];
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
