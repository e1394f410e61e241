//! Foursquare's co-visit: a reaction derived from check-ins.
//!
//! The reactor follows the target and checks in at the same venue, at most `window_days` after a strictly
//! earlier check-in of the target. It is credited once per (reactor, target, venue, reactor's UTC day),
//! on the load date on which both check-ins are known, at the reactor's time.

use std::collections::{BTreeMap, HashSet};

use super::CoVisitRule;
use crate::reactions::AccountReaction;
use clout_base::day::{DAY_MICROS, Day};

/// One counted check-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CheckIn {
    /// Hash of the venue.
    pub venue: u64,
    /// Node of the account.
    pub account: u32,
    /// Time of the check-in, microseconds since 1970.
    pub occurred_at: i64,
    /// Load date of the check-in.
    pub load_date: Day,
}

/// A credited co-visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CoVisitCredit {
    /// Node of the reactor.
    pub reactor: u32,
    /// Node of the target.
    pub target: u32,
    /// Hash of the venue.
    pub venue: u64,
    /// UTC day of the reactor's check-in.
    pub day: Day,
}

/// The state kept between load dates.
#[derive(Clone, Debug, Default)]
pub struct CoVisitState {
    /// Check-ins that a later load date may still match; sorted.
    pub check_ins: Vec<CheckIn>,
    /// Credits that a later load date might repeat.
    pub credits: HashSet<CoVisitCredit>,
    /// Current (follower, followee) pairs, sorted.
    pub follows: Vec<(u32, u32)>,
}

impl CoVisitState {
    /// Derives the co-visits that one load date's check-ins complete. `is_opted_out` returns true for accounts that had
    /// opted out by then. The order of the reactions is fixed.
    pub fn derive_reactions(
        &mut self,
        delivered: Vec<CheckIn>,
        load_date: Day,
        rule: &CoVisitRule,
        is_opted_out: &dyn Fn(u32) -> bool,
    ) -> Vec<AccountReaction> {
        self.check_ins.extend(delivered.into_iter().filter(|c| c.venue != 0));
        self.check_ins.retain(|c| !is_opted_out(c.account));
        if !self.check_ins.iter().any(|c| c.load_date == load_date) {
            return Vec::new();
        }
        self.check_ins.sort_unstable();
        let mut followers: Vec<(u32, u32)> = self.follows.iter().map(|(from, to)| (*to, *from)).collect();
        followers.sort_unstable();
        let window = rule.window_days * DAY_MICROS;
        let mut found: BTreeMap<CoVisitCredit, i64> = BTreeMap::new();
        for venue in self.check_ins.chunk_by(|a, b| a.venue == b.venue) {
            for new in venue.iter().filter(|c| c.load_date == load_date) {
                for followee in find_linked(&self.follows, new.account) {
                    for earlier in find_check_ins(venue, followee) {
                        note_credit(&mut found, new, earlier, window);
                    }
                }
                for follower in find_linked(&followers, new.account) {
                    for later in find_check_ins(venue, follower) {
                        note_credit(&mut found, later, new, window);
                    }
                }
            }
        }
        let mut reactions = Vec::new();
        for (credit, occurred_at) in found {
            if self.credits.insert(credit) {
                reactions.push(AccountReaction {
                    actor: credit.reactor,
                    target: credit.target,
                    occurred_at,
                    load_date,
                    verb: rule.verb,
                });
            }
        }
        reactions
    }

    /// Renumbers the accounts.
    pub fn renumber(&mut self, to: &[u32]) {
        let node = |node: u32| to[node as usize];
        self.check_ins.iter_mut().for_each(|c| c.account = node(c.account));
        self.follows
            .iter_mut()
            .for_each(|pair| *pair = (node(pair.0), node(pair.1)));
        let moved = |c: CoVisitCredit| CoVisitCredit {
            reactor: node(c.reactor),
            target: node(c.target),
            ..c
        };
        self.credits = self.credits.drain().map(moved).collect();
        self.check_ins.sort_unstable();
        self.follows.sort_unstable();
    }

    /// Drops all entries of accounts that `is_kept` does not accept.
    pub fn retain_accounts(&mut self, is_kept: &impl Fn(u32) -> bool) {
        self.check_ins.retain(|c| is_kept(c.account));
        self.follows.retain(|(from, to)| is_kept(*from) && is_kept(*to));
        self.credits.retain(|c| is_kept(c.reactor) && is_kept(c.target));
    }

    /// Calls `see` with each account in the state; an account may repeat.
    pub fn for_each_account(&self, mut see: impl FnMut(u32)) {
        self.check_ins.iter().for_each(|c| see(c.account));
        self.follows
            .iter()
            .flat_map(|(from, to)| [*from, *to])
            .for_each(&mut see);
        self.credits
            .iter()
            .flat_map(|c| [c.reactor, c.target])
            .for_each(&mut see);
    }

    /// Drops entries that no row of a load date after `as_of` can match.
    pub fn drop_unmatchable(&mut self, as_of: Day, max_lateness_days: i32, rule: &CoVisitRule) {
        let oldest = as_of.next().days_before(max_lateness_days);
        let oldest_match = oldest.start_micros() - rule.window_days * DAY_MICROS;
        self.check_ins.retain(|c| c.occurred_at >= oldest_match);
        self.credits.retain(|credit| credit.day >= oldest);
    }
}

/// Returns the accounts linked to `account` in a sorted list of pairs.
fn find_linked(pairs: &[(u32, u32)], account: u32) -> impl Iterator<Item = u32> + '_ {
    let start = pairs.partition_point(|(from, _)| *from < account);
    pairs[start..]
        .iter()
        .take_while(move |(from, _)| *from == account)
        .map(|(_, to)| *to)
}

/// Returns the check-ins of `account` among those of one venue, sorted by account.
fn find_check_ins(venue: &[CheckIn], account: u32) -> &[CheckIn] {
    let start = venue.partition_point(|c| c.account < account);
    let end = start + venue[start..].partition_point(|c| c.account == account);
    &venue[start..end]
}

fn note_credit(found: &mut BTreeMap<CoVisitCredit, i64>, reactor: &CheckIn, target: &CheckIn, window: i64) {
    let lag = reactor.occurred_at - target.occurred_at;
    if reactor.account == target.account || lag <= 0 || lag > window {
        return;
    }
    let credit = CoVisitCredit {
        reactor: reactor.account,
        target: target.account,
        venue: reactor.venue,
        day: Day::from_micros(reactor.occurred_at),
    };
    let at = found.entry(credit).or_insert(reactor.occurred_at);
    *at = (*at).min(reactor.occurred_at);
}

#[cfg(test)]
#[path = "co_visit_tests.rs"]
mod tests;
