//! Parquet files in memory for tests: built column by column, edited at the level of Thrift, and read like input.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::admission::{AdmittedFile, Refusal, admit_footer};
use super::fetched_ranges::FetchedRanges;
use super::footer_bytes::Tail;
use super::input_batches::{InputBatch, decode_group};
use super::input_columns::InputColumn;
use super::store::StoredObject;
use super::thrift_reader::{ThriftReader, ThriftType};
pub(crate) use super::thrift_tree::ThriftTree;

/// Values of an optional column.
#[derive(Clone, Debug)]
pub(crate) enum Values {
    Bytes(Vec<Option<Vec<u8>>>),
    Fixed(Vec<Option<Vec<u8>>>),
    Int32(Vec<Option<i32>>),
    Int64(Vec<Option<i64>>),
    /// Nanosecond of the day and Julian day.
    Int96(Vec<Option<(u64, u32)>>),
}

/// Returns a column of bytes without nulls.
pub(crate) fn bytes(values: &[&[u8]]) -> Values {
    Values::Bytes(values.iter().map(|value| Some(value.to_vec())).collect())
}

/// Returns a column of texts without nulls.
pub(crate) fn texts(values: &[&str]) -> Values {
    Values::Bytes(values.iter().map(|value| Some(value.as_bytes().to_vec())).collect())
}

/// Returns three good rows of activities.
pub(crate) fn activities() -> Vec<(&'static str, Values)> {
    vec![
        ("optional binary activity_id (UTF8)", texts(&["1", "2", "3"])),
        (
            "optional int64 occurred_at (TIMESTAMP_MICROS)",
            Values::Int64(vec![Some(1_700_000_000_000_000); 3]),
        ),
        (
            "optional binary actor_id (UTF8)",
            texts(&["ada", "bob", "an actor of many letters"]),
        ),
        ("optional binary verb (UTF8)", texts(&["like", "like", "tweet"])),
        (
            "optional binary target_id (UTF8)",
            Values::Bytes(vec![Some(b"eve".to_vec()), Some(b"ada".to_vec()), None]),
        ),
    ]
}

/// Returns [`activities`] with one column replaced, or added if it is new. `field` is a field of a Parquet schema.
pub(crate) fn activities_with(field: &'static str, values: Values) -> Vec<(&'static str, Values)> {
    let mut columns = activities();
    let name = |field: &'static str| field.split_whitespace().nth(2).unwrap();
    match columns
        .iter_mut()
        .find(|(old, _)| name(old).eq_ignore_ascii_case(name(field)))
    {
        Some(column) => *column = (field, values),
        None => columns.push((field, values)),
    }
    columns
}

/// Writes a file with these columns, each a field of a Parquet schema and its values.
pub(crate) fn parquet_file(columns: &[(&str, Values)]) -> Vec<u8> {
    parquet_file_as(columns, WriterProperties::builder().build())
}

/// Writes a file like [`parquet_file`] with certain properties.
pub(crate) fn parquet_file_as(columns: &[(&str, Values)], properties: WriterProperties) -> Vec<u8> {
    let fields: String = columns.iter().map(|(field, _)| format!("{field};")).collect();
    let schema = parse_message_type(&format!("message activities {{ {fields} }}")).unwrap();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for (_, values) in columns {
        let mut column = group.next_column().unwrap().unwrap();
        write_values(column.untyped(), values);
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.into_inner().unwrap()
}

fn write_values(writer: &mut ColumnWriter, values: &Values) {
    fn split<T: Clone, U>(values: &[Option<T>], convert: impl Fn(T) -> U) -> (Vec<U>, Vec<i16>) {
        let levels = values.iter().map(|value| i16::from(value.is_some())).collect();
        (values.iter().flatten().cloned().map(convert).collect(), levels)
    }
    match (writer, values) {
        (ColumnWriter::ByteArrayColumnWriter(writer), Values::Bytes(values)) => {
            let (values, levels) = split(values, ByteArray::from);
            writer.write_batch(&values, Some(&levels), None)
        }
        (ColumnWriter::FixedLenByteArrayColumnWriter(writer), Values::Fixed(values)) => {
            let (values, levels) = split(values, FixedLenByteArray::from);
            writer.write_batch(&values, Some(&levels), None)
        }
        (ColumnWriter::Int32ColumnWriter(writer), Values::Int32(values)) => {
            let (values, levels) = split(values, |value| value);
            writer.write_batch(&values, Some(&levels), None)
        }
        (ColumnWriter::Int64ColumnWriter(writer), Values::Int64(values)) => {
            let (values, levels) = split(values, |value| value);
            writer.write_batch(&values, Some(&levels), None)
        }
        (ColumnWriter::Int96ColumnWriter(writer), Values::Int96(values)) => {
            let (values, levels) = split(values, |(nanos, day): (u64, u32)| {
                let mut value = Int96::new();
                value.set_data(nanos as u32, (nanos >> 32) as u32, day);
                value
            });
            writer.write_batch(&values, Some(&levels), None)
        }
        (_, values) => panic!("{values:?} do not fit the field"),
    }
    .unwrap();
}

/// Writes a file of one Arrow column beside good ones.
pub(crate) fn arrow_file(name: &str, array: ArrayRef) -> Vec<u8> {
    let rows = array.len();
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values((0..rows).map(|row| row.to_string())));
    let time = TimestampMicrosecondArray::from(vec![1_700_000_000_000_000; rows]);
    let mut columns: Vec<(&str, ArrayRef)> = ["activity_id", "actor_id", "verb"]
        .map(|name| (name, ids.clone()))
        .into();
    columns.push(("occurred_at", Arc::new(time)));
    columns.retain(|(column, _)| *column != name);
    columns.push((name, array));
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)));
    let batch = batch.unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// Returns the footer of a file.
pub(crate) fn footer_of(file: &[u8]) -> Bytes {
    let tail = Tail::parse(Bytes::copy_from_slice(file), file.len() as u64).unwrap();
    tail.footer().unwrap()
}

/// Returns the file with another footer.
pub(crate) fn with_footer(file: &[u8], footer: &[u8]) -> Vec<u8> {
    let data = &file[..file.len() - 8 - footer_of(file).len()];
    let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
    [data, footer, &length, b"PAR1"].concat()
}

/// Returns the file with an edited footer.
pub(crate) fn edit_footer(file: &[u8], edit: impl FnOnce(&mut ThriftTree)) -> Vec<u8> {
    let footer = footer_of(file);
    let mut tree = ThriftTree::parse(&mut ThriftReader::new(&footer), ThriftType::Struct);
    edit(&mut tree);
    with_footer(file, &tree.encode())
}

/// Admits a file in memory.
pub(crate) fn admit(file: &[u8], wanted: &[&str], all: &[InputColumn]) -> Result<AdmittedFile, Refusal> {
    let object = StoredObject {
        key: "file.parquet".to_owned(),
        size: file.len() as u64,
        etag: None,
    };
    admit_footer(&object, &footer_of(file), wanted, all)
}

/// Reads all batches of an admitted file, without dictionaries.
pub(crate) fn read(file: &[u8], admitted: &AdmittedFile) -> Result<Vec<InputBatch>, String> {
    read_with_dictionaries(file, admitted, &[])
}

/// Reads all batches of an admitted file, with dictionaries of the wanted columns at the indices `repetitive`.
pub(crate) fn read_with_dictionaries(
    file: &[u8],
    admitted: &AdmittedFile,
    repetitive: &[usize],
) -> Result<Vec<InputBatch>, String> {
    let mut batches = Vec::new();
    for row_group in 0..admitted.row_groups.len() {
        let all = 0..file.len() as u64;
        let parts = vec![Bytes::copy_from_slice(file)];
        let fetched = FetchedRanges::new(all.end, std::slice::from_ref(&all), parts);
        decode_group(admitted, row_group, fetched, repetitive, &mut |batch| {
            batches.push(batch);
            Ok(())
        })?;
    }
    Ok(batches)
}

/// Admits and reads the first batch of a file of activities; the `wanted` columns in order.
#[track_caller]
pub(crate) fn read_activities(file: &[u8], wanted: &[&str]) -> InputBatch {
    let columns = super::input_columns::columns_of_table("activities");
    let admitted = admit(file, wanted, columns).unwrap();
    read(file, &admitted).unwrap().swap_remove(0)
}

/// Reads one column of a file of activities without faults as texts.
#[track_caller]
pub(crate) fn read_texts(file: &[u8], column: &str) -> Vec<Option<String>> {
    let batch = read_activities(file, &[column]);
    assert_eq!(batch.faults().len(), 0);
    let texts = batch.texts(0).unwrap();
    texts.iter().map(|text| text.map(str::to_owned)).collect()
}
