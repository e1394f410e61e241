//! Keeps the activity record of each account: the days on which it was active, and its posts.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::reactions::{AccountReaction, WeighedReaction};
use clout_base::day::{DAY_MICROS, Day};

/// Retention in days between load dates: older posts and pairs are dropped, since a score covers active people. Ten
/// days less than two years, so that a yearly act is never dropped in between.
pub const RETENTION_DAYS: i32 = 720;
/// Days for which reactions and texts on topics are kept: a quarter of what lasts is left after two of its half-lives.
pub const TOPIC_RETENTION_DAYS: i32 = 2160;

/// Maximum lateness in days that [`AccountActivity::recent_days`] supports.
pub const MAX_LATENESS_DAYS: i32 = 120;

/// Activity record of one account, from counted rows with it as the actor, self-reactions included; never revised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountActivity {
    /// Number of distinct UTC days with activity.
    pub days_seen: u32,
    /// Bit k is set if the account was active k days before `last_seen`. Late rows may still add such days.
    pub recent_days: u128,
    /// First activity, microseconds since 1970; undefined while `days_seen` is 0.
    pub first_seen_at: i64,
    /// Last activity, microseconds since 1970; undefined while `days_seen` is 0.
    pub last_seen_at: i64,
    /// Last day with activity; undefined while `days_seen` is 0.
    pub last_seen: i32,
    /// Number of posts within retention.
    pub posts: u32,
    /// Last load date of a post; undefined while `posts` is 0.
    pub last_post_load: i32,
    /// Time of the latest post, microseconds since 1970; undefined while `posts` is 0.
    pub last_post_at: i64,
}

/// Counted post or check-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountPost {
    /// Load date of the post.
    pub load_date: Day,
    /// Node of the account.
    pub actor: u32,
    /// Time, microseconds since 1970.
    pub occurred_at: i64,
}

impl AccountActivity {
    /// Returns the time between first and last activity, in days with fractions.
    pub fn span_days(&self) -> f64 {
        match self.days_seen {
            0 => 0.0,
            _ => (self.last_seen_at - self.first_seen_at) as f64 / DAY_MICROS as f64,
        }
    }

    /// Returns the record with one more act at the given time.
    pub fn with_act_at(mut self, micros: i64) -> AccountActivity {
        self.add_days(micros, micros, &[Day::from_micros(micros)]);
        self
    }

    /// Adds acts on `days`, ascending, the first at `first_at` and the last at `last_at`. A day before the last one of the
    /// record is a late row, so its bit is still within range.
    fn add_days(&mut self, first_at: i64, last_at: i64, days: &[Day]) {
        if self.days_seen == 0 {
            (self.last_seen, self.recent_days) = (Day::from_micros(first_at).0, 0);
            (self.first_seen_at, self.last_seen_at) = (first_at, last_at);
        }
        self.first_seen_at = self.first_seen_at.min(first_at);
        self.last_seen_at = self.last_seen_at.max(last_at);
        for day in days.iter().map(|day| day.0) {
            self.recent_days = shifted(self.recent_days, day - self.last_seen);
            self.last_seen = self.last_seen.max(day);
            let bit = shifted(1, self.last_seen - day);
            if self.recent_days & bit == 0 {
                self.days_seen += 1;
                self.recent_days |= bit;
            }
        }
    }

    /// Adds the posts of one load date.
    fn post(&mut self, load_date: Day, count: u32, latest_at: i64) {
        if self.posts > 0 && load_date.0 - self.last_post_load >= RETENTION_DAYS {
            self.posts = 0;
        }
        self.last_post_at = if self.posts == 0 {
            latest_at
        } else {
            self.last_post_at.max(latest_at)
        };
        self.posts += count;
        self.last_post_load = load_date.0;
    }

    /// Drops posts past retention at `as_of`.
    pub fn drop_expired(&mut self, as_of: Day) {
        if self.posts > 0 && as_of.0 - self.last_post_load >= RETENTION_DAYS {
            *self = AccountActivity {
                posts: 0,
                last_post_load: 0,
                last_post_at: 0,
                ..*self
            };
        }
    }

    /// Returns true if the record has no activity and no posts.
    pub fn is_empty(&self) -> bool {
        self.days_seen == 0 && self.posts == 0
    }
}

/// Shifts `bits` by `days`; no shift if `days` is not positive.
fn shifted(bits: u128, days: i32) -> u128 {
    bits.checked_shl(days.max(0) as u32).unwrap_or(0)
}

/// A row with an account as its actor.
pub trait AccountAct: Sync {
    /// Returns the node of the account.
    fn actor(&self) -> u32;
    /// Returns the load date of the row.
    fn load_date(&self) -> Day;
    /// Returns the time, microseconds since 1970.
    fn occurred_at(&self) -> i64;
}

macro_rules! impl_account_act {
    ($($row:ty),*) => {$(
        impl AccountAct for $row {
            fn actor(&self) -> u32 {
                self.actor
            }

            fn load_date(&self) -> Day {
                self.load_date
            }

            fn occurred_at(&self) -> i64 {
                self.occurred_at
            }
        }
    )*};
}
impl_account_act!(AccountReaction, WeighedReaction, AccountPost);

/// Number of accounts with records that one thread updates at a time; their records fit into the second cache.
const RANGE_ACCOUNTS: usize = 1 << 12;

/// Merges new rows into the records, which are indexed by node. Reactions and posts are sorted by load date and actor.
/// Reactions count as acts if `is_delivered` accepts them; derived ones are no acts.
pub fn merge_activity<R: AccountAct>(
    records: &mut [AccountActivity],
    reactions: &[R],
    is_delivered: impl Fn(&R) -> bool + Sync,
    posts: &[AccountPost],
) {
    let mut dates: BTreeMap<Day, (&[R], &[AccountPost])> = BTreeMap::new();
    for reactions in split_by_date(reactions) {
        dates.entry(reactions[0].load_date()).or_default().0 = reactions;
    }
    for posts in split_by_date(posts) {
        dates.entry(posts[0].load_date).or_default().1 = posts;
    }
    let ranges = records.par_chunks_mut(RANGE_ACCOUNTS).enumerate();
    ranges.for_each(|(index, records)| {
        let first = (index * RANGE_ACCOUNTS) as u32;
        let mut merge = RangeMerge {
            records,
            first,
            days: Vec::new(),
        };
        for (reactions, posts) in dates.values() {
            merge.add_date(merge.own_rows(reactions), merge.own_rows(posts), &is_delivered);
        }
    });
}

/// Splits rows at their load dates.
fn split_by_date<R: AccountAct>(rows: &[R]) -> Vec<&[R]> {
    let (mut dates, mut rest) = (Vec::new(), rows);
    while let Some(first) = rest.first() {
        let load_date = first.load_date();
        let (date, others) = rest.split_at(rest.partition_point(|row| row.load_date() <= load_date));
        dates.push(date);
        rest = others;
    }
    dates
}

/// Merge into the records of a range of accounts.
struct RangeMerge<'a> {
    records: &'a mut [AccountActivity],
    /// Node of the first record.
    first: u32,
    /// Buffer for the days of one account.
    days: Vec<Day>,
}

impl RangeMerge<'_> {
    /// Returns the rows of one load date with an actor of the range.
    fn own_rows<'b, R: AccountAct>(&self, rows: &'b [R]) -> &'b [R] {
        let start = rows.partition_point(|row| row.actor() < self.first);
        let own = &rows[start..];
        &own[..own.partition_point(|row| (row.actor() - self.first) < self.records.len() as u32)]
    }

    /// Adds the rows of one load date.
    fn add_date<R: AccountAct>(
        &mut self,
        mut reactions: &[R],
        mut posts: &[AccountPost],
        is_delivered: &impl Fn(&R) -> bool,
    ) {
        while let Some(actor) = [reactions.first().map(R::actor), posts.first().map(|post| post.actor)]
            .into_iter()
            .flatten()
            .min()
        {
            let mut acts = ActTimes::new(&mut self.days);
            while let Some(reaction) = reactions.first().filter(|row| row.actor() == actor) {
                if is_delivered(reaction) {
                    acts.add(reaction.occurred_at());
                }
                reactions = &reactions[1..];
            }
            let count = posts.iter().take_while(|post| post.actor == actor).count();
            let own_posts;
            (own_posts, posts) = posts.split_at(count);
            own_posts.iter().for_each(|post| acts.add(post.occurred_at));
            let record = &mut self.records[(actor - self.first) as usize];
            if let Some(latest_at) = own_posts.iter().map(|post| post.occurred_at).max() {
                record.post(own_posts[0].load_date, count as u32, latest_at);
            }
            if let Some((first_at, last_at)) = acts.bounds {
                acts.days.sort_unstable();
                acts.days.dedup();
                record.add_days(first_at, last_at, acts.days);
            }
        }
    }
}

/// First and last time, and the days, of one account's acts.
struct ActTimes<'a> {
    bounds: Option<(i64, i64)>,
    days: &'a mut Vec<Day>,
}

impl ActTimes<'_> {
    fn new(days: &mut Vec<Day>) -> ActTimes<'_> {
        days.clear();
        ActTimes { bounds: None, days }
    }

    fn add(&mut self, micros: i64) {
        let (first, last) = self.bounds.unwrap_or((micros, micros));
        self.bounds = Some((first.min(micros), last.max(micros)));
        let day = Day::from_micros(micros);
        if self.days.last() != Some(&day) {
            self.days.push(day);
        }
    }
}

#[cfg(test)]
#[path = "account_activity_tests.rs"]
mod tests;
