//! Tests of whole files in memory: every type that the contract reads, and the parts of a file that do not matter.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, DictionaryArray, Int32Array};
use arrow::datatypes::Int8Type;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use rstest::rstest;

use crate::input_columns::columns_of_table;
use crate::testing::{
    ThriftTree, Values, activities, activities_with, admit, arrow_file, bytes, edit_footer, parquet_file,
    parquet_file_as, read, read_activities, read_texts, texts,
};
use crate::thrift_reader::ThriftType;

fn some(values: &[&str]) -> Vec<Option<String>> {
    values.iter().map(|value| Some((*value).to_owned())).collect()
}

#[rstest]
#[case::string("optional binary actor_id (UTF8)")]
#[case::logical_string("optional binary actor_id (STRING)")]
#[case::enumeration("optional binary actor_id (ENUM)")]
#[case::json("optional binary actor_id (JSON)")]
#[case::required("required binary actor_id (STRING)")]
fn every_annotation_of_text_is_read(#[case] field: &'static str) {
    let values = texts(&["ada", "é", "an id of more than twelve bytes"]);
    let file = parquet_file(&activities_with(field, values));
    assert_eq!(
        read_texts(&file, "actor_id"),
        some(&["ada", "é", "an id of more than twelve bytes"])
    );
    // The verb is a text and not an id.
    let field = Box::leak(field.replace("actor_id", "verb").into_boxed_str());
    let file = parquet_file(&activities_with(field, texts(&["like", "quote", "tweet"])));
    assert_eq!(read_texts(&file, "verb"), some(&["like", "quote", "tweet"]));
}

#[test]
fn a_converted_type_alone_marks_a_text() {
    for converted in [0, 4, 19] {
        let file = edit_footer(&parquet_file(&activities()), |tree| {
            let element = &mut tree.field(2).items()[3];
            element.remove(10);
            element.set(6, ThriftTree::Integer(ThriftType::I32, converted));
        });
        assert_eq!(read_texts(&file, "actor_id")[0].as_deref(), Some("ada"), "{converted}");
    }
}

#[test]
fn a_uuid_is_read_as_its_text() {
    let values = Values::Fixed(vec![Some(vec![0xab; 16]), None, Some((0..16).collect())]);
    let file = parquet_file(&activities_with(
        "optional fixed_len_byte_array(16) target_id (UUID)",
        values,
    ));
    let read = read_texts(&file, "target_id");
    assert_eq!(read[0].as_deref(), Some("abababab-abab-abab-abab-abababababab"));
    assert_eq!(
        read[1..],
        [None, Some("00010203-0405-0607-0809-0a0b0c0d0e0f".to_owned())]
    );
}

#[rstest]
#[case::int32("optional int32 actor_id", Values::Int32(vec![Some(-1), Some(2), None]), [Some("-1"), Some("2"), None])]
#[case::int8("optional int32 actor_id (INT_8)", Values::Int32(vec![Some(-1), Some(2), None]), [Some("-1"), Some("2"), None])]
#[case::uint32("optional int32 actor_id (UINT_32)", Values::Int32(vec![Some(-1), Some(2), None]), [Some("4294967295"), Some("2"), None])]
#[case::int64("optional int64 actor_id", Values::Int64(vec![Some(i64::MIN), Some(2), None]), [Some("-9223372036854775808"), Some("2"), None])]
#[case::uint64("optional int64 actor_id (UINT_64)", Values::Int64(vec![Some(-1), Some(2), None]), [Some("18446744073709551615"), Some("2"), None])]
fn integers_are_ids(#[case] field: &'static str, #[case] values: Values, #[case] expected: [Option<&str>; 3]) {
    let file = parquet_file(&activities_with(field, values));
    assert_eq!(read_texts(&file, "actor_id"), expected.map(|id| id.map(str::to_owned)));
}

#[test]
fn a_dictionary_of_small_keys_may_be_full() {
    let values: Vec<String> = (0..128).map(|value| format!("actor {value}")).collect();
    let array: DictionaryArray<Int8Type> = values.iter().map(|value| Some(value.as_str())).collect();
    let file = arrow_file("actor_id", Arc::new(array));
    assert_eq!(
        read_texts(&file, "actor_id"),
        values.into_iter().map(Some).collect::<Vec<_>>()
    );
}

#[test]
fn bytes_without_annotation_are_refused_with_the_fix() {
    let file = parquet_file(&activities_with("optional binary actor_id", texts(&["a", "b", "c"])));
    let refusal = admit(&file, &[], columns_of_table("activities")).unwrap_err();
    let expected = "column actor_id is BYTE_ARRAY without annotation, expected a string or an integer; write it with the \
                    logical type STRING";
    assert_eq!(refusal.reason, expected);
}

#[test]
fn ids_that_are_not_utf8_are_faults_of_their_rows() {
    let values = bytes(&[b"ada", b"\xff\xfe", b"bob"]);
    let file = parquet_file(&activities_with("optional binary actor_id (UTF8)", values));
    let batch = read_activities(&file, &["actor_id", "verb"]);
    let faults: Vec<Option<&str>> = (0..3).map(|row| batch.fault(row)).collect();
    assert_eq!(
        faults,
        [None, Some("actor_id is not UTF-8: expected a text in UTF-8"), None]
    );
    assert_eq!(
        batch.texts(0).unwrap().iter().collect::<Vec<_>>(),
        [Some("ada"), None, Some("bob")]
    );
}

#[test]
fn text_that_is_not_utf8_has_replacement_characters() {
    let values = bytes(&[b"caf\xe9", b"\xf0\x9f\x91\x8b", b""]);
    let file = parquet_file(&activities_with("optional binary text (UTF8)", values));
    assert_eq!(read_texts(&file, "text"), some(&["caf\u{fffd}", "👋", ""]));
}

#[test]
fn unread_columns_may_have_any_type() {
    let rows = || Values::Fixed(vec![Some(vec![1; 12]), None, Some(vec![255; 12])]);
    let file = parquet_file(&activities_with(
        "optional fixed_len_byte_array(12) lag (INTERVAL)",
        rows(),
    ));
    let expected = read_texts(&parquet_file(&activities()), "actor_id");
    assert_eq!(read_texts(&file, "actor_id"), expected);
    // Types that do not exist, lengths that do not fit, and names that are not UTF-8.
    for edit in [
        |element: &mut ThriftTree| element.set(1, ThriftTree::Integer(ThriftType::I32, 99)),
        |element: &mut ThriftTree| element.set(2, ThriftTree::Integer(ThriftType::I32, -7)),
        |element: &mut ThriftTree| element.set(3, ThriftTree::Integer(ThriftType::I32, 9)),
        |element: &mut ThriftTree| element.set(4, ThriftTree::Binary(vec![0xff])),
        |element: &mut ThriftTree| element.set(6, ThriftTree::Integer(ThriftType::I32, 99)),
        |element: &mut ThriftTree| element.set(10, ThriftTree::Struct(vec![(99, ThriftTree::Struct(vec![]))])),
    ] {
        let odd = edit_footer(&file, |tree| edit(&mut tree.field(2).items()[6]));
        assert_eq!(read_texts(&odd, "actor_id"), expected);
    }
}

#[test]
fn an_unread_column_may_inflate_and_a_read_one_may_not() {
    let constant = Values::Bytes(vec![Some(vec![b'x'; 20 << 20]), None, None]);
    let properties = || {
        WriterProperties::builder()
            .set_compression(Compression::ZSTD(Default::default()))
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::None)
            .build()
    };
    let file = parquet_file_as(
        &activities_with("optional binary payload", constant.clone()),
        properties(),
    );
    assert!(file.len() < 10_000, "{} bytes", file.len());
    assert_eq!(read_texts(&file, "actor_id")[0].as_deref(), Some("ada"));
    let file = parquet_file_as(&activities_with("optional binary text (UTF8)", constant), properties());
    let columns = columns_of_table("activities");
    assert!(admit(&file, &["actor_id"], columns).is_ok(), "it is not read here");
    let refusal = admit(&file, &["text"], columns).unwrap_err();
    assert!(
        refusal.reason.contains("column text announces an impossible "),
        "{}",
        refusal.reason
    );
}

#[test]
fn lists_of_every_layout_are_read() {
    let columns = columns_of_table("activities");
    let admits = |field: &'static str| {
        let end = if field.ends_with('}') { "" } else { ";" };
        let schema = format!("message m {{ {field}{end} }}");
        let schema = parquet::schema::parser::parse_message_type(&schema).unwrap();
        let field = schema.get_fields()[0].clone();
        // The layout is judged by the schema, so an empty file is enough.
        let fields = activities()
            .into_iter()
            .map(|(field, _)| format!("{field};"))
            .collect::<String>();
        let base = parquet::schema::parser::parse_message_type(&format!("message m {{ {fields} }}")).unwrap();
        let roots = base.get_fields().iter().cloned().chain([field]).collect();
        let root = parquet::schema::types::Type::group_type_builder("m")
            .with_fields(roots)
            .build()
            .unwrap();
        let writer = parquet::file::writer::SerializedFileWriter::new(Vec::new(), Arc::new(root), Default::default());
        admit(&writer.unwrap().into_inner().unwrap(), &["tags"], columns).map(|admitted| admitted.has_column(0))
    };
    for layout in [
        "optional group tags (LIST) { repeated group list { optional binary element (UTF8); } }",
        "required group tags (LIST) { repeated group bag { required binary array_element (ENUM); } }",
        "optional group tags (LIST) { repeated binary element (UTF8); }",
        "repeated binary tags (JSON)",
    ] {
        assert_eq!(admits(layout), Ok(true), "{layout}");
    }
    for (layout, found) in [
        ("optional binary tags (UTF8)", "STRING"),
        (
            "optional group tags (LIST) { repeated group list { optional int32 element; } }",
            "a list of INT32",
        ),
        ("optional group tags { optional binary first (UTF8); }", "a group"),
        (
            "optional group tags (MAP) { repeated group key_value { required binary key (UTF8); optional binary value (UTF8); } }",
            "a group",
        ),
        (
            "optional group tags (LIST) { repeated group list { optional group element { optional binary a (UTF8); } } }",
            "a group",
        ),
    ] {
        let expected = format!("column tags is {found}, expected a list of strings");
        assert_eq!(admits(layout).unwrap_err().reason, expected, "{layout}");
    }
}

#[test]
fn the_layouts_of_files_do_not_change_values() {
    let ints: ArrayRef = Arc::new(Int32Array::from(vec![7, 8, 9]));
    assert_eq!(
        read_texts(&arrow_file("actor_id", ints), "actor_id"),
        some(&["7", "8", "9"])
    );
    let file = parquet_file(&activities());
    let admitted = admit(
        &file,
        &["tags", "actor_id", "object_id"],
        columns_of_table("activities"),
    )
    .unwrap();
    let batches = read(&file, &admitted).unwrap();
    assert_eq!([0, 1, 2].map(|index| admitted.has_column(index)), [false, true, false]);
    assert_eq!(batches[0].texts(2).unwrap().null_count(), 3);
    assert_eq!(batches[0].text_lists(0).unwrap().row_texts(1).count(), 0);
    let without = admit(&file, &["tags"], columns_of_table("activities")).unwrap();
    let rows: Vec<usize> = read(&file, &without).unwrap().iter().map(|batch| batch.rows).collect();
    assert_eq!(rows, [3], "rows are counted without any column");
}
