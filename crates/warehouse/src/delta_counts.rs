//! Check of the counts inside pages of delta-encoded texts (DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY).
//!
//! Such a page starts with a block of packed lengths, and arrow-rs allocates as many lengths as the block announces.
//! The count is inside the compressed page, so these pages are decompressed once more for the check. Few writers use the
//! encodings, and only for columns without a dictionary.
//!
//! Source: <https://github.com/apache/parquet-format/blob/master/Encodings.md>.

use std::sync::Arc;

use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use super::fetched_ranges::FetchedRanges;
use super::thrift_reader::{ThriftReader, ThriftResult};

/// Checks all delta-encoded pages of a column chunk of `rows` rows.
pub(super) fn check_delta_counts(
    fetched: &FetchedRanges,
    chunk: &ColumnChunkMetaData,
    rows: u64,
) -> Result<(), String> {
    let rows = usize::try_from(rows).map_err(|error| error.to_string())?;
    let pages = SerializedPageReader::new(Arc::new(fetched.clone()), chunk, rows, None);
    let mut pages = pages.map_err(|error| error.to_string())?;
    let leaf = chunk.column_descr();
    let has_levels = [leaf.max_rep_level() > 0, leaf.max_def_level() > 0];
    while let Some(page) = pages.get_next_page().map_err(|error| error.to_string())? {
        let levels = match &page {
            Page::DataPage { buf, .. } => levels_length(buf, has_levels),
            Page::DataPageV2 {
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => Some(*def_levels_byte_len as usize + *rep_levels_byte_len as usize),
            Page::DictionaryPage { .. } => continue,
        };
        let blocks = match page.encoding() {
            Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
            Encoding::DELTA_BYTE_ARRAY => 2,
            _ => continue,
        };
        let values = levels.and_then(|length| page.buffer().get(length..));
        let mut values = values.ok_or_else(|| "its levels exceed a page".to_owned())?;
        for block in 0..blocks {
            let broken = |fault| format!("its lengths are broken: {fault}");
            let packed = PackedIntegers::read(values).map_err(broken)?;
            if packed.count > u64::from(page.num_values()) {
                let values = page.num_values();
                return Err(format!("a page of {values} values announces {} lengths", packed.count));
            }
            // The position of the second block follows from the first; behind the last one are the texts.
            if block + 1 < blocks {
                values = packed.skip().map_err(broken)?;
            }
        }
    }
    Ok(())
}

/// Returns the bytes of the levels of a page of version 1: each starts with its length in 4 bytes.
fn levels_length(page: &[u8], has_levels: [bool; 2]) -> Option<usize> {
    let mut offset = 0_usize;
    for _ in has_levels.iter().filter(|has| **has) {
        let length = page.get(offset..)?.first_chunk::<4>()?;
        offset = offset
            .checked_add(4)?
            .checked_add(u32::from_le_bytes(*length) as usize)?;
    }
    Some(offset)
}

/// Head of a sequence of integers, packed as deltas in blocks of equal parts.
struct PackedIntegers<'a> {
    count: u64,
    parts: u64,
    values_per_part: u64,
    deltas: ThriftReader<'a>,
}

impl<'a> PackedIntegers<'a> {
    fn read(bytes: &'a [u8]) -> ThriftResult<PackedIntegers<'a>> {
        let mut reader = ThriftReader::new(bytes);
        let (block_values, parts, count) = (reader.varint()?, reader.varint()?, reader.varint()?);
        let _first_value = reader.varint()?;
        Ok(PackedIntegers {
            count,
            parts,
            values_per_part: block_values.checked_div(parts).unwrap_or_default(),
            deltas: reader,
        })
    }

    /// Returns the bytes behind the integers. Parts behind the last integer have a width but no bytes.
    fn skip(mut self) -> ThriftResult<&'a [u8]> {
        let mut left = self.count.saturating_sub(1);
        // Each block takes at least one byte, so the end of the bytes ends the loop.
        while left > 0 {
            let _least_delta = self.deltas.varint()?;
            for width in self.deltas.bytes(self.parts)? {
                if left > 0 {
                    let bits = u64::from(*width).saturating_mul(self.values_per_part);
                    self.deltas.bytes(bits / 8)?;
                }
                left = left.saturating_sub(self.values_per_part);
            }
        }
        Ok(self.deltas.rest())
    }
}

#[cfg(test)]
#[path = "delta_counts_tests.rs"]
mod tests;
