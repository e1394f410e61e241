//! Byte ranges of a remote file, readable like a file in memory.

use std::ops::Range;

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

/// Fetched ranges of a file, sorted by start. Reading outside them is an error of the file (its footer points
/// at bytes that it did not announce), never of the store.
#[derive(Clone, Debug)]
pub struct FetchedRanges {
    file_size: u64,
    parts: Vec<(u64, Bytes)>,
}

impl FetchedRanges {
    /// Combines the fetched `ranges` of a file with their bytes, in the same order.
    pub fn new(file_size: u64, ranges: &[Range<u64>], bytes: Vec<Bytes>) -> FetchedRanges {
        let mut parts: Vec<(u64, Bytes)> = ranges.iter().map(|range| range.start).zip(bytes).collect();
        parts.sort_by_key(|(start, _)| *start);
        FetchedRanges { file_size, parts }
    }

    fn from(&self, start: u64) -> ParquetResult<Bytes> {
        let index = self.parts.partition_point(|(at, _)| *at <= start);
        let outside = || ParquetError::General(format!("it points at byte {start}, outside its columns"));
        let (at, bytes) = index.checked_sub(1).map(|i| &self.parts[i]).ok_or_else(outside)?;
        let skipped = usize::try_from(start - at).map_err(|_| outside())?;
        if skipped > bytes.len() {
            return Err(outside());
        }
        Ok(bytes.slice(skipped..))
    }
}

impl Length for FetchedRanges {
    fn len(&self) -> u64 {
        self.file_size
    }
}

impl ChunkReader for FetchedRanges {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let bytes = self.from(start)?;
        if bytes.len() < length {
            let end = start.saturating_add(length as u64);
            return Err(ParquetError::EOF(format!(
                "it announces bytes up to {end} that do not exist"
            )));
        }
        Ok(bytes.slice(..length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fetched_bytes_can_be_read() {
        let parts = vec![Bytes::from_static(b"cdef"), Bytes::from_static(b"xy")];
        let fetched = FetchedRanges::new(30, &[2..6, 20..22], parts);
        assert_eq!(fetched.get_bytes(3, 2).unwrap(), Bytes::from_static(b"de"));
        assert_eq!(fetched.get_bytes(20, 2).unwrap(), Bytes::from_static(b"xy"));
        for (start, length) in [(0, 1), (5, 2), (6, 1), (21, 2), (29, 1)] {
            assert!(fetched.get_bytes(start, length).is_err(), "{start} {length}");
        }
    }
}
