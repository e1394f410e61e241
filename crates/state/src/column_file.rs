//! Reads state files, whole or in part, and verifies every byte that is used.

use std::ops::Range;

use bytes::Bytes;
use rayon::prelude::*;

use crate::bytes_reader::BytesReader;
use crate::damage::{Damage, StateError};
use crate::head::{ChunkHead, FileHead, TableKind, checksum};
use crate::index::FileEntry;
use crate::planes::PlaneReader;
use clout_base::day::Day;
use clout_warehouse::store::Store;

/// State file, with the blocks that were read.
#[derive(Clone, Debug)]
pub struct ColumnFile {
    head: FileHead,
    blocks: Vec<Option<Bytes>>,
    /// Chunks that were read.
    chunks: Range<usize>,
}

/// Part of a file to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileSelection<'a> {
    /// Columns; all if none are given.
    pub columns: Option<&'a [usize]>,
    /// First and last key of the rows; all if none are given. Whole chunks are read, so other keys come along.
    pub keys: Option<(u32, u32)>,
}

/// Reads part of the file of an entry and decodes it.
///
/// # Errors
/// Returns an error that names the file if it is missing or damaged, or if the store fails.
pub fn read_table<T>(
    store: &Store,
    entry: &FileEntry,
    part: FileSelection,
    decode: impl FnOnce(&ColumnFile) -> Result<T, Damage>,
) -> Result<T, StateError> {
    let file = match part {
        FileSelection {
            columns: None,
            keys: None,
        } => ColumnFile::read(store, entry)?,
        part => ColumnFile::read_part(store, entry, part)?,
    };
    decode(&file).map_err(|damage| StateError::damaged(&entry.path, damage))
}

impl ColumnFile {
    /// Parses a whole file.
    ///
    /// # Errors
    /// Returns the damage if these are not the bytes of a state file.
    pub fn parse(bytes: &Bytes) -> Result<ColumnFile, Damage> {
        let head = FileHead::parse(bytes)?;
        if head.file_size() != bytes.len() as u64 {
            return Err(Damage::Size);
        }
        let block = |range: &Range<u64>| Some(bytes.slice(range.start as usize..range.end as usize));
        let blocks = head.blocks.iter().map(|found| block(&found.range)).collect();
        let chunks = 0..head.chunks.len();
        Ok(ColumnFile { head, blocks, chunks })
    }

    /// Reads the whole file of an entry.
    ///
    /// # Errors
    /// Returns an error that names the file if it is missing or damaged, or if the store fails.
    pub fn read(store: &Store, entry: &FileEntry) -> Result<ColumnFile, StateError> {
        let missing = || StateError::Missing {
            file: entry.path.clone(),
        };
        let bytes = store.get(&entry.path)?.ok_or_else(missing)?;
        let damaged = |damage| StateError::damaged(&entry.path, damage);
        let file = ColumnFile::parse(&bytes).map_err(damaged)?;
        file.check_entry(entry).map_err(damaged)?;
        Ok(file)
    }

    /// Verifies the checksums of all blocks that were read.
    ///
    /// # Errors
    /// Returns the damage.
    pub fn verify(&self) -> Result<(), Damage> {
        let blocks = self.head.blocks.iter().zip(&self.blocks);
        let mut read = blocks.filter_map(|(head, bytes)| Some((head, bytes.as_ref()?)));
        match read.all(|(head, bytes)| checksum(bytes) == head.checksum) {
            true => Ok(()),
            false => Err(Damage::Checksum),
        }
    }

    /// Reads part of the file of an entry, without its other bytes.
    ///
    /// # Errors
    /// Returns an error that names the file if it is missing or damaged, or if the store fails.
    pub fn read_part(store: &Store, entry: &FileEntry, part: FileSelection) -> Result<ColumnFile, StateError> {
        let missing = || StateError::Missing {
            file: entry.path.clone(),
        };
        let damaged = |damage| StateError::damaged(&entry.path, damage);
        let found = store.head(&entry.path)?.ok_or_else(missing)?;
        if found.size != entry.size || entry.head_size > entry.size {
            return Err(damaged(Damage::Size));
        }
        let head = store.get_ranges(&entry.path, std::slice::from_ref(&(0..entry.head_size)))?;
        let head = head.first().map(Bytes::as_ref).unwrap_or_default();
        let head = FileHead::parse(head).map_err(damaged)?;
        let chunks = match part.keys {
            Some((first, last)) => head.chunks_of(first, last),
            None => 0..head.chunks.len(),
        };
        let mut file = ColumnFile {
            blocks: vec![None; head.blocks.len()],
            head,
            chunks,
        };
        file.check_entry(entry).map_err(damaged)?;
        let wanted = file.select(part.columns);
        let ranges: Vec<Range<u64>> = wanted
            .iter()
            .map(|block| file.head.blocks[*block].range.clone())
            .collect();
        let read = store.get_ranges(&entry.path, &ranges)?;
        for (block, bytes) in wanted.into_iter().zip(read) {
            file.blocks[block] = Some(bytes);
        }
        Ok(file)
    }

    /// Returns the blocks of the chosen columns in the chunks to read.
    fn select(&self, columns: Option<&[usize]>) -> Vec<usize> {
        let is_wanted = |column: &usize| columns.is_none_or(|columns| columns.contains(column));
        let columns = (0..self.head.columns).filter(is_wanted);
        let blocks = columns.flat_map(|column| self.chunks.clone().map(move |chunk| (column, chunk)));
        blocks.map(|(column, chunk)| self.head.block(column, chunk)).collect()
    }

    fn check_entry(&self, entry: &FileEntry) -> Result<(), Damage> {
        let rows: u64 = self.head.chunks.iter().map(|chunk| u64::from(chunk.rows)).sum();
        if self.head.file_size() != entry.size || rows != entry.rows {
            return Err(Damage::Size);
        }
        match format!("{:032x}", self.head.checksum) == entry.checksum {
            true => Ok(()),
            false => Err(Damage::Checksum),
        }
    }

    /// Returns the load date of the rows, or the date of a base.
    pub fn load_date(&self) -> Day {
        self.head.load_date
    }

    /// Returns the number of rows in the chunks that were read.
    pub fn rows(&self) -> usize {
        self.chunk_heads().iter().map(|chunk| chunk.rows as usize).sum()
    }

    /// Returns the key of the first row that was read; none without rows.
    pub fn first_key(&self) -> Option<u32> {
        self.chunk_heads().first().map(|chunk| chunk.first_key)
    }

    pub(crate) fn chunk_heads(&self) -> &[ChunkHead] {
        &self.head.chunks[self.chunks.clone()]
    }

    /// Checks the table and its number of columns.
    pub(crate) fn expect(&self, table: TableKind, columns: usize) -> Result<(), Damage> {
        match (self.head.table, self.head.columns) == (table, columns) {
            true => Ok(()),
            false => Err(Damage::Table),
        }
    }

    /// Checks the table.
    pub(crate) fn expect_table(&self, table: TableKind) -> Result<(), Damage> {
        self.expect(table, self.head.columns)
    }

    /// Decodes each chunk that was read, in parallel; returns the results in row order.
    pub(crate) fn decode_chunks<T: Send>(
        &self,
        decode: impl Fn(&mut ChunkReader) -> Result<T, Damage> + Sync,
    ) -> Result<Vec<T>, Damage> {
        self.decode_into(vec![(); self.chunks.len()], |chunk, ()| decode(chunk))
    }

    /// Decodes each chunk that was read into its own part of the columns, in parallel.
    pub(crate) fn decode_into<S: Send, T: Send>(
        &self,
        parts: Vec<S>,
        decode: impl Fn(&mut ChunkReader, S) -> Result<T, Damage> + Sync,
    ) -> Result<Vec<T>, Damage> {
        let read = |(chunk, part)| {
            let planes = PlaneReader::new()?;
            let mut reader = ChunkReader {
                file: self,
                chunk,
                planes,
            };
            decode(&mut reader, part)
        };
        let chunks: Vec<(usize, S)> = self.chunks.clone().zip(parts).collect();
        chunks.into_par_iter().map(read).collect()
    }
}

/// Reader of one chunk.
pub(crate) struct ChunkReader<'a> {
    file: &'a ColumnFile,
    chunk: usize,
    planes: PlaneReader,
}

impl ChunkReader<'_> {
    /// Returns the head of the chunk.
    pub(crate) fn head(&self) -> ChunkHead {
        self.file.head.chunks[self.chunk]
    }

    /// Returns the number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.head().rows as usize
    }

    /// Decodes one column with `decode`, which must use all bytes of its block.
    pub(crate) fn column<T>(
        &mut self,
        column: usize,
        decode: impl FnOnce(&mut PlaneReader, &mut BytesReader) -> Result<T, Damage>,
    ) -> Result<T, Damage> {
        let block = self.file.head.block(column, self.chunk);
        let head = self.file.head.blocks.get(block).ok_or(Damage::Table)?;
        let bytes = self.file.blocks[block].as_ref().ok_or(Damage::Unread(column))?;
        if bytes.len() as u64 != head.range.end - head.range.start {
            return Err(Damage::Size);
        }
        if checksum(bytes) != head.checksum {
            return Err(Damage::Checksum);
        }
        let mut from = BytesReader::new(bytes);
        let invalid = |_| Damage::Column(column);
        let decoded = decode(&mut self.planes, &mut from).map_err(invalid)?;
        from.finish().map_err(invalid)?;
        Ok(decoded)
    }
}

#[cfg(test)]
#[path = "column_file_tests.rs"]
mod tests;
