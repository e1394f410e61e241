//! Properties of published Parquet files.
//!
//! zstd; statistics of every page, with column and offset index; a bloom filter on the id for lookups of people; and
//! each column's meaning, both in the field metadata of the Arrow schema (pyarrow, polars) and as the key-value pairs
//! `clout.table`, `clout.description` and `clout.columns`. Only the encodings that every reader supports (plain and
//! dictionary) are used.

use arrow::compute::SortOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use clout_base::schema::{ColumnType, TableSchema};

/// Rows per row group. Large groups compress better; small groups let a reader of one person skip most of a
/// large table. Changing this value or the two below changes the bytes of all files.
pub(super) const ROW_GROUP_ROWS: usize = 128 * 1024;

/// Rows per page, the unit that the page index lets a reader skip.
const PAGE_ROWS: usize = 20_000;

/// Bytes per page before compression.
const PAGE_BYTES: usize = 1 << 20;

/// zstd level. Levels 1 to 3 differ by a few percent in size and by a third in time.
const ZSTD_LEVEL: i32 = 1;

/// False positive rate of the bloom filter: 10 to 20 bits per id.
const BLOOM_FALSE_POSITIVES: f64 = 0.01;

/// Sort order of each column of the grain. Text compares by its UTF-8 bytes.
pub(super) const ORDER: SortOptions = SortOptions {
    descending: false,
    nulls_first: true,
};

/// Returns the properties of a file of `rows` rows.
pub(super) fn build_properties(table: &TableSchema, rows: usize) -> parquet::errors::Result<WriterProperties> {
    let mut builder = WriterProperties::builder()
        .set_created_by("clout".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_dictionary_enabled(false)
        .set_sorting_columns(Some(sorting_columns(table)))
        .set_key_value_metadata(Some(descriptions(table)));
    for column in table
        .columns
        .iter()
        .filter(|column| has_dictionary(table, column.name, column.column_type))
    {
        builder = builder.set_column_dictionary_enabled(leaf(column.name, column.column_type), true);
    }
    if let Some(name) = table.bloom_column {
        let ids = rows.clamp(1, ROW_GROUP_ROWS) as u64;
        builder = builder
            .set_column_bloom_filter_fpp(ColumnPath::from(name), BLOOM_FALSE_POSITIVES)
            .set_column_bloom_filter_max_ndv(ColumnPath::from(name), ids);
    }
    Ok(builder.build())
}

/// Returns true for columns with repeated texts. Measures, counts and instants rarely repeat, nor does an id
/// that is alone in the grain; trying a dictionary on those costs time and is abandoned half-way.
fn has_dictionary(table: &TableSchema, name: &str, kind: ColumnType) -> bool {
    matches!(kind, ColumnType::Text | ColumnType::TextList) && table.grain != [name]
}

/// Returns the path of a column's values in the file; those of a list are two levels down.
fn leaf(name: &str, kind: ColumnType) -> ColumnPath {
    match kind {
        ColumnType::TextList => ColumnPath::from(vec![name.to_owned(), "list".to_owned(), "element".to_owned()]),
        _ => ColumnPath::from(name),
    }
}

/// Returns the grain as leaf indexes; each column, lists included, has exactly one leaf in the file.
pub(super) fn sorting_columns(table: &TableSchema) -> Vec<SortingColumn> {
    let position = |name: &&str| table.columns.iter().position(|column| column.name == *name);
    let positions = table.grain.iter().filter_map(position);
    let sorting = positions.map(|position| SortingColumn {
        column_idx: position as i32,
        descending: ORDER.descending,
        nulls_first: ORDER.nulls_first,
    });
    sorting.collect()
}

fn descriptions(table: &TableSchema) -> Vec<KeyValue> {
    let column = |column: &clout_base::schema::TableColumn| {
        serde_json::json!({
            "name": column.name,
            "description": column.description,
            "nullable": column.is_nullable,
        })
    };
    let columns: serde_json::Value = table.columns.iter().map(column).collect();
    let pair = |key: &str, value: String| KeyValue {
        key: key.to_owned(),
        value: Some(value),
    };
    vec![
        pair("clout.table", table.name.to_owned()),
        pair("clout.description", table.description.to_owned()),
        pair("clout.columns", columns.to_string()),
    ]
}
