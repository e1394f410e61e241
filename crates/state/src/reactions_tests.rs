use proptest::prelude::*;

use super::*;
use crate::testing::{DATES, FIRST, make_events};

const LAST: Day = Day(FIRST.0 + DATES - 1);

fn round_trip(rows: &[SettledReaction], load_date: Day) -> usize {
    let files = encode_reactions(rows, load_date).unwrap();
    let mut found = Vec::new();
    for file in &files {
        let file = ColumnFile::parse(&file.bytes).unwrap();
        assert_eq!(file.load_date(), load_date);
        found.extend(decode_reactions(&file).unwrap());
    }
    let bits = |rows: &[SettledReaction]| rows.iter().map(|row| row.weight.to_bits()).collect::<Vec<u32>>();
    assert_eq!(bits(&found), bits(rows));
    assert!(
        found
            .iter()
            .map(SettledReaction::order)
            .eq(rows.iter().map(SettledReaction::order))
    );
    files.iter().map(|file| file.bytes.len()).sum()
}

proptest! {
    #[test]
    fn any_reactions_come_back(rows: Vec<(u32, u32, i64, u8, u32)>, date: i32) {
        let rows = rows.into_iter().map(|(target, actor, occurred_at, verb, weight)| SettledReaction {
            target, actor, occurred_at, verb, weight: f32::from_bits(weight),
        });
        let mut rows: Vec<SettledReaction> = rows.collect();
        rows.sort_by_key(SettledReaction::order);
        round_trip(&rows, Day(date));
    }
}

#[test]
fn extreme_reactions_come_back() {
    let row = |target, occurred_at| SettledReaction {
        target,
        occurred_at,
        ..SettledReaction::default()
    };
    for date in [i32::MIN, 0, i32::MAX] {
        round_trip(&[], Day(date));
        round_trip(&[row(0, i64::MIN)], Day(date));
        round_trip(&[row(0, i64::MIN), row(0, i64::MAX), row(u32::MAX, 0)], Day(date));
    }
    assert!(encode_reactions(&[row(1, 0), row(0, 0)], LAST).is_err());
}

#[test]
fn realistic_reactions_take_less_than_11_bytes_a_row() {
    let events = make_events(3_000_000);
    let mut rows: Vec<SettledReaction> = events
        .iter()
        .filter(|event| event.load_date == LAST)
        .map(|event| SettledReaction {
            target: event.target,
            actor: event.actor,
            occurred_at: event.occurred_at,
            verb: event.verb,
            weight: event.weight,
        })
        .collect();
    rows.sort_by_key(SettledReaction::order);
    let per_row = round_trip(&rows, LAST) as f64 / rows.len() as f64;
    assert!((6.0..11.0).contains(&per_row), "{per_row}");
}
