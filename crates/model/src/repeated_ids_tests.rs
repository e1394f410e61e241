use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Load date and id of each row, by load date.
type Delivery = Vec<(i32, u128)>;

/// Load dates with all their ids.
type Earlier = Vec<(Day, Vec<u128>)>;

/// Finds the repeats of a delivery in `ranges` ranges of ids. Returns sorted copies, and sorted groups of rows, by their
/// numbers in the delivery; adds the ids to `earlier`.
fn find(delivery: &Delivery, earlier: &mut Earlier, window: i32, ranges: usize) -> (Vec<u32>, Vec<Vec<u32>>) {
    let dates = delivery.chunk_by(|a, b| a.0 == b.0);
    let ids = |date: &[(i32, u128)]| date.iter().map(|(_, id)| *id).collect::<Vec<_>>();
    let sorted: Vec<(Day, Vec<SortedIds>)> = dates
        .map(|date| (Day(date[0].0), SortedIds::sort(&ids(date)).cut(ranges)))
        .collect();
    let mut found = vec![DateRepeats::default(); sorted.len()];
    for range in 0..ranges {
        let dates = sorted.iter().map(|(day, ids)| (*day, &ids[range]));
        let mut search = RepeatSearch::new(dates.collect(), window);
        for (day, ids) in earlier.iter() {
            if search.can_repeat(*day) {
                search.add_earlier(*day, ids);
            }
        }
        found
            .iter_mut()
            .zip(search.find())
            .for_each(|(all, found)| all.append(found));
    }
    let listed = sorted.into_iter().map(|(day, ids)| {
        let mut ids: Vec<u128> = ids.iter().flat_map(SortedIds::ids).collect();
        ids.dedup();
        (day, ids)
    });
    earlier.extend(listed);
    let (mut copies, mut groups, mut first) = (Vec::new(), Vec::new(), 0);
    for (date, found) in delivery.chunk_by(|a, b| a.0 == b.0).zip(&found) {
        copies.extend(found.copies.iter().map(|row| row + first));
        let rows = found.groups.iter().map(|group| found.rows(group));
        groups.extend(rows.map(|rows| rows.iter().map(|row| row + first).collect::<Vec<_>>()));
        first += date.len() as u32;
    }
    copies.sort();
    groups.sort();
    (copies, groups)
}

/// Follows the definition with a map of last deliveries.
fn find_slowly(delivery: &Delivery, window: i32) -> (Vec<u32>, Vec<Vec<u32>>) {
    let mut last: BTreeMap<u128, i32> = BTreeMap::new();
    let (mut copies, mut groups) = (Vec::new(), Vec::new());
    let mut first_row = 0;
    for date in delivery.chunk_by(|a, b| a.0 == b.0) {
        let mut rows: BTreeMap<u128, Vec<u32>> = BTreeMap::new();
        for ((_, id), row) in date.iter().zip(first_row..) {
            rows.entry(*id).or_default().push(row);
        }
        first_row += date.len() as u32;
        for (id, rows) in rows {
            let load_date = date[0].0;
            match last.insert(id, load_date) {
                Some(before) if load_date - before <= window => copies.extend(rows),
                _ if rows.len() > 1 => groups.push(rows),
                _ => {}
            }
        }
    }
    copies.sort();
    groups.sort();
    (copies, groups)
}

fn any_delivery() -> impl Strategy<Value = Delivery> {
    // Ids of a few partitions; some differ in the upper or the lower bits only, and one is 0.
    let id = (0_u128..4, 0_u128..6).prop_map(|(upper, lower)| ((upper * 0x55) << 88) | lower);
    prop::collection::vec((0_i32..40, id), 0..150).prop_map(|mut rows| {
        rows.sort_by_key(|(date, _)| *date);
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn redeliveries_are_found_at_once_and_in_any_chunks_of_load_dates(
        delivery in any_delivery(),
        window in 0_i32..20,
        cuts in prop::collection::vec(0_i32..40, 0..6),
    ) {
        let mut all = Earlier::new();
        let expected = find_slowly(&delivery, window);
        prop_assert_eq!(find(&delivery, &mut all, window, 1), expected.clone());
        prop_assert_eq!(find(&delivery, &mut Earlier::new(), window, 64), expected.clone());

        let chunk_of = |date: i32| cuts.iter().filter(|cut| **cut <= date).count();
        let mut in_chunks = (Vec::new(), Vec::new());
        let (mut earlier, mut before) = (Earlier::new(), 0);
        for (index, chunk) in delivery.chunk_by(|a, b| chunk_of(a.0) == chunk_of(b.0)).enumerate() {
            let (copies, groups) = find(&chunk.to_vec(), &mut earlier, window, 1 << (index % 9));
            in_chunks.0.extend(copies.iter().map(|row| row + before));
            let groups = groups.into_iter();
            in_chunks.1.extend(groups.map(|rows| rows.iter().map(|row| row + before).collect::<Vec<_>>()));
            before += chunk.len() as u32;
        }
        in_chunks.0.sort();
        in_chunks.1.sort();
        prop_assert_eq!(in_chunks, expected);
        prop_assert_eq!(earlier, all);
    }
}

#[test]
fn threads_change_nothing() {
    let id = |row: u128| (row % 7_000).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060) & ((1 << 96) - 1);
    let delivery: Delivery = (0..30_000).map(|row| ((row / 3_000) as i32, id(row))).collect();
    let results: Vec<_> = (1..=3)
        .map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut earlier = Earlier::new();
            (pool.install(|| find(&delivery, &mut earlier, 5, 4)), earlier)
        })
        .collect();
    assert!(results.iter().all(|result| *result == results[0]));
    assert_eq!(results[0].0, find_slowly(&delivery, 5));
    assert_eq!(results[0].1.iter().map(|(_, ids)| ids.len()).sum::<usize>(), 30_000);
}
