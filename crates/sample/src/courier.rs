//! From what happened to what is delivered: most of a day arrives with the day, some late, and
//! some of it twice.
//!
//! The courier also numbers the rows, in order of time within a day, as a network would have:
//! a row that arrives late has the id of the day on which it happened.

use super::dice::{Dice, Stream};
use super::network::Network;
use super::row::{DayRows, Row};
use std::collections::BTreeMap;

/// Of a thousand rows, how many arrive late, and by how many days at most. Far inside the 30 days
/// that the contract allows.
const LATE_PER_MILLE: u64 = 20;
const LATE_DAYS: u64 = 10;

/// Of a thousand rows that arrived, how many arrive again, and how much later at most.
const AGAIN_PER_MILLE: u64 = 10;
const AGAIN_DAYS: u64 = 7;

/// How many rows the courier delivered in a way other than once and in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Irregular {
    /// Delivered on a load date after the day on which they happened.
    pub late: u64,
    /// Delivered before.
    pub again: u64,
    /// Pairs of twins, two rows each.
    pub twins: u64,
}

/// Carries rows from day to day.
pub struct Courier {
    seed: u64,
    days: u32,
    last_id: [u64; Network::ALL.len()],
    /// What is on its way, by the day on which it arrives. Holds days of late rows, not all.
    pending: BTreeMap<u32, DayRows>,
    /// What was irregular in what has arrived so far.
    pub irregular: Irregular,
}

impl Courier {
    /// A courier with nothing on the way.
    pub fn new(seed: u64, days: u32) -> Self {
        Courier {
            seed,
            days,
            last_id: [0; Network::ALL.len()],
            pending: BTreeMap::new(),
            irregular: Irregular::default(),
        }
    }

    /// Takes what happened on a day, gives what is delivered with it, in order of time.
    pub fn deliver(&mut self, day: u32, happened: DayRows) -> DayRows {
        let mut dice = Dice::new(self.seed, Stream::Delivery(day));
        let mut delivered = self.pending.remove(&day).unwrap_or_default();
        for network in Network::ALL {
            let slot = network as usize;
            let late = delivered[slot].len();
            for mut row in happened[slot].iter().cloned() {
                row.number = Some(self.next_id(network));
                if !row.is_twin && dice.per_mille(LATE_PER_MILLE) {
                    let arrives = day + 1 + dice.below(LATE_DAYS) as u32;
                    self.irregular.late += self.send(network, arrives, row);
                } else {
                    self.irregular.twins += u64::from(row.is_twin && row.verb == "reply");
                    delivered[slot].push(row);
                }
            }
            for row in &delivered[slot][late..] {
                if !row.is_twin && dice.per_mille(AGAIN_PER_MILLE) {
                    let arrives = day + 1 + dice.below(AGAIN_DAYS) as u32;
                    self.irregular.again += self.send(network, arrives, row.clone());
                }
            }
            delivered[slot].sort_by_key(|row| row.occurred_at);
        }
        delivered
    }

    /// Puts a row on its way. One that would arrive after the last day is still out there when the
    /// warehouse ends: it is dropped, and 0 rows were sent.
    fn send(&mut self, network: Network, arrives: u32, row: Row) -> u64 {
        if arrives >= self.days {
            return 0;
        }
        self.pending.entry(arrives).or_default()[network as usize].push(row);
        1
    }

    /// The number of the next row of a network.
    pub fn next_id(&mut self, network: Network) -> u64 {
        let last = &mut self.last_id[network as usize];
        *last += 1;
        *last
    }
}

/// The activity id of a number.
pub fn activity_id(network: Network, number: u64) -> String {
    format!("{}{number:08}", network.prefix())
}
