//! Creates rows and files that are bad on purpose, few enough that no load date is refused.
//!
//! A partition has at most one bad row per 120 good ones, and none if it has fewer rows: far below the 5 % at which
//! the contract refuses a run. The reasons rotate, so that a warehouse of a few weeks has all of them. A network's
//! first load date has no bad rows, because the contract accepts rows of any age there.

use super::calendar::{DAY_MICROS, FIRST_CREDIBLE_DAY, SECOND_MICROS, day_start_micros};
use super::courier::Courier;
use super::dice::{Dice, Stream};
use super::network::Network;
use super::row::Row;
use bytes::Bytes;
use std::collections::BTreeMap;

/// Smallest number of good rows per bad row.
const ROWS_PER_FAULT: usize = 120;

/// Probability per thousand that a partition has an additional bad row.
const FAULT_PER_MILLE: u64 = 400;

/// Number of rows per guaranteed bad row in large partitions.
const ROWS_PER_SURE_FAULT: usize = 400;

/// Remaining part of a truncated file, in percent.
const TRUNCATED_PERCENT: usize = 60;

/// Reason to refuse a planted row or file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Null activity id.
    NullActivityId,
    /// Null actor.
    NullActorId,
    /// Verb that the network does not have.
    UnknownVerb,
    /// Time after the end of the load date.
    AfterLoadDate,
    /// Time before 2004.
    Before2004,
    /// Delivery more than 31 days after the event.
    TooLate,
    /// Row of `accounts` without an id.
    NullAccountId,
    /// Row of `follows` without a followee.
    NullFolloweeId,
    /// Row of `identities` that claims an account of a lesser person id.
    DisputedAccount,
    /// File cut off in the middle.
    TruncatedFile,
    /// File without a required column.
    MissingColumn,
}

impl Fault {
    /// Reasons that rotate in `activities`.
    const OF_ACTIVITIES: [Fault; 6] = [
        Fault::NullActivityId,
        Fault::NullActorId,
        Fault::UnknownVerb,
        Fault::AfterLoadDate,
        Fault::Before2004,
        Fault::TooLate,
    ];

    /// Returns the name of the reason, for summaries.
    pub fn name(self) -> &'static str {
        match self {
            Fault::NullActivityId => "null activity_id",
            Fault::NullActorId => "null actor_id",
            Fault::UnknownVerb => "unknown verb",
            Fault::AfterLoadDate => "after load date",
            Fault::Before2004 => "before 2004",
            Fault::TooLate => "too late",
            Fault::NullAccountId => "null account_id",
            Fault::NullFolloweeId => "null followee_id",
            Fault::DisputedAccount => "disputed account",
            Fault::TruncatedFile => "truncated file",
            Fault::MissingColumn => "missing column",
        }
    }
}

/// Planted faults, counted by reason.
#[derive(Default)]
pub struct Faults {
    turn: usize,
    /// Number of planted faults by reason.
    pub planted: BTreeMap<Fault, u64>,
}

impl Faults {
    /// Counts a fault that was planted elsewhere.
    pub fn note(&mut self, fault: Fault) {
        *self.planted.entry(fault).or_default() += 1;
    }

    /// Adds bad rows to the partitions of a day (counted from the first). They are copies of good rows with new ids and
    /// one error.
    pub fn plant(&mut self, seed: u64, day: u32, load_day: i32, delivered: &mut [Vec<Row>], courier: &mut Courier) {
        let mut dice = Dice::new(seed, Stream::Faults(day));
        for (network, rows) in Network::ALL.into_iter().zip(delivered) {
            let is_chosen = dice.per_mille(FAULT_PER_MILLE);
            if day == 0 || rows.len() < ROWS_PER_FAULT {
                continue;
            }
            for _ in 0..rows.len() / ROWS_PER_SURE_FAULT + usize::from(is_chosen) {
                let at = dice.index(rows.len());
                let mut row = rows[at].clone();
                row.number = Some(courier.next_id(network));
                row.is_twin = false;
                let fault = Fault::OF_ACTIVITIES[self.turn % Fault::OF_ACTIVITIES.len()];
                self.turn += 1;
                spoil(&mut dice, &mut row, fault, network, load_day);
                rows.insert(at, row);
                self.note(fault);
            }
        }
    }
}

/// Introduces one error into a row.
fn spoil(dice: &mut Dice, row: &mut Row, fault: Fault, network: Network, load_day: i32) {
    let second = dice.below(86_400) as i64 * SECOND_MICROS;
    match fault {
        Fault::NullActivityId => row.number = None,
        Fault::NullActorId => row.actor = None,
        Fault::UnknownVerb => row.verb = network.unknown_verb(),
        Fault::AfterLoadDate => row.occurred_at = day_start_micros(load_day + 1) + second,
        Fault::Before2004 => {
            let age = 1 + dice.below(1_000) as i32;
            row.occurred_at = day_start_micros(FIRST_CREDIBLE_DAY - age) + second;
        }
        // More than 31 days before the load date's first moment exceeds 30 days by any way of counting.
        Fault::TooLate => {
            let age = 32 + dice.below(20) as i64;
            row.occurred_at = day_start_micros(load_day) - age * DAY_MICROS + second;
        }
        Fault::NullAccountId
        | Fault::NullFolloweeId
        | Fault::DisputedAccount
        | Fault::TruncatedFile
        | Fault::MissingColumn => {}
    }
}

/// Returns the beginning of a file, as after an interrupted upload.
pub fn truncated(file: &Bytes) -> Bytes {
    file.slice(..file.len() * TRUNCATED_PERCENT / 100)
}
