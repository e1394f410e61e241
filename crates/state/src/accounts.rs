//! Accounts by number: network and id, or a keyed hash instead of the id of an opted-out account.
//!
//! A number is never given to another account, so an opted-out account keeps its row without its name.

use std::ops::Range;

use crate::column_file::{ChunkReader, ColumnFile};
use crate::damage::Damage;
use crate::encoded_file::{EncodedChunk, EncodedFile, FILE_ROWS, TableEncoder};
use crate::head::TableKind;
use crate::planes::PlaneWriter;
use clout_base::day::Day;
use clout_base::error::Result;

const NETWORK: usize = 0;
const LENGTH: usize = 1;
const TEXT: usize = 2;
const ERASED: usize = 3;
const HASH_LOW: usize = 4;
const HASH_HIGH: usize = 5;
const COLUMNS: usize = 6;

/// Name of an account on its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountName<'a> {
    /// Account id.
    Id(&'a str),
    /// Keyed hash of an opted-out account.
    Erased(u128),
}

/// Accounts with successive numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountRows {
    /// Number of the first account.
    first_number: u32,
    networks: Vec<u8>,
    /// End of each id in `text`.
    ends: Vec<usize>,
    text: String,
    /// Row and hash of each erased account, in row order.
    erased: Vec<(u32, u128)>,
}

impl AccountRows {
    /// Creates rows without accounts; the first one to be added gets `first_number`.
    pub fn new(first_number: u32) -> AccountRows {
        AccountRows {
            first_number,
            ..AccountRows::default()
        }
    }

    /// Returns the number of accounts.
    pub fn len(&self) -> usize {
        self.networks.len()
    }

    /// Returns true without accounts.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// Returns the number of the first account.
    pub fn first_number(&self) -> u32 {
        self.first_number
    }

    /// Adds the account with the next number.
    pub fn push(&mut self, network: u8, name: AccountName) {
        match name {
            AccountName::Id(id) => self.text.push_str(id),
            AccountName::Erased(hash) => self.erased.push((self.len() as u32, hash)),
        }
        self.networks.push(network);
        self.ends.push(self.text.len());
    }

    /// Adds the accounts of `other`, which follow these.
    pub fn append(&mut self, other: &AccountRows) {
        let (rows, bytes) = (self.len() as u32, self.text.len());
        self.networks.extend_from_slice(&other.networks);
        self.ends.extend(other.ends.iter().map(|end| bytes + end));
        self.text.push_str(&other.text);
        self.erased
            .extend(other.erased.iter().map(|(row, hash)| (rows + row, *hash)));
    }

    /// Returns network and name of the account in a row (its number is [`first_number`](Self::first_number) + `row`);
    /// none beyond the last.
    pub fn get(&self, row: usize) -> Option<(u8, AccountName<'_>)> {
        let network = *self.networks.get(row)?;
        let found = self.erased.binary_search_by_key(&row, |(erased, _)| *erased as usize);
        let name = match found {
            Ok(found) => AccountName::Erased(self.erased[found].1),
            Err(_) => AccountName::Id(self.id(row)),
        };
        Some((network, name))
    }

    /// Iterates over networks and names in order of number.
    pub fn iter(&self) -> impl Iterator<Item = (u8, AccountName<'_>)> {
        let mut erased = self.erased.iter().peekable();
        (0..self.len()).map(move |row| {
            let name = match erased.next_if(|(at, _)| *at as usize == row) {
                Some((_, hash)) => AccountName::Erased(*hash),
                None => AccountName::Id(self.id(row)),
            };
            (self.networks[row], name)
        })
    }

    fn id(&self, row: usize) -> &str {
        &self.text[self.start(row)..self.ends[row]]
    }

    fn start(&self, row: usize) -> usize {
        row.checked_sub(1).map_or(0, |before| self.ends[before])
    }
}

/// Encodes accounts as of `load_date`, in files of at most [`FILE_ROWS`] rows.
///
/// # Errors
/// Returns an error if the compression fails.
pub fn encode_accounts(accounts: &AccountRows, load_date: Day) -> Result<Vec<EncodedFile>> {
    let encoder = TableEncoder {
        table: TableKind::Accounts,
        load_date,
        columns: COLUMNS,
        key: |row: usize| accounts.first_number.wrapping_add(row as u32),
        encode: |planes: &mut PlaneWriter, rows: Range<usize>| encode_chunk(planes, accounts, rows),
    };
    encoder.files(accounts.len(), FILE_ROWS)
}

fn encode_chunk(planes: &mut PlaneWriter, accounts: &AccountRows, rows: Range<usize>) -> Result<EncodedChunk> {
    let mut blocks = Vec::with_capacity(COLUMNS);
    planes.words(&accounts.networks[rows.clone()])?;
    blocks.push(planes.take_block());
    let lengths = rows
        .clone()
        .map(|row| (accounts.ends[row] - accounts.start(row)) as u32);
    planes.words(&lengths.collect::<Vec<u32>>())?;
    blocks.push(planes.take_block());
    let text = accounts.start(rows.start)..accounts.ends[rows.end - 1];
    planes.bytes(&accounts.text.as_bytes()[text])?;
    blocks.push(planes.take_block());
    let row_of = |erased: &(u32, u128)| erased.0 as usize;
    let first = accounts.erased.partition_point(|erased| row_of(erased) < rows.start);
    let end = accounts.erased.partition_point(|erased| row_of(erased) < rows.end);
    let erased = &accounts.erased[first..end];
    let places = erased.iter().map(|(row, _)| row - rows.start as u32);
    planes.ascending(&places.collect::<Vec<u32>>())?;
    blocks.push(planes.take_block());
    planes.words(&erased.iter().map(|(_, hash)| *hash as u64).collect::<Vec<u64>>())?;
    blocks.push(planes.take_block());
    planes.words(&erased.iter().map(|(_, hash)| (hash >> 64) as u64).collect::<Vec<u64>>())?;
    blocks.push(planes.take_block());
    Ok(EncodedChunk {
        details: erased.len() as u32,
        blocks,
    })
}

/// Decodes the accounts that were read from a file of [`encode_accounts`].
///
/// # Errors
/// Returns the damage of the file.
pub fn decode_accounts(file: &ColumnFile) -> std::result::Result<AccountRows, Damage> {
    file.expect(TableKind::Accounts, COLUMNS)?;
    let mut all = AccountRows::new(file.first_key().unwrap_or_default());
    for chunk in file.decode_chunks(decode_chunk)? {
        all.append(&chunk);
    }
    Ok(all)
}

fn decode_chunk(chunk: &mut ChunkReader) -> std::result::Result<AccountRows, Damage> {
    let (rows, erased) = (chunk.rows(), chunk.head().details as usize);
    let mut accounts = AccountRows::new(chunk.head().first_key);
    accounts.networks = vec![0; rows];
    chunk.column(NETWORK, |planes, from| planes.words(from, &mut accounts.networks))?;
    let mut lengths = vec![0_u32; rows];
    chunk.column(LENGTH, |planes, from| planes.words(from, &mut lengths))?;
    let mut end = 0_usize;
    let ends = lengths.iter().map(|length| {
        end = end.checked_add(*length as usize)?;
        Some(end)
    });
    accounts.ends = ends.collect::<Option<Vec<usize>>>().ok_or(Damage::Column(LENGTH))?;
    let text = chunk.column(TEXT, |planes, from| Ok(planes.bytes(from, end)?.to_vec()))?;
    accounts.text = String::from_utf8(text).map_err(|_| Damage::Column(TEXT))?;
    if !accounts.ends.iter().all(|end| accounts.text.is_char_boundary(*end)) {
        return Err(Damage::Column(LENGTH));
    }
    let mut places = vec![0_u32; erased];
    chunk.column(ERASED, |planes, from| planes.ascending(from, &mut places))?;
    if !places.is_sorted_by(|a, b| a < b) || places.last().is_some_and(|last| *last as usize >= rows) {
        return Err(Damage::Column(ERASED));
    }
    let (mut low, mut high) = (vec![0_u64; erased], vec![0_u64; erased]);
    chunk.column(HASH_LOW, |planes, from| planes.words(from, &mut low))?;
    chunk.column(HASH_HIGH, |planes, from| planes.words(from, &mut high))?;
    let hashes = low
        .into_iter()
        .zip(high)
        .map(|(low, high)| u128::from(high) << 64 | u128::from(low));
    accounts.erased = places.into_iter().zip(hashes).collect();
    Ok(accounts)
}

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod tests;
