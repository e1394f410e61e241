//! The memory of topics as Arrow tables, and back.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float32Array, Float64Array, LargeStringArray, RecordBatch, UInt8Array};
use arrow::datatypes::{Float32Type, Float64Type, Int64Type, UInt8Type, UInt32Type, UInt64Type};

use super::tables::{
    batch, column, damaged, days, from_delivered, int32, int64, numbers, to_delivered, uint32, uint64,
};
use crate::error::Result;
use crate::ontology::sense::AliasCount;
use crate::ontology::sense::Kind as Shows;
use crate::topics::endorsements::{Endorsements, Latest};
use crate::topics::ledger::{Entry, Ledger};
use crate::topics::memory::TopicMemory;
use crate::topics::objects::Known;

type Make = fn(&TopicMemory) -> Result<RecordBatch>;

/// Every table by its name.
pub const MAKERS: [(&str, Make); 9] = [
    ("ids", from_ids),
    ("touches", from_touches),
    ("acts", from_acts),
    ("sources", from_sources),
    ("objects", from_objects),
    ("aliases", from_aliases),
    ("together", from_together),
    ("endorsements", from_endorsements),
    ("endorsed", |memory| from_delivered(&memory.endorsements.delivered)),
];

/// Reads the tables of [`MAKERS`].
pub fn to_memory(networks: usize, get: &dyn Fn(&str) -> Result<RecordBatch>) -> Result<TopicMemory> {
    let mut memory = TopicMemory::empty(networks);
    memory.ids = texts(&get("ids")?, "id")?;
    memory.touches = to_touches(&get("touches")?)?;
    memory.acts = to_acts(&get("acts")?)?;
    add_sources(&get("sources")?, &mut memory)?;
    add_objects(&get("objects")?, &mut memory)?;
    add_aliases(&get("aliases")?, &mut memory)?;
    let together = get("together")?;
    let pairs = numbers::<UInt32Type>(&together, "topic")?
        .into_iter()
        .zip(numbers::<UInt32Type>(&together, "other")?);
    memory.together = pairs.zip(numbers::<UInt64Type>(&together, "rows")?).collect();
    memory.endorsements = to_endorsements(&get("endorsements")?, &get("endorsed")?)?;
    Ok(memory)
}

fn text_column<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(LargeStringArray::from_iter_values(values))
}

fn texts(table: &RecordBatch, name: &str) -> Result<Vec<String>> {
    let array = column(table, name)?
        .as_string_opt::<i64>()
        .ok_or_else(|| damaged(name))?;
    Ok(array.iter().map(|text| text.unwrap_or_default().to_owned()).collect())
}

/// The columns that every ledger has.
fn ledger_columns<'a, K, const N: usize>(ledger: &Ledger<K, N>, names: [&'a str; N]) -> Vec<(&'a str, ArrayRef)> {
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

fn ledger_of<K, const N: usize>(table: &RecordBatch, keys: Vec<K>, names: [&str; N]) -> Result<Ledger<K, N>> {
    let (last_loads, counts) = (days(table, "last_load")?, numbers::<UInt32Type>(table, "count")?);
    let mut sums: Vec<Vec<f64>> = Vec::with_capacity(N);
    for name in names {
        sums.push(numbers::<Float64Type>(table, name)?);
    }
    let entry = |(row, key)| Entry {
        key,
        last_load: last_loads[row],
        count: counts[row],
        sums: std::array::from_fn(|index| sums[index][row]),
    };
    Ok(Ledger {
        entries: keys.into_iter().enumerate().map(entry).collect(),
    })
}

fn code(shows: Shows) -> u8 {
    match shows {
        Shows::Tag => 0,
        Shows::Text => 1,
    }
}

fn shows_of(code: u8) -> Result<Shows> {
    [Shows::Tag, Shows::Text]
        .get(usize::from(code))
        .copied()
        .ok_or_else(|| damaged("shows"))
}

fn from_ids(memory: &TopicMemory) -> Result<RecordBatch> {
    batch(vec![("id", text_column(memory.ids.iter().map(String::as_str)))])
}

fn from_touches(memory: &TopicMemory) -> Result<RecordBatch> {
    let keys = || memory.touches.entries.iter().map(|entry| entry.key);
    let mut columns = vec![
        ("target", uint32(keys().map(|key| key.0))),
        ("topic", uint32(keys().map(|key| key.1))),
        ("actor", uint32(keys().map(|key| key.2))),
    ];
    columns.extend(ledger_columns(&memory.touches, ["sum"]));
    batch(columns)
}

fn to_touches(table: &RecordBatch) -> Result<Ledger<(u32, u32, u32), 1>> {
    let [targets, topics, actors] = ["target", "topic", "actor"].map(|name| numbers::<UInt32Type>(table, name));
    let (targets, topics, actors) = (targets?, topics?, actors?);
    let keys = (0..targets.len()).map(|row| (targets[row], topics[row], actors[row]));
    ledger_of(table, keys.collect(), ["sum"])
}

fn from_acts(memory: &TopicMemory) -> Result<RecordBatch> {
    let keys = || memory.acts.entries.iter().map(|entry| entry.key);
    let mut columns = vec![
        ("account", uint32(keys().map(|key| key.0))),
        ("topic", uint32(keys().map(|key| key.1))),
    ];
    columns.extend(ledger_columns(&memory.acts, ["interest", "given"]));
    batch(columns)
}

fn to_acts(table: &RecordBatch) -> Result<Ledger<(u32, u32), 2>> {
    let accounts = numbers::<UInt32Type>(table, "account")?;
    let keys = accounts.into_iter().zip(numbers::<UInt32Type>(table, "topic")?);
    ledger_of(table, keys.collect(), ["interest", "given"])
}

fn from_sources(memory: &TopicMemory) -> Result<RecordBatch> {
    let rows = memory.sources.rows();
    batch(vec![
        ("account", uint32(rows.iter().map(|row| row.account))),
        ("topic", uint32(rows.iter().map(|row| row.topic))),
        (
            "shows",
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|row| code(row.shows)))),
        ),
        ("at", int64(rows.iter().map(|row| row.at))),
        (
            "weight",
            Arc::new(Float32Array::from_iter_values(rows.iter().map(|row| row.weight))),
        ),
        ("id", text_column(rows.iter().map(|row| memory.sources.id(row)))),
    ])
}

fn add_sources(table: &RecordBatch, memory: &mut TopicMemory) -> Result<()> {
    let (accounts, topics) = (
        numbers::<UInt32Type>(table, "account")?,
        numbers::<UInt32Type>(table, "topic")?,
    );
    let (shows, times) = (
        numbers::<UInt8Type>(table, "shows")?,
        numbers::<Int64Type>(table, "at")?,
    );
    let weights = numbers::<Float32Type>(table, "weight")?;
    let ids = column(table, "id")?
        .as_string_opt::<i64>()
        .ok_or_else(|| damaged("id"))?;
    for row in 0..table.num_rows() {
        let shows = shows_of(shows[row])?;
        let key = (accounts[row], topics[row], shows);
        memory.sources.push(key, times[row], weights[row], ids.value(row));
    }
    Ok(())
}

/// One row an object and topic.
fn from_objects(memory: &TopicMemory) -> Result<RecordBatch> {
    let rows: Vec<(u8, u64, u32, i32, u32, u8)> = memory
        .objects
        .iter()
        .enumerate()
        .flat_map(|(network, objects)| {
            objects.iter().flat_map(move |((object, author), known)| {
                let row = move |(topic, shows): &(u32, Shows)| {
                    (network as u8, *object, *author, known.load_date.0, *topic, code(*shows))
                };
                known.topics.iter().map(row)
            })
        })
        .collect();
    batch(vec![
        (
            "network",
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|row| row.0))),
        ),
        ("object", uint64(rows.iter().map(|row| row.1))),
        ("author", uint32(rows.iter().map(|row| row.2))),
        ("load_date", int32(rows.iter().map(|row| row.3))),
        ("topic", uint32(rows.iter().map(|row| row.4))),
        (
            "shows",
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|row| row.5))),
        ),
    ])
}

fn add_objects(table: &RecordBatch, memory: &mut TopicMemory) -> Result<()> {
    let (networks, shows) = (
        numbers::<UInt8Type>(table, "network")?,
        numbers::<UInt8Type>(table, "shows")?,
    );
    let (objects, dates) = (numbers::<UInt64Type>(table, "object")?, days(table, "load_date")?);
    let (authors, topics) = (
        numbers::<UInt32Type>(table, "author")?,
        numbers::<UInt32Type>(table, "topic")?,
    );
    let key = |row: usize| (networks[row], objects[row], authors[row]);
    let rows: Vec<usize> = (0..table.num_rows()).collect();
    for same in rows.chunk_by(|a, b| key(*a) == key(*b)) {
        let (network, object, author) = key(same[0]);
        let mut known = Known {
            load_date: dates[same[0]],
            topics: Vec::with_capacity(same.len()),
        };
        for row in same {
            known.topics.push((topics[*row], shows_of(shows[*row])?));
        }
        let place = memory
            .objects
            .get_mut(usize::from(network))
            .ok_or_else(|| damaged("network"))?;
        place.insert((object, author), known);
    }
    Ok(())
}

/// One row a network and alias; the row without an alias has the network's number of texts.
fn from_aliases(memory: &TopicMemory) -> Result<RecordBatch> {
    let mut rows: Vec<(u8, &str, AliasCount)> = Vec::new();
    for (network, aliases) in memory.aliases.iter().enumerate() {
        let all = AliasCount {
            texts: aliases.texts,
            ..AliasCount::default()
        };
        rows.push((network as u8, "", all));
        rows.extend(
            aliases
                .counts
                .iter()
                .map(|(alias, count)| (network as u8, &**alias, *count)),
        );
    }
    batch(vec![
        (
            "network",
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|row| row.0))),
        ),
        ("alias", text_column(rows.iter().map(|row| row.1))),
        ("texts", uint64(rows.iter().map(|row| row.2.texts))),
        ("judged", uint64(rows.iter().map(|row| row.2.judged))),
        ("agreed", uint64(rows.iter().map(|row| row.2.agreed))),
    ])
}

fn add_aliases(table: &RecordBatch, memory: &mut TopicMemory) -> Result<()> {
    let (networks, aliases) = (numbers::<UInt8Type>(table, "network")?, texts(table, "alias")?);
    let [seen, judged, agreed] = ["texts", "judged", "agreed"].map(|name| numbers::<UInt64Type>(table, name));
    let (seen, judged, agreed) = (seen?, judged?, agreed?);
    for (row, alias) in aliases.into_iter().enumerate() {
        let place = memory
            .aliases
            .get_mut(usize::from(networks[row]))
            .ok_or_else(|| damaged("network"))?;
        let count = AliasCount {
            texts: seen[row],
            judged: judged[row],
            agreed: agreed[row],
        };
        match alias.is_empty() {
            true => place.texts = count.texts,
            false => drop(place.counts.insert(alias.into(), count)),
        }
    }
    Ok(())
}

fn from_together(memory: &TopicMemory) -> Result<RecordBatch> {
    batch(vec![
        ("topic", uint32(memory.together.keys().map(|key| key.0))),
        ("other", uint32(memory.together.keys().map(|key| key.1))),
        ("rows", uint64(memory.together.values().copied())),
    ])
}

fn from_endorsements(memory: &TopicMemory) -> Result<RecordBatch> {
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
    batch(columns)
}

fn to_endorsements(table: &RecordBatch, delivered: &RecordBatch) -> Result<Endorsements> {
    let (endorsees, endorsers) = (texts(table, "endorsee")?, texts(table, "endorser")?);
    let topics = numbers::<UInt32Type>(table, "topic")?;
    let keys = endorsees.into_iter().zip(topics).zip(endorsers);
    let keys = keys.map(|((endorsee, topic), endorser)| (endorsee.into(), topic, endorser.into()));
    let latest = numbers::<Int64Type>(table, "latest_at")?
        .into_iter()
        .zip(texts(table, "latest_id")?);
    Ok(Endorsements {
        sums: ledger_of(table, keys.collect(), ["sum"])?,
        latest: latest.map(|(at, id)| Latest { at, id: id.into() }).collect(),
        delivered: to_delivered(delivered)?,
    })
}
