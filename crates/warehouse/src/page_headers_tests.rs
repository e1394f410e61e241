//! Tests of page headers with impossible sizes and counts.

use parquet::basic::Compression;
use rstest::rstest;

use super::*;
use crate::testing::ThriftTree;

const BOUNDS: PageBounds = PageBounds {
    min_value_bytes: 4,
    max_values: 100,
};

fn integer(value: i64) -> ThriftTree {
    ThriftTree::Integer(ThriftType::I32, value)
}

/// Returns a header: the kind of page, both sizes, and the structure of that kind with its fields from 1.
fn header(kind: i64, sizes: [i64; 2], structure: i16, fields: &[i64]) -> Vec<u8> {
    let fields = (1..).zip(fields.iter().map(|value| integer(*value))).collect();
    let head = (1..).zip([kind, sizes[0], sizes[1]].map(integer));
    let parts = head.chain([(structure, ThriftTree::Struct(fields))]);
    ThriftTree::Struct(parts.collect()).encode()
}

/// Checks one page with a body of 40 bytes.
fn check(header: &[u8]) -> Result<PageEncodings, String> {
    let bytes = [header, &[0; 40]].concat();
    let chunk = ColumnChunk {
        data_offset: 4,
        dictionary_offset: None,
        length: bytes.len() as u64,
        codec: Compression::SNAPPY,
    };
    check_pages(&bytes, &chunk, BOUNDS)
}

#[rstest]
#[case::data(header(0, [400, 40], 5, &[100, 0, 3, 3]))]
#[case::dictionary(header(2, [400, 40], 7, &[100, 0]))]
#[case::data_v2(header(3, [400, 40], 8, &[100, 3, 100, 0, 20, 20]))]
fn a_possible_page_passes(#[case] header: Vec<u8>) {
    assert_eq!(check(&header), Ok(PageEncodings::default()));
}

#[rstest]
#[case::too_long(header(0, [40, 41], 5, &[1, 0, 3, 3]), "exceeds the column")]
#[case::negative(header(0, [40, -1], 5, &[1, 0, 3, 3]), "exceeds the column")]
#[case::huge(header(0, [i64::from(i32::MAX), 40], 5, &[1, 0, 3, 3]), "an impossible size")]
#[case::of_negative_size(header(0, [-1, 40], 5, &[1, 0, 3, 3]), "an impossible size")]
#[case::inflated(header(0, [300 << 20, 40], 5, &[1, 0, 3, 3]), "inflates beyond")]
#[case::of_too_many_values(header(0, [40, 40], 5, &[101, 0, 3, 3]), "more values than its row group")]
#[case::of_negative_values(header(0, [40, 40], 5, &[-1, 0, 3, 3]), "no number of values")]
#[case::without_its_structure(header(0, [40, 40], 7, &[1, 0]), "no number of values")]
#[case::of_too_many_entries(header(2, [400, 40], 7, &[101, 0]), "more dictionary values")]
#[case::of_two_billion_entries(header(2, [400, 40], 7, &[i64::from(i32::MAX), 0]), "more dictionary values")]
#[case::of_more_nulls_than_values(header(3, [40, 40], 8, &[10, 11, 10, 0, 0, 0]), "more nulls or rows")]
#[case::of_more_rows_than_values(header(3, [40, 40], 8, &[10, 1, 11, 0, 0, 0]), "more nulls or rows")]
#[case::with_levels_beyond_the_end(header(3, [400, 40], 8, &[10, 1, 10, 0, 21, 20]), "levels beyond its end")]
#[case::with_overflowing_levels(header(3, [400, 40], 8, &[10, 1, 10, 0, i64::from(i32::MAX), i64::from(i32::MAX)]), "levels beyond its end")]
#[case::with_negative_levels(header(3, [40, 40], 8, &[10, 1, 10, 0, -1, 1]), "negative length")]
#[case::of_an_unknown_kind(header(9, [40, 40], 8, &[1, 0, 1, 0, 0, 0]), "unknown kind")]
fn an_impossible_page_is_refused(#[case] header: Vec<u8>, #[case] says: &str) {
    let fault = check(&header).unwrap_err();
    assert!(
        fault.starts_with("the page at byte 0 of the column ") && fault.contains(says),
        "{fault}"
    );
}

#[test]
fn counts_and_sizes_add_up_over_the_pages_of_a_column() {
    let page = [header(0, [40, 40], 5, &[60, 0, 3, 3]), vec![0; 40]].concat();
    let twice = [page.clone(), header(0, [40, 40], 5, &[60, 0, 3, 3])].concat();
    assert!(check(&page[..page.len() - 40]).is_ok());
    let fault = check(&twice).unwrap_err();
    assert!(fault.contains(&format!("byte {} of the column", page.len())), "{fault}");
    assert!(fault.contains("more values than its row group"), "{fault}");
}

#[test]
fn a_cut_header_is_refused() {
    let bytes = header(0, [40, 40], 5, &[1, 0, 3, 3]);
    let chunk = ColumnChunk {
        data_offset: 4,
        dictionary_offset: None,
        length: 6,
        codec: Compression::SNAPPY,
    };
    let fault = check_pages(&bytes[..6], &chunk, BOUNDS).unwrap_err();
    assert!(fault.starts_with("a page header is broken: "), "{fault}");
}

#[test]
fn pages_of_delta_encoded_texts_are_noticed() {
    let has_delta_texts = |header: &[u8]| check(header).map(|encodings| encodings.has_delta_texts);
    for encoding in [6, 7] {
        assert_eq!(has_delta_texts(&header(0, [40, 40], 5, &[1, encoding, 3, 3])), Ok(true));
        assert_eq!(
            has_delta_texts(&header(3, [40, 40], 8, &[1, 0, 1, encoding, 0, 0])),
            Ok(true)
        );
    }
    assert_eq!(has_delta_texts(&header(3, [40, 40], 8, &[1, 0, 1, 5, 0, 0])), Ok(false));
}

#[test]
fn only_pages_before_the_first_without_a_dictionary_count() {
    let page = |encoding: i64, values: i64| [header(0, [40, 40], 5, &[values, encoding, 3, 3]), vec![0; 40]].concat();
    let dictionary = [header(2, [400, 40], 7, &[5, 0]), vec![0; 40]].concat();
    let count = |pages: &[Vec<u8>]| {
        let bytes = pages.concat();
        check(&bytes[..bytes.len() - 40]).unwrap().dictionary_values
    };
    assert_eq!(count(&[dictionary.clone(), page(8, 10), page(2, 7)]), 17);
    assert_eq!(count(&[dictionary.clone(), page(8, 10), page(0, 7), page(8, 3)]), 10);
    assert_eq!(count(&[dictionary, page(0, 7), page(8, 3)]), 0);
}
