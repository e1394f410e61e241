//! The eight least and the eight greatest of 128 values, by comparators that the compiler turns into vector minima.
//!
//! The values are 16 columns of 8. Each column is sorted by the network of 19 comparators for eight values (Knuth,
//! *The Art of Computer Programming* 3, 5.3.4). Two sorted columns a and b are then merged four times:
//! `min(a[i], b[7 - i])` are the eight least of both, in bitonic order (Batcher, *Sorting networks and their applications*, 1968),
//! which three steps sort. Cost: about 0.2 µs on one core, a third of two quickselects.

use super::resample::REPLICATES;

/// Number of values in a tail.
pub(super) const TAIL: usize = 8;

/// Number of columns before the first merge.
const COLUMNS: usize = REPLICATES / TAIL;

/// Sorting network for eight values.
const COMPARATORS: [(usize, usize); 19] = [
    (0, 1),
    (2, 3),
    (4, 5),
    (6, 7),
    (0, 2),
    (1, 3),
    (4, 6),
    (5, 7),
    (1, 2),
    (5, 6),
    (0, 4),
    (1, 5),
    (2, 6),
    (3, 7),
    (2, 4),
    (3, 5),
    (1, 2),
    (3, 4),
    (5, 6),
];

/// `N` columns, stored row by row.
type Columns<const N: usize> = [[f32; N]; TAIL];

/// Returns the least and the greatest values, each in ascending order. No value may be NaN.
pub(super) fn find_tails(values: &[f32; REPLICATES]) -> [[f32; TAIL]; 2] {
    let mut columns = [[0.0; COLUMNS]; TAIL];
    for (row, values) in columns.iter_mut().zip(values.chunks_exact(COLUMNS)) {
        row.copy_from_slice(values);
    }
    for (above, below) in COMPARATORS {
        exchange(&mut columns, above, below);
    }
    [merge_columns(&columns, least), merge_columns(&columns, greatest)]
}

/// Merges sorted columns into one with the eight values that `pick` prefers.
fn merge_columns(columns: &Columns<COLUMNS>, pick: fn(f32, f32) -> f32) -> [f32; TAIL] {
    let columns: Columns<8> = merge_halves(columns, pick);
    let columns: Columns<4> = merge_halves(&columns, pick);
    let columns: Columns<2> = merge_halves(&columns, pick);
    let columns: Columns<1> = merge_halves(&columns, pick);
    columns.map(|[value]| value)
}

/// Merges column i with column `HALF + i`.
#[inline(always)]
fn merge_halves<const ALL: usize, const HALF: usize>(
    columns: &Columns<ALL>,
    pick: impl Fn(f32, f32) -> f32,
) -> Columns<HALF> {
    let mut merged = [[0.0; HALF]; TAIL];
    for (row, values) in merged.iter_mut().enumerate() {
        for (column, value) in values.iter_mut().enumerate() {
            *value = pick(columns[row][column], columns[TAIL - 1 - row][HALF + column]);
        }
    }
    for distance in [4, 2, 1] {
        for row in (0..TAIL).filter(|row| row & distance == 0) {
            exchange(&mut merged, row, row + distance);
        }
    }
    merged
}

/// Puts the lesser of two rows' values into row `above`, in every column.
#[inline(always)]
fn exchange<const N: usize>(columns: &mut Columns<N>, above: usize, below: usize) {
    let (a, b) = (columns[above], columns[below]);
    columns[above] = std::array::from_fn(|column| least(a[column], b[column]));
    columns[below] = std::array::from_fn(|column| greatest(a[column], b[column]));
}

/// One instruction, unlike `f32::min`, which also treats NaN.
#[inline(always)]
fn least(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

#[inline(always)]
fn greatest(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tails_are_those_of_the_sorted_values(
            values in proptest::collection::vec(
                prop_oneof![0.0_f32..1.0, Just(0.5), Just(0.0), Just(f32::INFINITY)], REPLICATES
            ),
        ) {
            let values: [f32; REPLICATES] = values.try_into().unwrap();
            let [low, high] = find_tails(&values);
            let mut sorted = values;
            sorted.sort_unstable_by(f32::total_cmp);
            prop_assert_eq!(&low[..], &sorted[..TAIL]);
            prop_assert_eq!(&high[..], &sorted[REPLICATES - TAIL..]);
        }
    }

    #[test]
    fn the_network_sorts_eight_values() {
        // A network that sorts all sequences of zeros and ones sorts everything.
        for bits in 0..1_u32 << TAIL {
            let mut columns: Columns<1> = std::array::from_fn(|row| [(bits >> row & 1) as f32]);
            for (above, below) in COMPARATORS {
                exchange(&mut columns, above, below);
            }
            assert!(columns.is_sorted_by(|a, b| a[0] <= b[0]), "{bits:b}");
        }
    }
}
