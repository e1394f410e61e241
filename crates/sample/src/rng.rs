//! Seeded random numbers: all random choices of the generator go through [`StreamRng`].
//!
//! Only the raw 64-bit words of ChaCha8 are used, and draws are computed from them with integers. `ln`, `exp` and
//! `powf` are avoided, because their last bits differ between machines, and so are `rand`'s distributions, which may
//! change between versions. The same seed and stream give the same draws on each machine. A stream is a purpose (the
//! people, a day, the faults), so changes to the draws of one purpose do not affect the others.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Purpose of a sequence of draws; each has its own stream.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RngStream {
    /// People, their networks and their interests.
    People,
    /// Follows.
    Follows,
    /// Circles of fans.
    Circles,
    /// Activity of one day (counted from the first).
    Day(u32),
    /// Delays and repeated deliveries of one day.
    Delivery(u32),
    /// Rows of one day that are bad on purpose.
    Faults(u32),
    /// Endorsements of one day.
    Endorsements(u32),
    /// Question-and-answer site.
    Site,
}

impl RngStream {
    /// Returns the number of the stream: the purpose in the high half, the day in the low half.
    fn number(self) -> u64 {
        let (purpose, day) = match self {
            RngStream::People => (1, 0),
            RngStream::Follows => (2, 0),
            RngStream::Circles => (3, 0),
            RngStream::Day(day) => (4, day),
            RngStream::Delivery(day) => (5, day),
            RngStream::Faults(day) => (6, day),
            RngStream::Endorsements(day) => (7, day),
            RngStream::Site => (8, 0),
        };
        (purpose << 32) | u64::from(day)
    }
}

/// Random number generator that depends on seed and stream only.
pub(crate) struct StreamRng(ChaCha8Rng);

impl StreamRng {
    /// Creates the generator of one stream.
    pub(crate) fn new(seed: u64, stream: RngStream) -> Self {
        let mut words = ChaCha8Rng::seed_from_u64(seed);
        words.set_stream(stream.number());
        StreamRng(words)
    }

    /// Returns a number from 0 to `bound - 1`, and 0 for a bound of 0. The bias of the multiplication is below 2^-40
    /// for the bounds in use.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(bound);
        (wide >> 64) as u64
    }

    /// Returns an index below `len`, like [`StreamRng::below`].
    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// Returns true with a probability of `chance` in a thousand.
    pub(crate) fn chance_per_mille(&mut self, chance: u64) -> bool {
        self.below(1000) < chance
    }

    /// Returns one of `items` with equal probability; none if the list is empty.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.index(items.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_depend_only_on_seed_and_stream() {
        let draw = |seed, stream| {
            let mut dice = StreamRng::new(seed, stream);
            [dice.below(1 << 40), dice.below(1 << 40)]
        };
        assert_eq!(draw(7, RngStream::Day(3)), draw(7, RngStream::Day(3)));
        assert_ne!(draw(7, RngStream::Day(3)), draw(7, RngStream::Day(4)));
        assert_ne!(draw(7, RngStream::Day(3)), draw(8, RngStream::Day(3)));
        assert_ne!(draw(7, RngStream::People), draw(7, RngStream::Follows));
    }

    #[test]
    fn draws_are_below_their_bound_and_reach_all_values() {
        let mut dice = StreamRng::new(1, RngStream::People);
        let mut seen = [0u32; 5];
        for _ in 0..1000 {
            seen[dice.index(5)] += 1;
        }
        assert!(seen.iter().all(|&count| count > 150), "{seen:?}");
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.pick::<u8>(&[]), None);
    }
}
