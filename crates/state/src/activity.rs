//! Activity records of the accounts, by number.
//!
//! Times are differences from each other, since most accounts that were seen once have one time, and the latest act is
//! often a post. Fields that a record leaves undefined are coded as they are.

use std::ops::Range;

use crate::column_file::{ChunkReader, ColumnFile};
use crate::columns::end_micros;
use crate::damage::Damage;
use crate::encoded_file::{EncodedChunk, EncodedFile, FILE_ROWS, TableEncoder};
use crate::head::TableKind;
use crate::planes::PlaneWriter;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::account_activity::AccountActivity;

const DAYS_SEEN: usize = 0;
const RECENT_LOW: usize = 1;
const RECENT_HIGH: usize = 2;
const LAST_SEEN_AT: usize = 3;
const SPAN: usize = 4;
const LAST_SEEN: usize = 5;
const POSTS: usize = 6;
const LAST_POST_LOAD: usize = 7;
const LAST_POST_AT: usize = 8;
const COLUMNS: usize = 9;

/// Encodes the records of the accounts with numbers from 0 as of `as_of`, in files of at most [`FILE_ROWS`] rows.
///
/// # Errors
/// Returns an error if the compression fails.
pub fn encode_activity(records: &[AccountActivity], as_of: Day) -> Result<Vec<EncodedFile>> {
    let encoder = TableEncoder {
        table: TableKind::Activity,
        load_date: as_of,
        columns: COLUMNS,
        key: |row: usize| row as u32,
        encode: |planes: &mut PlaneWriter, rows: Range<usize>| encode_chunk(planes, &records[rows], as_of),
    };
    encoder.files(records.len(), FILE_ROWS)
}

fn encode_chunk(planes: &mut PlaneWriter, records: &[AccountActivity], as_of: Day) -> Result<EncodedChunk> {
    let mut blocks = Vec::with_capacity(COLUMNS);
    let end = end_micros(as_of);
    planes.words(&records.iter().map(|r| r.days_seen).collect::<Vec<u32>>())?;
    blocks.push(planes.take_block());
    planes.words(&records.iter().map(|r| r.recent_days as u64).collect::<Vec<u64>>())?;
    blocks.push(planes.take_block());
    planes.words(
        &records
            .iter()
            .map(|r| (r.recent_days >> 64) as u64)
            .collect::<Vec<u64>>(),
    )?;
    blocks.push(planes.take_block());
    let last_seen_at = |r: &AccountActivity| before(r.days_seen, end, r.last_seen_at);
    planes.spans(records.iter().map(last_seen_at).collect())?;
    blocks.push(planes.take_block());
    let span = |r: &AccountActivity| before(r.days_seen, r.last_seen_at, r.first_seen_at);
    planes.spans(records.iter().map(span).collect())?;
    blocks.push(planes.take_block());
    let last_seen = |r: &AccountActivity| Day::from_micros(r.last_seen_at).0.wrapping_sub(r.last_seen) as u32;
    planes.words(&records.iter().map(last_seen).collect::<Vec<u32>>())?;
    blocks.push(planes.take_block());
    planes.words(&records.iter().map(|r| r.posts).collect::<Vec<u32>>())?;
    blocks.push(planes.take_block());
    let post_load = |r: &AccountActivity| before(r.posts, i64::from(as_of.0), i64::from(r.last_post_load)) as u32;
    planes.words(&records.iter().map(post_load).collect::<Vec<u32>>())?;
    blocks.push(planes.take_block());
    let post_at = |r: &AccountActivity| before(r.posts, r.last_seen_at, r.last_post_at);
    planes.spans(records.iter().map(post_at).collect())?;
    blocks.push(planes.take_block());
    Ok(EncodedChunk { details: 0, blocks })
}

/// Returns the distance of a field from its reference, or the field itself if `defined_by` is 0. Its own inverse.
fn before(defined_by: u32, reference: i64, field: i64) -> u64 {
    match defined_by {
        0 => field as u64,
        _ => reference.wrapping_sub(field) as u64,
    }
}

/// Decodes the records that were read from a file of [`encode_activity`]. The first has the number
/// [`ColumnFile::first_key`].
///
/// # Errors
/// Returns the damage of the file.
pub fn decode_activity(file: &ColumnFile) -> std::result::Result<Vec<AccountActivity>, Damage> {
    file.expect(TableKind::Activity, COLUMNS)?;
    let as_of = file.load_date();
    Ok(file.decode_chunks(|chunk| decode_chunk(chunk, as_of))?.concat())
}

fn decode_chunk(chunk: &mut ChunkReader, as_of: Day) -> std::result::Result<Vec<AccountActivity>, Damage> {
    let mut records = vec![AccountActivity::default(); chunk.rows()];
    let days_seen = u32_column(chunk, DAYS_SEEN)?;
    let (low, high) = (u64_column(chunk, RECENT_LOW)?, u64_column(chunk, RECENT_HIGH)?);
    let (last_seen_at, spans) = (span_column(chunk, LAST_SEEN_AT)?, span_column(chunk, SPAN)?);
    let last_seen = u32_column(chunk, LAST_SEEN)?;
    let (posts, post_loads) = (u32_column(chunk, POSTS)?, u32_column(chunk, LAST_POST_LOAD)?);
    let post_at = span_column(chunk, LAST_POST_AT)?;
    let end = end_micros(as_of);
    for (row, record) in records.iter_mut().enumerate() {
        record.days_seen = days_seen[row];
        record.recent_days = u128::from(high[row]) << 64 | u128::from(low[row]);
        record.last_seen_at = before(record.days_seen, end, last_seen_at[row] as i64) as i64;
        record.first_seen_at = before(record.days_seen, record.last_seen_at, spans[row] as i64) as i64;
        record.last_seen = Day::from_micros(record.last_seen_at)
            .0
            .wrapping_sub(last_seen[row] as i32);
        record.posts = posts[row];
        record.last_post_load = before(record.posts, i64::from(as_of.0), i64::from(post_loads[row])) as i32;
        record.last_post_at = before(record.posts, record.last_seen_at, post_at[row] as i64) as i64;
    }
    Ok(records)
}

fn u32_column(chunk: &mut ChunkReader, column: usize) -> std::result::Result<Vec<u32>, Damage> {
    let mut values = vec![0_u32; chunk.rows()];
    chunk.column(column, |planes, from| planes.words(from, &mut values))?;
    Ok(values)
}

fn u64_column(chunk: &mut ChunkReader, column: usize) -> std::result::Result<Vec<u64>, Damage> {
    let mut values = vec![0_u64; chunk.rows()];
    chunk.column(column, |planes, from| planes.words(from, &mut values))?;
    Ok(values)
}

fn span_column(chunk: &mut ChunkReader, column: usize) -> std::result::Result<Vec<u64>, Damage> {
    let mut values = vec![0_u64; chunk.rows()];
    chunk.column(column, |planes, from| planes.spans(from, &mut values))?;
    Ok(values)
}

#[cfg(test)]
#[path = "activity_tests.rs"]
mod tests;
