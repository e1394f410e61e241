//! Builds state files: cuts rows into files and chunks, and encodes the chunks in parallel.

use std::ops::Range;

use bytes::Bytes;
use rayon::prelude::*;

use crate::damage::Damage;
use crate::head::{CHUNK_ROWS, ChunkHead, FileHead, TableKind};
use crate::index::FileEntry;
use crate::planes::PlaneWriter;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::store::Store;

/// Most rows of a file of accounts, activity records or reactions, so that a file has at most about 20 MB. Pairs are cut
/// by the caller.
pub const FILE_ROWS: usize = 1 << 20;

/// File of a state, ready to be written.
#[derive(Clone, Debug)]
pub struct EncodedFile {
    /// Table.
    pub table: TableKind,
    /// Number of rows.
    pub rows: u64,
    /// Key of the first row: target, actor or number of the account.
    pub first_key: u32,
    /// Key of the last row.
    pub last_key: u32,
    /// Content.
    pub bytes: Bytes,
    head_size: u64,
    checksum: u128,
}

impl EncodedFile {
    /// Parses the content of an encoded file.
    ///
    /// # Errors
    /// Returns the damage if these are not the bytes of a state file.
    pub fn parse(bytes: Bytes) -> std::result::Result<EncodedFile, Damage> {
        let head = FileHead::parse(&bytes)?;
        if head.file_size() != bytes.len() as u64 {
            return Err(Damage::Size);
        }
        Ok(EncodedFile {
            table: head.table,
            rows: head.chunks.iter().map(|chunk| u64::from(chunk.rows)).sum(),
            first_key: head.chunks.first().map_or(0, |chunk| chunk.first_key),
            last_key: head.chunks.last().map_or(0, |chunk| chunk.last_key),
            head_size: head.size as u64,
            checksum: head.checksum,
            bytes,
        })
    }

    /// Returns the entry of the index for this file at `path`, a key below the output root.
    pub fn entry(&self, path: &str) -> FileEntry {
        FileEntry {
            path: path.to_owned(),
            size: self.bytes.len() as u64,
            head_size: self.head_size,
            checksum: format!("{:032x}", self.checksum),
            rows: self.rows,
            first_key: self.first_key,
            last_key: self.last_key,
        }
    }

    /// Writes the file at `path`, a key below the output root, and returns its entry.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn save(&self, store: &Store, path: &str) -> Result<FileEntry> {
        store.put(path, self.bytes.clone())?;
        Ok(self.entry(path))
    }
}

/// Chunk of encoded columns.
pub(crate) struct EncodedChunk {
    /// Number of rows with details.
    pub(crate) details: u32,
    /// Block of each column.
    pub(crate) blocks: Vec<Vec<u8>>,
}

/// Table to be encoded. `encode` gets the rows of one chunk.
pub(crate) struct TableEncoder<K, E> {
    pub(crate) table: TableKind,
    pub(crate) load_date: Day,
    pub(crate) columns: usize,
    /// Key of a row. Keys ascend.
    pub(crate) key: K,
    pub(crate) encode: E,
}

impl<K, E> TableEncoder<K, E>
where
    K: Fn(usize) -> u32 + Sync,
    E: Fn(&mut PlaneWriter, Range<usize>) -> Result<EncodedChunk> + Sync,
{
    /// Encodes `rows` rows as files of at most `limit` rows each, in row order.
    pub(crate) fn files(&self, rows: usize, limit: usize) -> Result<Vec<EncodedFile>> {
        let cuts = cut_files(rows, limit, &self.key);
        cuts.into_par_iter().map(|rows| self.file(rows)).collect()
    }

    /// Encodes one file.
    pub(crate) fn file(&self, rows: Range<usize>) -> Result<EncodedFile> {
        let cuts: Vec<Range<usize>> = rows
            .clone()
            .step_by(CHUNK_ROWS)
            .map(|first| first..(first + CHUNK_ROWS).min(rows.end))
            .collect();
        let encode = |rows: &Range<usize>| (self.encode)(&mut PlaneWriter::new()?, rows.clone());
        let encoded: Vec<EncodedChunk> = cuts.par_iter().map(encode).collect::<Result<_>>()?;
        let heads: Vec<ChunkHead> = cuts
            .iter()
            .zip(&encoded)
            .map(|(rows, chunk)| ChunkHead {
                rows: rows.len() as u32,
                details: chunk.details,
                first_key: (self.key)(rows.start),
                last_key: (self.key)(rows.end - 1),
            })
            .collect();
        let column = |index: usize| encoded.iter().map(|chunk| chunk.blocks[index].as_slice()).collect();
        let columns: Vec<Vec<&[u8]>> = (0..self.columns).map(column).collect();
        let head = FileHead::write(self.table, self.load_date, &heads, &columns);
        let size = head.len() + columns.iter().flatten().map(|block| block.len()).sum::<usize>();
        let mut bytes = Vec::with_capacity(size);
        bytes.extend_from_slice(&head);
        columns
            .iter()
            .flatten()
            .for_each(|block| bytes.extend_from_slice(block));
        EncodedFile::parse(bytes.into()).map_err(|damage| Error::internal(damage.to_string()))
    }
}

/// Cuts rows into files. Rows of one key stay in one file, unless they are more than `limit`.
fn cut_files(rows: usize, limit: usize, key: &impl Fn(usize) -> u32) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut first = 0;
    while first < rows {
        let mut end = (first + limit).min(rows);
        if end < rows {
            let split = key(end);
            let start_of_key = (first..end).rev().take_while(|row| key(*row) == split).last();
            end = start_of_key.filter(|start| *start > first).unwrap_or(end);
        }
        cuts.push(first..end);
        first = end;
    }
    cuts
}

/// Checks that rows are in order.
///
/// # Errors
/// Returns an internal error otherwise.
pub(crate) fn check_order<T>(rows: &[T], is_ordered: impl Fn(&T, &T) -> bool, name: &str) -> Result<()> {
    match rows.is_sorted_by(is_ordered) {
        true => Ok(()),
        false => Err(Error::internal(format!("the {name} of the state are not in order"))),
    }
}

#[cfg(test)]
#[path = "encoded_file_tests.rs"]
mod tests;
