//! Chance, from a seed: every draw of the made-up warehouse goes through one [`Dice`].
//!
//! Only the raw 64-bit words of ChaCha8 are used, and every draw is made from them with integers:
//! no `ln`, `exp` or `powf`, whose last bits differ between machines, and none of `rand`'s
//! distributions, which may change with its version. Same seed and stream, same draws, anywhere.
//! A stream is a purpose (the people, a day, the faults), so that changing how one of them draws
//! leaves the others as they were.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// What a sequence of draws is for; each has a stream of its own.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    /// Who exists, on which networks, and what they care for.
    People,
    /// Who follows whom.
    Follows,
    /// Who belongs to which circle of fans.
    Circles,
    /// What happens on one day (counted from the first).
    Day(u32),
    /// What the courier of one day delays or delivers twice.
    Delivery(u32),
    /// Which rows of one day are bad on purpose.
    Faults(u32),
    /// The endorsements of one day.
    Endorsements(u32),
}

impl Stream {
    /// The number of the stream: the purpose in the high half, the day in the low half.
    fn number(self) -> u64 {
        let (purpose, day) = match self {
            Stream::People => (1, 0),
            Stream::Follows => (2, 0),
            Stream::Circles => (3, 0),
            Stream::Day(day) => (4, day),
            Stream::Delivery(day) => (5, day),
            Stream::Faults(day) => (6, day),
            Stream::Endorsements(day) => (7, day),
        };
        (purpose << 32) | u64::from(day)
    }
}

/// A source of draws that depends on the seed and the stream alone.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of one purpose.
    pub fn new(seed: u64, stream: Stream) -> Self {
        let mut words = ChaCha8Rng::seed_from_u64(seed);
        words.set_stream(stream.number());
        Dice(words)
    }

    /// A number from 0 to `bound - 1`, and 0 for a bound of 0. The bias of the multiplication is
    /// below 2^-40 for the bounds in use.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(bound);
        (wide >> 64) as u64
    }

    /// [`Dice::below`] for indices.
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// True in `chance` of a thousand draws.
    pub fn per_mille(&mut self, chance: u64) -> bool {
        self.below(1000) < chance
    }

    /// One of `items`, each as likely as any other; none of an empty list.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.index(items.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_depend_on_the_seed_and_the_stream_alone() {
        let draw = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            [dice.below(1 << 40), dice.below(1 << 40)]
        };
        assert_eq!(draw(7, Stream::Day(3)), draw(7, Stream::Day(3)));
        assert_ne!(draw(7, Stream::Day(3)), draw(7, Stream::Day(4)));
        assert_ne!(draw(7, Stream::Day(3)), draw(8, Stream::Day(3)));
        assert_ne!(draw(7, Stream::People), draw(7, Stream::Follows));
    }

    #[test]
    fn draws_stay_below_their_bound_and_reach_every_value() {
        let mut dice = Dice::new(1, Stream::People);
        let mut seen = [0u32; 5];
        for _ in 0..1000 {
            seen[dice.index(5)] += 1;
        }
        assert!(seen.iter().all(|&count| count > 150), "{seen:?}");
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.pick::<u8>(&[]), None);
    }
}
