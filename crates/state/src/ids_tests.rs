use proptest::prelude::*;

use super::*;
use crate::testing::make_ids;

const DATE: Day = Day(20_000);
const MAX: u128 = (1 << ID_BITS) - 1;

fn round_trip(ids: &[u128]) -> usize {
    let file = encode_ids(ids, DATE).unwrap();
    assert_eq!(file.rows, ids.len() as u64);
    assert_eq!(decode_ids(&ColumnFile::parse(&file.bytes).unwrap()).unwrap(), ids);
    file.bytes.len()
}

proptest! {
    #[test]
    fn any_ids_come_back(mut ids: Vec<u128>, shift in 32..128_u32) {
        ids.iter_mut().for_each(|id| *id >>= shift);
        ids.sort_unstable();
        round_trip(&ids);
    }
}

#[test]
fn the_least_and_the_greatest_id_come_back_and_others_are_refused() {
    round_trip(&[]);
    round_trip(&[0]);
    round_trip(&[MAX]);
    round_trip(&[0, 0, MAX, MAX]);
    assert!(encode_ids(&[MAX + 1], DATE).is_err());
    assert!(encode_ids(&[1, 0], DATE).is_err());
}

#[test]
fn the_ids_of_a_date_take_at_most_10_bytes_each() {
    let ids = make_ids(170_000);
    let per_row = round_trip(&ids) as f64 / ids.len() as f64;
    assert!((9.9..10.2).contains(&per_row), "{per_row}");
}
