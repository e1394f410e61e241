//! Converts the ledgers of the topic state to Arrow tables and back.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, LargeStringArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type, UInt32Type};

use super::tables::{build_batch, column, damaged, days, int32, int64, numbers, to_delivered, uint32};
use clout_base::error::Result;
use clout_topics::endorsements::{EndorsementSums, LatestEndorsement};
use clout_topics::ledger::{DecayedLedger, LedgerEntry};
use clout_topics::topic_state::{InteractionSums, PostSums, TopicState};

/// Column names of the interaction sums, in order.
const TOUCHES: [&str; 3] = ["worth", "interest", "given"];

pub(super) fn text_column<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(LargeStringArray::from_iter_values(values))
}

pub(super) fn texts(table: &RecordBatch, name: &str) -> Result<Vec<String>> {
    let array = column(table, name)?
        .as_string_opt::<i64>()
        .ok_or_else(|| damaged(name))?;
    Ok(array.iter().map(|text| text.unwrap_or_default().to_owned()).collect())
}

/// Returns the columns common to all ledgers.
pub(super) fn ledger_columns<'a, K, const N: usize>(
    ledger: &DecayedLedger<K, N>,
    names: [&'a str; N],
) -> Vec<(&'a str, ArrayRef)> {
    let entries = &ledger.entries;
    let mut columns = vec![
        ("last_load", int32(entries.iter().map(|entry| entry.last_load.0))),
        ("count", uint32(entries.iter().map(|entry| entry.count))),
    ];
    for (index, name) in names.into_iter().enumerate() {
        let sums = Float64Array::from_iter_values(entries.iter().map(|entry| entry.sums[index]));
        columns.push((name, Arc::new(sums)));
    }
    columns
}

pub(super) fn ledger_of<K, const N: usize>(
    table: &RecordBatch,
    keys: Vec<K>,
    names: [&str; N],
) -> Result<DecayedLedger<K, N>> {
    let (last_loads, counts) = (days(table, "last_load")?, numbers::<UInt32Type>(table, "count")?);
    let mut sums: Vec<Vec<f64>> = Vec::with_capacity(N);
    for name in names {
        sums.push(numbers::<Float64Type>(table, name)?);
    }
    let entry = |(row, key)| LedgerEntry {
        key,
        last_load: last_loads[row],
        count: counts[row],
        sums: std::array::from_fn(|index| sums[index][row]),
    };
    Ok(DecayedLedger {
        entries: keys.into_iter().enumerate().map(entry).collect(),
    })
}

pub(super) fn from_touches(memory: &TopicState) -> Result<RecordBatch> {
    let keys = || memory.touches.entries.iter().map(|entry| entry.key);
    let mut columns = vec![
        ("target", uint32(keys().map(|key| key.0))),
        ("topic", uint32(keys().map(|key| key.1))),
        ("actor", uint32(keys().map(|key| key.2))),
    ];
    columns.extend(ledger_columns(&memory.touches, TOUCHES));
    build_batch(columns)
}

pub(super) fn to_touches(table: &RecordBatch) -> Result<InteractionSums> {
    let [targets, topics, actors] = ["target", "topic", "actor"].map(|name| numbers::<UInt32Type>(table, name));
    let (targets, topics, actors) = (targets?, topics?, actors?);
    let keys = (0..targets.len()).map(|row| (targets[row], topics[row], actors[row]));
    ledger_of(table, keys.collect(), TOUCHES)
}

pub(super) fn from_posts(memory: &TopicState) -> Result<RecordBatch> {
    let keys = || memory.posts.entries.iter().map(|entry| entry.key);
    let mut columns = vec![
        ("account", uint32(keys().map(|key| key.0))),
        ("topic", uint32(keys().map(|key| key.1))),
    ];
    columns.extend(ledger_columns(&memory.posts, ["interest"]));
    build_batch(columns)
}

pub(super) fn to_posts(table: &RecordBatch) -> Result<PostSums> {
    let accounts = numbers::<UInt32Type>(table, "account")?;
    let keys = accounts.into_iter().zip(numbers::<UInt32Type>(table, "topic")?);
    ledger_of(table, keys.collect(), ["interest"])
}

pub(super) fn from_endorsements(memory: &TopicState) -> Result<RecordBatch> {
    let endorsements = &memory.endorsements;
    let keys = || endorsements.sums.entries.iter().map(|entry| &entry.key);
    let mut columns = vec![
        ("endorsee", text_column(keys().map(|key| &*key.0))),
        ("topic", uint32(keys().map(|key| key.1))),
        ("endorser", text_column(keys().map(|key| &*key.2))),
        ("latest_at", int64(endorsements.latest.iter().map(|latest| latest.at))),
        (
            "latest_id",
            text_column(endorsements.latest.iter().map(|latest| &*latest.id)),
        ),
    ];
    columns.extend(ledger_columns(&endorsements.sums, ["sum"]));
    build_batch(columns)
}

pub(super) fn to_endorsements(table: &RecordBatch, delivered: &RecordBatch) -> Result<EndorsementSums> {
    let (endorsees, endorsers) = (texts(table, "endorsee")?, texts(table, "endorser")?);
    let topics = numbers::<UInt32Type>(table, "topic")?;
    let keys = endorsees.into_iter().zip(topics).zip(endorsers);
    let keys = keys.map(|((endorsee, topic), endorser)| (endorsee.into(), topic, endorser.into()));
    let latest = numbers::<Int64Type>(table, "latest_at")?
        .into_iter()
        .zip(texts(table, "latest_id")?);
    Ok(EndorsementSums {
        sums: ledger_of(table, keys.collect(), ["sum"])?,
        latest: latest.map(|(at, id)| LatestEndorsement { at, id: id.into() }).collect(),
        delivered: to_delivered(delivered)?,
    })
}
