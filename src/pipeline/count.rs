//! Deduplicates one network's new rows and turns them into counted posts and reactions, load date by load date.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::count_date::{CountedDate, DateRows, DateTotals};
use super::ownership::AccountOptOuts;
use super::sources::MergeSources;
use crate::deduplicate::duplicates::{find_repeats, move_ids};
use crate::ingest::row_blocks::{DateBlock, NodeMaps};
use crate::state::{NetworkHistory, RunState};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::metrics::RunMetrics;
use clout_model::account_activity::{self, AccountActivity, AccountPost};
use clout_model::networks::Network;
use clout_model::networks::co_visit::CoVisitState;
use clout_model::reactions::{AccountReaction, WeighedReaction};
use clout_model::repeated_ids::DateRepeats;
use clout_steps::BlockSpace;
use clout_topics::merge::CountedTopicRows;
use clout_topics::rows::ActivityRows;

/// Most load dates of which the rows are in memory at a time. Each is processed by all threads; a second one is for the
/// moments in which a load date has no work for all of them.
const DATES_AT_ONCE: usize = 2;

/// Follows as sorted pairs (follower, followed), by the load date from which they are valid.
pub type FollowsByDate = BTreeMap<Day, Vec<(u32, u32)>>;

/// Counted posts and reactions of one network, including those of people with an opt-out on a later load date.
#[derive(Default)]
pub struct CountedRows {
    /// Posts and check-ins, sorted by load date and account.
    pub posts: Vec<AccountPost>,
    /// Reactions in the order of [`weigh_dates`](clout_model::influence::weigh_dates::weigh_dates).
    pub reactions: Vec<WeighedReaction>,
    /// Rows with mentions of topics; `None` if no row mentions one.
    pub topic_rows: Option<CountedTopicRows>,
}

/// Receiver of the counted rows of a network: of one load date after another, then the rows with mentions of topics.
pub type TakeCounted<'a> = &'a mut dyn FnMut(&mut RunState, CountedRows) -> Result<()>;

/// New rows of one network in one run.
pub struct NetworkRows<'a> {
    /// Index of the network.
    pub network_index: usize,
    /// Origin of the rows.
    pub sources: &'a MergeSources<'a>,
    /// Place of the blocks of rows.
    pub space: &'a BlockSpace,
    /// Nodes of the accounts in the blocks.
    pub nodes: &'a NodeMaps<'a>,
    /// Opt-out dates of accounts.
    pub ownership: &'a AccountOptOuts,
    /// True if an account is opted out by the snapshot date.
    pub has_opt_outs: bool,
    /// First load date on which the network delivered a row.
    pub first_load_date: Option<Day>,
}

impl NetworkRows<'_> {
    pub(super) fn network(&self) -> &Network {
        &self.sources.job.networks[self.network_index]
    }

    /// Removes copies and twins, derives co-visits, and passes the counted posts and weighed reactions to `take`.
    ///
    /// # Errors
    /// Returns an error of a store, or if the input changed while it was read.
    pub fn count_rows(
        &self,
        state: &mut RunState,
        mut blocks: Vec<DateBlock>,
        follows: FollowsByDate,
        metrics: &mut RunMetrics,
        take: TakeCounted,
    ) -> Result<()> {
        let max_lateness_days = self.sources.job.input.max_lateness_days;
        let delivered = &mut state.delivered[self.network_index];
        let repeats = find_repeats(&blocks, self.space, delivered, max_lateness_days)?;
        move_ids(
            &mut blocks,
            self.space,
            delivered,
            self.sources.as_of,
            max_lateness_days,
        )?;
        let mut co_visits = CoVisitDates {
            network: self,
            follows: follows.into_iter().peekable(),
        };
        let (mut totals, mut topic_rows) = (DateTotals::default(), TopicRows::default());
        let mut oldest = None;
        let mut dates = blocks.into_iter().zip(repeats);
        loop {
            let next: Vec<(DateBlock, DateRepeats)> = dates.by_ref().take(DATES_AT_ONCE).collect();
            if next.is_empty() {
                break;
            }
            let resolved = self.resolve_dates(state, next)?;
            let first = resolved
                .iter()
                .filter(|date| Some(date.load_date) == self.first_load_date);
            oldest = first.filter_map(find_oldest).chain(oldest).min();
            for date in self.count_dates(state, resolved, &mut co_visits) {
                totals.add(date.totals);
                topic_rows.append(date.load_date, date.topic_rows);
                take(state, date.counted)?;
            }
        }
        co_visits.finish(state);
        self.note_history(state, oldest);
        self.add_metrics(totals, metrics);
        if let Some(topic_rows) = topic_rows.finish(self.ownership) {
            take(state, topic_rows)?;
        }
        Ok(())
    }

    fn resolve_dates(&self, state: &RunState, dates: Vec<(DateBlock, DateRepeats)>) -> Result<Vec<DateRows>> {
        let dates = dates.into_par_iter().with_max_len(1);
        let resolved = dates.map(|(block, repeats)| self.resolve_date(state, block, &repeats));
        // The first error in order of load dates counts.
        resolved.collect::<Vec<_>>().into_iter().collect()
    }

    fn count_dates(
        &self,
        state: &mut RunState,
        dates: Vec<DateRows>,
        co_visits: &mut CoVisitDates,
    ) -> Vec<CountedDate> {
        let derive = |mut date: DateRows| {
            let derived = co_visits.derive(&mut state.co_visits[self.network_index], &mut date);
            (date, derived)
        };
        let dates: Vec<(DateRows, Vec<AccountReaction>)> = dates.into_iter().map(derive).collect();
        let dates = dates.into_par_iter().with_max_len(1);
        dates
            .map(|(date, derived)| self.count_date(state, date, &derived))
            .collect()
    }

    fn note_history(&self, state: &mut RunState, oldest: Option<i64>) {
        let history = &mut state.histories[self.network_index];
        if let (None, Some(first_load_date)) = (&history, self.first_load_date) {
            *history = Some(NetworkHistory {
                first_load_date,
                oldest_day: oldest.map_or(first_load_date, Day::from_micros),
            });
        }
    }

    fn add_metrics(&self, totals: DateTotals, metrics: &mut RunMetrics) {
        let name = &self.network().name;
        metrics.add("rows_copies", name, totals.copies as f64);
        metrics.add("rows_twins", name, totals.twins as f64);
        if self.network().co_visit.is_some() {
            metrics.add("co_visits", name, totals.co_visits as f64);
        }
        metrics.add("reactions_self", name, totals.own_reactions as f64);
        metrics.add("reactions_counted", name, totals.reactions as f64);
        metrics.add("posts_counted", name, totals.posts as f64);
    }
}

/// Returns the time of the oldest counted row.
fn find_oldest(date: &DateRows) -> Option<i64> {
    let kept = date.rows.occurred_at.iter().zip(&date.is_kept);
    kept.filter(|(_, is_kept)| **is_kept).map(|(time, _)| *time).min()
}

/// Co-visits of one network, load date by load date, with the follows and opt-outs valid on that date.
struct CoVisitDates<'a> {
    network: &'a NetworkRows<'a>,
    follows: std::iter::Peekable<std::collections::btree_map::IntoIter<Day, Vec<(u32, u32)>>>,
}

impl CoVisitDates<'_> {
    /// Derives the co-visits that the check-ins of one load date complete; none if the network derives none.
    fn derive(&mut self, memory: &mut CoVisitState, date: &mut DateRows) -> Vec<AccountReaction> {
        let Some(rule) = &self.network.network().co_visit else {
            return Vec::new();
        };
        let load_date = date.load_date;
        while let Some((_, pairs)) = self.follows.next_if(|(day, _)| *day <= load_date) {
            memory.follows = pairs;
        }
        let is_opted_out = |account: u32| self.network.ownership.opted_out_on[account as usize] <= load_date;
        let check_ins = std::mem::take(&mut date.check_ins);
        let derived = memory.derive_reactions(check_ins, load_date, rule, &is_opted_out);
        memory.drop_unmatchable(load_date, self.network.sources.job.input.max_lateness_days, rule);
        derived
    }

    /// Applies the follows after the last load date, and drops what no later load date can match.
    fn finish(self, state: &mut RunState) {
        let Some(rule) = &self.network.network().co_visit else {
            return;
        };
        let memory = &mut state.co_visits[self.network.network_index];
        if let Some((_, pairs)) = self.follows.last() {
            memory.follows = pairs;
        }
        let sources = self.network.sources;
        memory.drop_unmatchable(sources.as_of, sources.job.input.max_lateness_days, rule);
    }
}

/// Rows of all load dates of a network with mentions of topics.
#[derive(Default)]
struct TopicRows {
    rows: ActivityRows,
    is_kept: Vec<bool>,
}

impl TopicRows {
    fn append(&mut self, load_date: Day, date: Option<(ActivityRows, Vec<bool>)>) {
        if let Some((rows, is_kept)) = date {
            self.rows.append_date(load_date, rows);
            self.is_kept.extend(is_kept);
        }
    }

    /// Returns the rows; `None` if no load date has any.
    fn finish(self, ownership: &AccountOptOuts) -> Option<CountedRows> {
        (!self.rows.is_empty()).then(|| CountedRows {
            topic_rows: Some(CountedTopicRows {
                rows: self.rows,
                is_kept: self.is_kept,
                opted_out_on: ownership.opted_out_on.clone(),
            }),
            ..CountedRows::default()
        })
    }
}

impl CountedRows {
    /// Adds posts and delivered reactions to the records of accounts. Derived co-visits are no acts of an account.
    pub fn add_to_records(&self, records: &mut [AccountActivity], network: &Network) {
        let derived = network.co_visit.as_ref().map(|rule| rule.verb);
        let is_delivered = |reaction: &WeighedReaction| Some(reaction.verb) != derived;
        account_activity::merge_activity(records, &self.reactions, is_delivered, &self.posts);
    }

    /// Appends the rows of a later load date.
    pub fn append(&mut self, later: CountedRows) {
        self.posts.extend(later.posts);
        self.reactions.extend(later.reactions);
        self.topic_rows = later.topic_rows.or(self.topic_rows.take());
    }
}
