//! Stateless pseudo-random draws: each draw follows from its purpose and number alone.

use std::hash::Hasher;

use siphasher::sip::SipHasher13;

/// Returns 64 uniformly distributed bits for the `number`-th draw of `purpose`.
pub fn draw_bits(purpose: &str, number: u64) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(purpose.as_bytes());
    hasher.write_u8(0);
    hasher.write(&number.to_le_bytes());
    hasher.finish()
}

/// Returns a draw from 0 to `below` - 1.
pub fn draw_below(purpose: &str, number: u64, below: usize) -> usize {
    ((u128::from(draw_bits(purpose, number)) * below as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_uniform_and_repeatable() {
        assert_eq!(draw_bits("a", 1), draw_bits("a", 1));
        assert_ne!(draw_bits("a", 1), draw_bits("b", 1));
        let mut counts = [0_u32; 10];
        (0..10_000).for_each(|number| counts[draw_below("even", number, 10)] += 1);
        assert!(counts.iter().all(|count| (900..1_100).contains(count)), "{counts:?}");
    }
}
