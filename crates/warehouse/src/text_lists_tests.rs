//! Tests of every list type that the contract admits, read from Parquet bytes if Parquet can store the type.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, FixedSizeListArray, LargeListArray, LargeListViewArray, LargeStringArray, ListArray,
    ListViewArray, NullArray, RecordBatch, StringArray, StringViewArray,
};
use arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{Field, FieldRef, Int8Type, Int32Type};
use parquet::arrow::ArrowWriter;

use super::*;
use crate::admission::admit_file;
use crate::input_batches::for_each_batch;
use crate::input_columns::{InputType, columns_of_table};
use crate::store::{Store, StoreOptions};

const ITEMS: [Option<&str>; 8] = [
    Some("unused"),
    Some("a"),
    None,
    Some("b"),
    Some("c"),
    Some(""),
    Some("é"),
    Some("a text of more than twelve bytes"),
];

/// Returns the same items in every type that may contain them.
fn carriers() -> Vec<ArrayRef> {
    let each = || ITEMS.into_iter();
    vec![
        Arc::new(each().collect::<StringArray>()),
        Arc::new(each().collect::<LargeStringArray>()),
        Arc::new(each().collect::<StringViewArray>()),
        Arc::new(each().collect::<DictionaryArray<Int8Type>>()),
        Arc::new(each().collect::<DictionaryArray<Int32Type>>()),
    ]
}

fn field(items: &ArrayRef) -> FieldRef {
    Arc::new(Field::new("item", items.data_type().clone(), true))
}

/// Returns the validity of four rows: row 1 is null. (Row 2 is empty.)
fn is_present() -> Option<NullBuffer> {
    Some(NullBuffer::from(vec![true, false, true, true]))
}

/// Returns lists of various lengths over the items, in every list type.
fn ragged(items: &ArrayRef) -> Vec<ArrayRef> {
    let narrow = || OffsetBuffer::new(ScalarBuffer::from(vec![1_i32, 4, 5, 5, 8]));
    let wide = OffsetBuffer::new(ScalarBuffer::from(vec![1_i64, 4, 5, 5, 8]));
    let (starts, sizes) = (vec![1_i32, 4, 5, 5], vec![3_i32, 1, 0, 3]);
    let wide_of = |values: &[i32]| ScalarBuffer::from(values.iter().map(|value| i64::from(*value)).collect::<Vec<_>>());
    let (wide_starts, wide_sizes) = (wide_of(&starts), wide_of(&sizes));
    vec![
        Arc::new(ListArray::new(field(items), narrow(), items.clone(), is_present())),
        Arc::new(LargeListArray::new(field(items), wide, items.clone(), is_present())),
        Arc::new(ListViewArray::new(
            field(items),
            starts.into(),
            sizes.into(),
            items.clone(),
            is_present(),
        )),
        Arc::new(LargeListViewArray::new(
            field(items),
            wide_starts,
            wide_sizes,
            items.clone(),
            is_present(),
        )),
    ]
}

/// Returns the column as read from a file, or `None` if Parquet's writer does not support the type.
fn through_parquet(column: &ArrayRef) -> Option<Vec<Vec<String>>> {
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values(
        (0..column.len()).map(|row| row.to_string()),
    ));
    let named = [("topic_id", ids.clone()), ("name", ids), ("aliases", column.clone())];
    let batch = RecordBatch::try_from_iter_with_nullable(named.map(|(name, array)| (name, array, true))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("x")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).ok()?;
    writer.write(&batch).ok()?;
    writer.close().unwrap();
    let store = Store::open(folder.path().to_str().unwrap(), &StoreOptions::default()).unwrap();
    let object = store.head("x").unwrap().unwrap();
    let admitted = admit_file(&store, &object, &["aliases"], columns_of_table("topics"))
        .unwrap()
        .unwrap();
    let mut found = Vec::new();
    let outcome = for_each_batch(&store, &admitted, &mut |batch| {
        found.extend(rows(&batch.text_lists(0)?));
        Ok(())
    });
    assert_eq!(outcome.unwrap(), Ok(()), "{:?}", column.data_type());
    Some(found)
}

fn rows(lists: &TextLists) -> Vec<Vec<String>> {
    let row = |row| lists.row_texts(row).map(str::to_owned).collect();
    (0..lists.0.len()).map(row).collect()
}

/// Compares the columns with `expected`: in memory, as a slice of a longer column, and read back. Returns the
/// number of columns that were read back.
fn check(columns: &[ArrayRef], expected: &[&[&str]]) -> usize {
    let mut read_back = 0;
    for column in columns {
        let kind = column.data_type();
        assert!(InputType::TextList.accepts(kind), "{kind}");
        assert_eq!(rows(&TextLists::from_column(column).unwrap()), expected, "{kind}");
        let tail = column.slice(2, column.len() - 2);
        assert_eq!(
            rows(&TextLists::from_column(&tail).unwrap()),
            expected[2..],
            "{kind} sliced"
        );
        if let Some(found) = through_parquet(column) {
            assert_eq!(found, expected, "{kind} through Parquet");
            read_back += 1;
        }
    }
    read_back
}

#[test]
fn every_list_type_of_every_text_type_is_read() {
    let expected: &[&[&str]] = &[&["a", "b"], &[], &[], &["", "é", "a text of more than twelve bytes"]];
    let columns: Vec<ArrayRef> = carriers().iter().flat_map(ragged).collect();
    assert_eq!(columns.len(), 20);
    assert_eq!(check(&columns, expected), 20, "all of them went through Parquet");
}

#[test]
fn lists_of_a_fixed_length_are_read() {
    let expected: &[&[&str]] = &[
        &["unused", "a"],
        &[],
        &["c", ""],
        &["é", "a text of more than twelve bytes"],
    ];
    let fixed = |items: &ArrayRef| -> ArrayRef {
        Arc::new(FixedSizeListArray::new(field(items), 2, items.clone(), is_present()))
    };
    let columns: Vec<ArrayRef> = carriers().iter().map(fixed).collect();
    assert_eq!(check(&columns, expected), 5);
}

#[test]
fn a_column_of_nulls_has_empty_lists() {
    let nothing: ArrayRef = Arc::new(NullArray::new(3));
    assert_eq!(through_parquet(&nothing), Some(vec![Vec::new(); 3]));
    let nulls: ArrayRef = Arc::new(NullArray::new(2));
    let lists = ListArray::new(field(&nulls), OffsetBuffer::from_lengths([2, 0]), nulls, None);
    assert_eq!(
        rows(&TextLists::from_column(&lists).unwrap()),
        [Vec::<String>::new(), Vec::new()]
    );
    assert_eq!(rows(&TextLists::empty(2)), [Vec::<String>::new(), Vec::new()]);
}
