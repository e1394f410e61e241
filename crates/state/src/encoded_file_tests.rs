use clout_model::account_activity::AccountActivity;

use super::*;
use crate::activity::encode_activity;

#[test]
fn the_rows_of_a_key_stay_in_one_file_unless_they_are_too_many() {
    let keys = [0, 0, 1, 1, 1, 2, 3, 3, 3, 3, 3, 3, 4];
    let cut = |limit| cut_files(keys.len(), limit, &|row: usize| keys[row]);
    assert_eq!(cut(4), [0..2, 2..6, 6..10, 10..13]);
    assert_eq!(cut(5), [0..5, 5..6, 6..11, 11..13]);
    assert_eq!(cut(100), std::slice::from_ref(&(0..13)));
    assert_eq!(cut_files(0, 4, &|_| 0), Vec::<Range<usize>>::new());
}

#[test]
fn an_entry_has_the_keys_and_the_checksum_of_its_file() {
    let records = [3_u32, 9].map(|number| (number, AccountActivity::default()));
    let file = encode_activity(&records, Day(1)).unwrap().swap_remove(0);
    let entry = file.entry("state/2026-10-31/c/activity-00000.seg");
    assert_eq!((entry.rows, entry.first_key, entry.last_key), (2, 3, 9));
    assert_eq!(entry.size, file.bytes.len() as u64);
    assert_eq!(entry.checksum.len(), 32);
}
