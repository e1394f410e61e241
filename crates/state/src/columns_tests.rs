use proptest::prelude::*;

use super::*;

/// Writes with `write` and reads with `read`, which must use all bytes. Returns the number of bytes.
fn round_trip<T: PartialEq + std::fmt::Debug>(
    expected: &T,
    write: impl FnOnce(&mut PlaneWriter) -> Result<()>,
    read: impl FnOnce(&mut PlaneReader, &mut BytesReader) -> Decoded<T>,
) -> usize {
    let mut writer = PlaneWriter::new().unwrap();
    write(&mut writer).unwrap();
    let block = writer.take_block();
    let mut from = BytesReader::new(&block);
    let found = read(&mut PlaneReader::new().unwrap(), &mut from).unwrap();
    from.finish().unwrap();
    assert_eq!(found, *expected);
    block.len()
}

fn numbers(
    values: &Vec<u32>,
    write: impl FnOnce(&mut PlaneWriter) -> Result<()>,
    read: impl FnOnce(&mut PlaneReader, &mut BytesReader, &mut [u32]) -> Decoded<()>,
) -> usize {
    round_trip(values, write, |planes, from| {
        let mut found = vec![0; values.len()];
        read(planes, from, &mut found)?;
        Ok(found)
    })
}

proptest! {
    #[test]
    fn any_values_come_back_from_each_coding(rows: Vec<(u8, u32, i32, i64)>) {
        let values: Vec<u32> = rows.iter().map(|row| row.1).collect();
        numbers(&values, |w| w.ascending(&values), |r, from, found| r.ascending(from, found));
        numbers(&values, |w| w.repeated(&values), |r, from, found| r.repeated(from, found));
        let keys: Vec<u32> = rows.iter().map(|row| u32::from(row.0 % 3)).collect();
        numbers(&values, |w| w.ascending_within(&keys, &values), |r, from, found| r.ascending_within(from, &keys, found));
        let days: Vec<i32> = rows.iter().map(|row| row.2).collect();
        round_trip(&days, |w| w.days(days.iter().copied()), |r, from| Ok(r.days(from, days.len())?.collect()));
        for unit in [1, 1_000, 1_000_000, 1_500] {
            let spans: Vec<u64> = rows.iter().map(|row| (row.3 as u64).wrapping_mul(unit)).collect();
            round_trip(&spans, |w| w.spans(spans.clone()), |r, from| {
                let mut found = vec![0; spans.len()];
                r.spans(from, &mut found)?;
                Ok(found)
            });
        }
    }
}

#[test]
fn more_distinct_values_than_a_dictionary_holds_come_back() {
    let values: Vec<u32> = (0..DICTIONARY_ENTRIES as u32 + 1).map(|value| value * 7).collect();
    numbers(
        &values,
        |w| w.repeated(&values),
        |r, from, found| r.repeated(from, found),
    );
    let values = values[1..].repeat(3);
    numbers(
        &values,
        |w| w.repeated(&values),
        |r, from, found| r.repeated(from, found),
    );
}

#[test]
fn whole_seconds_take_fewer_bytes_than_microseconds() {
    let spans = |unit: u64| {
        (0..10_000_u64)
            .map(move |row| row * 7_919 % 86_400 * unit)
            .collect::<Vec<u64>>()
    };
    let size = |spans: Vec<u64>| {
        round_trip(
            &spans,
            |w| w.spans(spans.clone()),
            |r, from| {
                let mut found = vec![0; spans.len()];
                r.spans(from, &mut found)?;
                Ok(found)
            },
        )
    };
    assert!(size(spans(1_000_000)) < 25_000);
    assert!(size(spans(1_000_001)) > 40_000);
}

#[test]
fn the_end_of_any_day_is_defined() {
    assert_eq!(end_micros(Day(0)), DAY_MICROS);
    assert_eq!(end_micros(Day(-1)), 0);
    let _ = (end_micros(Day(i32::MAX)), end_micros(Day(i32::MIN)));
}
