//! Removes twins, computes crowd sizes and weighs the reactions of one network, load date by load date.
//!
//! *Twins*: one act that a network reports under several verbs (a reply is also a mention). Within a load date, rows of
//! one actor and target in the same second under different verbs count once, under the greatest verb. *Crowd*: the
//! accounts that one account reacts to within one load date and UTC day. The more it likes, the less each like counts.
//!
//! The rows of a load date are in ranges of actors. A range is sorted, and one pass over its actors does the rest, while
//! its rows are in the cache. Ranges are independent, so threads change no bit.

use std::ops::Range;

use rayon::prelude::*;

use super::weights::ReactionWeighing;
use crate::buckets::Buckets;
use crate::networks::Network;
use crate::reactions::{DateReactions, ReactionKey, WeighedReaction};
use clout_base::day::{Day, SECOND_MICROS};

/// Number of rows from which all threads sort one range together, as if an actor has most rows of a load date.
const LARGE_RANGE: usize = 1 << 17;
/// Number of crowd sizes with a precomputed selectivity.
const CACHED_CROWDS: u32 = 256;

/// Treatment of twins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwinRule {
    /// Removes the lesser twins.
    Remove,
    /// Keeps all rows, for reactions without twins.
    Keep,
}

/// Weighed reactions of one network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeighedDates {
    /// Reactions by load date, actor, target, time and verb. Equal ones are in the order in which their day counts them,
    /// which later sorts must keep.
    pub reactions: Vec<WeighedReaction>,
    /// Number of removed twins.
    pub twins: u64,
}

/// Weighs the reactions of `dates`, load dates of one network in ascending order. Derived reactions have no twins, since
/// no network reports them.
pub fn weigh_dates(
    mut dates: Vec<DateReactions>,
    network: &Network,
    weighing: &ReactionWeighing,
    twins: TwinRule,
) -> WeighedDates {
    let weigher = RangeWeigher::new(network, weighing, twins);
    let mut weights: Vec<Vec<f32>> = dates.iter().map(|date| vec![0.0; date.ranges.values.len()]).collect();
    let mut ranges = Vec::new();
    for (date, weights) in dates.iter_mut().zip(&mut weights) {
        let keys = Buckets::<ReactionKey>::split_mut(&date.ranges.starts, &mut date.ranges.values);
        ranges.extend(
            keys.into_iter()
                .zip(Buckets::<f32>::split_mut(&date.ranges.starts, weights)),
        );
    }
    let kept: Vec<usize> = ranges
        .into_par_iter()
        .map_init(RangeScratch::default, |scratch, (keys, weights)| {
            weigher.weigh(keys, weights, scratch)
        })
        .collect();
    let rows: usize = dates.iter().map(|date| date.ranges.values.len()).sum();
    let reactions = join_ranges(&dates, &weights, &kept);
    WeighedDates {
        twins: (rows - reactions.len()) as u64,
        reactions,
    }
}

/// Buffers for one actor, reused by all actors of a thread.
#[derive(Default)]
struct RangeScratch {
    /// Ends of the actor's rows of one target and day, with the number of the day.
    groups: Vec<(usize, i32)>,
    /// Number of the actor's first day.
    first_day: i32,
    /// Targets by day since the first one; all 0 between actors.
    crowds: Vec<u32>,
}

struct RangeWeigher<'a> {
    network: &'a Network,
    weighing: &'a ReactionWeighing,
    twins: TwinRule,
    /// Verb of derived reactions.
    derived: Option<u8>,
    verb_weights: Vec<f64>,
    /// Selectivity by crowd size; the first one is unused.
    selectivities: Vec<f64>,
}

impl<'a> RangeWeigher<'a> {
    fn new(network: &'a Network, weighing: &'a ReactionWeighing, twins: TwinRule) -> RangeWeigher<'a> {
        let crowds = 0..CACHED_CROWDS;
        RangeWeigher {
            network,
            weighing,
            twins,
            derived: network.co_visit.as_ref().map(|rule| rule.verb),
            verb_weights: network.verbs.iter().map(|verb| verb.weight).collect(),
            selectivities: crowds.map(|crowd| weighing.selectivity(crowd.max(1))).collect(),
        }
    }

    /// Sorts the keys of a range, moves the rows that count to its front, and sets their weights. Returns their number.
    fn weigh(&self, keys: &mut [ReactionKey], weights: &mut [f32], scratch: &mut RangeScratch) -> usize {
        match keys.len() < LARGE_RANGE {
            true => keys.sort_unstable(),
            false => keys.par_sort_unstable(),
        }
        let (mut start, mut kept) = (0, 0);
        while start < keys.len() {
            let end = group_rows(keys, start, scratch);
            scratch.count_crowds();
            for group in 0..scratch.groups.len() {
                let (group_end, day) = scratch.groups[group];
                let counted = match self.twins {
                    TwinRule::Remove => self.remove_twins(&mut keys[start..group_end]),
                    TwinRule::Keep => group_end - start,
                };
                let selectivity = self.selectivity(scratch.crowd(day));
                self.weigh_day(
                    &keys[start..start + counted],
                    selectivity,
                    &mut weights[kept..kept + counted],
                );
                if kept < start {
                    keys.copy_within(start..start + counted, kept);
                }
                kept += counted;
                start = group_end;
            }
            scratch.clear();
            start = end;
        }
        kept
    }

    fn selectivity(&self, crowd: u32) -> f64 {
        match self.selectivities.get(crowd as usize) {
            Some(selectivity) => *selectivity,
            None => self.weighing.selectivity(crowd),
        }
    }

    /// Moves the rows of one pair and day that count to the front, in order. Returns their number.
    fn remove_twins(&self, keys: &mut [ReactionKey]) -> usize {
        let second = |key: ReactionKey| key.occurred_at().div_euclid(SECOND_MICROS);
        let (mut start, mut kept) = (0, 0);
        while start < keys.len() {
            let first = second(keys[start]);
            let same = keys[start..].iter().take_while(|key| second(**key) == first).count();
            let is_row = |key: ReactionKey| Some(key.verb()) != self.derived;
            let verbs = keys[start..start + same]
                .iter()
                .filter(|key| is_row(**key))
                .map(|key| key.verb());
            let best = verbs.reduce(|best, verb| match self.network.outranks(verb, best) {
                true => verb,
                false => best,
            });
            for row in start..start + same {
                let key = keys[row];
                if !is_row(key) || Some(key.verb()) == best {
                    keys[kept] = key;
                    kept += 1;
                }
            }
            start += same;
        }
        kept
    }

    /// Weighs the rows of one pair and day, latest first: each by the amount that it adds to the day.
    fn weigh_day(&self, keys: &[ReactionKey], selectivity: f64, weights: &mut [f32]) {
        let (mut so_far, mut worth) = (0.0, 0.0);
        for (key, weight) in keys.iter().zip(weights).rev() {
            so_far += self.verb_weights[usize::from(key.verb())];
            let total = self.weighing.saturate_day(so_far);
            *weight = (selectivity * (total - worth)) as f32;
            worth = total;
        }
    }
}

/// Finds the rows of one target and day of the actor at `start`. Returns the end of the actor's rows.
fn group_rows(keys: &[ReactionKey], start: usize, scratch: &mut RangeScratch) -> usize {
    let actor = keys[start].actor();
    let mut row = start;
    while row < keys.len() && keys[row].actor() == actor {
        let (pair, day) = (keys[row].pair(), keys[row].day());
        let last_instant = day.end_micros();
        row += 1;
        while row < keys.len() && keys[row].pair() == pair && keys[row].occurred_at() < last_instant {
            row += 1;
        }
        scratch.groups.push((row, day.0));
    }
    row
}

impl RangeScratch {
    /// Counts the targets of each day. The groups of one day have different targets.
    fn count_crowds(&mut self) {
        let days = || self.groups.iter().map(|(_, day)| *day);
        let (first, last) = (days().min().unwrap_or(0), days().max().unwrap_or(0));
        self.first_day = first;
        let span = (last - first) as usize + 1;
        self.crowds.resize(self.crowds.len().max(span), 0);
        for (_, day) in &self.groups {
            self.crowds[(day - first) as usize] += 1;
        }
    }

    fn crowd(&self, day: i32) -> u32 {
        self.crowds[(day - self.first_day) as usize]
    }

    fn clear(&mut self) {
        for (_, day) in self.groups.drain(..) {
            self.crowds[(day - self.first_day) as usize] = 0;
        }
    }
}

/// Part of the output: the rows of one range.
struct OutputRange<'a> {
    rows: Range<usize>,
    load_date: Day,
    keys: &'a [ReactionKey],
    weights: &'a [f32],
}

/// Joins the rows that count. Each thread writes its part of the result in place, so no row is copied twice.
fn join_ranges(dates: &[DateReactions], weights: &[Vec<f32>], kept: &[usize]) -> Vec<WeighedReaction> {
    let mut kept = kept.iter();
    let mut outputs: Vec<OutputRange> = Vec::with_capacity(kept.len());
    let mut end = 0;
    for (date, weights) in dates.iter().zip(weights) {
        for (start, count) in date.ranges.starts.iter().take(date.ranges.len()).zip(kept.by_ref()) {
            outputs.push(OutputRange {
                rows: end..end + count,
                load_date: date.load_date,
                keys: &date.ranges.values[*start..start + count],
                weights: &weights[*start..start + count],
            });
            end += count;
        }
    }
    let rows = (0..end).into_par_iter().with_min_len(1 << 14);
    rows.map_init(
        || 0,
        |index: &mut usize, row| {
            if !outputs[*index].rows.contains(&row) {
                *index = outputs.partition_point(|output| output.rows.end <= row);
            }
            let output = &outputs[*index];
            let place = row - output.rows.start;
            output.keys[place].weighed(output.load_date, output.weights[place])
        },
    )
    .collect()
}

#[cfg(test)]
#[path = "weigh_dates_tests.rs"]
mod tests;
