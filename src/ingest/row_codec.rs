//! Encodes the columns of a block of rows: the number of rows, then each column as little-endian numbers.

use clout_topics::rows::ActivityRows;

const HAS_VENUES: u64 = 1 << 63;

/// Returns the columns as bytes, without topic aliases and load dates.
pub(super) fn encode_rows(rows: &ActivityRows) -> Vec<u8> {
    let venues = if rows.venues.is_empty() { 0 } else { HAS_VENUES };
    let mut bytes = Vec::with_capacity(8 + rows.len() * 25);
    bytes.extend_from_slice(&(rows.len() as u64 | venues).to_le_bytes());
    append_numbers(&mut bytes, &rows.occurred_at, |time| time.to_le_bytes());
    append_numbers(&mut bytes, &rows.actors, |node| node.to_le_bytes());
    append_numbers(&mut bytes, &rows.targets, |node| node.to_le_bytes());
    bytes.extend_from_slice(&rows.verbs);
    append_numbers(&mut bytes, &rows.venues, |venue| venue.to_le_bytes());
    bytes
}

/// Reads the bytes of [`encode_rows`]; `None` for other bytes.
pub(super) fn decode_rows(bytes: &[u8]) -> Option<ActivityRows> {
    let (head, mut rest) = bytes.split_first_chunk::<8>()?;
    let head = u64::from_le_bytes(*head);
    let count = usize::try_from(head & !HAS_VENUES).ok()?;
    let venues = if head & HAS_VENUES == 0 { 0 } else { count };
    let rows = ActivityRows {
        occurred_at: take_numbers(&mut rest, count, i64::from_le_bytes)?,
        actors: take_numbers(&mut rest, count, u32::from_le_bytes)?,
        targets: take_numbers(&mut rest, count, u32::from_le_bytes)?,
        verbs: take_numbers(&mut rest, count, u8::from_le_bytes)?,
        venues: take_numbers(&mut rest, venues, u64::from_le_bytes)?,
        ..ActivityRows::default()
    };
    rest.is_empty().then_some(rows)
}

fn append_numbers<T: Copy, const N: usize>(bytes: &mut Vec<u8>, column: &[T], encode: impl Fn(T) -> [u8; N]) {
    column
        .iter()
        .for_each(|number| bytes.extend_from_slice(&encode(*number)));
}

fn take_numbers<T, const N: usize>(bytes: &mut &[u8], count: usize, decode: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
    let (column, rest) = bytes.split_at_checked(count.checked_mul(N)?)?;
    *bytes = rest;
    Some(column.as_chunks::<N>().0.iter().map(|number| decode(*number)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_survive_encoding_and_other_bytes_are_refused() {
        for (count, venues) in [(0, 0), (3, 0), (3, 3)] {
            let rows = ActivityRows {
                occurred_at: (0..count).map(|row| row - 5).collect(),
                actors: (0..count as u32).collect(),
                targets: (0..count as u32).map(|row| u32::MAX - row).collect(),
                verbs: (0..count as u8).collect(),
                venues: (0..venues).map(|row| u64::MAX - row).collect(),
                ..ActivityRows::default()
            };
            let bytes = encode_rows(&rows);
            let decoded = decode_rows(&bytes).unwrap();
            assert_eq!(decoded.occurred_at, rows.occurred_at);
            assert_eq!((&decoded.actors, &decoded.targets), (&rows.actors, &rows.targets));
            assert_eq!((&decoded.verbs, &decoded.venues), (&rows.verbs, &rows.venues));
            assert!(decode_rows(&bytes[..bytes.len() - 1]).is_none());
            assert!(decode_rows(&[&bytes[..], &[0]].concat()).is_none());
        }
    }
}
