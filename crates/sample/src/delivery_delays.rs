//! Delivers rows: most on their own day, some late, and some twice.
//!
//! The courier also numbers the rows in time order within a day, as a network does. A late row has an id of the day
//! on which it happened.

use super::network::SampleNetwork;
use super::rng::{RngStream, StreamRng};
use super::row::{ActivityRow, DayRows};
use std::collections::BTreeMap;

/// Late rows per thousand, and their largest delay in days. It is far below the 30 days that the contract
/// allows.
const LATE_PER_MILLE: u64 = 20;
const LATE_DAYS: u64 = 10;

/// Number of delivered rows per thousand that are delivered again, and the largest delay in days.
const AGAIN_PER_MILLE: u64 = 10;
const AGAIN_DAYS: u64 = 7;

/// Number of rows with an irregular delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct IrregularCounts {
    /// Rows delivered on a load date after the day on which they happened.
    pub late: u64,
    /// Rows delivered a second time.
    pub again: u64,
    /// Pairs of twins, with two rows each.
    pub twins: u64,
}

/// Delivery state between days.
pub(crate) struct DeliveryDelays {
    seed: u64,
    days: u32,
    last_id: [u64; SampleNetwork::ALL.len()],
    /// Rows not yet delivered, by delivery day. Holds late rows of a few days.
    pending: BTreeMap<u32, DayRows>,
    /// Irregular deliveries so far.
    pub irregular: IrregularCounts,
}

impl DeliveryDelays {
    /// Creates a courier without pending rows.
    pub(crate) fn new(seed: u64, days: u32) -> Self {
        DeliveryDelays {
            seed,
            days,
            last_id: [0; SampleNetwork::ALL.len()],
            pending: BTreeMap::new(),
            irregular: IrregularCounts::default(),
        }
    }

    /// Takes the rows of a day and returns the rows delivered on it, in time order.
    pub(crate) fn deliver(&mut self, day: u32, happened: DayRows) -> DayRows {
        let mut dice = StreamRng::new(self.seed, RngStream::Delivery(day));
        let mut delivered = self.pending.remove(&day).unwrap_or_default();
        for network in SampleNetwork::ALL {
            let slot = network as usize;
            let late = delivered[slot].len();
            for mut row in happened[slot].iter().cloned() {
                row.number = Some(self.take_number(network));
                if !row.is_twin && dice.chance_per_mille(LATE_PER_MILLE) {
                    let arrives = day + 1 + dice.below(LATE_DAYS) as u32;
                    self.irregular.late += self.schedule(network, arrives, row);
                } else {
                    self.irregular.twins += u64::from(row.is_twin && row.verb == "reply");
                    delivered[slot].push(row);
                }
            }
            for row in &delivered[slot][late..] {
                if !row.is_twin && dice.chance_per_mille(AGAIN_PER_MILLE) {
                    let arrives = day + 1 + dice.below(AGAIN_DAYS) as u32;
                    self.irregular.again += self.schedule(network, arrives, row.clone());
                }
            }
            delivered[slot].sort_by_key(|row| row.occurred_at);
        }
        delivered
    }

    /// Schedules a row. A row due after the last day is dropped. Returns the number of scheduled rows: 0 or 1.
    fn schedule(&mut self, network: SampleNetwork, arrives: u32, row: ActivityRow) -> u64 {
        if arrives >= self.days {
            return 0;
        }
        self.pending.entry(arrives).or_default()[network as usize].push(row);
        1
    }

    /// Returns the number of the next row of a network.
    pub(crate) fn take_number(&mut self, network: SampleNetwork) -> u64 {
        let last = &mut self.last_id[network as usize];
        *last += 1;
        *last
    }
}

/// Formats the activity id of a number.
pub(crate) fn format_activity_id(network: SampleNetwork, number: u64) -> String {
    format!("{}{number:08}", network.prefix())
}
