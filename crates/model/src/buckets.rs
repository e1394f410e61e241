//! Sorts values into buckets: a stable counting sort over fixed chunks of rows, in parallel.

use std::ops::Range;

use rayon::prelude::*;

/// Number of rows that one thread counts and moves at a time.
const CHUNK_ROWS: usize = 1 << 17;

/// Values in buckets; within a bucket they are in the order of their rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Buckets<T> {
    /// Values of all buckets, one bucket after the other.
    pub values: Vec<T>,
    /// Start of each bucket in `values`, and the end of the last one.
    pub starts: Vec<usize>,
}

impl<T: Copy + Default + Send> Buckets<T> {
    /// Sorts the values of `rows` into `count` buckets. `place` returns bucket and value of a row, or `None` for a row
    /// to leave out; it is called twice for each row.
    pub fn fill(rows: Range<usize>, count: usize, place: impl Fn(usize) -> Option<(usize, T)> + Sync) -> Buckets<T> {
        let chunks: Vec<Range<usize>> = (rows.clone().step_by(CHUNK_ROWS))
            .map(|start| start..(start + CHUNK_ROWS).min(rows.end))
            .collect();
        let count_rows = |chunk: &Range<usize>| {
            let mut sizes = vec![0_u32; count];
            for (bucket, _) in chunk.clone().filter_map(&place) {
                sizes[bucket] += 1;
            }
            sizes
        };
        let sizes: Vec<Vec<u32>> = chunks.par_iter().map(count_rows).collect();
        let mut starts = vec![0; count + 1];
        for bucket in 0..count {
            starts[bucket + 1] = starts[bucket] + sizes.iter().map(|sizes| sizes[bucket] as usize).sum::<usize>();
        }
        let mut values = vec![T::default(); starts[count]];
        let slots = split_slots(&mut values, &sizes, count);
        chunks.into_par_iter().zip(slots).for_each(|(chunk, mut slots)| {
            for (bucket, value) in chunk.filter_map(&place) {
                if let Some(slot) = slots[bucket].next() {
                    *slot = value;
                }
            }
        });
        Buckets { values, starts }
    }
}

impl<T> Buckets<T> {
    /// Returns the number of buckets.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Returns true if there is no bucket.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the values of a bucket.
    pub fn bucket(&self, bucket: usize) -> &[T] {
        &self.values[self.starts[bucket]..self.starts[bucket + 1]]
    }

    /// Splits `values`, or another slice of the same length, into the buckets.
    pub fn split_mut<'a, V>(starts: &[usize], values: &'a mut [V]) -> Vec<&'a mut [V]> {
        let mut rest = values;
        let mut buckets = Vec::with_capacity(starts.len().saturating_sub(1));
        for bounds in starts.windows(2) {
            let (bucket, others) = rest.split_at_mut(bounds[1] - bounds[0]);
            buckets.push(bucket);
            rest = others;
        }
        buckets
    }
}

/// Returns, by chunk and bucket, the slots of the chunk's values.
fn split_slots<'a, T>(values: &'a mut [T], sizes: &[Vec<u32>], count: usize) -> Vec<Vec<std::slice::IterMut<'a, T>>> {
    let mut slots: Vec<Vec<_>> = sizes.iter().map(|_| Vec::with_capacity(count)).collect();
    let mut rest = values;
    for bucket in 0..count {
        for (chunk, sizes) in sizes.iter().enumerate() {
            let (mine, others) = rest.split_at_mut(sizes[bucket] as usize);
            slots[chunk].push(mine.iter_mut());
            rest = others;
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_order_within_a_bucket_and_across_chunks() {
        let rows = 3..2 * CHUNK_ROWS + 100;
        let place = |row: usize| (!row.is_multiple_of(5)).then_some((row * 7 % 3, row));
        let buckets = Buckets::fill(rows.clone(), 3, place);
        for bucket in 0..3 {
            let expected: Vec<usize> = rows
                .clone()
                .filter(|row| row % 5 != 0 && row * 7 % 3 == bucket)
                .collect();
            assert_eq!(buckets.bucket(bucket), expected);
        }
        assert_eq!(buckets.len(), 3);
    }

    #[test]
    fn no_rows_fill_empty_buckets() {
        let buckets = Buckets::fill(0..0, 2, |row| Some((0, row)));
        assert_eq!((buckets.bucket(0), buckets.bucket(1)), (&[][..], &[][..]));
    }
}
