//! Deduplicates one network's new rows and turns them into counted posts and reactions.

use std::collections::BTreeMap;

use super::ownership::{AccountOptOuts, is_same_person};
use super::sources::MergeSources;
use crate::deduplicate::duplicates::{self, ResolvedRows};
use crate::deduplicate::tie_break::{self, ContestedRows};
use crate::state::{NetworkHistory, RunState};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::metrics::RunMetrics;
use clout_model::account_activity::{self, AccountActivity, AccountPost};
use clout_model::accounts::NO_NODE;
use clout_model::networks::co_visit::CheckIn;
use clout_model::networks::{CoVisitRule, Network};
use clout_model::reactions::{AccountReaction, remove_twins};
use clout_topics::merge::CountedTopicRows;
use clout_topics::rows::ActivityRows;

/// Follows as sorted pairs (follower, followed), by the load date from which they are valid.
pub type FollowsByDate = BTreeMap<Day, Vec<(u32, u32)>>;

/// Counted posts and reactions of one network, including those of people with an opt-out on a later load date.
#[derive(Default)]
pub struct CountedRows {
    /// Posts and check-ins, sorted by account.
    pub posts: Vec<AccountPost>,
    /// Reactions in the order of [`remove_twins`].
    pub reactions: Vec<AccountReaction>,
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

    /// Removes copies and twins, derives co-visits, and returns the counted posts and reactions in order.
    pub fn count_rows(
        &self,
        state: &mut RunState,
        rows: ActivityRows,
        follows: FollowsByDate,
        metrics: &mut RunMetrics,
    ) -> Result<CountedRows> {
        let network = self.network();
        let max_lateness_days = self.sources.job.input.max_lateness_days;
        let before = std::mem::take(&mut state.delivered[self.network_index]);
        let mut settled = duplicates::resolve_duplicates(&rows, &before, self.sources.as_of, max_lateness_days);
        self.settle_contested(state, &rows, &mut settled)?;
        state.delivered[self.network_index] = std::mem::take(&mut settled.delivered);
        self.drop_opted_out_rows(&rows, &mut settled);
        self.note_history(state, &rows, &settled);
        let (posts, mut reactions, check_ins) = split(&rows, &settled, network);
        let settled_rows = (!rows.mentions.is_empty()).then(|| CountedTopicRows {
            rows: ActivityRows {
                ids: Vec::new(),
                ..rows
            },
            is_kept: std::mem::take(&mut settled.is_kept),
            opted_out_on: self.ownership.opted_out_on.clone(),
        });
        // People with an opt-out by the snapshot date must not enter the metrics either.
        let is_present = |account: u32| self.ownership.opted_out_on[account as usize] > self.sources.as_of;
        if let Some(rule) = &network.co_visit {
            let derived = self.co_visits(state, rule, check_ins, follows);
            let credited = derived
                .iter()
                .filter(|r| is_present(r.actor) && is_present(r.target))
                .count();
            metrics.add("co_visits", &network.name, credited as f64);
            reactions.extend(derived);
        }
        let twins = remove_twins(&mut reactions, network);
        let counted: Vec<&AccountReaction> = reactions
            .iter()
            .filter(|r| is_present(r.actor) && is_present(r.target))
            .collect();
        let own = counted
            .iter()
            .filter(|r| is_same_person(state, r.actor, r.target))
            .count();
        metrics.add("rows_copies", &network.name, settled.copies as f64);
        metrics.add("rows_twins", &network.name, twins as f64);
        metrics.add("reactions_self", &network.name, own as f64);
        metrics.add("reactions_counted", &network.name, (counted.len() - own) as f64);
        let posted = posts.iter().filter(|post| is_present(post.actor)).count();
        metrics.add("posts_counted", &network.name, posted as f64);
        Ok(CountedRows {
            posts,
            reactions,
            topic_rows: settled_rows,
        })
    }

    fn settle_contested(&self, state: &RunState, rows: &ActivityRows, settled: &mut ResolvedRows) -> Result<()> {
        if settled.contested.is_empty() {
            return Ok(());
        }
        settled.contested.sort();
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
        Ok(())
    }

    /// Drops rows with an account that was opted out on their load date.
    fn drop_opted_out_rows(&self, rows: &ActivityRows, settled: &mut ResolvedRows) {
        for (load_date, range) in rows.dates() {
            let is_opted_out = |node: u32| node != NO_NODE && self.ownership.opted_out_on[node as usize] <= load_date;
            for row in range {
                settled.is_kept[row] &= !is_opted_out(rows.actors[row]) && !is_opted_out(rows.targets[row]);
            }
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

    /// Derives the co-visits of each load date with the follows and opt-outs valid on that date.
    fn co_visits(
        &self,
        state: &mut RunState,
        rule: &CoVisitRule,
        check_ins: CheckInsByDate,
        follows: FollowsByDate,
    ) -> Vec<AccountReaction> {
        let max_lateness_days = self.sources.job.input.max_lateness_days;
        let memory = &mut state.co_visits[self.network_index];
        let mut follows = follows.into_iter().peekable();
        let mut reactions = Vec::new();
        for (load_date, delivered) in check_ins {
            while let Some((_, pairs)) = follows.next_if(|(day, _)| *day <= load_date) {
                memory.follows = pairs;
            }
            let is_opted_out = |account: u32| self.ownership.opted_out_on[account as usize] <= load_date;
            reactions.extend(memory.derive_reactions(delivered, load_date, rule, &is_opted_out));
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
    /// Adds posts and reactions to the records of accounts.
    pub fn add_to_records(&self, records: &mut [AccountActivity], network: &Network) {
        account_activity::merge_activity(records, &delivered_only(&self.reactions, network), &self.posts);
    }
}

/// Returns the delivered reactions, without derived co-visits.
fn delivered_only<'a>(reactions: &'a [AccountReaction], network: &Network) -> std::borrow::Cow<'a, [AccountReaction]> {
    match &network.co_visit {
        None => reactions.into(),
        Some(rule) => reactions.iter().copied().filter(|r| r.verb != rule.verb).collect(),
    }
}

type CheckInsByDate = Vec<(Day, Vec<CheckIn>)>;

fn split(
    rows: &ActivityRows,
    settled: &ResolvedRows,
    network: &Network,
) -> (Vec<AccountPost>, Vec<AccountReaction>, CheckInsByDate) {
    let visit = network.co_visit.as_ref().map(|rule| rule.check_in);
    let (mut posts, mut reactions, mut check_ins) = (Vec::new(), Vec::new(), Vec::new());
    for (load_date, range) in rows.dates() {
        let mut visits = Vec::new();
        for row in range.filter(|row| settled.is_kept[*row]) {
            let (actor, occurred_at, verb) = (rows.actors[row], rows.occurred_at[row], rows.verbs[row]);
            if rows.is_post(row) {
                posts.push(AccountPost {
                    actor,
                    load_date,
                    occurred_at,
                });
                if Some(verb) == visit {
                    visits.push(CheckIn {
                        venue: rows.venues[row],
                        account: actor,
                        occurred_at,
                        load_date,
                    });
                }
            } else {
                reactions.push(AccountReaction {
                    actor,
                    target: rows.targets[row],
                    occurred_at,
                    load_date,
                    verb,
                });
            }
        }
        check_ins.push((load_date, visits));
    }
    posts.sort_unstable();
    (posts, reactions, check_ins)
}
