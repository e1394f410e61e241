//! Rows of one network and load date as blocks, in memory or in files.
//!
//! A block is created as soon as the files of its partition are read. Its accounts have the numbers of the threads that
//! read them; they become nodes when the block is used.

use std::borrow::Cow;

use bytes::Bytes;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::interner::MergedNumbers;
use super::row_buffers::RowBuffer;
use super::row_codec::{decode_rows, encode_rows};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::accounts::NO_NODE;
use clout_model::sorted_ids::{ID_PARTS, SortedIds};
use clout_steps::{Block, BlockData, BlockSpace, Encoded};
use clout_topics::mentions::TopicMentions;
use clout_topics::rows::ActivityRows;

/// Least number of rows that one thread renumbers at a time.
const CHUNK_ROWS: usize = 1 << 14;

/// Rows of one range of ids, over all load dates of a network, that are in memory at a time if blocks are files.
const RANGE_ROWS: u64 = 1 << 22;

/// Returns the number of ranges of ids for a network with `rows` rows: one in memory, else enough that all load dates
/// of a range fit.
pub fn count_id_ranges(space: &BlockSpace, rows: u64) -> usize {
    match space.is_folder() {
        true => (rows / RANGE_ROWS + 1).min(ID_PARTS as u64).next_power_of_two() as usize,
        false => 1,
    }
}

/// Rows of a block, without topic aliases and load dates.
#[derive(Clone)]
struct RowsBlock(ActivityRows);

impl BlockData for RowsBlock {
    fn encode(&self) -> Result<Bytes> {
        Ok(encode_rows(&self.0).into())
    }

    fn decode(bytes: Bytes) -> Result<RowsBlock> {
        let rows = decode_rows(&bytes).ok_or_else(|| Error::internal("a block of rows has a wrong length"))?;
        Ok(RowsBlock(rows))
    }
}

/// Sorted ids of a block in one range.
#[derive(Clone)]
struct IdsBlock(SortedIds);

impl BlockData for IdsBlock {
    fn encode(&self) -> Result<Bytes> {
        Ok(self.0.to_bytes().into())
    }

    fn decode(bytes: Bytes) -> Result<IdsBlock> {
        let ids = SortedIds::from_bytes(&bytes).ok_or_else(|| Error::internal("a block of ids has a wrong length"))?;
        Ok(IdsBlock(ids))
    }
}

/// Rows of one network and load date.
#[derive(Serialize, Deserialize)]
pub struct DateBlock {
    /// Name of the partition.
    pub name: String,
    /// Load date.
    pub load_date: Day,
    rows: Block<RowsBlock>,
    /// Topic aliases by row; none without any.
    mentions: Option<Block<Encoded<TopicMentions>>>,
    /// Readers of the rows, each with the end of its rows.
    readers: Vec<(usize, usize)>,
    /// Ids of the rows by range.
    ids: Vec<Block<IdsBlock>>,
}

impl DateBlock {
    /// Creates the block of the files of a partition, each with the index of its reader. `name` is that of the
    /// partition; the ids are cut into `ranges` ranges.
    ///
    /// # Errors
    /// Returns an error if the store of the blocks fails.
    pub fn create(
        space: &BlockSpace,
        name: &str,
        load_date: Day,
        files: Vec<(usize, RowBuffer)>,
        ranges: usize,
    ) -> Result<DateBlock> {
        let count: usize = files.iter().map(|(_, file)| file.ids.len()).sum();
        let has_venues = files.iter().any(|(_, file)| !file.rows.venues.is_empty());
        let (mut all, mut readers) = (RowBuffer::default(), Vec::new());
        for (reader, file) in files.into_iter().filter(|(_, file)| !file.ids.is_empty()) {
            match all.ids.is_empty() {
                true => {
                    all = file;
                    all.ids.reserve_exact(count - all.ids.len());
                    all.rows.reserve(count - all.rows.len(), has_venues);
                }
                false => {
                    all.ids.extend_from_slice(&file.ids);
                    all.rows.append(file.rows);
                }
            }
            readers.push((reader, all.ids.len()));
        }
        let ids = SortedIds::sort(&all.ids).cut(ranges).into_iter().enumerate();
        let put = |(range, ids)| space.put_own(&format!("ids/{name}-{range:03}"), IdsBlock(ids));
        let ids = ids.map(put).collect::<Result<_>>()?;
        let mentions = std::mem::take(&mut all.rows.mentions);
        let mentions = match mentions.is_empty() {
            true => None,
            false => Some(space.put_own(&format!("mentions/{name}"), Encoded(mentions))?),
        };
        Ok(DateBlock {
            name: name.to_owned(),
            load_date,
            rows: space.put_own(&format!("rows/{name}"), RowsBlock(all.rows))?,
            mentions,
            readers,
            ids,
        })
    }

    /// Reads the ids of a range.
    ///
    /// # Errors
    /// Returns an error if the block is damaged or its store fails.
    pub fn read_ids(&self, space: &BlockSpace, range: usize) -> Result<Cow<'_, SortedIds>> {
        match &self.ids[range] {
            Block::Memory(ids) => Ok(Cow::Borrowed(&ids.0)),
            stored => Ok(Cow::Owned(space.take(stored.clone())?.0)),
        }
    }

    /// Returns the number of ranges of ids.
    pub fn count_id_ranges(&self) -> usize {
        self.ids.len()
    }

    /// Takes all ids of the rows, distinct and ascending.
    ///
    /// # Errors
    /// Returns an error if the block is damaged or its store fails.
    pub fn take_ids(&mut self, space: &BlockSpace) -> Result<Vec<u128>> {
        let mut all: Vec<u128> = Vec::new();
        for block in std::mem::take(&mut self.ids) {
            all.extend(space.take_own(block)?.0.ids());
        }
        all.dedup();
        Ok(all)
    }

    /// Returns the rows, with accounts as nodes.
    ///
    /// # Errors
    /// Returns an error if the block is damaged or its store fails.
    pub fn into_rows(self, space: &BlockSpace, nodes: &NodeMaps) -> Result<ActivityRows> {
        let mut rows = space.take_own(self.rows)?.0;
        let mut start = 0;
        for (reader, end) in self.readers {
            let nodes = &nodes.readers[reader];
            let accounts = [&mut rows.actors[start..end], &mut rows.targets[start..end]];
            for accounts in accounts {
                let accounts = accounts.par_iter_mut().with_min_len(CHUNK_ROWS);
                let numbers = accounts.filter(|number| **number != NO_NODE);
                numbers.for_each(|number| *number = nodes[*number as usize]);
            }
            start = end;
        }
        if let Some(mentions) = self.mentions {
            rows.mentions = space.take_own(mentions)?.0;
        }
        rows.date_ends = vec![(self.load_date, rows.len())];
        Ok(rows)
    }
}

/// Nodes of the accounts of one network, by the number that a reader assigned.
pub struct NodeMaps<'a> {
    readers: Vec<Cow<'a, [u32]>>,
}

impl NodeMaps<'_> {
    /// Creates the maps. `nodes` has the node of each provisional number; `readers` has the provisional numbers of each
    /// reader, none if they are its own.
    pub fn new<'a>(readers: &[Option<MergedNumbers>], nodes: &'a [u32]) -> NodeMaps<'a> {
        let map = |reader: &Option<MergedNumbers>| match reader {
            Some(numbers) => Cow::Owned(numbers.map_to(nodes)),
            None => Cow::Borrowed(nodes),
        };
        NodeMaps {
            readers: readers.par_iter().map(map).collect(),
        }
    }
}

#[cfg(test)]
#[path = "row_blocks_tests.rs"]
mod tests;
