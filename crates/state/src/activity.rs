//! Activity records of accounts, by number: of all in a base, and of those that acted in a segment.
//!
//! Times are differences from each other, since most accounts that were seen once have one time, and the latest act is
//! often a post. Fields that a record leaves undefined are coded as they are.

use std::ops::Range;

use crate::column_file::{ChunkReader, ColumnFile};
use crate::columns::end_micros;
use crate::damage::Damage;
use crate::encoded_file::{EncodedChunk, EncodedFile, FILE_ROWS, TableEncoder, check_order};
use crate::head::TableKind;
use crate::planes::PlaneWriter;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::account_activity::AccountActivity;

const NUMBER: usize = 0;
const DAYS_SEEN: usize = 1;
const RECENT_LOW: usize = 2;
const RECENT_HIGH: usize = 3;
const LAST_SEEN_AT: usize = 4;
const SPAN: usize = 5;
const LAST_SEEN: usize = 6;
const POSTS: usize = 7;
const LAST_POST_LOAD: usize = 8;
const LAST_POST_AT: usize = 9;
const COLUMNS: usize = 10;

/// Encodes records as of `as_of`, with the numbers of their accounts, in files of at most [`FILE_ROWS`] rows.
///
/// # Errors
/// Returns an internal error if the numbers do not ascend.
pub fn encode_activity(records: &[(u32, AccountActivity)], as_of: Day) -> Result<Vec<EncodedFile>> {
    check_order(records, |a, b| a.0 < b.0, "activity records")?;
    let encoder = TableEncoder {
        table: TableKind::Activity,
        load_date: as_of,
        columns: COLUMNS,
        key: |row: usize| records[row].0,
        encode: |planes: &mut PlaneWriter, rows: Range<usize>| encode_chunk(planes, &records[rows], as_of),
    };
    encoder.files(records.len(), FILE_ROWS)
}

fn encode_chunk(planes: &mut PlaneWriter, rows: &[(u32, AccountActivity)], as_of: Day) -> Result<EncodedChunk> {
    let mut blocks = Vec::with_capacity(COLUMNS);
    let end = end_micros(as_of);
    planes.ascending(&rows.iter().map(|(number, _)| *number).collect::<Vec<u32>>())?;
    blocks.push(planes.take_block());
    let records: Vec<AccountActivity> = rows.iter().map(|(_, record)| *record).collect();
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

/// Decodes the records that were read from a file of [`encode_activity`], with the numbers of their accounts.
///
/// # Errors
/// Returns the damage of the file.
pub fn decode_activity(file: &ColumnFile) -> std::result::Result<Vec<(u32, AccountActivity)>, Damage> {
    file.expect(TableKind::Activity, COLUMNS)?;
    let as_of = file.load_date();
    Ok(file.decode_chunks(|chunk| decode_chunk(chunk, as_of))?.concat())
}

fn decode_chunk(chunk: &mut ChunkReader, as_of: Day) -> std::result::Result<Vec<(u32, AccountActivity)>, Damage> {
    let mut records = vec![AccountActivity::default(); chunk.rows()];
    let mut numbers = vec![0_u32; records.len()];
    chunk.column(NUMBER, |planes, from| planes.ascending(from, &mut numbers))?;
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
    Ok(numbers.into_iter().zip(records).collect())
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
