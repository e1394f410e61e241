//! Settled reactions of one load date, sorted by (target, actor, time, verb, weight).

use std::ops::Range;

use crate::column_file::{ChunkReader, ColumnFile};
use crate::columns::end_micros;
use crate::damage::Damage;
use crate::encoded_file::{EncodedChunk, EncodedFile, FILE_ROWS, TableEncoder, check_order};
use crate::head::TableKind;
use crate::planes::PlaneWriter;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::reactions::WeighedReaction;

const TARGET: usize = 0;
const ACTOR: usize = 1;
const AT: usize = 2;
const VERB: usize = 3;
const WEIGHT: usize = 4;
const COLUMNS: usize = 5;

/// Encodes the reactions of a load date. A file has at most [`FILE_ROWS`] rows, and the rows of one target unless they
/// are more.
///
/// # Errors
/// Returns an internal error if the rows are not sorted by [`WeighedReaction::order`], or if one has another load date.
pub fn encode_reactions(reactions: &[WeighedReaction], load_date: Day) -> Result<Vec<EncodedFile>> {
    check_order(reactions, |a, b| a.order() <= b.order(), "reactions")?;
    if reactions.iter().any(|reaction| reaction.load_date != load_date) {
        return Err(Error::internal("a reaction of the state has another load date"));
    }
    let encoder = TableEncoder {
        table: TableKind::Reactions,
        load_date,
        columns: COLUMNS,
        key: |row: usize| reactions[row].target,
        encode: |planes: &mut PlaneWriter, rows: Range<usize>| encode_chunk(planes, &reactions[rows], load_date),
    };
    encoder.files(reactions.len(), FILE_ROWS)
}

fn encode_chunk(planes: &mut PlaneWriter, rows: &[WeighedReaction], load_date: Day) -> Result<EncodedChunk> {
    let mut blocks = Vec::with_capacity(COLUMNS);
    let targets: Vec<u32> = rows.iter().map(|row| row.target).collect();
    planes.ascending(&targets)?;
    blocks.push(planes.take_block());
    let actors: Vec<u32> = rows.iter().map(|row| row.actor).collect();
    planes.ascending_within(&targets, &actors)?;
    blocks.push(planes.take_block());
    let end = end_micros(load_date);
    planes.spans(
        rows.iter()
            .map(|row| end.wrapping_sub(row.occurred_at) as u64)
            .collect(),
    )?;
    blocks.push(planes.take_block());
    let verbs: Vec<u8> = rows.iter().map(|row| row.verb).collect();
    planes.words(&verbs)?;
    blocks.push(planes.take_block());
    let weights: Vec<u32> = rows.iter().map(|row| row.weight.to_bits()).collect();
    planes.repeated(&weights)?;
    blocks.push(planes.take_block());
    Ok(EncodedChunk { details: 0, blocks })
}

/// Decodes the reactions that were read from a file of [`encode_reactions`].
///
/// # Errors
/// Returns the damage of the file.
pub fn decode_reactions(file: &ColumnFile) -> std::result::Result<Vec<WeighedReaction>, Damage> {
    file.expect(TableKind::Reactions, COLUMNS)?;
    let load_date = file.load_date();
    Ok(file.decode_chunks(|chunk| decode_chunk(chunk, load_date))?.concat())
}

fn decode_chunk(chunk: &mut ChunkReader, load_date: Day) -> std::result::Result<Vec<WeighedReaction>, Damage> {
    let count = chunk.rows();
    let mut targets = vec![0_u32; count];
    chunk.column(TARGET, |planes, from| planes.ascending(from, &mut targets))?;
    let mut actors = vec![0_u32; count];
    chunk.column(ACTOR, |planes, from| {
        planes.ascending_within(from, &targets, &mut actors)
    })?;
    let mut ages = vec![0_u64; count];
    chunk.column(AT, |planes, from| planes.spans(from, &mut ages))?;
    let mut verbs = vec![0_u8; count];
    chunk.column(VERB, |planes, from| planes.words(from, &mut verbs))?;
    let mut weights = vec![0_u32; count];
    chunk.column(WEIGHT, |planes, from| planes.repeated(from, &mut weights))?;
    let end = end_micros(load_date);
    let row = |row: usize| WeighedReaction {
        target: targets[row],
        actor: actors[row],
        occurred_at: end.wrapping_sub(ages[row] as i64),
        load_date,
        verb: verbs[row],
        weight: f32::from_bits(weights[row]),
    };
    Ok((0..count).map(row).collect())
}

#[cfg(test)]
#[path = "reactions_tests.rs"]
mod tests;
