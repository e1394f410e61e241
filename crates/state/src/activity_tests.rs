use proptest::prelude::*;

use super::*;

const DATE: Day = Day(20_000);

fn round_trip(records: &[AccountActivity]) -> usize {
    let numbered: Vec<(u32, AccountActivity)> = (0..).step_by(3).zip(records.iter().copied()).collect();
    let files = encode_activity(&numbered, DATE).unwrap();
    let decode = |file: &EncodedFile| decode_activity(&ColumnFile::parse(&file.bytes).unwrap()).unwrap();
    assert_eq!(files.iter().flat_map(decode).collect::<Vec<_>>(), numbered);
    files.iter().map(|file| file.bytes.len()).sum()
}

type Row = ((u32, u128, i64, i64, i32), (u32, i32, i64));

fn record(((days_seen, recent_days, first_seen_at, last_seen_at, last_seen), posts): Row) -> AccountActivity {
    AccountActivity {
        days_seen,
        recent_days,
        first_seen_at,
        last_seen_at,
        last_seen,
        posts: posts.0,
        last_post_load: posts.1,
        last_post_at: posts.2,
    }
}

proptest! {
    #[test]
    fn any_records_come_back(rows: Vec<Row>, is_seen: bool, has_posts: bool) {
        let mut records: Vec<AccountActivity> = rows.into_iter().map(record).collect();
        for record in &mut records {
            record.days_seen *= u32::from(is_seen);
            record.posts *= u32::from(has_posts);
        }
        round_trip(&records);
    }
}

#[test]
fn extreme_records_come_back_and_empty_ones_take_no_bytes() {
    let ends = [i64::MIN, i64::MAX].map(|at| record(((1, u128::MAX, at, !at, i32::MIN), (u32::MAX, i32::MAX, at))));
    round_trip(&ends);
    round_trip(&[]);
    assert!(round_trip(&vec![AccountActivity::default(); 100_000]) < 2_000);
}

#[test]
fn accounts_seen_once_take_little_more_than_their_time() {
    let at = |row: i64| DATE.start_micros() - row * 7_919_317_331 % 2_000_000_000_000;
    let records: Vec<AccountActivity> = (0..60_000)
        .map(|row| AccountActivity::default().with_act_at(at(row)))
        .collect();
    assert!(round_trip(&records) < 6 * records.len());
}
