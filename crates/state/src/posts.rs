//! Posts of one load date, sorted by (actor, time).

use std::ops::Range;

use crate::column_file::ColumnFile;
use crate::columns::end_micros;
use crate::damage::Damage;
use crate::encoded_file::{EncodedChunk, EncodedFile, FILE_ROWS, TableEncoder, check_order};
use crate::head::TableKind;
use crate::planes::PlaneWriter;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::account_activity::AccountPost;

const ACTOR: usize = 0;
const AT: usize = 1;
const COLUMNS: usize = 2;

/// Encodes the posts of a load date, in files of at most [`FILE_ROWS`] rows.
///
/// # Errors
/// Returns an internal error if the posts are not sorted by actor and time, or if one has another load date.
pub fn encode_posts(posts: &[AccountPost], load_date: Day) -> Result<Vec<EncodedFile>> {
    let is_ordered = |a: &AccountPost, b: &AccountPost| (a.actor, a.occurred_at) <= (b.actor, b.occurred_at);
    check_order(posts, is_ordered, "posts")?;
    let dates = posts.iter().map(|post| post.load_date);
    check_order(
        &[load_date].into_iter().chain(dates).collect::<Vec<Day>>(),
        |a, b| a == b,
        "dates of posts",
    )?;
    let encode = |planes: &mut PlaneWriter, rows: Range<usize>| {
        let posts = &posts[rows];
        planes.ascending(&posts.iter().map(|post| post.actor).collect::<Vec<u32>>())?;
        let actors = planes.take_block();
        let end = end_micros(load_date);
        planes.spans(
            posts
                .iter()
                .map(|post| end.wrapping_sub(post.occurred_at) as u64)
                .collect(),
        )?;
        Ok(EncodedChunk {
            details: 0,
            blocks: vec![actors, planes.take_block()],
        })
    };
    let encoder = TableEncoder {
        table: TableKind::Posts,
        load_date,
        columns: COLUMNS,
        key: |row: usize| posts[row].actor,
        encode,
    };
    encoder.files(posts.len(), FILE_ROWS)
}

/// Decodes the posts that were read from a file of [`encode_posts`].
///
/// # Errors
/// Returns the damage of the file.
pub fn decode_posts(file: &ColumnFile) -> std::result::Result<Vec<AccountPost>, Damage> {
    file.expect(TableKind::Posts, COLUMNS)?;
    let load_date = file.load_date();
    let end = end_micros(load_date);
    let chunks = file.decode_chunks(|chunk| {
        let mut actors = vec![0_u32; chunk.rows()];
        chunk.column(ACTOR, |planes, from| planes.ascending(from, &mut actors))?;
        let mut ages = vec![0_u64; chunk.rows()];
        chunk.column(AT, |planes, from| planes.spans(from, &mut ages))?;
        let posts = actors.into_iter().zip(ages).map(|(actor, age)| AccountPost {
            actor,
            load_date,
            occurred_at: end.wrapping_sub(age as i64),
        });
        Ok(posts.collect::<Vec<AccountPost>>())
    })?;
    Ok(chunks.concat())
}

#[cfg(test)]
#[path = "posts_tests.rs"]
mod tests;
