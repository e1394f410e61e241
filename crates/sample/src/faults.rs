//! Creates rows that are bad on purpose, few enough that no load date is refused.
//!
//! A partition has at most one bad row per 120 good ones, and none if it has fewer rows: far below the 5 % at which
//! the contract refuses a run. The reasons rotate, so that a warehouse of a few weeks has all of them. A network's
//! first load date has no bad rows, because the contract accepts rows of any age there.

use super::delivery_delays::DeliveryDelays;
use super::network::SampleNetwork;
use super::rng::{RngStream, StreamRng};
use super::row::ActivityRow;
use clout_base::day::{DAY_MICROS, Day, FIRST_VALID_DAY, SECOND_MICROS};
use std::collections::BTreeMap;

/// Smallest number of good rows per bad row.
const ROWS_PER_FAULT: usize = 120;

/// Probability per thousand that a partition has an additional bad row.
const FAULT_PER_MILLE: u64 = 400;

/// Number of rows per guaranteed bad row in large partitions.
const ROWS_PER_SURE_FAULT: usize = 400;

/// Reason to refuse a planted row or file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PlantedFault {
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

impl PlantedFault {
    /// Reasons that rotate in `activities`.
    const OF_ACTIVITIES: [PlantedFault; 6] = [
        PlantedFault::NullActivityId,
        PlantedFault::NullActorId,
        PlantedFault::UnknownVerb,
        PlantedFault::AfterLoadDate,
        PlantedFault::Before2004,
        PlantedFault::TooLate,
    ];

    /// Returns the name of the reason, for summaries.
    pub(crate) fn name(self) -> &'static str {
        match self {
            PlantedFault::NullActivityId => "null activity_id",
            PlantedFault::NullActorId => "null actor_id",
            PlantedFault::UnknownVerb => "unknown verb",
            PlantedFault::AfterLoadDate => "after load date",
            PlantedFault::Before2004 => "before 2004",
            PlantedFault::TooLate => "too late",
            PlantedFault::NullAccountId => "null account_id",
            PlantedFault::NullFolloweeId => "null followee_id",
            PlantedFault::DisputedAccount => "disputed account",
            PlantedFault::TruncatedFile => "truncated file",
            PlantedFault::MissingColumn => "missing column",
        }
    }
}

/// Planted faults, counted by reason.
#[derive(Default)]
pub(crate) struct FaultCounts {
    turn: usize,
    /// Number of planted faults by reason.
    pub planted: BTreeMap<PlantedFault, u64>,
}

impl FaultCounts {
    /// Counts a fault that was planted elsewhere.
    pub(crate) fn count(&mut self, fault: PlantedFault) {
        *self.planted.entry(fault).or_default() += 1;
    }

    /// Adds bad rows to the partitions of a day (counted from the first). They are copies of good rows with new ids and
    /// one error.
    pub(crate) fn plant(
        &mut self,
        seed: u64,
        day: u32,
        load_day: i32,
        delivered: &mut [Vec<ActivityRow>],
        courier: &mut DeliveryDelays,
    ) {
        let mut dice = StreamRng::new(seed, RngStream::Faults(day));
        for (network, rows) in SampleNetwork::ALL.into_iter().zip(delivered) {
            let is_chosen = dice.chance_per_mille(FAULT_PER_MILLE);
            if day == 0 || rows.len() < ROWS_PER_FAULT {
                continue;
            }
            for _ in 0..rows.len() / ROWS_PER_SURE_FAULT + usize::from(is_chosen) {
                let at = dice.index(rows.len());
                let mut row = rows[at].clone();
                row.number = Some(courier.take_number(network));
                row.is_twin = false;
                let fault = PlantedFault::OF_ACTIVITIES[self.turn % PlantedFault::OF_ACTIVITIES.len()];
                self.turn += 1;
                apply_fault(&mut dice, &mut row, fault, network, load_day);
                rows.insert(at, row);
                self.count(fault);
            }
        }
    }
}

/// Introduces one error into a row.
fn apply_fault(
    dice: &mut StreamRng,
    row: &mut ActivityRow,
    fault: PlantedFault,
    network: SampleNetwork,
    load_day: i32,
) {
    let second = dice.below(86_400) as i64 * SECOND_MICROS;
    match fault {
        PlantedFault::NullActivityId => row.number = None,
        PlantedFault::NullActorId => row.actor = None,
        PlantedFault::UnknownVerb => row.verb = network.unknown_verb(),
        PlantedFault::AfterLoadDate => row.occurred_at = Day(load_day + 1).start_micros() + second,
        PlantedFault::Before2004 => {
            let age = 1 + dice.below(1_000) as i32;
            row.occurred_at = FIRST_VALID_DAY.days_before(age).start_micros() + second;
        }
        // More than 31 days before the load date's first moment exceeds 30 days by any way of counting.
        PlantedFault::TooLate => {
            let age = 32 + dice.below(20) as i64;
            row.occurred_at = Day(load_day).start_micros() - age * DAY_MICROS + second;
        }
        PlantedFault::NullAccountId
        | PlantedFault::NullFolloweeId
        | PlantedFault::DisputedAccount
        | PlantedFault::TruncatedFile
        | PlantedFault::MissingColumn => {}
    }
}
