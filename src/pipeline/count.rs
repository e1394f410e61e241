//! Deduplicates one network's new rows and turns them into counted posts and reactions.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::ownership::AccountOptOuts;
use super::sources::MergeSources;
use crate::deduplicate::duplicates::{self, ResolvedRows};
use crate::deduplicate::tie_break::{self, ContestedRows};
use crate::state::{NetworkHistory, RunState};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::metrics::RunMetrics;
use clout_model::account_activity::{self, AccountActivity, AccountPost};
use clout_model::accounts::NO_NODE;
use clout_model::influence::weigh_dates::{TwinRule, weigh_dates};
use clout_model::networks::co_visit::CheckIn;
use clout_model::networks::{CoVisitRule, Network};
use clout_model::reactions::{AccountReaction, DateReactions, WeighedReaction};
use clout_topics::merge::CountedTopicRows;
use clout_topics::rows::ActivityRows;

/// Least number of rows that one thread reads at a time.
const CHUNK_ROWS: usize = 1 << 14;

/// Follows as sorted pairs (follower, followed), by the load date from which they are valid.
pub type FollowsByDate = BTreeMap<Day, Vec<(u32, u32)>>;

/// Counted posts and reactions of one network, including those of people with an opt-out on a later load date.
#[derive(Default)]
pub struct CountedRows {
    /// Posts and check-ins, sorted by load date and account.
    pub posts: Vec<AccountPost>,
    /// Reactions in the order of [`weigh_dates`].
    pub reactions: Vec<WeighedReaction>,
    /// Rows with mentions of topics; `None` if no row mentions one.
    pub topic_rows: Option<CountedTopicRows>,
}

/// New rows of one network in one run.
pub struct NetworkRows<'a> {
    /// Index of the network.
    pub network_index: usize,
    /// Origin of the rows.
    pub sources: &'a MergeSources<'a>,
    /// Opt-out dates of accounts.
    pub ownership: &'a AccountOptOuts,
    /// First load date on which the network delivered a row.
    pub first_load_date: Option<Day>,
}

impl NetworkRows<'_> {
    fn network(&self) -> &Network {
        &self.sources.job.networks[self.network_index]
    }

    /// Removes copies and twins, derives co-visits, and returns the counted posts and weighed reactions.
    pub fn count_rows(
        &self,
        state: &mut RunState,
        mut rows: ActivityRows,
        follows: FollowsByDate,
        metrics: &mut RunMetrics,
    ) -> Result<CountedRows> {
        let network = self.network();
        let mut settled = self.resolve_duplicates(state, &mut rows)?;
        metrics.add("rows_copies", &network.name, settled.copies as f64);
        self.drop_opted_out_rows(&rows, &mut settled.is_kept);
        self.note_history(state, &rows, &settled);
        let posts = collect_posts(&rows, &settled.is_kept);
        let derived = match &network.co_visit {
            Some(rule) => self.co_visits(state, rule, collect_check_ins(&rows, &settled.is_kept, rule), follows),
            None => Vec::new(),
        };
        let dates = collect_reactions(&rows, &settled.is_kept, &derived);
        let topic_rows = (!rows.mentions.is_empty()).then(|| CountedTopicRows {
            rows,
            is_kept: settled.is_kept,
            opted_out_on: self.ownership.opted_out_on.clone(),
        });
        let weighed = weigh_dates(dates, network, self.sources.job.model.weighing(), TwinRule::Remove);
        metrics.add("rows_twins", &network.name, weighed.twins as f64);
        let counted = CountedRows {
            posts,
            reactions: weighed.reactions,
            topic_rows,
        };
        self.add_metrics(state, &counted, &derived, metrics);
        Ok(counted)
    }

    /// Resolves the duplicates. Takes the ids out of `rows`.
    fn resolve_duplicates(&self, state: &mut RunState, rows: &mut ActivityRows) -> Result<ResolvedRows> {
        let mut settled = duplicates::resolve_duplicates(
            rows,
            &mut state.delivered[self.network_index],
            &state.accounts,
            self.sources.as_of,
            self.sources.job.input.max_lateness_days,
        );
        if settled.contested.is_empty() {
            return Ok(settled);
        }
        let delivery = ContestedRows {
            store: self.sources.input,
            inventory: self.sources.inventory,
            network: self.network(),
            network_index: self.network_index,
            accounts: &state.accounts,
            rows,
        };
        for row in tie_break::choose_rows(&delivery, &settled.contested)? {
            settled.is_kept[row] = true;
        }
        Ok(settled)
    }

    /// Counts what the snapshot shows. People with an opt-out by the snapshot date must not enter the metrics either.
    fn add_metrics(
        &self,
        state: &RunState,
        counted: &CountedRows,
        derived: &[Vec<AccountReaction>],
        metrics: &mut RunMetrics,
    ) {
        let name = &self.network().name;
        let is_present = |account: u32| self.ownership.opted_out_on[account as usize] > self.sources.as_of;
        if self.network().co_visit.is_some() {
            let derived = derived.iter().flatten();
            let credited = derived.filter(|r| is_present(r.actor) && is_present(r.target)).count();
            metrics.add("co_visits", name, credited as f64);
        }
        let reactions = counted.reactions.par_iter().with_min_len(CHUNK_ROWS);
        let reactions = reactions.filter(|r| is_present(r.actor) && is_present(r.target));
        let is_own = |r: &WeighedReaction| self.ownership.is_same_person(state, r.actor, r.target);
        let (all, own) = reactions
            .map(|r| (1_u64, u64::from(is_own(r))))
            .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        metrics.add("reactions_self", name, own as f64);
        metrics.add("reactions_counted", name, (all - own) as f64);
        let posts = counted.posts.par_iter().with_min_len(CHUNK_ROWS);
        let posted = posts.filter(|post| is_present(post.actor)).count();
        metrics.add("posts_counted", name, posted as f64);
    }

    /// Drops rows with an account that was opted out on their load date.
    fn drop_opted_out_rows(&self, rows: &ActivityRows, is_kept: &mut [bool]) {
        let opted_out_on = &self.ownership.opted_out_on;
        if opted_out_on.par_iter().all(|date| *date > self.sources.as_of) {
            return;
        }
        for (load_date, range) in rows.dates() {
            let is_opted_out = |node: u32| node != NO_NODE && opted_out_on[node as usize] <= load_date;
            let is_kept = is_kept[range.clone()].par_iter_mut().with_min_len(CHUNK_ROWS);
            is_kept.zip(range).for_each(|(is_kept, row)| {
                *is_kept &= !is_opted_out(rows.actors[row]) && !is_opted_out(rows.targets[row]);
            });
        }
    }

    fn note_history(&self, state: &mut RunState, rows: &ActivityRows, settled: &ResolvedRows) {
        let (None, Some(first_load_date)) = (state.histories[self.network_index], self.first_load_date) else {
            return;
        };
        let of_first = rows.dates().filter(|(day, _)| *day == first_load_date);
        let kept = of_first
            .flat_map(|(_, range)| range)
            .filter(|row| settled.is_kept[*row]);
        let oldest = kept.map(|row| rows.occurred_at[row]).min();
        let oldest_day = oldest.map_or(first_load_date, Day::from_micros);
        state.histories[self.network_index] = Some(NetworkHistory {
            first_load_date,
            oldest_day,
        });
    }

    /// Derives the co-visits of each load date with the follows and opt-outs valid on that date. Returns them in the
    /// order of `check_ins`.
    fn co_visits(
        &self,
        state: &mut RunState,
        rule: &CoVisitRule,
        check_ins: CheckInsByDate,
        follows: FollowsByDate,
    ) -> Vec<Vec<AccountReaction>> {
        let max_lateness_days = self.sources.job.input.max_lateness_days;
        let memory = &mut state.co_visits[self.network_index];
        let mut follows = follows.into_iter().peekable();
        let mut reactions = Vec::new();
        for (load_date, delivered) in check_ins {
            while let Some((_, pairs)) = follows.next_if(|(day, _)| *day <= load_date) {
                memory.follows = pairs;
            }
            let is_opted_out = |account: u32| self.ownership.opted_out_on[account as usize] <= load_date;
            reactions.push(memory.derive_reactions(delivered, load_date, rule, &is_opted_out));
            memory.drop_unmatchable(load_date, max_lateness_days, rule);
        }
        if let Some((_, pairs)) = follows.last() {
            memory.follows = pairs;
        }
        memory.drop_unmatchable(self.sources.as_of, max_lateness_days, rule);
        reactions
    }
}

impl CountedRows {
    /// Adds posts and delivered reactions to the records of accounts. Derived co-visits are no acts of an account.
    pub fn add_to_records(&self, records: &mut [AccountActivity], network: &Network) {
        let derived = network.co_visit.as_ref().map(|rule| rule.verb);
        let is_delivered = |reaction: &WeighedReaction| Some(reaction.verb) != derived;
        account_activity::merge_activity(records, &self.reactions, is_delivered, &self.posts);
    }
}

type CheckInsByDate = Vec<(Day, Vec<CheckIn>)>;

/// Returns the counted posts, sorted.
fn collect_posts(rows: &ActivityRows, is_kept: &[bool]) -> Vec<AccountPost> {
    let of_date = |(load_date, range): (Day, std::ops::Range<usize>)| {
        let kept = range.into_par_iter().with_min_len(CHUNK_ROWS);
        let kept = kept.filter(|row| is_kept[*row] && rows.is_post(*row));
        let post = |row| AccountPost {
            load_date,
            actor: rows.actors[row],
            occurred_at: rows.occurred_at[row],
        };
        let mut posts: Vec<AccountPost> = kept.map(post).collect();
        posts.par_sort_unstable();
        posts
    };
    let dates: Vec<_> = rows.dates().collect();
    let posts: Vec<Vec<AccountPost>> = dates.into_par_iter().map(of_date).collect();
    posts.concat()
}

/// Returns the counted check-ins of each load date.
fn collect_check_ins(rows: &ActivityRows, is_kept: &[bool], rule: &CoVisitRule) -> CheckInsByDate {
    let is_check_in = |row: &usize| is_kept[*row] && rows.is_post(*row) && rows.verbs[*row] == rule.check_in;
    let of_date = |(load_date, range): (Day, std::ops::Range<usize>)| {
        let check_in = |row| CheckIn {
            venue: rows.venues[row],
            account: rows.actors[row],
            occurred_at: rows.occurred_at[row],
            load_date,
        };
        (load_date, range.filter(is_check_in).map(check_in).collect())
    };
    rows.dates().map(of_date).collect()
}

/// Returns the counted reactions of each load date: those of the rows, and the `derived` ones, if any.
fn collect_reactions(rows: &ActivityRows, is_kept: &[bool], derived: &[Vec<AccountReaction>]) -> Vec<DateReactions> {
    let of_date = |(index, (load_date, range)): (usize, (Day, std::ops::Range<usize>))| {
        let derived = derived.get(index).map_or(&[][..], Vec::as_slice);
        let reaction = |row: usize| match row.checked_sub(range.end) {
            Some(number) => Some(derived[number]),
            None => (is_kept[row] && !rows.is_post(row)).then(|| AccountReaction {
                actor: rows.actors[row],
                target: rows.targets[row],
                occurred_at: rows.occurred_at[row],
                load_date,
                verb: rows.verbs[row],
            }),
        };
        DateReactions::collect(load_date, range.start..range.end + derived.len(), reaction)
    };
    let dates: Vec<_> = rows.dates().enumerate().collect();
    dates.into_par_iter().map(of_date).collect()
}
