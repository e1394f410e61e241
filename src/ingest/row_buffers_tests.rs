use super::*;

/// Returns rows with these ids, and other columns that follow from them.
fn rows(ids: &[u128]) -> Box<ActivityRows> {
    Box::new(ActivityRows {
        ids: ids.to_vec(),
        occurred_at: ids.iter().map(|id| *id as i64 * 10).collect(),
        actors: ids.iter().map(|id| *id as u32 + 100).collect(),
        targets: ids.iter().map(|id| *id as u32 + 200).collect(),
        verbs: ids.iter().map(|id| *id as u8).collect(),
        ..ActivityRows::default()
    })
}

#[track_caller]
fn check(given: &[u128], pieces: &[RowPiece], expected: &[u128]) {
    let (mut given, expected) = (rows(given), rows(expected));
    assemble(&mut given, pieces);
    assert_eq!(given.ids, expected.ids);
    assert_eq!(given.occurred_at, expected.occurred_at);
    assert_eq!(given.actors, expected.actors);
    assert_eq!(given.targets, expected.targets);
    assert_eq!(given.verbs, expected.verbs);
    assert!(given.venues.is_empty());
}

#[test]
fn gaps_are_closed() {
    use RowPiece::Shared;
    check(&[1, 2, 3, 4, 5], &[Shared(2, 2), Shared(3, 3)], &[1, 2, 3, 4, 5]);
    check(&[1, 2, 0, 4, 0, 0], &[Shared(2, 3), Shared(1, 3)], &[1, 2, 4]);
    check(&[0, 0, 3, 4, 5, 0], &[Shared(0, 2), Shared(3, 4)], &[3, 4, 5]);
    check(&[0], &[Shared(0, 1)], &[]);
}

#[test]
fn rows_in_memory_of_their_own_are_inserted() {
    use RowPiece::{Own, Shared};
    let pieces = [Shared(2, 3), Own(rows(&[7, 8])), Shared(1, 2), Own(rows(&[9]))];
    check(&[1, 2, 0, 4, 0], &pieces, &[1, 2, 7, 8, 4, 9]);
    check(&[], &[Own(rows(&[7])), Own(rows(&[]))], &[7]);
}

#[test]
fn a_buffer_takes_no_more_rows_than_it_has_space() {
    let mut columns = rows(&[0; 5]);
    let mut remaining = RowSlices::from_rows(&mut columns, 0);
    let mut first = RowBuffer::Shared(remaining.split_front(3), 0);
    let mut second = RowBuffer::Shared(remaining.split_front(9), 0);
    let mut own = RowBuffer::Own(Box::default());
    let append =
        |buffer: &mut RowBuffer, count: usize| buffer.append(count, false, |rows| rows.ids.fill(count as u128));
    assert!(append(&mut first, 2) && !append(&mut first, 2));
    assert!(append(&mut second, 2) && !append(&mut second, 1));
    assert!(append(&mut own, 9));
    first.clear();
    assert!(append(&mut first, 3));
    assert_eq!(RowPiece::from(own).count_rows(), 9);
    assert_eq!(columns.ids, [3, 3, 3, 2, 2]);
}
