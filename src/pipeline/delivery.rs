//! Reads the input of a run's load dates and checks it against the contract.

use std::collections::BTreeSet;

use super::input_listing::warn_of_unknown_networks;
use super::observer::RunObserver;
use crate::ingest::activities::{self, ActivityIntake, IntakeParams, TopicMatching};
use crate::ingest::endorsements;
use crate::ingest::ontology::{self, OntologyIntake};
use crate::ingest::reference::{self, ReferenceTables};
use crate::ingest::refused_share::RefusedShare;
use crate::ingest::rejects::RejectedRow;
use crate::ingest::tags;
use crate::ingest::text_rows::RefusedInput;
use crate::job::Job;
use clout_base::day::Day;
use clout_base::error::{Error, ErrorKind, Result};
use clout_topics::endorsements::Endorsement;
use clout_topics::ontology::Ontology;
use clout_topics::ontology::lexicon::Lexicon;
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::store::Store;

/// Extent to which topics are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicsWanted {
    /// Checks the topic tables only.
    Tables,
    /// Also matches rows of activities to topics.
    Rows,
    /// Also matches rows; if the input has no topics, uses every tag as a topic.
    RowsOrTags,
}

/// Activities, reference tables, topics and endorsements, and their refused rows and files.
pub struct DeliveredInput {
    /// Rows of activities by network.
    pub intake: ActivityIntake,
    /// Accounts, follows, identities and opt-outs.
    pub reference: ReferenceTables,
    /// Topics and their ancestors; empty if none are delivered.
    pub ontology: Ontology,
    /// Aliases of topics; empty unless rows are matched.
    pub lexicon: Lexicon,
    /// Endorsements with copies of the same id, sorted by load date, then by all columns.
    pub endorsements: Vec<Endorsement>,
    /// Refused rows and files of all tables.
    pub rejects: Vec<RejectedRow>,
    /// Files of topics and topic edges, read and refused.
    pub ontology_shares: Vec<RefusedShare>,
}

impl DeliveredInput {
    /// Reads the load dates in `params`, and the current topics.
    ///
    /// # Errors
    /// Errors of the store, or too many aliases of topics. [`DeliveredInput::find_stops`] judges the
    /// refused rows.
    pub fn read(
        input: &Store,
        inventory: &InputInventory,
        params: &IntakeParams,
        wanted: TopicsWanted,
        watch: &dyn RunObserver,
    ) -> Result<DeliveredInput> {
        let OntologyIntake {
            mut ontology,
            mut rejects,
            shares: ontology_shares,
        } = ontology::read_ontology(input, inventory)?;
        if wanted == TopicsWanted::RowsOrTags && ontology.is_empty() {
            ontology = Ontology::from_tags(tags::read_tags(input, inventory, params)?.into_iter());
        }
        let is_matched = wanted != TopicsWanted::Tables && !ontology.is_empty();
        let searched = if is_matched { &ontology } else { &Ontology::empty() };
        let lexicon = Lexicon::new(searched)
            .map_err(|error| Error::new(ErrorKind::Refused, "the topics have too many aliases").with_source(error))?;
        let params = &IntakeParams {
            topics: is_matched.then_some(TopicMatching {
                ontology: searched,
                lexicon: &lexicon,
            }),
            ..params.clone()
        };
        let files = inventory.partitions_between("activities", params.first, params.last);
        watch.expect_bytes(files.flat_map(|(_, files)| files).map(|file| file.size).sum());
        let mut intake = activities::read_activities(input, inventory, params, &|bytes| watch.add_bytes(bytes))?;
        intake.warnings.iter().for_each(|warning| watch.warn(warning));
        let mut reference = reference::read_reference(input, inventory, params, &intake.interners)?;
        warn_of_unknown_networks(&reference.unknown_networks, params.networks, watch);
        let endorsements = read_endorsements(input, inventory, params, &ontology, &mut reference.refused, watch)?;
        rejects.append(&mut intake.rejects);
        rejects.append(&mut reference.refused.rejects);
        reference
            .refused
            .warnings
            .iter()
            .for_each(|warning| watch.warn(warning));
        rejects.sort();
        Ok(DeliveredInput {
            intake,
            reference,
            ontology,
            lexicon,
            endorsements,
            rejects,
            ontology_shares,
        })
    }
}

impl DeliveredInput {
    /// Returns the rows of activities that were read as (network index, load date, rows).
    pub fn list_volumes(&self, job: &Job) -> Vec<(usize, Day, u64)> {
        let index_of = |share: &RefusedShare| job.networks.iter().position(|network| network.name == share.network);
        let volume = |share: &RefusedShare| Some((index_of(share)?, share.load_date?, share.rows));
        self.intake.shares.iter().filter_map(volume).collect()
    }

    /// Returns the partitions of activities without a readable file that stop the run as (network index, load date):
    /// those that `input.max_refused_share = 1` does not allow, or of a network that `input.expect` asks for.
    pub fn list_unreadable(&self, job: &Job) -> BTreeSet<(usize, Day)> {
        let index_of = |share: &RefusedShare| job.networks.iter().position(|network| network.name == share.network);
        let is_stop =
            |share: &&RefusedShare| job.input.max_refused_share < 1.0 || job.input.expect.contains(&share.network);
        let unreadable = self
            .intake
            .shares
            .iter()
            .filter(|share| share.is_unreadable())
            .filter(is_stop);
        unreadable
            .filter_map(|share| Some((index_of(share)?, share.load_date?)))
            .collect()
    }
}

/// Reads the endorsements of the load dates. Warns about endorsements if there are no topics.
fn read_endorsements(
    input: &Store,
    inventory: &InputInventory,
    params: &IntakeParams,
    ontology: &Ontology,
    refused: &mut RefusedInput,
    watch: &dyn RunObserver,
) -> Result<Vec<Endorsement>> {
    let (first, last) = (params.first, params.last);
    if ontology.is_empty()
        && inventory
            .partitions_between(endorsements::TABLE, first, last)
            .next()
            .is_some()
    {
        watch.warn("endorsements are not read, because topics/ has no readable topic");
    }
    endorsements::read_endorsements(input, inventory, first, last, ontology, refused)
}
