use proptest::prelude::*;

use super::*;
use crate::head::CHUNK_ROWS;

const DATE: Day = Day(20_000);

fn round_trip(accounts: &AccountRows) -> usize {
    let files = encode_accounts(accounts, DATE).unwrap();
    let mut found = AccountRows::new(accounts.first_number());
    for file in &files {
        let rows = decode_accounts(&ColumnFile::parse(&file.bytes).unwrap()).unwrap();
        assert_eq!(
            rows.first_number() as usize,
            accounts.first_number() as usize + found.len()
        );
        found.append(&rows);
    }
    assert_eq!(found, *accounts);
    files.iter().map(|file| file.bytes.len()).sum()
}

fn name(given: &std::result::Result<String, u128>) -> AccountName<'_> {
    match given {
        Ok(id) => AccountName::Id(id),
        Err(hash) => AccountName::Erased(*hash),
    }
}

proptest! {
    #[test]
    fn any_names_come_back(names: Vec<(u8, std::result::Result<String, u128>)>, first in 0..1_000_u32) {
        let mut accounts = AccountRows::new(first);
        for (network, given) in &names {
            accounts.push(*network, name(given));
        }
        let expected: Vec<_> = names.iter().map(|(network, given)| (*network, name(given))).collect();
        prop_assert_eq!(accounts.iter().collect::<Vec<_>>(), expected.clone());
        let each = (0..names.len()).filter_map(|row| accounts.get(row));
        prop_assert_eq!(each.collect::<Vec<_>>(), expected);
        prop_assert_eq!(accounts.get(names.len()), None);
        round_trip(&accounts);
    }
}

#[test]
fn names_of_several_chunks_take_a_few_bytes_each() {
    let mut accounts = AccountRows::new(5);
    for number in 0..2 * CHUNK_ROWS + 3 {
        match number % 1_000 {
            7 => accounts.push(3, AccountName::Erased(number as u128 * 0x9e37_79b9_7f4a_7c15_f39c)),
            _ => accounts.push(1, AccountName::Id(&format!("u{number:09}"))),
        }
    }
    assert!(round_trip(&accounts) < accounts.len() * 4);
}

#[test]
fn equal_texts_longer_than_a_chunk_come_back() {
    let mut accounts = AccountRows::new(0);
    for _ in 0..50_000 {
        accounts.push(0, AccountName::Id("aaaa"));
    }
    round_trip(&accounts);
}
