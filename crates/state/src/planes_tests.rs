use proptest::prelude::*;

use super::*;

fn round_trip<T: Word + PartialEq + std::fmt::Debug>(values: &[T]) -> usize {
    let mut writer = PlaneWriter::new().unwrap();
    writer.words(values).unwrap();
    let block = writer.take_block();
    let mut found = vec![T::default(); values.len()];
    let mut from = BytesReader::new(&block);
    PlaneReader::new().unwrap().words(&mut from, &mut found).unwrap();
    from.finish().unwrap();
    assert_eq!(found, values);
    block.len()
}

proptest! {
    #[test]
    fn words_of_any_width_come_back(
        bytes: Vec<u8>,
        numbers: Vec<u32>,
        large: Vec<u64>,
        shift in 0..64_u32,
    ) {
        round_trip(&bytes);
        round_trip(&numbers);
        round_trip(&large.iter().map(|value| value >> shift).collect::<Vec<u64>>());
    }
}

#[test]
fn equal_words_take_a_few_bytes_and_random_ones_little_more_than_themselves() {
    assert_eq!(round_trip(&[0_u64; 1000]), 1);
    assert_eq!(round_trip(&[0x0101_u64; 1000]), 1 + 2 * 6);
    let mut state = 1_u64;
    let random = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    });
    let random: Vec<u8> = random.take(10_000).collect();
    assert_eq!(round_trip(&random), 10_000 + 6);
}

#[test]
fn a_plane_cannot_ask_for_more_bytes_than_it_may_stand_for() {
    let mut planes = PlaneReader::new().unwrap();
    let constant = [CONSTANT, 1, 0, 0, 0, 7];
    let mut from = BytesReader::new(&constant);
    assert_eq!(planes.bytes(&mut from, CHUNK_ROWS + 1), Err(Damage::Size));
    let packed = [ZSTD, 4, 0, 0, 0, 1, 2, 3, 4];
    let mut from = BytesReader::new(&packed);
    assert_eq!(planes.bytes(&mut from, usize::MAX), Err(Damage::Size));
}
