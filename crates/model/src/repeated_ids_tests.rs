use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Load date and id of each row, by load date.
type Delivery = Vec<(i32, u128)>;

/// Splits a delivery into ids and load dates.
fn columns(delivery: &Delivery) -> (Vec<u128>, Vec<(Day, Range<usize>)>) {
    let mut end = 0;
    let dates = delivery.chunk_by(|a, b| a.0 == b.0).map(|date| {
        end += date.len();
        (Day(date[0].0), end - date.len()..end)
    });
    let dates = dates.collect();
    (delivery.iter().map(|(_, id)| *id).collect(), dates)
}

fn find(delivery: &Delivery, delivered: &mut DeliveredIds, window: i32) -> RepeatedIds {
    let (ids, dates) = columns(delivery);
    find_repeated_ids(ids, &dates, delivered, window)
}

/// Sorted copies, and sorted groups of rows.
fn sorted(repeated: &RepeatedIds) -> (Vec<u32>, Vec<Vec<u32>>) {
    let mut copies = repeated.copies.clone();
    let mut groups: Vec<Vec<u32>> = repeated
        .groups
        .iter()
        .map(|group| repeated.rows(group).to_vec())
        .collect();
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
        let mut delivered = DeliveredIds::default();
        let at_once = find(&delivery, &mut delivered, window);
        let expected = find_slowly(&delivery, window);
        prop_assert_eq!(sorted(&at_once), expected.clone());
        delivered.drop_expired(Day(40), window);

        let chunk_of = |date: i32| cuts.iter().filter(|cut| **cut <= date).count();
        let mut in_chunks = (Vec::new(), Vec::new());
        let (mut kept, mut before) = (DeliveredIds::default(), 0);
        for chunk in delivery.chunk_by(|a, b| chunk_of(a.0) == chunk_of(b.0)) {
            let (copies, groups) = sorted(&find(&chunk.to_vec(), &mut kept, window));
            in_chunks.0.extend(copies.iter().map(|row| row + before));
            let groups = groups.into_iter();
            in_chunks.1.extend(groups.map(|rows| rows.iter().map(|row| row + before).collect::<Vec<_>>()));
            kept.drop_expired(Day(chunk[chunk.len() - 1].0), window);
            before += chunk.len() as u32;
        }
        in_chunks.0.sort();
        in_chunks.1.sort();
        prop_assert_eq!(in_chunks, expected);
        kept.drop_expired(Day(40), window);
        prop_assert_eq!(kept, delivered);
    }
}

#[test]
fn threads_change_nothing() {
    let id = |row: u128| (row % 7_000).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060) & ((1 << 96) - 1);
    let delivery: Delivery = (0..30_000).map(|row| ((row / 3_000) as i32, id(row))).collect();
    let results: Vec<_> = (1..=3)
        .map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut delivered = DeliveredIds::default();
            (pool.install(|| find(&delivery, &mut delivered, 5)), delivered)
        })
        .collect();
    assert!(results.iter().all(|result| *result == results[0]));
    assert_eq!(sorted(&results[0].0), find_slowly(&delivery, 5));
    assert_eq!(results[0].1.len(), 30_000);
}

#[test]
fn a_load_date_is_remembered_as_given() {
    for day in [-5, 0, 1, 20_000, i32::MAX] {
        assert_eq!(decode(encode(Day(day))), Day(day));
        assert!(encode(Day(day)) > NO_DATE);
    }
}
