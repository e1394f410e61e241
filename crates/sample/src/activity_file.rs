//! Writes rows of `activities` as the files of one partition.
//!
//! Real dumps come from different systems, so each network has its own column types, all within the contract:
//!
//! | network | ids | verb | text | occurred_at |
//! |---|---|---|---|---|
//! | twitter | string | string | string | us, UTC; two files on the first and every seventh date; an additional column `client` |
//! | facebook | dictionary | dictionary | string | ms, UTC |
//! | linkedin | large_string | string | string_view | ns, UTC |
//! | foursquare | int64 | string | string | us without a zone |

use super::GenerateError;
use super::delivery_delays::format_activity_id;
use super::network::SampleNetwork;
use super::ontology::SampleOntology;
use super::parquet_file;
use super::people::SamplePeople;
use super::row::ActivityRow;
use arrow::array::{
    ArrayRef, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, TimeUnit};
use bytes::Bytes;
use std::sync::Arc;

/// Column types of a network.
struct ColumnTypes {
    account_id: DataType,
    verb: DataType,
    text: DataType,
    occurred_at: DataType,
}

fn types_of(network: SampleNetwork) -> ColumnTypes {
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let utc = |unit| DataType::Timestamp(unit, Some("UTC".into()));
    let plain = ColumnTypes {
        account_id: DataType::Utf8,
        verb: DataType::Utf8,
        text: DataType::Utf8,
        occurred_at: utc(TimeUnit::Microsecond),
    };
    match network {
        SampleNetwork::Twitter => plain,
        SampleNetwork::Facebook => ColumnTypes {
            account_id: dictionary.clone(),
            verb: dictionary,
            occurred_at: utc(TimeUnit::Millisecond),
            ..plain
        },
        SampleNetwork::Linkedin => ColumnTypes {
            account_id: DataType::LargeUtf8,
            text: DataType::Utf8View,
            occurred_at: utc(TimeUnit::Nanosecond),
            ..plain
        },
        SampleNetwork::Foursquare => ColumnTypes {
            account_id: DataType::Int64,
            occurred_at: DataType::Timestamp(TimeUnit::Microsecond, None),
            ..plain
        },
    }
}

/// Lookup tables for the indices in rows.
#[derive(Clone, Copy)]
pub(crate) struct LookupTables<'a> {
    /// Accounts, which rows refer to by index.
    pub people: &'a SamplePeople,
    /// Words, which rows refer to by tag.
    pub ontology: &'a SampleOntology,
}

/// Writes a file of some rows of a network.
pub(crate) fn encode_activities(
    directory: LookupTables,
    network: SampleNetwork,
    rows: &[ActivityRow],
) -> Result<Bytes, GenerateError> {
    parquet_file::encode_parquet(&batch(directory, network, rows)?)
}

/// Writes the same file as [`encode_activities()`] without the column `verb`.
pub(crate) fn write_without_verb(
    directory: LookupTables,
    network: SampleNetwork,
    rows: &[ActivityRow],
) -> Result<Bytes, GenerateError> {
    let whole = batch(directory, network, rows)?;
    let fields = whole.schema().fields().clone();
    let kept: Vec<usize> = (0..fields.len()).filter(|&at| fields[at].name() != "verb").collect();
    parquet_file::encode_parquet(&whole.project(&kept)?)
}

fn batch(directory: LookupTables, network: SampleNetwork, rows: &[ActivityRow]) -> Result<RecordBatch, GenerateError> {
    let types = types_of(network);
    let account = |index: Option<u32>| index.map(|index| directory.people.accounts[index as usize].id.as_str());
    let activities: StringArray = rows
        .iter()
        .map(|row| row.number.map(|number| format_activity_id(network, number)))
        .collect();
    let verbs = StringArray::from_iter_values(rows.iter().map(|row| row.verb));
    let objects: StringArray = rows
        .iter()
        .map(|row| row.object.map(|object| object.id(network)))
        .collect();
    let texts: StringArray = rows.iter().map(|row| row.text.as_deref()).collect();
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("activity_id", Arc::new(activities)),
        ("occurred_at", times(rows, &types.occurred_at)?),
        (
            "actor_id",
            build_ids(rows.iter().map(|row| account(row.actor)), &types.account_id)?,
        ),
        ("verb", cast(&verbs, &types.verb)?),
        ("object_id", Arc::new(objects)),
        (
            "target_id",
            build_ids(rows.iter().map(|row| account(row.target)), &types.account_id)?,
        ),
        ("text", cast(&texts, &types.text)?),
        ("tags", tags(directory.ontology, rows)),
    ];
    if network == SampleNetwork::Twitter {
        let clients = rows.iter().map(|row| if row.text.is_some() { "web" } else { "app" });
        columns.push(("client", Arc::new(StringArray::from_iter_values(clients))));
    }
    build_batch(columns)
}

/// Builds the account ids in the network's type, which may be an integer.
pub(crate) fn build_ids<'a>(
    values: impl Iterator<Item = Option<&'a str>>,
    data_type: &DataType,
) -> Result<ArrayRef, GenerateError> {
    if *data_type == DataType::Int64 {
        let numbers: Int64Array = values.map(|id| id.and_then(|id| id.parse().ok())).collect();
        return Ok(Arc::new(numbers));
    }
    let strings: StringArray = values.collect();
    Ok(cast(&strings, data_type)?)
}

/// Builds the times in the network's type. The zone is set before the unit changes, because arrow needs a time zone
/// database to move a naive time into a zone.
fn times(rows: &[ActivityRow], data_type: &DataType) -> Result<ArrayRef, GenerateError> {
    let micros = rows.iter().map(|row| row.occurred_at);
    let mut times = TimestampMicrosecondArray::from_iter_values(micros);
    if matches!(data_type, DataType::Timestamp(_, Some(_))) {
        times = times.with_timezone("UTC");
    }
    Ok(cast(&times, data_type)?)
}

/// Returns the type of account ids on a network, the same in all tables.
pub(crate) fn id_type(network: SampleNetwork) -> DataType {
    types_of(network).account_id
}

fn tags(ontology: &SampleOntology, rows: &[ActivityRow]) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for row in rows {
        for tag in row.tags.iter().flatten() {
            lists.values().append_value(ontology.tag_text(*tag));
        }
        lists.append(row.tags.is_some());
    }
    Arc::new(lists.finish())
}

/// Creates a batch of named columns. All columns are nullable, as in real dumps.
pub(crate) fn build_batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, GenerateError> {
    let fields: Vec<_> = columns
        .iter()
        .map(|(name, column)| arrow::datatypes::Field::new(*name, column.data_type().clone(), true))
        .collect();
    let arrays = columns.into_iter().map(|(_, column)| column).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}
