//! One person's parts, summed by cause and network, with the people of the largest parts.

use super::cause::ChangeCause;

/// Number of people named per slot.
pub const MAX_NAMED_PEOPLE: usize = 3;

/// The sum of one cause on one network.
#[derive(Clone, Debug, PartialEq)]
pub struct CauseSlot {
    /// The cause.
    pub cause: ChangeCause,
    /// True if the slot is about reciprocated attention.
    pub is_reciprocated: bool,
    /// Index of the network.
    pub network: u8,
    /// Sum of the parts.
    pub part: f64,
    /// Number of reactors with a part.
    pub reactors: u64,
    /// The largest parts, largest first, with their reactors; `None` for a reactor missing on the snapshot date.
    pub largest: Vec<(Option<u32>, f64)>,
}

type Key = (ChangeCause, bool, u8);

/// The slots of a person. There are few, so the list is searched from the front.
#[derive(Debug, Default)]
pub struct CauseTally {
    keys: Vec<Key>,
    slots: Vec<CauseSlot>,
    /// Sum of the current reactor's parts in each slot.
    own: Vec<f64>,
    /// Slots with a part of the current reactor, in order of their first part.
    touched: Vec<usize>,
}

impl CauseTally {
    /// Adds a part of the current reactor.
    pub fn add_part(&mut self, key: Key, part: f64) {
        let slot = match self.keys.iter().position(|other| *other == key) {
            Some(slot) => slot,
            None => self.add_slot(key),
        };
        if !self.touched.contains(&slot) {
            self.touched.push(slot);
        }
        self.own[slot] += part;
    }

    fn add_slot(&mut self, key: Key) -> usize {
        self.keys.push(key);
        self.own.push(0.0);
        self.slots.push(CauseSlot {
            cause: key.0,
            is_reciprocated: key.1,
            network: key.2,
            part: 0.0,
            reactors: 0,
            largest: Vec::with_capacity(MAX_NAMED_PEOPLE + 1),
        });
        self.slots.len() - 1
    }

    /// Closes the current reactor; `None` for a reactor missing on the snapshot date.
    pub fn finish_reactor(&mut self, reactor: Option<u32>) {
        for slot in self.touched.drain(..) {
            let part = std::mem::take(&mut self.own[slot]);
            if part != 0.0 {
                self.slots[slot].add(reactor, part);
            }
        }
    }

    /// Returns the slots with a part, sorted by cause, answers and network.
    pub fn into_slots(mut self) -> Vec<CauseSlot> {
        self.slots.retain(|slot| slot.reactors > 0);
        self.slots
            .sort_unstable_by_key(|slot| (slot.cause, slot.is_reciprocated, slot.network));
        self.slots
    }
}

impl CauseSlot {
    fn add(&mut self, reactor: Option<u32>, part: f64) {
        self.part += part;
        self.reactors += 1;
        // Among equal parts the earlier one stays first.
        if self.largest.len() == MAX_NAMED_PEOPLE
            && let Some((_, least)) = self.largest.last()
            && least.abs() >= part.abs()
        {
            return;
        }
        let index = self.largest.partition_point(|(_, other)| other.abs() >= part.abs());
        if index < MAX_NAMED_PEOPLE {
            self.largest.insert(index, (reactor, part));
            self.largest.truncate(MAX_NAMED_PEOPLE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_are_named_and_all_are_counted() {
        let mut tally = CauseTally::default();
        let key = (ChangeCause::FadedReactions, false, 2);
        for (reactor, part) in [(1, -0.1), (2, -0.5), (3, -0.1), (4, -0.3), (5, 0.0)] {
            tally.add_part(key, part);
            tally.finish_reactor(Some(reactor));
        }
        tally.add_part(key, 0.2);
        tally.add_part(key, -0.6);
        tally.add_part((ChangeCause::Corroboration, true, 0), 1.0);
        tally.finish_reactor(None);
        let slots = tally.into_slots();
        assert_eq!(slots[0].cause, ChangeCause::Corroboration);
        assert_eq!(slots[1].reactors, 5);
        assert!((slots[1].part + 1.4).abs() < 1e-12);
        let named: Vec<Option<u32>> = slots[1].largest.iter().map(|(reactor, _)| *reactor).collect();
        assert_eq!(named, [Some(2), None, Some(4)]);
    }
}
