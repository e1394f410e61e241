//! Tests of footers with impossible counts, and of parts that must not matter.

use rstest::rstest;

use super::*;
use crate::testing::{ThriftTree, activities, footer_of, parquet_file};

fn tree() -> (Vec<u8>, ThriftTree) {
    let file = parquet_file(&activities());
    let tree = ThriftTree::parse(&mut ThriftReader::new(&footer_of(&file)), ThriftType::Struct);
    (file, tree)
}

fn wanted() -> Vec<WantedLeaf> {
    vec![WantedLeaf {
        leaf: 2,
        name: "actor_id".to_owned(),
        physical: 6,
    }]
}

/// Decodes an edited footer as far as the row groups.
fn decode(edit: impl FnOnce(&mut ThriftTree)) -> Result<Vec<RowGroup>, FooterFault> {
    let (file, mut tree) = tree();
    edit(&mut tree);
    Footer::decode(&tree.encode())?.row_groups(&wanted(), file.len() as u64)
}

fn bomb(list: &mut ThriftTree) {
    let ThriftTree::List(kind, items) = list.clone() else {
        panic!("{list:?} is no list");
    };
    *list = ThriftTree::FalseList(kind, i32::MAX as u64, items);
}

fn metadata(tree: &mut ThriftTree, leaf: usize) -> &mut ThriftTree {
    let columns = tree.field(4).items()[0].field(1);
    columns.items()[leaf].field(3)
}

fn integer(value: i64) -> ThriftTree {
    ThriftTree::Integer(ThriftType::I64, value)
}

#[test]
fn a_real_footer_is_decoded() {
    let groups = decode(|_| {}).unwrap();
    assert_eq!((groups.len(), groups[0].rows, groups[0].chunks.len()), (1, 3, 1));
}

/// Makes a row group like those of Arrow C++ for a table without rows: a dictionary page and no data page.
fn empty_group(group: &mut ThriftTree) {
    group.set(3, integer(0));
    for column in group.field(1).items() {
        let metadata = column.field(3);
        for (id, value) in [(5, 0), (9, 0), (11, 4)] {
            metadata.set(id, integer(value));
        }
    }
}

#[test]
fn a_row_group_without_rows_is_skipped_whatever_its_offsets() {
    assert!(
        decode(|tree| empty_group(&mut tree.field(4).items()[0]))
            .unwrap()
            .is_empty()
    );
    let groups = decode(|tree| {
        let groups = tree.field(4).items();
        let mut group = groups[0].clone();
        empty_group(&mut group);
        groups.push(group);
    });
    assert_eq!(groups.unwrap().iter().map(|group| group.rows).collect::<Vec<_>>(), [3]);
}

#[rstest]
#[case::schema(|tree: &mut ThriftTree| bomb(tree.field(2)))]
#[case::row_groups(|tree: &mut ThriftTree| bomb(tree.field(4)))]
#[case::columns(|tree: &mut ThriftTree| bomb(tree.field(4).items()[0].field(1)))]
#[case::encodings(|tree: &mut ThriftTree| bomb(metadata(tree, 0).field(2)))]
#[case::path(|tree: &mut ThriftTree| bomb(metadata(tree, 0).field(3)))]
#[case::metadata(|tree: &mut ThriftTree| tree.set(5, ThriftTree::FalseList(ThriftType::Struct, 1 << 40, vec![])))]
#[case::column_orders(|tree: &mut ThriftTree| tree.set(7, ThriftTree::FalseList(ThriftType::Struct, 1 << 31, vec![])))]
#[case::unknown_field(|tree: &mut ThriftTree| tree.set(99, ThriftTree::FalseList(ThriftType::I64, 1 << 31, vec![])))]
fn a_list_that_announces_more_than_its_bytes_is_a_fault(#[case] edit: fn(&mut ThriftTree)) {
    let fault = decode(edit).unwrap_err();
    assert!(
        matches!(fault, FooterFault::Thrift(ThriftFault::Count { .. })),
        "{fault:?}"
    );
}

#[rstest]
#[case::the_root(0, i64::from(i32::MAX))]
#[case::a_leaf_as_group(1, i64::from(i32::MAX))]
#[case::too_few(0, 4)]
#[case::negative(0, -1)]
fn children_must_form_one_tree(#[case] element: usize, #[case] children: i64) {
    let number = ThriftTree::Integer(ThriftType::I32, children);
    let fault = decode(|tree| tree.field(2).items()[element].set(5, number)).unwrap_err();
    let is_named = matches!(fault, FooterFault::Children { .. } | FooterFault::SchemaElements(_));
    assert!(is_named, "{fault:?}");
}

#[test]
fn a_schema_may_not_nest_without_end() {
    let fault = decode(|tree| {
        let group = ThriftTree::Struct(vec![
            (3, ThriftTree::Integer(ThriftType::I32, 1)),
            (4, ThriftTree::Binary(b"g".to_vec())),
            (5, ThriftTree::Integer(ThriftType::I32, 1)),
        ]);
        let leaf = tree.field(2).items()[1].clone();
        let elements = tree.field(2).items();
        elements.truncate(1);
        elements[0].set(5, ThriftTree::Integer(ThriftType::I32, 1));
        elements.extend(std::iter::repeat_n(group, 100));
        elements.push(leaf);
    });
    assert_eq!(fault.unwrap_err(), FooterFault::Depth);
}

#[rstest]
#[case::before_the_file(9, -1, "is outside the file")]
#[case::behind_the_file(9, 1 << 40, "is outside the file")]
#[case::too_long(7, 1 << 40, "is outside the file")]
#[case::overflowing(7, i64::MAX, "is outside the file")]
#[case::inflated(6, 1 << 40, "announces an impossible 1099511627776 bytes")]
#[case::negative_size(6, -1, "announces an impossible -1 bytes")]
fn an_impossible_chunk_of_a_column_that_is_read_is_a_fault(#[case] field: i16, #[case] value: i64, #[case] says: &str) {
    let fault = decode(|tree| metadata(tree, 2).set(field, integer(value))).unwrap_err();
    assert!(
        fault.to_string().starts_with(&format!("column actor_id {says}")),
        "{fault}"
    );
}

#[test]
fn an_unread_column_may_inflate_and_be_of_any_codec_but_not_be_outside_the_file() {
    let unread = |field, value| decode(|tree| metadata(tree, 3).set(field, value));
    assert!(unread(6, integer(1 << 60)).is_ok());
    assert!(unread(4, ThriftTree::Integer(ThriftType::I32, 77)).is_ok());
    let fault = unread(9, integer(1 << 40)).unwrap_err();
    assert!(
        fault.to_string().contains("column number 3 is outside the file"),
        "{fault}"
    );
}

#[rstest]
#[case::zero(0)]
#[case::negative(-5)]
#[case::behind_the_data(1 << 30)]
#[case::of_another_chunk(4)]
fn an_impossible_dictionary_offset_means_none(#[case] offset: i64) {
    let plain = decode(|tree| metadata(tree, 2).remove(11)).unwrap()[0].chunks[0];
    let found = decode(|tree| metadata(tree, 2).set(11, integer(offset))).unwrap()[0].chunks[0];
    assert_eq!((found, found.dictionary_offset), (plain, None));
}

#[test]
fn a_chunk_must_have_the_type_of_the_schema_and_be_in_this_file() {
    let fault = decode(|tree| metadata(tree, 2).set(1, ThriftTree::Integer(ThriftType::I32, 2))).unwrap_err();
    assert!(fault.to_string().contains("another type"), "{fault}");
    let columns = |tree: &mut ThriftTree, id, value| tree.field(4).items()[0].field(1).items()[2].set(id, value);
    let fault = decode(|tree| columns(tree, 1, ThriftTree::Binary(b"other".to_vec()))).unwrap_err();
    assert!(fault.to_string().contains("in another file"), "{fault}");
    let fault = decode(|tree| columns(tree, 8, ThriftTree::Struct(vec![]))).unwrap_err();
    assert!(fault.to_string().contains("is encrypted"), "{fault}");
}

#[test]
fn row_groups_may_not_have_negative_rows_or_another_number_of_columns() {
    let fault = decode(|tree| tree.field(4).items()[0].set(3, integer(-1))).unwrap_err();
    assert!(fault.to_string().contains("negative number of rows"), "{fault}");
    let fault = decode(|tree| drop(tree.field(4).items()[0].field(1).items().pop())).unwrap_err();
    assert_eq!(fault, FooterFault::Chunks { chunks: 4, leaves: 5 });
}

#[rstest]
#[case::schema(2, "schema")]
#[case::rows(3, "number of rows")]
#[case::row_groups(4, "list of row groups")]
fn a_missing_part_is_named(#[case] field: i16, #[case] part: &'static str) {
    assert_eq!(
        decode(|tree| tree.remove(field)).unwrap_err(),
        FooterFault::Missing(part)
    );
}

#[test]
fn metadata_of_the_writer_may_be_any_bytes() {
    let pair = ThriftTree::Struct(vec![
        (1, ThriftTree::Binary(vec![0xff, 0xfe])),
        (2, ThriftTree::Binary(vec![0xc3])),
    ]);
    assert!(decode(|tree| tree.set(5, ThriftTree::List(ThriftType::Struct, vec![pair]))).is_ok());
    assert!(decode(|tree| tree.set(6, ThriftTree::Binary(vec![0xff]))).is_ok());
    // A wrong order of columns and statistics of another type are not read either.
    assert!(decode(|tree| tree.set(7, ThriftTree::List(ThriftType::Struct, vec![]))).is_ok());
    assert!(decode(|tree| metadata(tree, 2).set(12, ThriftTree::Binary(vec![1]))).is_ok());
}
