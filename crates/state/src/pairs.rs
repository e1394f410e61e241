//! Sums of reactions by pair of accounts, sorted by (target, actor, verb).
//!
//! A row takes about 10 bytes: nearly 5 of the time, 2 to 3 of the sums, which one row in twelve has, and the rest
//! mostly of the actor. Low bytes of a time in microseconds and of a sum have no order and cannot shrink.

use std::ops::Range;

use crate::column_file::{ChunkReader, ColumnFile};
use crate::columns::end_micros;
use crate::damage::Damage;
use crate::encoded_file::{EncodedChunk, EncodedFile, TableEncoder};
use crate::head::{ChunkHead, TableKind};
use crate::planes::PlaneWriter;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::influence::pairs::PairSums;

/// Column of the target.
pub const TARGET: usize = 0;
/// Column of the actor. It can be decoded with the target only.
pub const ACTOR: usize = 1;
const VERB: usize = 2;
const COUNT: usize = 3;
const LAST_LOAD: usize = 4;
const LAST_AT: usize = 5;
const WEIGHT: usize = 6;
const FIRST_SUM: usize = 7;

/// Accounts of the rows, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairAccounts {
    /// Number of the credited account.
    pub targets: Vec<u32>,
    /// Number of the reacting account.
    pub actors: Vec<u32>,
}

/// Encodes pairs of a base as of `as_of` as one file; `stride` is the number of half-lives. A pair has all its rows in
/// one file.
///
/// # Errors
/// Returns an internal error if the rows are not sorted by (target, actor, verb).
pub fn encode_pairs(pairs: &PairSums, stride: usize, as_of: Day) -> Result<EncodedFile> {
    let encoder = TableEncoder {
        table: TableKind::Pairs,
        load_date: as_of,
        columns: FIRST_SUM + stride,
        key: |row: usize| pairs.targets[row],
        encode: |planes: &mut PlaneWriter, rows: Range<usize>| encode_chunk(planes, pairs, rows, stride),
    };
    encoder.file(0..pairs.len())
}

fn encode_chunk(planes: &mut PlaneWriter, pairs: &PairSums, rows: Range<usize>, stride: usize) -> Result<EncodedChunk> {
    let key = |row: usize| (pairs.targets[row], pairs.actors[row], pairs.verbs[row]);
    if (rows.start.max(1)..rows.end).any(|row| key(row - 1) >= key(row)) {
        return Err(Error::internal("the pairs of the state are not in order"));
    }
    let mut blocks = Vec::with_capacity(FIRST_SUM + stride);
    let targets = &pairs.targets[rows.clone()];
    planes.ascending(targets)?;
    blocks.push(planes.take_block());
    planes.ascending_within(targets, &pairs.actors[rows.clone()])?;
    blocks.push(planes.take_block());
    planes.words(&pairs.verbs[rows.clone()])?;
    blocks.push(planes.take_block());
    let counts = &pairs.counts[rows.clone()];
    // Most counts are 1 and become 0.
    let further: Vec<u32> = counts.iter().map(|count| count.wrapping_sub(1)).collect();
    planes.words(&further)?;
    blocks.push(planes.take_block());
    let loads = &pairs.last_loads[rows.clone()];
    planes.days(loads.iter().map(|day| day.0))?;
    blocks.push(planes.take_block());
    let ages = loads.iter().zip(&pairs.last_at[rows.clone()]);
    planes.spans(
        ages.map(|(day, at)| end_micros(*day).wrapping_sub(*at) as u64)
            .collect(),
    )?;
    blocks.push(planes.take_block());
    let details = &pairs.details[rows];
    let (mut weights, mut several) = (Vec::with_capacity(counts.len()), Vec::new());
    for (count, detail) in counts.iter().zip(details) {
        match count {
            1 => weights.push(*detail),
            _ => several.push(*detail as usize * stride),
        }
    }
    planes.repeated(&weights)?;
    blocks.push(planes.take_block());
    for half_life in 0..stride {
        let sums: Vec<u64> = several
            .iter()
            .map(|first| pairs.sums[first + half_life].to_bits())
            .collect();
        planes.words(&sums)?;
        blocks.push(planes.take_block());
    }
    Ok(EncodedChunk {
        details: several.len() as u32,
        blocks,
    })
}

/// Decodes the pairs that were read from a file of [`encode_pairs`]; `stride` is the number of half-lives.
///
/// # Errors
/// Returns the damage of the file.
pub fn decode_pairs(file: &ColumnFile, stride: usize) -> std::result::Result<PairSums, Damage> {
    file.expect(TableKind::Pairs, FIRST_SUM + stride)?;
    let rows = file.rows();
    let several: usize = file.chunk_heads().iter().map(|chunk| chunk.details as usize).sum();
    let mut pairs = PairSums {
        actors: vec![0; rows],
        targets: vec![0; rows],
        verbs: vec![0; rows],
        counts: vec![0; rows],
        last_loads: vec![Day(0); rows],
        last_at: vec![0; rows],
        details: vec![0; rows],
        sums: vec![0.0; several * stride],
    };
    let parts = split_rows(&mut pairs, file.chunk_heads(), stride);
    file.decode_into(parts, |chunk, part| decode_chunk(chunk, part, stride))?;
    Ok(pairs)
}

/// Rows of one chunk within the columns of all.
struct ChunkRows<'a> {
    actors: &'a mut [u32],
    targets: &'a mut [u32],
    verbs: &'a mut [u8],
    counts: &'a mut [u32],
    last_loads: &'a mut [Day],
    last_at: &'a mut [i64],
    details: &'a mut [u32],
    /// Index of the first row of sums.
    first_sums: u32,
    sums: &'a mut [f64],
}

/// Splits the columns at the chunks, so that threads write to them directly.
fn split_rows<'a>(pairs: &'a mut PairSums, chunks: &[ChunkHead], stride: usize) -> Vec<ChunkRows<'a>> {
    let (mut actors, mut targets) = (pairs.actors.as_mut_slice(), pairs.targets.as_mut_slice());
    let (mut verbs, mut counts) = (pairs.verbs.as_mut_slice(), pairs.counts.as_mut_slice());
    let (mut last_loads, mut last_at) = (pairs.last_loads.as_mut_slice(), pairs.last_at.as_mut_slice());
    let (mut details, mut sums) = (pairs.details.as_mut_slice(), pairs.sums.as_mut_slice());
    let mut first_sums = 0_u32;
    let split = |chunk: &ChunkHead| {
        let rows = chunk.rows as usize;
        let part = ChunkRows {
            actors: actors.split_off_mut(..rows).unwrap_or_default(),
            targets: targets.split_off_mut(..rows).unwrap_or_default(),
            verbs: verbs.split_off_mut(..rows).unwrap_or_default(),
            counts: counts.split_off_mut(..rows).unwrap_or_default(),
            last_loads: last_loads.split_off_mut(..rows).unwrap_or_default(),
            last_at: last_at.split_off_mut(..rows).unwrap_or_default(),
            details: details.split_off_mut(..rows).unwrap_or_default(),
            first_sums,
            sums: sums
                .split_off_mut(..chunk.details as usize * stride)
                .unwrap_or_default(),
        };
        first_sums = first_sums.wrapping_add(chunk.details);
        part
    };
    chunks.iter().map(split).collect()
}

fn decode_chunk(chunk: &mut ChunkReader, rows: ChunkRows, stride: usize) -> std::result::Result<(), Damage> {
    let several = chunk.head().details as usize;
    chunk.column(TARGET, |planes, from| planes.ascending(from, rows.targets))?;
    chunk.column(ACTOR, |planes, from| {
        planes.ascending_within(from, rows.targets, rows.actors)
    })?;
    chunk.column(VERB, |planes, from| planes.words(from, rows.verbs))?;
    chunk.column(COUNT, |planes, from| planes.words(from, rows.counts))?;
    rows.counts.iter_mut().for_each(|count| *count = count.wrapping_add(1));
    let count = rows.counts.len();
    let days = chunk.column(LAST_LOAD, |planes, from| planes.days(from, count))?;
    rows.last_loads
        .iter_mut()
        .zip(days)
        .for_each(|(slot, day)| *slot = Day(day));
    let mut ages = vec![0_u64; count];
    chunk.column(LAST_AT, |planes, from| planes.spans(from, &mut ages))?;
    for ((at, day), age) in rows.last_at.iter_mut().zip(&*rows.last_loads).zip(ages) {
        *at = end_micros(*day).wrapping_sub(age as i64);
    }
    if rows.counts.iter().filter(|count| **count != 1).count() != several {
        return Err(Damage::Column(COUNT));
    }
    let mut weights = vec![0_u32; count - several];
    chunk.column(WEIGHT, |planes, from| planes.repeated(from, &mut weights))?;
    let (mut weights, mut indices) = (weights.into_iter(), rows.first_sums..);
    for (detail, count) in rows.details.iter_mut().zip(&*rows.counts) {
        let next = match count {
            1 => weights.next(),
            _ => indices.next(),
        };
        *detail = next.unwrap_or_default();
    }
    let mut bits = vec![0_u64; several];
    for half_life in 0..stride {
        chunk.column(FIRST_SUM + half_life, |planes, from| planes.words(from, &mut bits))?;
        let column = rows.sums.iter_mut().skip(half_life).step_by(stride);
        column.zip(&bits).for_each(|(sum, bits)| *sum = f64::from_bits(*bits));
    }
    Ok(())
}

/// Decodes only the accounts of the pairs. The columns [`TARGET`] and [`ACTOR`] are enough.
///
/// # Errors
/// Returns the damage of the file.
pub fn decode_pair_accounts(file: &ColumnFile) -> std::result::Result<PairAccounts, Damage> {
    file.expect_table(TableKind::Pairs)?;
    let chunks = file.decode_chunks(decode_accounts)?;
    let mut all = PairAccounts::default();
    for mut chunk in chunks {
        all.targets.append(&mut chunk.targets);
        all.actors.append(&mut chunk.actors);
    }
    Ok(all)
}

fn decode_accounts(chunk: &mut ChunkReader) -> std::result::Result<PairAccounts, Damage> {
    let mut targets = vec![0_u32; chunk.rows()];
    chunk.column(TARGET, |planes, from| planes.ascending(from, &mut targets))?;
    let mut actors = vec![0_u32; targets.len()];
    chunk.column(ACTOR, |planes, from| {
        planes.ascending_within(from, &targets, &mut actors)
    })?;
    Ok(PairAccounts { targets, actors })
}

#[cfg(test)]
#[path = "pairs_tests.rs"]
mod tests;
