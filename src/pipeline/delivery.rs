//! What was delivered on a run's load dates, read and held against the contract.

use super::plan;
use super::watch::Watch;
use crate::ingest::activities::{self, Intake, IntakeParams};
use crate::ingest::endorsements;
use crate::ingest::ontology;
use crate::ingest::reference::{self, Reference};
use crate::ingest::rejects::{Reject, Share};
use crate::ingest::tags;
use crate::ingest::text_rows::Refused;
use crate::job::Job;
use clout_base::error::{Error, Kind, Result};
use clout_topics::endorsements::Endorsement;
use clout_topics::ontology::Ontology;
use clout_topics::ontology::lexicon::Lexicon;
use clout_warehouse::layout::Inventory;
use clout_warehouse::store::Store;

/// What is wanted of topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicsWanted {
    /// Only whether their tables are good.
    Tables,
    /// Which rows are about which.
    Rows,
    /// The same; where the input has no topics, every tag is one.
    RowsOrTags,
}

/// Activities, reference tables, topics and endorsements, and everything that was refused in them.
pub struct Delivery {
    /// Rows of activities, by network.
    pub intake: Intake,
    /// Accounts, follows, identities and opt-outs.
    pub reference: Reference,
    /// The topics and what lies above them; without any where none are delivered.
    pub ontology: Ontology,
    /// Their aliases, where rows are matched.
    pub lexicon: Lexicon,
    /// Endorsements, sorted by load date and all columns; copies of one id included.
    pub endorsements: Vec<Endorsement>,
    /// Refused rows and files of all tables.
    pub rejects: Vec<Reject>,
}

impl Delivery {
    /// Reads the load dates in `params`, and the topics of today.
    ///
    /// # Errors
    /// Only when the store fails; whether the input is good enough says [`Delivery::expect_good`].
    pub fn read(
        input: &Store,
        inventory: &Inventory,
        params: &IntakeParams,
        wanted: TopicsWanted,
        watch: &dyn Watch,
    ) -> Result<Delivery> {
        let (mut ontology, mut rejects) = ontology::take_in(input, inventory)?;
        if wanted == TopicsWanted::RowsOrTags && ontology.is_empty() {
            ontology = Ontology::of_tags(tags::take_in(input, inventory, params)?.into_iter());
        }
        let is_matched = wanted != TopicsWanted::Tables && !ontology.is_empty();
        let searched = if is_matched { &ontology } else { &Ontology::empty() };
        let lexicon = Lexicon::new(searched)
            .map_err(|error| Error::new(Kind::Refused, "the aliases of topics are too many").with_source(error))?;
        let params = &IntakeParams {
            lexicon: is_matched.then_some(&lexicon),
            ..params.clone()
        };
        let files = inventory.delivered("activities", params.first, params.last);
        watch.bytes(files.flat_map(|(_, files)| files).map(|file| file.size).sum());
        let mut intake = activities::take_in(input, inventory, params, &|bytes| watch.tick(bytes))?;
        let mut reference = reference::take_in(input, inventory, params, &intake.interners)?;
        plan::warn_of_networks(&reference.unknown_networks, watch);
        let endorsements = take_endorsements(input, inventory, params, &ontology, &mut reference.refused, watch)?;
        rejects.append(&mut intake.rejects);
        rejects.append(&mut reference.refused.rejects);
        rejects.sort();
        Ok(Delivery {
            intake,
            reference,
            ontology,
            lexicon,
            endorsements,
            rejects,
        })
    }

    /// Refuses the run where a partition holds too many bad rows, or, in strict mode, any bad file.
    pub fn expect_good(&self, job: &Job) -> Result<()> {
        let shares = self.intake.shares.iter().chain(&self.reference.refused.shares);
        let above = shares.filter(|share| share.is_above(job.input.max_refused_share));
        if let Some(worst) = above.max_by(|a, b| a.part().total_cmp(&b.part())) {
            return Err(self.too_many(worst, job.input.max_refused_share));
        }
        match self.rejects.iter().find(|reject| reject.row_number.is_none()) {
            Some(bad) if job.input.is_strict => {
                let what = format!("{}: {} (input.strict refuses the run)", bad.file, bad.reason);
                Err(Error::new(Kind::Refused, what))
            }
            _ => Ok(()),
        }
    }

    fn too_many(&self, worst: &Share, max: f64) -> Error {
        let is_inside = |reject: &&Reject| {
            reject.table == worst.table
                && reject.network.as_deref() == Some(&worst.network)
                && reject.load_date == Some(worst.load_date)
        };
        let example = self.rejects.iter().filter(is_inside).find_map(|reject| {
            let row = reject.row_number?;
            Some(format!("; for instance {} row {row}: {}", reject.file, reject.reason))
        });
        let Share {
            table,
            network,
            load_date,
            rows,
            refused,
        } = worst;
        let what = format!(
            "{refused} of {rows} rows of {table} of {network} on {load_date} are refused, input.max_refused_share \
             allows {:.1} %{}. `clout check` lists the reasons",
            100.0 * max,
            example.unwrap_or_default()
        );
        Error::new(Kind::Refused, what)
    }
}

/// The endorsements of the load dates, and a warning where there are no topics that they could be about.
fn take_endorsements(
    input: &Store,
    inventory: &Inventory,
    params: &IntakeParams,
    ontology: &Ontology,
    refused: &mut Refused,
    watch: &dyn Watch,
) -> Result<Vec<Endorsement>> {
    let (first, last) = (params.first, params.last);
    if ontology.is_empty() && inventory.delivered(endorsements::TABLE, first, last).next().is_some() {
        watch.warn("endorsements are not read: there is no readable topic below topics/ that they could be about");
    }
    endorsements::take_in(input, inventory, first, last, ontology, refused)
}
