//! Codings that make the numbers of a column small before they are split into byte planes.
//!
//! All differences wrap around, so any values come back exactly; only their size depends on the expected order.

use hashbrown::HashMap;

use crate::bytes_reader::BytesReader;
use crate::damage::Damage;
use crate::planes::{PlaneReader, PlaneWriter};
use clout_base::day::{DAY_MICROS, Day};
use clout_base::error::Result;

type Decoded<T> = std::result::Result<T, Damage>;

/// Most distinct values in a dictionary. More would fill more bytes than they save.
const DICTIONARY_ENTRIES: usize = 1 << 12;
/// Units of time, in microseconds; the largest that divides all times of a chunk is used.
const UNITS: [u64; 3] = [1_000_000, 1_000, 1];

/// Returns the end of a day in microseconds, wrapped around for days that no calendar has.
pub(crate) fn end_micros(day: Day) -> i64 {
    (i64::from(day.0) + 1).wrapping_mul(DAY_MICROS)
}

impl PlaneWriter {
    /// Appends numbers in ascending order as differences from the number before.
    pub(crate) fn ascending(&mut self, values: &[u32]) -> Result<()> {
        let first = values.first().copied().unwrap_or_default();
        self.block.extend_from_slice(&first.to_le_bytes());
        let mut before = first;
        let gaps = values.iter().map(|value| {
            let gap = value.wrapping_sub(before);
            before = *value;
            gap
        });
        let gaps: Vec<u32> = gaps.collect();
        self.words(&gaps)
    }

    /// Appends numbers that ascend within each run of equal `keys`.
    pub(crate) fn ascending_within(&mut self, keys: &[u32], values: &[u32]) -> Result<()> {
        let mut gaps = values.to_vec();
        for row in 1..values.len() {
            if keys[row] == keys[row - 1] {
                gaps[row] = values[row].wrapping_sub(values[row - 1]);
            }
        }
        self.words(&gaps)
    }

    /// Appends days as days before the latest.
    pub(crate) fn days(&mut self, values: impl Iterator<Item = i32> + Clone) -> Result<()> {
        let latest = values.clone().max().unwrap_or_default();
        self.block.extend_from_slice(&latest.to_le_bytes());
        let ages: Vec<u32> = values.map(|day| latest.wrapping_sub(day) as u32).collect();
        self.words(&ages)
    }

    /// Appends spans of time, in microseconds, in the largest unit that divides them all.
    pub(crate) fn spans(&mut self, mut spans: Vec<u64>) -> Result<()> {
        let divides = |unit: &u64| spans.iter().all(|span| span.is_multiple_of(*unit));
        let unit = UNITS.iter().position(divides).unwrap_or(UNITS.len() - 1);
        self.block.push(unit as u8);
        if UNITS[unit] > 1 {
            spans.iter_mut().for_each(|span| *span /= UNITS[unit]);
        }
        self.words(&spans)
    }

    /// Appends values of which few are distinct.
    pub(crate) fn repeated(&mut self, values: &[u32]) -> Result<()> {
        let Some((distinct, codes)) = build_dictionary(values) else {
            self.block.extend_from_slice(&0_u32.to_le_bytes());
            return self.words(values);
        };
        self.block.extend_from_slice(&(distinct.len() as u32).to_le_bytes());
        self.words(&distinct)?;
        self.words(&codes)
    }
}

/// Returns the distinct values in order of appearance, and the index of each value; none if too many are distinct.
fn build_dictionary(values: &[u32]) -> Option<(Vec<u32>, Vec<u32>)> {
    let mut index: HashMap<u32, u32, foldhash::fast::FixedState> = HashMap::default();
    let mut distinct = Vec::new();
    let mut codes = Vec::with_capacity(values.len());
    for value in values {
        let code = *index.entry(*value).or_insert_with(|| {
            distinct.push(*value);
            distinct.len() as u32 - 1
        });
        if distinct.len() > DICTIONARY_ENTRIES {
            return None;
        }
        codes.push(code);
    }
    Some((distinct, codes)).filter(|(distinct, _)| !distinct.is_empty())
}

impl PlaneReader {
    /// Reads [`PlaneWriter::ascending`].
    pub(crate) fn ascending(&mut self, from: &mut BytesReader, values: &mut [u32]) -> Decoded<()> {
        let mut before = from.u32()?;
        self.words(from, values)?;
        for value in values {
            before = before.wrapping_add(*value);
            *value = before;
        }
        Ok(())
    }

    /// Reads [`PlaneWriter::ascending_within`].
    pub(crate) fn ascending_within(&mut self, from: &mut BytesReader, keys: &[u32], values: &mut [u32]) -> Decoded<()> {
        self.words(from, values)?;
        let mut before = 0_u32;
        let mut key = keys.first().map(|key| !key);
        for (value, same) in values.iter_mut().zip(keys) {
            before = match key == Some(*same) {
                true => before.wrapping_add(*value),
                false => *value,
            };
            key = Some(*same);
            *value = before;
        }
        Ok(())
    }

    /// Reads [`PlaneWriter::days`].
    pub(crate) fn days(&mut self, from: &mut BytesReader, count: usize) -> Decoded<impl Iterator<Item = i32> + use<>> {
        let latest = from.u32()?;
        let mut ages = vec![0_u32; count];
        self.words(from, &mut ages)?;
        Ok(ages.into_iter().map(move |age| latest.wrapping_sub(age) as i32))
    }

    /// Reads [`PlaneWriter::spans`].
    pub(crate) fn spans(&mut self, from: &mut BytesReader, spans: &mut [u64]) -> Decoded<()> {
        let unit = *UNITS.get(usize::from(from.u8()?)).ok_or(Damage::Size)?;
        self.words(from, spans)?;
        if unit > 1 {
            spans.iter_mut().for_each(|span| *span = span.wrapping_mul(unit));
        }
        Ok(())
    }

    /// Reads [`PlaneWriter::repeated`].
    pub(crate) fn repeated(&mut self, from: &mut BytesReader, values: &mut [u32]) -> Decoded<()> {
        let entries = from.u32()? as usize;
        if entries == 0 {
            return self.words(from, values);
        }
        if entries > DICTIONARY_ENTRIES {
            return Err(Damage::Size);
        }
        let mut distinct = vec![0_u32; entries];
        self.words(from, &mut distinct)?;
        self.words(from, values)?;
        for value in values {
            *value = *distinct.get(*value as usize).ok_or(Damage::Size)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "columns_tests.rs"]
mod tests;
