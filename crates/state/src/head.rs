//! The head of a state file: its table, its chunks of rows, and the place and checksum of each block.
//!
//! ```text
//! file   = head, blocks                  column by column, each column chunk by chunk
//! head   = "CLOUTSEG", layout u32, size of the head u32, table u8, load date i32, columns u32, chunks u32,
//!          chunk:  rows u32, details u32, first key u32, last key u32
//!          block:  size u32, checksum u128
//!          checksum u128 of all of this
//! ```
//!
//! Numbers are little-endian. The checksum of the head covers those of the blocks, and the index of the state has it
//! again: so any part of a file that is read alone is verified, and so is that it belongs to this state.

use std::ops::Range;

use crate::bytes_reader::BytesReader;
use crate::damage::Damage;
use clout_base::day::Day;
use clout_base::ids::HashKey;

const MAGIC: &[u8; 8] = b"CLOUTSEG";
/// Version of the layout; a file of another version is not read.
pub const LAYOUT: u32 = 1;
/// Rows of a chunk: its planes stay in the processor's cache while they are coded, and one person's rows cost one chunk.
pub const CHUNK_ROWS: usize = 1 << 16;

const FIXED: usize = 8 + 4 + 4 + 1 + 4 + 4 + 4;
const CHUNK: usize = 16;
const BLOCK: usize = 20;
const CHECKSUM: usize = 16;

/// Table of a state file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TableKind {
    /// Accounts by number.
    Accounts = 1,
    /// Activity records by number of the account.
    Activity = 2,
    /// Sums of reactions by (target, actor, verb).
    Pairs = 3,
    /// Reactions of a load date by (target, actor, time, verb, weight).
    Reactions = 4,
    /// Ids that one network delivered on a load date, in order.
    Ids = 5,
    /// Bytes of another table; their meaning is the caller's.
    Bytes = 6,
}

/// Chunk of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkHead {
    /// Number of rows.
    pub(crate) rows: u32,
    /// Number of rows with details, such as the sums of several reactions.
    pub(crate) details: u32,
    /// Key of the first row: target, actor or number of the account.
    pub(crate) first_key: u32,
    /// Key of the last row.
    pub(crate) last_key: u32,
}

/// Place and checksum of one column of one chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockHead {
    /// Bytes within the file.
    pub(crate) range: Range<u64>,
    /// Checksum of these bytes.
    pub(crate) checksum: u128,
}

/// Head of a state file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileHead {
    /// Table.
    pub(crate) table: TableKind,
    /// Load date of the rows, or the date of a base.
    pub(crate) load_date: Day,
    /// Number of columns.
    pub(crate) columns: usize,
    /// Chunks, in row order.
    pub(crate) chunks: Vec<ChunkHead>,
    /// Blocks: all chunks of the first column, then those of the second.
    pub(crate) blocks: Vec<BlockHead>,
    /// Checksum of the head.
    pub(crate) checksum: u128,
    /// Number of bytes of the head.
    pub(crate) size: usize,
}

/// Returns the checksum of bytes.
pub(crate) fn checksum(bytes: &[u8]) -> u128 {
    HashKey::PUBLISHED.checksum(bytes)
}

impl FileHead {
    /// Writes a head for blocks of `columns`, each in order of the chunks.
    pub(crate) fn write(table: TableKind, load_date: Day, chunks: &[ChunkHead], columns: &[Vec<&[u8]>]) -> Vec<u8> {
        let size = FIXED + chunks.len() * (CHUNK + columns.len() * BLOCK) + CHECKSUM;
        let mut head = Vec::with_capacity(size);
        head.extend_from_slice(MAGIC);
        head.extend_from_slice(&LAYOUT.to_le_bytes());
        head.extend_from_slice(&(size as u32).to_le_bytes());
        head.push(table as u8);
        head.extend_from_slice(&load_date.0.to_le_bytes());
        head.extend_from_slice(&(columns.len() as u32).to_le_bytes());
        head.extend_from_slice(&(chunks.len() as u32).to_le_bytes());
        for chunk in chunks {
            for number in [chunk.rows, chunk.details, chunk.first_key, chunk.last_key] {
                head.extend_from_slice(&number.to_le_bytes());
            }
        }
        for block in columns.iter().flatten() {
            head.extend_from_slice(&(block.len() as u32).to_le_bytes());
            head.extend_from_slice(&checksum(block).to_le_bytes());
        }
        let own = checksum(&head);
        head.extend_from_slice(&own.to_le_bytes());
        head
    }

    /// Parses the head at the start of `bytes`. Allocates no more than a few times the size of the head.
    pub(crate) fn parse(bytes: &[u8]) -> Result<FileHead, Damage> {
        let mut from = BytesReader::new(bytes);
        if from.take(MAGIC.len()).map_err(|_| Damage::Foreign)? != MAGIC {
            return Err(Damage::Foreign);
        }
        let found = from.u32()?;
        if found != LAYOUT {
            return Err(Damage::Layout {
                found,
                expected: LAYOUT,
            });
        }
        let size = from.u32()? as usize;
        let head = bytes.get(..size).ok_or(Damage::Size)?;
        let (body, own) = head.split_last_chunk::<CHECKSUM>().ok_or(Damage::Size)?;
        let own = u128::from_le_bytes(*own);
        if body.len() < FIXED || checksum(body) != own {
            return Err(Damage::Checksum);
        }
        let mut from = BytesReader::new(&body[MAGIC.len() + 8..]);
        let table = table_of(from.u8()?)?;
        let load_date = Day(from.u32()? as i32);
        let (columns, chunks) = (from.u32()? as usize, from.u32()? as usize);
        let per_chunk = columns.checked_mul(BLOCK).and_then(|blocks| blocks.checked_add(CHUNK));
        if per_chunk.and_then(|each| each.checked_mul(chunks)) != Some(body.len() - FIXED) {
            return Err(Damage::Size);
        }
        let chunks = (0..chunks)
            .map(|_| parse_chunk(&mut from))
            .collect::<Result<Vec<_>, _>>()?;
        let mut end = size as u64;
        let blocks = (0..columns * chunks.len()).map(|_| {
            let start = end;
            end += u64::from(from.u32()?);
            Ok(BlockHead {
                range: start..end,
                checksum: from.u128()?,
            })
        });
        let blocks = blocks.collect::<Result<Vec<_>, Damage>>()?;
        from.finish()?;
        Ok(FileHead {
            table,
            load_date,
            columns,
            chunks,
            blocks,
            checksum: own,
            size,
        })
    }

    /// Returns the block of a column and a chunk.
    pub(crate) fn block(&self, column: usize, chunk: usize) -> usize {
        column * self.chunks.len() + chunk
    }

    /// Returns the number of bytes of the file.
    pub(crate) fn file_size(&self) -> u64 {
        self.blocks.last().map_or(self.size as u64, |block| block.range.end)
    }

    /// Returns the chunks that may have rows of the keys `first..=last`.
    pub(crate) fn chunks_of(&self, first: u32, last: u32) -> Range<usize> {
        let start = self.chunks.partition_point(|chunk| chunk.last_key < first);
        let end = self.chunks.partition_point(|chunk| chunk.first_key <= last);
        start..end.max(start)
    }
}

fn parse_chunk(from: &mut BytesReader) -> Result<ChunkHead, Damage> {
    let chunk = ChunkHead {
        rows: from.u32()?,
        details: from.u32()?,
        first_key: from.u32()?,
        last_key: from.u32()?,
    };
    match chunk.rows as usize <= CHUNK_ROWS && chunk.details <= chunk.rows {
        true => Ok(chunk),
        false => Err(Damage::Size),
    }
}

fn table_of(code: u8) -> Result<TableKind, Damage> {
    use TableKind::{Accounts, Activity, Bytes, Ids, Pairs, Reactions};
    let tables = [Accounts, Activity, Pairs, Reactions, Ids, Bytes];
    let table = tables.into_iter().find(|table| *table as u8 == code);
    table.ok_or(Damage::Table)
}
