//! Bootstrap weights of reactors: Poisson weights derived from the person's id.
//!
//! For many reactors, resampling with replacement is equivalent to independent weights of
//! Poisson(1) (Hanley and MacGibbon, *Creating non-parametric bootstrap samples using Poisson frequencies*,
//! 2006). The weights of a person are a hash of the person's id:
//!
//! ```text
//! seed        = low 64 bits of SipHash-1-3 of the id under a key of its own
//! word k      = splitmix64(seed + k golden), k = 1, …, 16      (Steele, Lea and Flood, 2014)
//! weight b    = quantile of byte b of the words, little-endian, b = 0, …, 127
//! ```
//!
//! so there is no random state: other people, the numbering of people, the day and the number of
//! threads do not affect a person's weights. A byte has 256 values, divided among 0 to 5 as 94, 94, 48, 15, 4 and 1
//! (Poisson(1): 94.2, 94.2, 47.1, 15.7, 3.9, 0.9): the mean is exactly 1, the variance 254/256 = 0.992.
//!
//! Cost: about 50 ns and one cache line of 64 bytes per person. A run computes each person's weights once: a hash per
//! edge would take three times as long as the sums.

use clout_base::ids::HashKey;

/// Number of bootstrap replicates. At least 100 are required; 128 are the bytes of sixteen words, with a
/// standard error of 1.9 of 100 for the rank of a 5th percentile.
pub const REPLICATES: usize = 128;

/// The weights of one person, by replicate.
pub type BootstrapWeights = [u8; REPLICATES];

/// Smallest byte for a weight of at least 1, 2, … 5: cumulative counts of the table in the module documentation.
const LEAST_BYTES: [u8; 5] = [94, 188, 236, 251, 255];

/// The increment of splitmix64: 2^64 divided by the golden ratio, made odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Computes the seed of a person's weights.
pub fn compute_seed(person_id: &str) -> u64 {
    HashKey::REPLICATES.hash(&[person_id]) as u64
}

/// Computes the weights of a seed.
pub fn compute_weights(seed: u64) -> BootstrapWeights {
    let mut bytes = [0_u8; REPLICATES];
    let mut state = seed;
    for word in bytes.chunks_exact_mut(size_of::<u64>()) {
        state = state.wrapping_add(GOLDEN);
        word.copy_from_slice(&mix(state).to_le_bytes());
    }
    let mut weights = [0_u8; REPLICATES];
    let [once, twice, three, four, five] = LEAST_BYTES.map(|least| move |byte: u8| u8::from(byte >= least));
    // Two arrays and no inner loop, so that the compiler vectorises it.
    for (weight, byte) in weights.iter_mut().zip(bytes) {
        *weight = once(byte) + twice(byte) + three(byte) + four(byte) + five(byte);
    }
    weights
}

/// The weights of one person, two in a byte: weight i in the lower and weight 64 + i in the upper four bits of byte i.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PackedWeights([u8; REPLICATES / 2]);

impl PackedWeights {
    /// Weights that are all 0.
    pub(super) const ZERO: PackedWeights = PackedWeights([0; REPLICATES / 2]);

    /// Computes the weights of a person.
    pub(super) fn from_person_id(person_id: &str) -> PackedWeights {
        let weights = compute_weights(compute_seed(person_id));
        let (lower, upper) = weights.split_at(REPLICATES / 2);
        let mut packed = PackedWeights::ZERO;
        for ((byte, lower), upper) in packed.0.iter_mut().zip(lower).zip(upper) {
            *byte = lower | upper << 4;
        }
        packed
    }

    /// Returns the bytes.
    pub(super) fn bytes(&self) -> &[u8; REPLICATES / 2] {
        &self.0
    }

    /// Returns the weight at an index, 0 to 127, of the ascending weights.
    pub(super) fn order_statistic(&self, index: usize) -> u8 {
        let at_least = |weight: u8| -> u8 {
            let counts = self
                .0
                .iter()
                .map(|byte| u8::from(byte & 15 >= weight) + u8::from(byte >> 4 >= weight));
            counts.sum()
        };
        let is_reached = |weight: &u8| usize::from(at_least(*weight)) >= REPLICATES - index;
        (1..=LEAST_BYTES.len() as u8).take_while(is_reached).last().unwrap_or(0)
    }
}

/// The output function of splitmix64.
fn mix(state: u64) -> u64 {
    let bits = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_mean_one_and_variance_close_to_one() {
        let drawn = |byte: u8| LEAST_BYTES.iter().filter(|least| byte >= **least).count() as u32;
        let all: Vec<u32> = (0..=255).map(drawn).collect();
        assert_eq!(all.iter().sum::<u32>(), 256);
        assert_eq!(all.iter().map(|w| w * w).sum::<u32>(), 256 + 254);
    }

    #[test]
    fn weights_of_many_people_are_poisson() {
        let persons = 4_000;
        let mut counts = [0_u32; 6];
        let mut by_replicate = [0_u32; REPLICATES];
        for person in 0..persons {
            for (replicate, weight) in compute_weights(compute_seed(&format!("twitter:{person}")))
                .into_iter()
                .enumerate()
            {
                counts[usize::from(weight)] += 1;
                by_replicate[replicate] += u32::from(weight);
            }
        }
        let all = f64::from(persons) * REPLICATES as f64;
        for (count, of_256) in counts.into_iter().zip([94.0, 94.0, 48.0, 15.0, 4.0, 1.0]) {
            let expected = all * of_256 / 256.0;
            assert!(
                (f64::from(count) - expected).abs() < 5.0 * expected.sqrt(),
                "{counts:?}"
            );
        }
        // Each replicate is within five standard deviations of a sum of `persons` weights.
        let spread = 5.0 * f64::from(persons).sqrt();
        assert!(
            by_replicate
                .iter()
                .all(|sum| (f64::from(*sum) - f64::from(persons)).abs() < spread)
        );
    }

    #[test]
    fn order_statistics_of_packed_weights_are_those_of_the_sorted_weights() {
        for person in 0..500 {
            let id = format!("twitter:{person}");
            let (mut sorted, packed) = (compute_weights(compute_seed(&id)), PackedWeights::from_person_id(&id));
            sorted.sort_unstable();
            for (index, weight) in sorted.into_iter().enumerate() {
                assert_eq!(packed.order_statistic(index), weight, "{id} {index}");
            }
        }
    }

    #[test]
    fn the_weights_of_an_id_never_change() {
        assert_eq!(
            compute_weights(compute_seed("ada")),
            compute_weights(compute_seed("ada"))
        );
        assert_ne!(
            compute_weights(compute_seed("ada")),
            compute_weights(compute_seed("bob"))
        );
        // Published intervals depend on these values; the words are splitmix64's reference output for seed 0.
        assert_eq!(mix(GOLDEN), 0xe220_a839_7b1d_cdaf);
        let first: Vec<u8> = compute_weights(0)[..8].to_vec();
        assert_eq!(first, [1, 2, 0, 1, 0, 1, 0, 2], "{first:?}");
    }
}
