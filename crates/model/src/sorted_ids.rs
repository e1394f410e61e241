//! Ids of the rows of one load date, sorted, in parts by their upper bits.
//!
//! Equal ids are in equal parts, so load dates are compared part by part, and a range of parts needs no other one.

use rayon::prelude::*;

use crate::buckets::Buckets;
use crate::delivered::{ID_BITS, truncate_id};

/// Number of parts, by the upper bits of an id.
pub const ID_PARTS: usize = 1 << PART_BITS;
const PART_BITS: u32 = 8;
/// Bits of a row below the id in an [`IdRow`].
const ROW_BITS: u32 = 32;
const ROW_BYTES: usize = size_of::<u128>();

/// Id and row as one number that sorts by id, then row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IdRow(u128);

impl IdRow {
    fn new(id: u128, row: usize) -> IdRow {
        IdRow(truncate_id(id) << ROW_BITS | row as u128)
    }

    pub(crate) fn id(self) -> u128 {
        self.0 >> ROW_BITS
    }

    pub(crate) fn row(self) -> u32 {
        self.0 as u32
    }

    fn part(self) -> usize {
        (self.0 >> (ID_BITS + ROW_BITS - PART_BITS)) as usize
    }
}

/// Returns the least id of a part, or the first id after the last part.
pub(crate) fn first_id(part: usize) -> u128 {
    (part as u128) << (ID_BITS - PART_BITS)
}

/// Sorted ids of the rows of one load date, in a range of parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SortedIds {
    first_part: usize,
    parts: Buckets<IdRow>,
}

impl SortedIds {
    /// Sorts the ids of all rows.
    pub fn sort(ids: &[u128]) -> SortedIds {
        let place = |row: usize| {
            let id = IdRow::new(ids[row], row);
            Some((id.part(), id))
        };
        let mut parts = Buckets::fill(0..ids.len(), ID_PARTS, place);
        let slices = Buckets::<IdRow>::split_mut(&parts.starts, &mut parts.values);
        slices.into_par_iter().for_each(|ids| ids.sort_unstable());
        SortedIds { first_part: 0, parts }
    }

    /// Cuts the ids into `ranges` ranges of as many parts each. `ranges` is a power of two, at most [`ID_PARTS`].
    pub fn cut(self, ranges: usize) -> Vec<SortedIds> {
        if ranges == 1 {
            return vec![self];
        }
        let width = self.parts.len() / ranges;
        let range = |index: usize| {
            let starts = &self.parts.starts[index * width..=(index + 1) * width];
            let (start, end) = (starts[0], starts[width]);
            SortedIds {
                first_part: self.first_part + index * width,
                parts: Buckets {
                    values: self.parts.values[start..end].to_vec(),
                    starts: starts.iter().map(|row| row - start).collect(),
                },
            }
        };
        (0..ranges).map(range).collect()
    }

    /// Returns the numbers of the parts.
    pub fn parts(&self) -> std::ops::Range<usize> {
        self.first_part..self.first_part + self.parts.len()
    }

    /// Iterates over the ids, ascending; an id of several rows is repeated.
    pub fn ids(&self) -> impl Iterator<Item = u128> + '_ {
        self.parts.values.iter().map(|id| id.id())
    }

    /// Iterates over the ids with their rows, ascending.
    pub fn rows(&self) -> impl Iterator<Item = (u128, u32)> + '_ {
        self.parts.values.iter().map(|id| (id.id(), id.row()))
    }

    /// Returns the ids of a part.
    pub(crate) fn part(&self, part: usize) -> &[IdRow] {
        self.parts.bucket(part - self.first_part)
    }

    /// Returns the ids as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = [self.first_part, self.parts.len()];
        let heads = numbers.iter().chain(&self.parts.starts);
        let mut bytes = Vec::with_capacity((2 + self.parts.starts.len()) * 8 + self.parts.values.len() * ROW_BYTES);
        heads.for_each(|number| bytes.extend_from_slice(&(*number as u64).to_le_bytes()));
        for id in &self.parts.values {
            bytes.extend_from_slice(&id.0.to_le_bytes());
        }
        bytes
    }

    /// Reads the bytes of [`SortedIds::to_bytes`]; `None` for other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<SortedIds> {
        let (numbers, _) = bytes.as_chunks::<8>();
        let number = |index: usize| Some(u64::from_le_bytes(*numbers.get(index)?) as usize);
        let (first_part, count) = (number(0)?, number(1)?);
        let end = 2 + count.checked_add(1).filter(|starts| *starts <= ID_PARTS + 1)?;
        let starts: Vec<usize> = (2..end).map(number).collect::<Option<_>>()?;
        let (rows, rest) = bytes.get(end * 8..)?.as_chunks::<ROW_BYTES>();
        let is_whole = rest.is_empty() && starts.is_sorted() && starts.first() == Some(&0);
        (is_whole && starts.last() == Some(&rows.len())).then(|| SortedIds {
            first_part,
            parts: Buckets {
                values: rows.iter().map(|row| IdRow(u128::from_le_bytes(*row))).collect(),
                starts,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_all_ids_and_survive_encoding() {
        let ids: Vec<u128> = (0..5_000_u128)
            .map(|row| (row % 3_000).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
            .collect();
        let all = SortedIds::sort(&ids);
        let mut expected: Vec<u128> = ids.iter().map(|id| truncate_id(*id)).collect();
        expected.sort_unstable();
        for ranges in [1, 4, ID_PARTS] {
            let cut = all.clone().cut(ranges);
            assert_eq!(cut.len(), ranges);
            assert_eq!(cut.iter().flat_map(SortedIds::ids).collect::<Vec<_>>(), expected);
            for (index, range) in cut.iter().enumerate() {
                let parts = index * ID_PARTS / ranges..(index + 1) * ID_PARTS / ranges;
                assert_eq!(range.parts(), parts);
                let bounds = first_id(parts.start)..first_id(parts.end);
                assert!(range.ids().all(|id| bounds.contains(&id)));
                let bytes = range.to_bytes();
                assert_eq!(SortedIds::from_bytes(&bytes).as_ref(), Some(range));
                assert_eq!(SortedIds::from_bytes(&bytes[..bytes.len() - 1]), None);
            }
        }
        assert_eq!(SortedIds::from_bytes(&[]), None);
        let empty = SortedIds::sort(&[]);
        assert_eq!(SortedIds::from_bytes(&empty.to_bytes()), Some(empty));
    }
}
