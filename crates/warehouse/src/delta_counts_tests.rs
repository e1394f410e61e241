//! Tests of delta-encoded texts: real ones of both page versions are read, and false counts are refused.

use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterVersion};
use rstest::rstest;

use super::*;
use crate::testing::{Values, activities_with, admit, parquet_file_as, read, read_texts};

/// Returns a file with delta-encoded actors, a null among them, and the actors.
fn delta_file(encoding: Encoding, version: WriterVersion, codec: Compression) -> (Vec<u8>, Vec<Option<String>>) {
    let actors: Vec<Option<String>> = (0..500)
        .map(|row| (row % 7 != 3).then(|| format!("actor {}", row * row)))
        .collect();
    let bytes = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
    let some = |text: &str| Values::Bytes(vec![Some(text.as_bytes().to_vec()); 500]);
    let mut columns = activities_with(
        "optional binary actor_id (UTF8)",
        Values::Bytes(actors.iter().map(bytes).collect()),
    );
    for (field, values) in &mut columns {
        match field.split_whitespace().nth(2).unwrap() {
            "actor_id" => {}
            "occurred_at" => *values = Values::Int64(vec![Some(1_700_000_000_000_000); 500]),
            _ => *values = some("like"),
        }
    }
    let properties = WriterProperties::builder()
        .set_writer_version(version)
        .set_compression(codec)
        .set_column_encoding("actor_id".into(), encoding)
        .set_column_dictionary_enabled("actor_id".into(), false)
        .build();
    (parquet_file_as(&columns, properties), actors)
}

#[rstest]
fn real_pages_of_both_encodings_are_read(
    #[values(Encoding::DELTA_LENGTH_BYTE_ARRAY, Encoding::DELTA_BYTE_ARRAY)] encoding: Encoding,
    #[values(WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0)] version: WriterVersion,
    #[values(Compression::UNCOMPRESSED, Compression::SNAPPY)] codec: Compression,
) {
    let (file, actors) = delta_file(encoding, version, codec);
    assert_eq!(read_texts(&file, "actor_id"), actors);
}

#[rstest]
fn an_announced_count_beyond_the_values_of_the_page_is_refused(
    #[values(Encoding::DELTA_LENGTH_BYTE_ARRAY, Encoding::DELTA_BYTE_ARRAY)] encoding: Encoding,
    #[values(0, 1)] block: usize,
) {
    let (mut file, _) = delta_file(encoding, WriterVersion::PARQUET_2_0, Compression::UNCOMPRESSED);
    if encoding == Encoding::DELTA_LENGTH_BYTE_ARRAY && block == 1 {
        return;
    }
    // A block starts with 128 values, 4 parts and the count: 429 lengths, as 71 of 500 rows are null.
    let head = [0x80, 0x01, 0x04, 0xad, 0x03];
    let found: Vec<usize> = (0..file.len() - 5).filter(|at| file[*at..at + 5] == head).collect();
    file[found[block] + 3..found[block] + 5].copy_from_slice(&[0xff, 0x7f]);
    let columns = crate::input_columns::columns_of_table("activities");
    let admitted = admit(&file, &["actor_id"], columns).unwrap();
    let refusal = read(&file, &admitted).err().unwrap();
    assert_eq!(refusal, "column actor_id: a page of 500 values announces 16383 lengths");
}

#[test]
fn packed_integers_end_where_their_parts_end() {
    // 128 values in 4 parts of 32; 40 integers: two parts have bytes, the width of the third has none.
    let mut bytes = vec![0x80, 0x01, 4, 40, 0, 0, 1, 2, 9, 9];
    bytes.extend([7; 4 + 8]);
    bytes.extend(b"rest");
    let packed = PackedIntegers::read(&bytes).unwrap();
    assert_eq!((packed.count, packed.skip()), (40, Ok(&b"rest"[..])));
    let one = PackedIntegers::read(&[0x80, 0x01, 4, 1, 0, b'x']).unwrap();
    assert_eq!(one.skip(), Ok(&b"x"[..]));
    let endless = [0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 0, 0, 0];
    assert!(PackedIntegers::read(&endless).unwrap().skip().is_err());
}
