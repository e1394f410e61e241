use proptest::prelude::*;

use super::*;
use crate::head::CHUNK_ROWS;
use crate::testing::{DATES, FIRST, make_pairs, make_reactions, mixture};

const LAST: Day = Day(FIRST.0 + DATES - 1);

fn decode(file: &EncodedFile, stride: usize) -> PairSums {
    decode_pairs(&ColumnFile::parse(&file.bytes).unwrap(), stride).unwrap()
}

/// Row of a test: key, count, last load date, time, weight bits and sums.
type Row = ((u32, u32, u8), u32, i32, i64, u32, [f64; 2]);

fn build(mut rows: Vec<Row>) -> PairSums {
    rows.sort_by_key(|row| row.0);
    rows.dedup_by_key(|row| row.0);
    let mut pairs = PairSums::default();
    for ((target, actor, verb), count, last_load, last_at, weight, sums) in rows {
        pairs.targets.push(target);
        pairs.actors.push(actor);
        pairs.verbs.push(verb);
        pairs.counts.push(count);
        pairs.last_loads.push(Day(last_load));
        pairs.last_at.push(last_at);
        match count {
            1 => pairs.details.push(weight),
            _ => {
                pairs.details.push(pairs.sums.len() as u32 / 2);
                pairs.sums.extend(sums);
            }
        }
    }
    pairs
}

proptest! {
    #[test]
    fn any_rows_come_back(rows: Vec<Row>, few in proptest::collection::vec(
        ((0..3_u32, 0..9_u32, 0..4_u8), 1..4_u32, 19_000..20_000_i32, any::<i64>(), any::<u32>(), any::<[f64; 2]>()),
        0..200,
    )) {
        for rows in [rows, few] {
            let pairs = build(rows);
            prop_assert_eq!(decode(&encode_pairs(&pairs, 2, LAST).unwrap(), 2), pairs);
        }
    }
}

#[test]
fn extreme_rows_come_back() {
    let max = u32::MAX;
    let rows = vec![
        ((0, 0, 0), 1, i32::MIN, i64::MIN, 0, [0.0, -0.0]),
        (
            (0, max, 255),
            70_000,
            i32::MAX,
            i64::MAX,
            0,
            [f64::MIN_POSITIVE, 5e-324],
        ),
        ((7, 7, 7), max, 0, -1, 0, [f64::MAX, f64::MIN]),
        ((max, 0, 0), 1, 0, 0, max, [0.0, 0.0]),
        ((max, max, 0), 0, 0, 0, 0, [1.0, 2.0]),
    ];
    for rows in [rows[..1].to_vec(), rows, Vec::new()] {
        let pairs = build(rows);
        let found = decode(&encode_pairs(&pairs, 2, LAST).unwrap(), 2);
        assert_eq!(found, pairs);
        let bits = |pairs: &PairSums| pairs.sums.iter().map(|sum| sum.to_bits()).collect::<Vec<u64>>();
        assert_eq!(bits(&found), bits(&pairs));
    }
}

#[test]
fn rows_out_of_order_and_another_stride_are_refused() {
    let mut pairs = build(vec![
        ((1, 2, 3), 1, 0, 0, 0, [0.0; 2]),
        ((2, 2, 3), 1, 0, 0, 0, [0.0; 2]),
    ]);
    let file = encode_pairs(&pairs, 2, LAST).unwrap();
    let file = ColumnFile::parse(&file.bytes).unwrap();
    assert_eq!(decode_pairs(&file, 3), Err(Damage::Table));
    pairs.targets.swap(0, 1);
    assert!(encode_pairs(&pairs, 2, LAST).is_err());
}

#[test]
fn realistic_pairs_take_less_than_15_bytes_a_row() {
    let pairs = make_pairs(&make_reactions(400_000));
    let stride = mixture().len();
    let file = encode_pairs(&pairs, stride, LAST).unwrap();
    let per_row = file.bytes.len() as f64 / pairs.len() as f64;
    assert!((8.0..15.0).contains(&per_row), "{per_row}");
    assert_eq!(decode(&file, stride), pairs);
    let accounts = decode_pair_accounts(&ColumnFile::parse(&file.bytes).unwrap()).unwrap();
    assert!(accounts.actors == pairs.actors && accounts.targets == pairs.targets);
}

#[test]
fn the_bytes_do_not_depend_on_threads() {
    let pairs = make_pairs(&make_reactions(150_000));
    assert!(pairs.len() > CHUNK_ROWS);
    let encode = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| encode_pairs(&pairs, mixture().len(), LAST).unwrap().bytes)
    };
    assert_eq!(encode(1), encode(3));
}
