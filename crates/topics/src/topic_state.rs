//! Defines the persisted topic state: tables of linear sums by account, without any score.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::endorsements::EndorsementTables;
use super::frames::{read_u32, retain_rows};
use super::period_ledger::PeriodLedger;
use super::post_topics::empty_post_topics;
use super::sources::{drop_opted_out, empty_sources};
use super::topic_pairs::empty_topic_pairs;
use super::{interactions, interests};
use crate::ontology::Ontology;
use crate::ontology::alias_resolver::AliasCount;
use clout_base::error::Result;

/// Alias counts from one network's texts, up to the last load date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AliasCounts {
    /// Number of rows with a text.
    pub texts: u64,
    /// Counts by alias in normal form.
    pub counts: BTreeMap<Box<str>, AliasCount>,
}

/// Persisted topic state. A topic is its number in `ids`; an account is its node. Sums are in
/// [units](super::fixed_point).
#[derive(Clone, Debug)]
pub struct TopicState {
    /// Ids of all topics in the order in which the runs first saw them; the index of an id is the topic number.
    pub ids: Vec<String>,
    /// Reactions and texts to others. Grain: (period, target, topic, actor).
    pub interactions: PeriodLedger,
    /// Posts. Grain: (period, account, topic).
    pub interests: PeriodLedger,
    /// Latest sources of evidence. Grain: (account, topic, kind, is_own, id), sorted by key, the latest first.
    pub sources: DataFrame,
    /// Topics of recent posts. Grain: (object, author, topic), sorted.
    pub posted: DataFrame,
    /// Number of rows on two topics. Grain: (topic, other), sorted.
    pub topic_pairs: DataFrame,
    /// By network: alias counts from texts.
    pub aliases: Vec<AliasCounts>,
    /// Endorsements.
    pub endorsements: EndorsementTables,
    /// Topics and parents of the snapshot date ([`Ontology::to_rows`]), so that `explain` can rebuild its scores. The next
    /// run does not read it.
    pub ontology: Vec<(String, Option<String>)>,
}

impl TopicState {
    /// Creates the state before the first run.
    pub fn empty(networks: usize) -> TopicState {
        TopicState {
            ids: Vec::new(),
            interactions: interactions::LEDGER.empty_ledger(),
            interests: interests::LEDGER.empty_ledger(),
            sources: empty_sources(),
            posted: empty_post_topics(),
            topic_pairs: empty_topic_pairs(),
            aliases: vec![AliasCounts::default(); networks],
            endorsements: EndorsementTables::empty(),
            ontology: Vec::new(),
        }
    }

    /// Appends the new topics of the ontology to the ids and returns the numbers of all, in the ontology's order. Data of
    /// topics that the ontology lacks stays, since a later one may have them again.
    pub fn add_topics(&mut self, ontology: &Ontology) -> Vec<u32> {
        let known = self.ids.iter().cloned().zip(0..);
        let mut known: BTreeMap<String, u32> = known.collect();
        let topics = 0..ontology.len() as u32;
        let numbers = topics.map(|topic| {
            let id = ontology.id(topic);
            known.get(id).copied().unwrap_or_else(|| {
                let number = self.ids.len() as u32;
                self.ids.push(id.to_owned());
                known.insert(id.to_owned(), number);
                number
            })
        });
        let numbers = numbers.collect();
        self.ontology = ontology.to_rows();
        numbers
    }

    /// Returns the number of rows: interactions, posts and sources.
    pub fn len(&self) -> usize {
        self.interactions.table.height() + self.interests.table.height() + self.sources.height()
    }

    /// Returns true if there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops the rows of accounts that `is_kept` does not accept.
    ///
    /// # Errors
    /// Returns an internal error if a table lacks a column.
    pub fn retain_accounts(&mut self, is_kept: impl Fn(u32) -> bool + Sync) -> Result<()> {
        let table = &self.interactions.table;
        self.interactions
            .retain(&find_kept(table, &["target", "actor"], &is_kept)?)?;
        self.interests
            .retain(&find_kept(&self.interests.table, &["account"], &is_kept)?)?;
        self.sources = drop_opted_out(&self.sources, &|node| !is_kept(node))?;
        self.posted = retain_rows(&self.posted, &find_kept(&self.posted, &["author"], &is_kept)?)?;
        Ok(())
    }
}

/// Returns a flag for each row: true if `is_kept` accepts the accounts in all `columns`.
fn find_kept(table: &DataFrame, columns: &[&str], is_kept: &dyn Fn(u32) -> bool) -> Result<Vec<bool>> {
    let mut is_row_kept = vec![true; table.height()];
    for column in columns {
        let accounts = read_u32(table, column)?.iter();
        is_row_kept
            .iter_mut()
            .zip(accounts)
            .for_each(|(kept, account)| *kept &= is_kept(*account));
    }
    Ok(is_row_kept)
}
