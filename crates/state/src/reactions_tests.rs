use proptest::prelude::*;

use super::*;
use crate::testing::{DATES, FIRST, make_reactions, select_date};

const LAST: Day = Day(FIRST.0 + DATES - 1);

fn round_trip(rows: &[WeighedReaction], load_date: Day) -> usize {
    let files = encode_reactions(rows, load_date).unwrap();
    let mut found = Vec::new();
    for file in &files {
        let file = ColumnFile::parse(&file.bytes).unwrap();
        assert_eq!(file.load_date(), load_date);
        found.extend(decode_reactions(&file).unwrap());
    }
    assert_eq!(found, rows);
    let bits = |rows: &[WeighedReaction]| rows.iter().map(|row| row.weight.to_bits()).collect::<Vec<u32>>();
    assert_eq!(bits(&found), bits(rows));
    files.iter().map(|file| file.bytes.len()).sum()
}

proptest! {
    #[test]
    fn any_reactions_come_back(
        rows in prop::collection::vec((any::<(u32, u32, i64, u8)>(), 0.0..=f32::MAX), 0..100),
        date: i32,
    ) {
        let load_date = Day(date);
        let rows = rows.into_iter().map(|((target, actor, occurred_at, verb), weight)| WeighedReaction {
            actor, target, occurred_at, load_date, verb, weight,
        });
        let mut rows: Vec<WeighedReaction> = rows.collect();
        rows.sort_by_key(WeighedReaction::order);
        round_trip(&rows, load_date);
    }
}

fn unweighed(target: u32, occurred_at: i64, load_date: Day) -> WeighedReaction {
    WeighedReaction {
        actor: 0,
        target,
        occurred_at,
        load_date,
        verb: 0,
        weight: 0.0,
    }
}

#[test]
fn extreme_reactions_come_back() {
    for date in [i32::MIN, 0, i32::MAX].map(Day) {
        let row = |target, occurred_at| unweighed(target, occurred_at, date);
        round_trip(&[], date);
        round_trip(&[row(0, i64::MIN)], date);
        round_trip(&[row(0, i64::MIN), row(0, i64::MAX), row(u32::MAX, 0)], date);
    }
}

#[test]
fn reactions_out_of_order_or_of_another_date_are_refused() {
    let row = |target| unweighed(target, 0, LAST);
    let refused = |rows: &[WeighedReaction], load_date| encode_reactions(rows, load_date).unwrap_err().to_string();
    assert!(refused(&[row(1), row(0)], LAST).contains("not in order"));
    assert!(refused(&[row(0), row(1)], LAST.next()).contains("another load date"));
}

#[test]
fn realistic_reactions_take_less_than_11_bytes_a_row() {
    let rows = select_date(&make_reactions(3_000_000), LAST);
    let per_row = round_trip(&rows, LAST) as f64 / rows.len() as f64;
    assert!((6.0..11.0).contains(&per_row), "{per_row}");
}
