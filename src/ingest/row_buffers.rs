//! Memory for the rows of all files of a network: allocated once, by the row counts of the footers.
//!
//! Each file gets its own part of the columns, so readers write in parallel and nothing is appended. Refused rows leave
//! gaps, which [`assemble`] closes. A footer may announce more rows than its file can plausibly hold; such a file gets
//! memory of its own, as its rows are decoded.

use std::mem::take;
use std::ops::Range;

use clout_topics::rows::ActivityRows;
use clout_warehouse::admission::AdmittedFile;

/// Maximum rows per byte of a file for which memory is allocated before the rows are decoded. An activity id and a time
/// need more than a byte.
const PLAUSIBLE_ROWS_PER_BYTE: u64 = 1;

/// Part of the columns of [`ActivityRows`].
#[derive(Default)]
pub struct RowSlices<'a> {
    /// Hashes of the activity ids.
    pub ids: &'a mut [u128],
    /// Times, microseconds since 1970.
    pub occurred_at: &'a mut [i64],
    /// Accounts that acted.
    pub actors: &'a mut [u32],
    /// Target accounts.
    pub targets: &'a mut [u32],
    /// Verb codes.
    pub verbs: &'a mut [u8],
    /// Hashes of venues; empty unless the network derives co-visits.
    pub venues: &'a mut [u64],
}

impl<'a> RowSlices<'a> {
    /// Returns the rows from `start` on.
    pub fn from_rows(rows: &'a mut ActivityRows, start: usize) -> RowSlices<'a> {
        let venues = start.min(rows.venues.len());
        RowSlices {
            ids: &mut rows.ids[start..],
            occurred_at: &mut rows.occurred_at[start..],
            actors: &mut rows.actors[start..],
            targets: &mut rows.targets[start..],
            verbs: &mut rows.verbs[start..],
            venues: &mut rows.venues[venues..],
        }
    }

    /// Splits off the first `count` rows, or all if there are less.
    fn split_front(&mut self, count: usize) -> RowSlices<'a> {
        fn front<'a, T>(column: &mut &'a mut [T], count: usize) -> &'a mut [T] {
            let count = count.min(column.len());
            let (first, rest) = take(column).split_at_mut(count);
            *column = rest;
            first
        }
        RowSlices {
            ids: front(&mut self.ids, count),
            occurred_at: front(&mut self.occurred_at, count),
            actors: front(&mut self.actors, count),
            targets: front(&mut self.targets, count),
            verbs: front(&mut self.verbs, count),
            venues: front(&mut self.venues, count),
        }
    }
}

/// Rows of one file while it is read.
pub enum RowBuffer<'a> {
    /// Part of the columns of the network; the number of rows so far.
    Shared(RowSlices<'a>, usize),
    /// Columns of the file.
    Own(Box<ActivityRows>),
}

impl RowBuffer<'_> {
    /// Calls `write` with space for `count` more rows, which it must fill. Returns false if there is no space.
    pub fn append(&mut self, count: usize, has_venues: bool, write: impl FnOnce(RowSlices)) -> bool {
        match self {
            RowBuffer::Own(rows) => {
                let start = rows.len();
                resize(rows, start + count, has_venues);
                write(RowSlices::from_rows(rows, start));
                true
            }
            RowBuffer::Shared(slices, filled) if slices.ids.len() - *filled >= count => {
                let range = *filled..*filled + count;
                let venues = if slices.venues.is_empty() { 0..0 } else { range.clone() };
                write(RowSlices {
                    ids: &mut slices.ids[range.clone()],
                    occurred_at: &mut slices.occurred_at[range.clone()],
                    actors: &mut slices.actors[range.clone()],
                    targets: &mut slices.targets[range.clone()],
                    verbs: &mut slices.verbs[range],
                    venues: &mut slices.venues[venues],
                });
                *filled += count;
                true
            }
            RowBuffer::Shared(..) => false,
        }
    }

    /// Returns the actors and targets of the rows.
    pub fn accounts_mut(&mut self) -> [&mut [u32]; 2] {
        match self {
            RowBuffer::Shared(slices, filled) => [&mut slices.actors[..*filled], &mut slices.targets[..*filled]],
            RowBuffer::Own(rows) => [&mut rows.actors, &mut rows.targets],
        }
    }

    /// Removes all rows.
    pub fn clear(&mut self) {
        match self {
            RowBuffer::Shared(_, filled) => *filled = 0,
            RowBuffer::Own(rows) => **rows = ActivityRows::default(),
        }
    }
}

fn resize(rows: &mut ActivityRows, count: usize, has_venues: bool) {
    rows.ids.resize(count, 0);
    rows.occurred_at.resize(count, 0);
    rows.actors.resize(count, 0);
    rows.targets.resize(count, 0);
    rows.verbs.resize(count, 0);
    rows.venues.resize(if has_venues { count } else { 0 }, 0);
}

/// Returns the number of rows of a file for which memory is allocated; none if the file gets memory of its own.
fn plausible_rows(file: &AdmittedFile) -> Option<usize> {
    let is_plausible = file.rows <= file.object.size.saturating_mul(PLAUSIBLE_ROWS_PER_BYTE);
    is_plausible.then_some(file.rows as usize)
}

/// Allocates columns for the files of a network.
pub fn allocate<'a>(files: impl Iterator<Item = &'a AdmittedFile>, has_venues: bool) -> ActivityRows {
    let count = files.filter_map(plausible_rows).sum();
    // Zeros come from the system as they are first written, so the columns need no memory before.
    ActivityRows {
        ids: vec![0; count],
        occurred_at: vec![0; count],
        actors: vec![0; count],
        targets: vec![0; count],
        verbs: vec![0; count],
        venues: vec![0; if has_venues { count } else { 0 }],
        ..ActivityRows::default()
    }
}

/// Returns the buffer of the next file, from the remaining columns of its network.
pub fn next_buffer<'a>(remaining: &mut RowSlices<'a>, file: &AdmittedFile) -> RowBuffer<'a> {
    match plausible_rows(file) {
        Some(count) => RowBuffer::Shared(remaining.split_front(count), 0),
        None => RowBuffer::Own(Box::default()),
    }
}

/// Rows of one file after reading.
pub enum RowPiece {
    /// Number of rows at the start of a part of the network's columns, and the length of the part.
    Shared(usize, usize),
    /// Columns of the file.
    Own(Box<ActivityRows>),
}

impl RowPiece {
    /// Returns the number of rows.
    pub fn count_rows(&self) -> usize {
        match self {
            RowPiece::Shared(filled, _) => *filled,
            RowPiece::Own(rows) => rows.len(),
        }
    }
}

impl From<RowBuffer<'_>> for RowPiece {
    fn from(buffer: RowBuffer) -> RowPiece {
        match buffer {
            RowBuffer::Shared(slices, filled) => RowPiece::Shared(filled, slices.ids.len()),
            RowBuffer::Own(rows) => RowPiece::Own(rows),
        }
    }
}

/// Closes the gaps in the columns of a network, and inserts the rows that are in memory of their own.
pub fn assemble(rows: &mut ActivityRows, pieces: &[RowPiece]) {
    let ActivityRows {
        ids,
        occurred_at,
        actors,
        targets,
        verbs,
        venues,
        ..
    } = rows;
    rayon::scope(|scope| {
        scope.spawn(|_| assemble_column(ids, pieces, |own| &own.ids));
        scope.spawn(|_| assemble_column(occurred_at, pieces, |own| &own.occurred_at));
        scope.spawn(|_| assemble_column(actors, pieces, |own| &own.actors));
        scope.spawn(|_| assemble_column(targets, pieces, |own| &own.targets));
        scope.spawn(|_| assemble_column(verbs, pieces, |own| &own.verbs));
        if !venues.is_empty() || pieces.iter().any(|piece| matches!(piece, RowPiece::Own(_))) {
            scope.spawn(|_| assemble_column(venues, pieces, |own| &own.venues));
        }
    });
}

fn assemble_column<T: Copy>(column: &mut Vec<T>, pieces: &[RowPiece], own: impl Fn(&ActivityRows) -> &Vec<T>) {
    let mut start = 0;
    let parts = pieces.iter().map(|piece| match piece {
        RowPiece::Shared(filled, length) => {
            // A column that the network does not have is empty.
            let range = start.min(column.len())..(start + filled).min(column.len());
            start += length;
            ColumnPart::Shared(range)
        }
        RowPiece::Own(rows) => ColumnPart::Own(own(rows).as_slice()),
    });
    let parts: Vec<ColumnPart<T>> = parts.collect();
    let mut end = 0;
    if parts.iter().all(|part| matches!(part, ColumnPart::Shared(_))) {
        for range in parts.into_iter().filter_map(ColumnPart::shared) {
            let length = range.len();
            if range.start != end {
                column.copy_within(range, end);
            }
            end += length;
        }
        column.truncate(end);
        return;
    }
    let mut all = Vec::with_capacity(parts.iter().map(ColumnPart::len).sum());
    for part in parts {
        match part {
            ColumnPart::Shared(range) => all.extend_from_slice(&column[range]),
            ColumnPart::Own(values) => all.extend_from_slice(values),
        }
    }
    *column = all;
}

/// Part of a column.
enum ColumnPart<'a, T> {
    Shared(Range<usize>),
    Own(&'a [T]),
}

impl<T> ColumnPart<'_, T> {
    fn shared(self) -> Option<Range<usize>> {
        match self {
            ColumnPart::Shared(range) => Some(range),
            ColumnPart::Own(_) => None,
        }
    }

    fn len(&self) -> usize {
        match self {
            ColumnPart::Shared(range) => range.len(),
            ColumnPart::Own(values) => values.len(),
        }
    }
}

#[cfg(test)]
#[path = "row_buffers_tests.rs"]
mod tests;
