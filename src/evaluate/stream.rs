//! Reads all counted rows of a warehouse once; scenes are cut from them at any moment.
//!
//! The rows are filtered as in a run: duplicates, twins, co-visits, and opt-outs by load date. The owners of accounts
//! and the opt-outs are those at the end of the stream. An opted-out person is therefore in no evaluation, not even
//! of an earlier day.

use crate::job::Job;
use crate::pipeline::check_log::CheckLog;
use crate::pipeline::count::CountedRows;
use crate::pipeline::delivery::{DeliveredInput, TopicsWanted};
use crate::pipeline::input_listing::resolve_snapshot_date;
use crate::pipeline::merge::count_rows;
use crate::pipeline::observer::RunObserver;
use crate::pipeline::sources::MergeSources;
use crate::state::{NetworkHistory, RunState};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::metrics::RunMetrics;
use clout_model::accounts::AccountIndex;
use clout_model::people::persons::PersonMap;
use clout_topics::endorsements::Endorsement;
use clout_topics::ontology::Ontology;
use clout_topics::ontology::lexicon::Lexicon;
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::store::Store;

/// Counted rows of all load dates, with their accounts and people.
pub struct CountedStream {
    /// Accounts.
    pub accounts: AccountIndex,
    /// Owners of the accounts.
    pub persons: PersonMap,
    /// Flag by node: true if the owner has opted out.
    pub opted_out: Vec<bool>,
    /// Posts and reactions by network, with full rows if topics are wanted.
    pub counted: Vec<CountedRows>,
    /// Endorsements, sorted by load date.
    pub endorsements: Vec<Endorsement>,
    /// Topics.
    pub ontology: Ontology,
    /// Aliases of the topics.
    pub lexicon: Lexicon,
    /// First load date and oldest day by network.
    pub histories: Vec<Option<NetworkHistory>>,
    /// First load date.
    pub first_load_date: Day,
    /// Last load date.
    pub last_load_date: Day,
}

impl CountedStream {
    /// Reads the input up to `last`, or to the newest load date of any known network.
    ///
    /// # Errors
    /// Returns the errors of a run's intake: missing or refused input, or a store that fails.
    pub fn read(
        job: &Job,
        input: &Store,
        inventory: &InputInventory,
        last: Option<Day>,
        topics: TopicsWanted,
        watch: &dyn RunObserver,
    ) -> Result<CountedStream> {
        let last = resolve_snapshot_date(inventory, last, input.url(), watch)?;
        let mut state = RunState::empty(&job.networks);
        let sources = MergeSources::dates_after(&state, job, input, inventory, last);
        watch.begin_stage("reading the load dates");
        let delivery = DeliveredInput::read(input, inventory, &sources.intake_params(&state), topics, watch)?;
        delivery.find_stops(job, last, &CheckLog::default()).into_result()?;
        watch.begin_stage("deduplicating activities");
        let mut by_network: Vec<CountedRows> = job.networks.iter().map(|_| CountedRows::default()).collect();
        let counted = count_rows(
            &mut state,
            delivery.intake,
            delivery.reference,
            &sources,
            &mut RunMetrics::default(),
            &mut |_, index, counted| {
                by_network[index].append(counted);
                Ok(())
            },
        )?;
        let began = state.histories.iter().flatten().map(|history| history.first_load_date);
        Ok(CountedStream {
            persons: PersonMap::from_owners(&state.accounts, &state.owners),
            opted_out: counted.is_opted_out,
            counted: by_network,
            endorsements: delivery.endorsements,
            ontology: delivery.ontology,
            lexicon: delivery.lexicon,
            first_load_date: began.min().unwrap_or(last),
            histories: state.histories,
            accounts: state.accounts,
            last_load_date: last,
        })
    }

    /// Returns the network of a node.
    pub fn network_of(&self, node: u32) -> usize {
        self.accounts.network_of(node)
    }
}
