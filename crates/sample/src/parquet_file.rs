//! Writes a record batch as a Parquet file with reproducible bytes.
//!
//! The file uses zstd, one row group, no page index, and a constant `created_by` instead of the library's version.
//! Ids and times are delta-encoded (`DELTA_BYTE_ARRAY`, `DELTA_BINARY_PACKED`), which keeps five weeks of activities
//! small enough for a repository. The Arrow schema is stored only if a column type is not expressible in Parquet
//! (large strings, dictionaries).

use super::GenerateError;
use arrow::array::{Array, RecordBatch};
use arrow::datatypes::DataType;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

/// Constant value of `created_by`. It is part of the bytes, so it does not change with the program's version.
const CREATED_BY: &str = "clout generate";

/// Compression level. Higher levels take longer and save less than one percent on these files.
const ZSTD_LEVEL: i32 = 9;

/// Encodes one batch as the bytes of a file.
pub(crate) fn encode_parquet(batch: &RecordBatch) -> Result<Bytes, GenerateError> {
    let level = ZstdLevel::try_new(ZSTD_LEVEL)?;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_created_by(CREATED_BY.to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(usize::MAX));
    for field in batch.schema().fields() {
        properties = encoded(properties, field.name(), field.data_type());
    }
    let needs_schema = batch
        .columns()
        .iter()
        .any(|column| is_more_than_parquet(column.data_type()));
    let options = ArrowWriterOptions::new()
        .with_properties(properties.build())
        .with_skip_arrow_metadata(!needs_schema);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new_with_options(&mut bytes, batch.schema(), options)?;
    writer.write(batch)?;
    writer.close()?;
    Ok(Bytes::from(bytes))
}

/// Selects delta encoding for almost sorted columns; all others use the default (a dictionary).
fn encoded(properties: WriterPropertiesBuilder, name: &str, data_type: &DataType) -> WriterPropertiesBuilder {
    let encoding = match (name, data_type) {
        (_, DataType::Timestamp(_, _)) => Encoding::DELTA_BINARY_PACKED,
        ("activity_id", _) => Encoding::DELTA_BYTE_ARRAY,
        _ => return properties,
    };
    let column = ColumnPath::from(name);
    properties
        .set_column_dictionary_enabled(column.clone(), false)
        .set_column_encoding(column, encoding)
}

/// Returns true if the type is lost on reading without the Arrow schema.
fn is_more_than_parquet(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(_, _)
    )
}
