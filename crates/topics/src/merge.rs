//! Merges new rows into the topic state, load date by load date.
//!
//! On a post, tags and text belong to the actor. On a reaction the tags describe the object and are evidence for target
//! and actor, except for [verbs with tags of the actor only](clout_model::networks::Network::tags_describe_object); text
//! and hashtags belong to the actor. A reaction without tags gets the topics of the target's own post of that object.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use polars::prelude::{DataFrame, IntoLazy, col, lit};

use super::acts::{ActRows, ActTables, find_credits};
use super::fixed_point::TopicPeriods;
use super::frames::{collect, union_all};
use super::interactions::{self, find_interactions};
use super::interests::{self, find_interests};
use super::mentions::TopicMentions;
use super::post_topics::{find_posted, merge_posted};
use super::row_topics::RowTopics;
use super::rows::ActivityRows;
use super::sources::{drop_opted_out, find_sources, merge_sources};
use super::topic_pairs::{find_topic_pairs, merge_topic_pairs};
use super::topic_state::TopicState;
use crate::ontology::Ontology;
use crate::ontology::lexicon::Lexicon;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::account_activity::{RETENTION_DAYS, TOPIC_RETENTION_DAYS};
use clout_model::influence::model::InfluenceModel;
use clout_model::networks::Network;

/// Rows from which the tables of load dates are computed: enough for both cores, few enough for memory.
pub const BATCH_ROWS: usize = 1 << 18;

/// Deduplicated rows of one network.
pub struct CountedTopicRows {
    /// Rows, with accounts as nodes.
    pub rows: ActivityRows,
    /// By row: true if it counts.
    pub is_kept: Vec<bool>,
    /// By node: the load date from which the account is opted out.
    pub opted_out_on: Arc<[Day]>,
}

/// Context of the merge.
pub struct TopicMerge<'a> {
    /// Current topics.
    pub ontology: &'a Ontology,
    /// Aliases of the topics.
    pub lexicon: &'a Lexicon,
    /// By topic of the ontology: its number in the state.
    pub numbers: &'a [u32],
    /// Influence model.
    pub model: &'a InfluenceModel,
    /// `input.max_lateness_days`.
    pub max_lateness_days: i32,
    /// Rows from which tables are computed, in whole load dates: [`BATCH_ROWS`]. It changes no result.
    pub batch_rows: usize,
}

/// New topic data of a run, before it is merged into the state: for each table of the state, one table for every part of
/// the rows.
#[derive(Default)]
pub struct NewTopicData {
    interactions: Vec<DataFrame>,
    interests: Vec<DataFrame>,
    topic_pairs: Vec<DataFrame>,
    posted: Vec<DataFrame>,
    /// Sources by the end of a period: a load date with opt-outs, or the last load date.
    sources: BTreeMap<Day, Vec<DataFrame>>,
    opted_out_on: Arc<[Day]>,
}

impl TopicMerge<'_> {
    /// Collects the topic data of one network's rows, up to load date `last`.
    ///
    /// # Errors
    /// Returns an internal error if a query does not fit its tables.
    pub fn collect(
        &self,
        state: &mut TopicState,
        new_data: &mut NewTopicData,
        index: usize,
        network: &Network,
        counted: &CountedTopicRows,
        last: Day,
    ) -> Result<()> {
        if counted.rows.mentions.is_empty() {
            return Ok(());
        }
        new_data.opted_out_on = counted.opted_out_on.clone();
        for end in list_ends(&counted.opted_out_on, last) {
            new_data.sources.entry(end).or_default();
        }
        let (mut found, mut kept) = (RowTopics::default(), Vec::new());
        // Topics of recent posts after a part of the rows. An author belongs to one network, so the others are not needed.
        let mut after_part: Option<DataFrame> = None;
        let mut dates = counted.rows.dates().filter(|(day, _)| *day <= last).peekable();
        while let Some((load_date, range)) = dates.next() {
            let of_date: Vec<usize> = range.filter(|row| counted.is_kept[*row]).collect();
            self.resolve_rows(&mut state.aliases[index], &counted.rows, &of_date, &mut found);
            kept.extend(of_date.into_iter().map(|row| (load_date, row)));
            if dates.peek().is_none() || kept.len() >= self.batch_rows {
                let part = ActRows {
                    network,
                    rows: &counted.rows,
                    periods: TopicPeriods::new(&self.model.params().topics),
                    kept: std::mem::take(&mut kept),
                };
                let tables = ActTables::new(&part, std::mem::take(&mut found))?;
                let posts = find_posted(&tables)?;
                let before = after_part.as_ref().unwrap_or(&state.posted);
                let posted = union_all([before.clone().lazy(), posts.clone().lazy()])?;
                let credits = find_credits(&tables, posted, self.max_lateness_days)?;
                self.add_tables(new_data, &part, &tables, &credits)?;
                match dates.peek() {
                    Some(_) => after_part = Some(merge_posted(before, &[posts], load_date, self.max_lateness_days)?),
                    None => new_data.posted.push(posts),
                }
            }
        }
        new_data.posted.extend(after_part);
        Ok(())
    }

    /// Adds the tables of some load dates.
    fn add_tables(
        &self,
        new_data: &mut NewTopicData,
        part: &ActRows,
        tables: &ActTables,
        credits: &DataFrame,
    ) -> Result<()> {
        let ends: Vec<Day> = new_data.sources.keys().copied().collect();
        let (ledgers, others) = rayon::join(
            || -> Result<_> {
                let interactions = find_interactions(part, tables, credits, self.model)?;
                Ok((interactions, find_interests(tables)?))
            },
            || -> Result<_> {
                let sources = split_sources(tables, &part.rows.mentions, &ends)?;
                Ok((find_topic_pairs(tables, credits)?, sources))
            },
        );
        let ((interactions, interests), (topic_pairs, sources)) = (ledgers?, others?);
        new_data.interactions.push(interactions);
        new_data.interests.push(interests);
        new_data.topic_pairs.push(topic_pairs);
        new_data
            .sources
            .values_mut()
            .zip(sources)
            .for_each(|(all, new)| all.push(new));
        Ok(())
    }
}

/// Returns the sources of the load dates up to each of the `ends`, after the one before.
fn split_sources(tables: &ActTables, ids: &TopicMentions, ends: &[Day]) -> Result<Vec<DataFrame>> {
    let mut after = Day(i32::MIN);
    let sources = ends.iter().map(|end| {
        let load_date = || col("load_date");
        let is_within = load_date().gt(lit(after.0)).and(load_date().lt_eq(lit(end.0)));
        after = *end;
        find_sources(&collect(tables.mentions.clone().lazy().filter(is_within))?, ids)
    });
    sources.collect()
}

impl NewTopicData {
    /// Merges everything into the state, which then is as of `as_of`.
    ///
    /// # Errors
    /// Returns an internal error if a query does not fit its tables.
    pub fn merge_into(mut self, state: &mut TopicState, merge: &TopicMerge, as_of: Day) -> Result<()> {
        // A load date without rows forgets old sources, too.
        self.sources.entry(as_of).or_default();
        let periods = TopicPeriods::new(&merge.model.params().topics);
        let first_kept = |retention_days: i32| periods.short.first_kept(as_of, retention_days);
        let first_lasting = first_kept(TOPIC_RETENTION_DAYS);
        let (ledgers, others) = rayon::join(
            || -> Result<()> {
                let (interactions, interests) = (&mut state.interactions, &mut state.interests);
                interactions.merge(&self.interactions, &interactions::LEDGER, first_lasting)?;
                interests.merge(&self.interests, &interests::LEDGER, first_kept(RETENTION_DAYS))
            },
            || -> Result<()> {
                state.topic_pairs = merge_topic_pairs(&state.topic_pairs, &self.topic_pairs)?;
                state.posted = merge_posted(&state.posted, &self.posted, as_of, merge.max_lateness_days)?;
                for (end, sources) in &self.sources {
                    let is_opted_out =
                        |node: u32| self.opted_out_on.get(node as usize).is_some_and(|since| since <= end);
                    let merged = merge_sources(&state.sources, sources, as_of)?;
                    state.sources = drop_opted_out(&merged, &is_opted_out)?;
                }
                Ok(())
            },
        );
        ledgers.and(others)
    }
}

/// Returns the load dates up to `last` with opt-outs, and `last`.
fn list_ends(opted_out_on: &[Day], last: Day) -> BTreeSet<Day> {
    // Accounts of earlier runs' opt-outs have no date, and are in no source of the state.
    let is_new = |since: &Day| *since <= last && *since != Day(i32::MIN);
    let opted_out = opted_out_on.iter().copied().filter(is_new);
    opted_out.chain([last]).collect()
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
