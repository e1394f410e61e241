//! Turns the rows of one network and load date into counted posts and weighed reactions.

use rayon::prelude::*;

use super::count::{CountedRows, NetworkRows};
use crate::deduplicate::duplicates::resolve_duplicates;
use crate::deduplicate::tie_break::{self, ContestedRows};
use crate::ingest::row_blocks::DateBlock;
use crate::state::RunState;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::account_activity::AccountPost;
use clout_model::accounts::NO_NODE;
use clout_model::influence::weigh_dates::{TwinRule, weigh_dates};
use clout_model::networks::CoVisitRule;
use clout_model::networks::co_visit::CheckIn;
use clout_model::reactions::{AccountReaction, DateReactions, WeighedReaction};
use clout_model::repeated_ids::DateRepeats;
use clout_topics::rows::ActivityRows;

/// Least number of rows that one thread reads at a time.
const CHUNK_ROWS: usize = 1 << 14;

/// Rows of one load date without copies and without people who are opted out on that date.
pub(super) struct DateRows {
    pub(super) load_date: Day,
    pub(super) rows: ActivityRows,
    /// By row: true if it counts.
    pub(super) is_kept: Vec<bool>,
    /// Number of duplicate rows.
    pub(super) copies: u64,
    /// Counted check-ins, if the network derives co-visits.
    pub(super) check_ins: Vec<CheckIn>,
}

/// Counted rows of one load date.
pub(super) struct CountedDate {
    pub(super) load_date: Day,
    pub(super) counted: CountedRows,
    /// Rows with flags by row: true if it counts. None without mentions of topics.
    pub(super) topic_rows: Option<(ActivityRows, Vec<bool>)>,
    pub(super) totals: DateTotals,
}

/// Numbers of rows of a load date, without those of people with an opt-out by the snapshot date.
#[derive(Clone, Copy, Default)]
pub(super) struct DateTotals {
    pub(super) copies: u64,
    pub(super) twins: u64,
    pub(super) co_visits: u64,
    /// Reactions between accounts of one person.
    pub(super) own_reactions: u64,
    /// Reactions between persons.
    pub(super) reactions: u64,
    pub(super) posts: u64,
}

impl NetworkRows<'_> {
    /// Resolves the duplicates of one load date, and drops the rows of people who are opted out on it.
    pub(super) fn resolve_date(&self, state: &RunState, block: DateBlock, repeats: &DateRepeats) -> Result<DateRows> {
        let load_date = block.load_date;
        let rows = block.into_rows(self.space, self.nodes)?;
        let mut resolved = resolve_duplicates(&rows, repeats, &state.accounts);
        if !resolved.contested.is_empty() {
            let delivery = ContestedRows {
                store: self.sources.input,
                inventory: self.sources.inventory,
                network: self.network(),
                network_index: self.network_index,
                accounts: &state.accounts,
                rows: &rows,
            };
            for row in tie_break::choose_rows(&delivery, load_date, &resolved.contested)? {
                resolved.is_kept[row] = true;
            }
        }
        let mut is_kept = resolved.is_kept;
        self.drop_opted_out_rows(load_date, &rows, &mut is_kept);
        let rule = self.network().co_visit.as_ref();
        Ok(DateRows {
            load_date,
            check_ins: rule.map_or(Vec::new(), |rule| collect_check_ins(load_date, &rows, &is_kept, rule)),
            rows,
            is_kept,
            copies: resolved.copies,
        })
    }

    /// Drops rows with an account that was opted out on their load date.
    fn drop_opted_out_rows(&self, load_date: Day, rows: &ActivityRows, is_kept: &mut [bool]) {
        if !self.has_opt_outs {
            return;
        }
        let opted_out_on = &self.ownership.opted_out_on;
        let is_opted_out = |node: u32| node != NO_NODE && opted_out_on[node as usize] <= load_date;
        let is_kept = is_kept.par_iter_mut().with_min_len(CHUNK_ROWS).enumerate();
        is_kept.for_each(|(row, is_kept)| {
            *is_kept &= !is_opted_out(rows.actors[row]) && !is_opted_out(rows.targets[row]);
        });
    }

    /// Collects the posts, and weighs the reactions of the rows and the `derived` ones.
    pub(super) fn count_date(&self, state: &RunState, date: DateRows, derived: &[AccountReaction]) -> CountedDate {
        let posts = collect_posts(date.load_date, &date.rows, &date.is_kept);
        let reactions = collect_reactions(date.load_date, &date.rows, &date.is_kept, derived);
        let topic_rows = (!date.rows.mentions.is_empty()).then_some((date.rows, date.is_kept));
        let weighing = self.sources.job.model.weighing();
        let weighed = weigh_dates(vec![reactions], self.network(), weighing, TwinRule::Remove);
        let counted = CountedRows {
            posts,
            reactions: weighed.reactions,
            topic_rows: None,
        };
        let totals = DateTotals {
            copies: date.copies,
            twins: weighed.twins,
            ..self.count_present(state, &counted, derived)
        };
        CountedDate {
            load_date: date.load_date,
            counted,
            topic_rows,
            totals,
        }
    }

    /// Counts the rows that the snapshot shows. People with an opt-out by the snapshot date must not enter the metrics.
    fn count_present(&self, state: &RunState, counted: &CountedRows, derived: &[AccountReaction]) -> DateTotals {
        let is_present = |account: u32| self.ownership.opted_out_on[account as usize] > self.sources.as_of;
        let credited = derived.iter().filter(|r| is_present(r.actor) && is_present(r.target));
        let reactions = counted.reactions.par_iter().with_min_len(CHUNK_ROWS);
        let reactions = reactions.filter(|r| is_present(r.actor) && is_present(r.target));
        let is_own = |r: &WeighedReaction| self.ownership.is_same_person(state, r.actor, r.target);
        let (all, own) = reactions
            .map(|r| (1_u64, u64::from(is_own(r))))
            .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        let posts = counted.posts.par_iter().with_min_len(CHUNK_ROWS);
        DateTotals {
            co_visits: credited.count() as u64,
            own_reactions: own,
            reactions: all - own,
            posts: posts.filter(|post| is_present(post.actor)).count() as u64,
            ..DateTotals::default()
        }
    }
}

impl DateTotals {
    pub(super) fn add(&mut self, other: DateTotals) {
        self.copies += other.copies;
        self.twins += other.twins;
        self.co_visits += other.co_visits;
        self.own_reactions += other.own_reactions;
        self.reactions += other.reactions;
        self.posts += other.posts;
    }
}

/// Returns the counted posts, sorted.
fn collect_posts(load_date: Day, rows: &ActivityRows, is_kept: &[bool]) -> Vec<AccountPost> {
    let kept = (0..rows.len()).into_par_iter().with_min_len(CHUNK_ROWS);
    let kept = kept.filter(|row| is_kept[*row] && rows.is_post(*row));
    let post = |row| AccountPost {
        load_date,
        actor: rows.actors[row],
        occurred_at: rows.occurred_at[row],
    };
    let mut posts: Vec<AccountPost> = kept.map(post).collect();
    posts.par_sort_unstable();
    posts
}

fn collect_check_ins(load_date: Day, rows: &ActivityRows, is_kept: &[bool], rule: &CoVisitRule) -> Vec<CheckIn> {
    let is_check_in = |row: &usize| is_kept[*row] && rows.is_post(*row) && rows.verbs[*row] == rule.check_in;
    let check_in = |row| CheckIn {
        venue: rows.venues[row],
        account: rows.actors[row],
        occurred_at: rows.occurred_at[row],
        load_date,
    };
    (0..rows.len()).filter(is_check_in).map(check_in).collect()
}

/// Returns the counted reactions of the rows, and the `derived` ones.
fn collect_reactions(
    load_date: Day,
    rows: &ActivityRows,
    is_kept: &[bool],
    derived: &[AccountReaction],
) -> DateReactions {
    let reaction = |row: usize| match row.checked_sub(rows.len()) {
        Some(number) => Some(derived[number]),
        None => (is_kept[row] && !rows.is_post(row)).then(|| AccountReaction {
            actor: rows.actors[row],
            target: rows.targets[row],
            occurred_at: rows.occurred_at[row],
            load_date,
            verb: rows.verbs[row],
        }),
    };
    DateReactions::collect(load_date, 0..rows.len() + derived.len(), reaction)
}
