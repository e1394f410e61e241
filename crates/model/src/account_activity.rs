//! Keeps the activity record of each account: the days on which it was active, and its posts.

use crate::reactions::AccountReaction;
use clout_base::day::{DAY_MICROS, Day};

/// Retention in days between load dates: older posts and pairs are dropped, since a score covers active people. Ten
/// days less than two years, so that a yearly act is never dropped in between.
pub const RETENTION_DAYS: i32 = 720;

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
    /// Node of the account.
    pub actor: u32,
    /// Load date of the post.
    pub load_date: Day,
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
        self.see(&[micros]);
        self
    }

    /// Adds sorted times. A day before the last one is a late row, so its bit is still within range.
    fn see(&mut self, times: &[i64]) {
        let (Some(first), Some(last)) = (times.first(), times.last()) else {
            return;
        };
        let days = times.chunk_by(|a, b| Day::from_micros(*a) == Day::from_micros(*b));
        let days = days.map(|same_day| Day::from_micros(same_day[0]).0);
        if self.days_seen == 0 {
            (self.last_seen, self.recent_days) = (Day::from_micros(*first).0, 0);
            (self.first_seen_at, self.last_seen_at) = (*first, *last);
        }
        self.first_seen_at = self.first_seen_at.min(*first);
        self.last_seen_at = self.last_seen_at.max(*last);
        for day in days {
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

/// Merges new rows into the records. `facts` is indexed by node; `reactions` are delivered ones, sorted by actor;
/// `posts` are sorted.
pub fn merge_activity(facts: &mut [AccountActivity], reactions: &[AccountReaction], posts: &[AccountPost]) {
    let mut times: Vec<i64> = Vec::new();
    let (mut r, mut p) = (0, 0);
    while r < reactions.len() || p < posts.len() {
        let actor = match (reactions.get(r), posts.get(p)) {
            (Some(reaction), Some(post)) => reaction.actor.min(post.actor),
            (Some(reaction), None) => reaction.actor,
            (None, Some(post)) => post.actor,
            (None, None) => break,
        };
        let record = &mut facts[actor as usize];
        times.clear();
        while r < reactions.len() && reactions[r].actor == actor {
            times.push(reactions[r].occurred_at);
            r += 1;
        }
        let first_post = p;
        while p < posts.len() && posts[p].actor == actor {
            times.push(posts[p].occurred_at);
            p += 1;
        }
        for same_day in posts[first_post..p].chunk_by(|a, b| a.load_date == b.load_date) {
            record.post(
                same_day[0].load_date,
                same_day.len() as u32,
                same_day[same_day.len() - 1].occurred_at,
            );
        }
        times.sort_unstable();
        record.see(&times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(day: i32, load: i32) -> AccountPost {
        AccountPost {
            actor: 0,
            load_date: Day(load),
            occurred_at: Day(day).start_micros() + 5,
        }
    }

    #[test]
    fn a_day_counts_once_in_any_split_of_deliveries() {
        let mut at_once = [AccountActivity::default()];
        let all = [
            post(5, 5),
            post(5, 5),
            post(6, 6),
            post(4, 7),
            post(5, 7),
            post(90, 90),
            post(6, 91),
        ];
        merge_activity(&mut at_once, &[], &all);
        assert_eq!(
            (at_once[0].days_seen, at_once[0].posts, at_once[0].first_seen_at),
            (4, 7, post(4, 7).occurred_at)
        );
        assert_eq!(at_once[0].last_seen_at, post(90, 90).occurred_at);

        let mut nightly = [AccountActivity::default()];
        for delivery in all.chunk_by(|a, b| a.load_date == b.load_date) {
            merge_activity(&mut nightly, &[], delivery);
        }
        assert_eq!(nightly, at_once);
    }

    #[test]
    fn posts_are_dropped_after_two_years_without_posts() {
        let mut facts = [AccountActivity::default()];
        merge_activity(
            &mut facts,
            &[],
            &[post(5, 5), post(5 + RETENTION_DAYS, 5 + RETENTION_DAYS)],
        );
        assert_eq!(facts[0].posts, 1);
        assert_eq!(facts[0].days_seen, 2);
        facts[0].drop_expired(Day(5 + 2 * RETENTION_DAYS));
        assert_eq!(facts[0].posts, 0);
    }
}
