//! Rows and files that are bad on purpose, few enough that no load date is refused for them.
//!
//! A partition gets at most one bad row per 120 good ones, and none where it has fewer: far below
//! the 5 % at which the contract refuses a run. The reasons take turns, so that a warehouse of a
//! few weeks has all of them. A network's first load date stays clean, because the contract takes
//! rows of any age there.

use super::calendar::{DAY_MICROS, FIRST_CREDIBLE_DAY, SECOND_MICROS, day_start_micros};
use super::courier::Courier;
use super::dice::{Dice, Stream};
use super::network::Network;
use super::row::Row;
use bytes::Bytes;
use std::collections::BTreeMap;

/// Good rows for each bad one, at least.
const ROWS_PER_FAULT: usize = 120;

/// A partition of less than 400 rows has a bad one on two days of five.
const FAULT_PER_MILLE: u64 = 400;

/// Large partitions have one for each so many rows besides.
const ROWS_PER_SURE_FAULT: usize = 400;

/// How much of a truncated file is left, in percent.
const TRUNCATED_PERCENT: usize = 60;

/// Why a planted row must be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// No activity id.
    NullActivityId,
    /// No actor.
    NullActorId,
    /// A verb that the network does not have.
    UnknownVerb,
    /// Occurred after the end of its load date.
    AfterLoadDate,
    /// Occurred before 2004.
    Before2004,
    /// Delivered more than 31 days after it occurred.
    TooLate,
    /// A row of `accounts` without its id.
    NullAccountId,
    /// A row of `follows` without its followee.
    NullFolloweeId,
    /// A row of `identities` that claims an account of a lesser person id.
    DisputedAccount,
    /// A file cut off in the middle.
    TruncatedFile,
    /// A file without a required column.
    MissingColumn,
}

impl Fault {
    /// The reasons that take turns in `activities`.
    const OF_ACTIVITIES: [Fault; 6] = [
        Fault::NullActivityId,
        Fault::NullActorId,
        Fault::UnknownVerb,
        Fault::AfterLoadDate,
        Fault::Before2004,
        Fault::TooLate,
    ];

    /// The reason in words, for summaries.
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

/// Plants faults and counts them.
#[derive(Default)]
pub struct Faults {
    turn: usize,
    /// How many of each were planted.
    pub planted: BTreeMap<Fault, u64>,
}

impl Faults {
    /// Counts a fault that another file planted.
    pub fn note(&mut self, fault: Fault) {
        *self.planted.entry(fault).or_default() += 1;
    }

    /// Adds bad rows to the partitions of a day (counted from the first). They are copies of good
    /// rows with ids of their own and one thing wrong.
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

/// Makes one thing wrong.
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
        // Over 31 days before the load date's first moment: beyond 30 in whichever way the
        // days are counted.
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

/// The beginning of a file, as a broken upload leaves it.
pub fn truncated(file: &Bytes) -> Bytes {
    file.slice(..file.len() * TRUNCATED_PERCENT / 100)
}
