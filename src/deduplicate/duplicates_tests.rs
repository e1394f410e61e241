use super::*;
use clout_model::accounts::NO_NODE;

/// Builds rows from (load date, id, occurred_at, target).
fn rows(given: &[(i32, u128, i64, u32)]) -> ActivityRows {
    let mut rows = ActivityRows::default();
    for (index, (day, id, occurred_at, target)) in given.iter().enumerate() {
        rows.ids.push(*id);
        rows.occurred_at.push(*occurred_at);
        rows.actors.push(1);
        rows.targets.push(*target);
        rows.verbs.push(0);
        match rows.date_ends.last_mut().filter(|(last, _)| last.0 == *day) {
            Some((_, end)) => *end = index + 1,
            None => rows.date_ends.push((Day(*day), index + 1)),
        }
    }
    rows
}

#[test]
fn the_earliest_load_date_counts() {
    let rows = rows(&[(10, 5, 100, 2), (10, 6, 100, 2), (11, 5, 50, 2), (12, 5, 100, 2)]);
    let settled = resolve_duplicates(&rows, &[], Day(12), 30);
    assert_eq!(settled.is_kept, [true, true, false, false]);
    assert_eq!(settled.copies, 2);
    assert_eq!(settled.delivered.len(), 2);
    assert_eq!(settled.delivered[0].load_date, Day(12));
}

#[test]
fn the_least_row_of_a_load_date_counts() {
    let rows = rows(&[(10, 5, 200, 2), (10, 5, 100, 3), (10, 5, 300, 2)]);
    assert_eq!(
        resolve_duplicates(&rows, &[], Day(10), 30).is_kept,
        [false, true, false]
    );
}

#[test]
fn rows_that_differ_only_in_target_are_contested() {
    let rows = rows(&[(10, 5, 100, 2), (10, 5, 100, NO_NODE)]);
    let settled = resolve_duplicates(&rows, &[], Day(10), 30);
    assert_eq!(settled.contested, [(Day(10), vec![0, 1])]);
    assert_eq!(settled.is_kept, [false, false]);
}

#[test]
fn date_by_date_and_all_at_once_keep_the_same_rows() {
    let all = [
        (10, 5, 100, 2),
        (10, 6, 100, 2),
        (11, 5, 50, 2),
        (12, 7, 1, 2),
        (45, 5, 4, 2),
        (50, 7, 4, 2),
    ];
    let at_once = resolve_duplicates(&rows(&all), &[], Day(50), 30);
    let mut kept = Vec::new();
    let mut before = Vec::new();
    for day in [10, 11, 12, 45, 50] {
        let of_date: Vec<_> = all.iter().copied().filter(|row| row.0 == day).collect();
        let settled = resolve_duplicates(&rows(&of_date), &before, Day(day), 30);
        kept.extend(settled.is_kept);
        before = settled.delivered;
    }
    assert_eq!(kept, at_once.is_kept);
    assert_eq!(before, at_once.delivered);
    assert_eq!(kept, [true, true, false, true, true, true]);
}
