//! Reads the input of a run's load dates and checks it against the contract.

use super::observer::RunObserver;
use super::plan;
use crate::ingest::activities::{self, ActivityIntake, IntakeParams};
use crate::ingest::endorsements;
use crate::ingest::ontology;
use crate::ingest::reference::{self, ReferenceTables};
use crate::ingest::rejects::{RefusedShare, RejectedRow};
use crate::ingest::tags;
use crate::ingest::text_rows::RefusedInput;
use crate::job::Job;
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
}

impl DeliveredInput {
    /// Reads the load dates in `params`, and the current topics.
    ///
    /// # Errors
    /// Errors of the store, or too many aliases of topics. [`DeliveredInput::expect_good`] judges the refused rows.
    pub fn read(
        input: &Store,
        inventory: &InputInventory,
        params: &IntakeParams,
        wanted: TopicsWanted,
        watch: &dyn RunObserver,
    ) -> Result<DeliveredInput> {
        let (mut ontology, mut rejects) = ontology::read_ontology(input, inventory)?;
        if wanted == TopicsWanted::RowsOrTags && ontology.is_empty() {
            ontology = Ontology::from_tags(tags::read_tags(input, inventory, params)?.into_iter());
        }
        let is_matched = wanted != TopicsWanted::Tables && !ontology.is_empty();
        let searched = if is_matched { &ontology } else { &Ontology::empty() };
        let lexicon = Lexicon::new(searched)
            .map_err(|error| Error::new(ErrorKind::Refused, "the topics have too many aliases").with_source(error))?;
        let params = &IntakeParams {
            lexicon: is_matched.then_some(&lexicon),
            ..params.clone()
        };
        let files = inventory.partitions_between("activities", params.first, params.last);
        watch.bytes(files.flat_map(|(_, files)| files).map(|file| file.size).sum());
        let mut intake = activities::read_activities(input, inventory, params, &|bytes| watch.tick(bytes))?;
        intake.warnings.iter().for_each(|warning| watch.warn(warning));
        let mut reference = reference::read_reference(input, inventory, params, &intake.interners)?;
        plan::warn_of_unknown_networks(&reference.unknown_networks, watch);
        let endorsements = read_endorsements(input, inventory, params, &ontology, &mut reference.refused, watch)?;
        rejects.append(&mut intake.rejects);
        rejects.append(&mut reference.refused.rejects);
        rejects.sort();
        Ok(DeliveredInput {
            intake,
            reference,
            ontology,
            lexicon,
            endorsements,
            rejects,
        })
    }

    /// Refuses the run if a partition has too many bad rows, or, in strict mode, if any file is bad.
    pub fn expect_good(&self, job: &Job) -> Result<()> {
        let shares = self.intake.shares.iter().chain(&self.reference.refused.shares);
        let above = shares.filter(|share| share.is_above(job.input.max_refused_share));
        if let Some(worst) = above.max_by(|a, b| a.fraction().total_cmp(&b.fraction())) {
            return Err(self.too_many(worst, job.input.max_refused_share));
        }
        match self.rejects.iter().find(|reject| reject.row_number.is_none()) {
            Some(bad) if job.input.is_strict => {
                let message = format!("{}: {} (input.strict refuses the run)", bad.file, bad.reason);
                Err(Error::new(ErrorKind::Refused, message))
            }
            _ => Ok(()),
        }
    }

    fn too_many(&self, worst: &RefusedShare, max: f64) -> Error {
        let is_inside = |reject: &&RejectedRow| {
            reject.table == worst.table
                && reject.network.as_deref() == Some(&worst.network)
                && reject.load_date == Some(worst.load_date)
        };
        let example = self.rejects.iter().filter(is_inside).find_map(|reject| {
            let row = reject.row_number?;
            Some(format!("; for example {} row {row}: {}", reject.file, reject.reason))
        });
        let RefusedShare {
            table,
            network,
            load_date,
            rows,
            refused,
        } = worst;
        let message = format!(
            "{refused} of {rows} rows of {table} of {network} on {load_date} are refused, but input.max_refused_share \
             allows only {:.1} %{}. `clout check` lists the reasons",
            100.0 * max,
            example.unwrap_or_default()
        );
        Error::new(ErrorKind::Refused, message)
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
