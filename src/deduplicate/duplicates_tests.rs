use super::*;
use clout_model::accounts::NO_NODE;

/// Row as (load date, id, occurred_at, actor, target).
type Given = (i32, u128, i64, u32, u32);

fn rows(given: &[Given]) -> ActivityRows {
    let mut rows = ActivityRows::default();
    for (index, (day, id, occurred_at, actor, target)) in given.iter().enumerate() {
        rows.ids.push(*id);
        rows.occurred_at.push(*occurred_at);
        rows.actors.push(*actor);
        rows.targets.push(*target);
        rows.verbs.push(0);
        match rows.date_ends.last_mut().filter(|(last, _)| last.0 == *day) {
            Some((_, end)) => *end = index + 1,
            None => rows.date_ends.push((Day(*day), index + 1)),
        }
    }
    rows
}

/// Accounts with the ids `z`, `b` and `a` under the numbers 0 to 2.
fn accounts() -> AccountIndex {
    AccountIndex::from_accounts(vec!["x".to_owned()], [(0, "z"), (0, "b"), (0, "a")])
}

fn resolve(given: &[Given], delivered: &mut DeliveredIds, as_of: i32) -> ResolvedRows {
    resolve_duplicates(&mut rows(given), delivered, &accounts(), Day(as_of), 30)
}

fn is_kept(given: &[Given], as_of: i32) -> Vec<bool> {
    resolve(given, &mut DeliveredIds::default(), as_of).is_kept
}

#[test]
fn the_earliest_load_date_counts() {
    let mut delivered = DeliveredIds::default();
    let given = [
        (10, 5, 100, 1, 2),
        (10, 6, 100, 1, 2),
        (11, 5, 50, 1, 2),
        (12, 5, 100, 1, 2),
    ];
    let settled = resolve(&given, &mut delivered, 12);
    assert_eq!(settled.is_kept, [true, true, false, false]);
    assert_eq!(settled.copies, 2);
    let listed = |(day, ids): &(Day, clout_model::delivered::IdList)| (day.0, ids.iter().collect::<Vec<_>>());
    let listed: Vec<_> = delivered.dates().iter().map(listed).collect();
    assert_eq!(listed, [(10, vec![5, 6]), (11, vec![5]), (12, vec![5])]);
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
    let settled = resolve(&given, &mut DeliveredIds::default(), 10);
    let group = ContestedGroup {
        load_date: Day(10),
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
    let mut at_once = DeliveredIds::default();
    let kept_at_once = resolve(&all, &mut at_once, 50).is_kept;
    let (mut kept, mut delivered) = (Vec::new(), DeliveredIds::default());
    for day in [10, 11, 12, 45, 50] {
        let of_date: Vec<_> = all.iter().copied().filter(|row| row.0 == day).collect();
        kept.extend(resolve(&of_date, &mut delivered, day).is_kept);
    }
    assert_eq!(kept, kept_at_once);
    assert_eq!(delivered, at_once);
    assert_eq!(kept, [true, true, false, true, true, true]);
}
