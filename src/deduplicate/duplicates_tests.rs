use super::*;
use crate::ingest::row_blocks::NodeMaps;
use crate::ingest::row_buffers::RowBuffer;
use clout_model::accounts::NO_NODE;

/// Row as (load date, id, occurred_at, actor, target).
type Given = (i32, u128, i64, u32, u32);

/// Returns the rows of one load date.
fn rows(given: &[Given]) -> RowBuffer {
    let mut buffer = RowBuffer::default();
    for (_, id, occurred_at, actor, target) in given {
        buffer.ids.push(*id);
        buffer.rows.occurred_at.push(*occurred_at);
        buffer.rows.actors.push(*actor);
        buffer.rows.targets.push(*target);
        buffer.rows.verbs.push(0);
    }
    buffer
}

/// Accounts with the ids `z`, `b` and `a` under the numbers 0 to 2.
fn accounts() -> AccountIndex {
    AccountIndex::from_accounts(vec!["x".to_owned()], [(0, "z"), (0, "b"), (0, "a")])
}

/// Resolves the duplicates of all load dates, in `ranges` ranges of ids.
fn resolve_in(given: &[Given], delivered: &mut DeliveredWindow, as_of: i32, ranges: usize) -> Vec<ResolvedRows> {
    let space = BlockSpace::Memory;
    let dates = given.chunk_by(|a, b| a.0 == b.0);
    let block = |date: &[Given]| DateBlock::create(&space, "x", Day(date[0].0), vec![(0, rows(date))], ranges).unwrap();
    let mut blocks: Vec<DateBlock> = dates.map(block).collect();
    let repeats = find_repeats(&blocks, &space, delivered, 30).unwrap();
    move_ids(&mut blocks, &space, delivered, Day(as_of), 30).unwrap();
    let nodes = NodeMaps::new(&[None], &[0, 1, 2]);
    let resolve = |(block, repeats): (DateBlock, &DateRepeats)| {
        let rows = block.into_rows(&space, &nodes).unwrap();
        resolve_duplicates(&rows, repeats, &accounts())
    };
    blocks.into_iter().zip(&repeats).map(resolve).collect()
}

fn resolve(given: &[Given], delivered: &mut DeliveredWindow, as_of: i32) -> Vec<ResolvedRows> {
    resolve_in(given, delivered, as_of, 1)
}

/// Returns the ids of each load date.
fn list(delivered: &DeliveredWindow) -> Vec<(i32, Vec<u128>)> {
    let dates = delivered.dates().iter();
    dates.map(|(day, file)| (day.0, file.read(None).unwrap())).collect()
}

fn join_kept(resolved: &[ResolvedRows]) -> Vec<bool> {
    resolved.iter().flat_map(|date| date.is_kept.clone()).collect()
}

fn is_kept(given: &[Given], as_of: i32) -> Vec<bool> {
    let kept = join_kept(&resolve(given, &mut DeliveredWindow::default(), as_of));
    let in_ranges = resolve_in(given, &mut DeliveredWindow::default(), as_of, 16);
    assert_eq!(join_kept(&in_ranges), kept);
    kept
}

#[test]
fn the_earliest_load_date_counts() {
    let mut delivered = DeliveredWindow::default();
    let given = [
        (10, 5, 100, 1, 2),
        (10, 6, 100, 1, 2),
        (11, 5, 50, 1, 2),
        (12, 5, 100, 1, 2),
    ];
    let settled = resolve(&given, &mut delivered, 12);
    assert_eq!(join_kept(&settled), [true, true, false, false]);
    assert_eq!(settled.iter().map(|date| date.copies).sum::<u64>(), 2);
    assert_eq!(list(&delivered), [(10, vec![5, 6]), (11, vec![5]), (12, vec![5])]);
}

#[test]
fn the_least_row_of_a_load_date_counts() {
    let given = [(10, 5, 200, 1, 2), (10, 5, 100, 1, 0), (10, 5, 300, 1, 2)];
    assert_eq!(is_kept(&given, 10), [false, true, false]);
}

#[test]
fn actors_are_compared_by_their_ids_not_by_their_numbers() {
    let given = [(10, 5, 100, 0, 2), (10, 5, 100, 2, 1), (10, 5, 100, 1, 2)];
    assert_eq!(is_kept(&given, 10), [false, true, false]);
}

#[test]
fn rows_that_differ_only_in_target_are_contested() {
    let given = [(10, 5, 100, 1, 2), (10, 5, 100, 1, NO_NODE), (10, 5, 101, 1, 2)];
    let settled = resolve(&given, &mut DeliveredWindow::default(), 10).remove(0);
    let group = ContestedGroup {
        rows: vec![0, 1],
        id: 5,
    };
    assert_eq!(settled.contested, [group]);
    assert_eq!(settled.is_kept, [false, false, false]);
    assert_eq!(settled.copies, 2);
}

#[test]
fn date_by_date_and_all_at_once_keep_the_same_rows() {
    let all = [
        (10, 5, 100, 1, 2),
        (10, 6, 100, 1, 2),
        (11, 5, 50, 1, 2),
        (12, 7, 1, 1, 2),
        (45, 5, 4, 1, 2),
        (50, 7, 4, 1, 2),
    ];
    let mut at_once = DeliveredWindow::default();
    let kept_at_once = join_kept(&resolve(&all, &mut at_once, 50));
    let (mut kept, mut delivered) = (Vec::new(), DeliveredWindow::default());
    for day in [10, 11, 12, 45, 50] {
        let of_date: Vec<_> = all.iter().copied().filter(|row| row.0 == day).collect();
        kept.extend(join_kept(&resolve(&of_date, &mut delivered, day)));
    }
    assert_eq!(kept, kept_at_once);
    assert_eq!(list(&delivered), list(&at_once));
    assert_eq!(kept, [true, true, false, true, true, true]);
}
