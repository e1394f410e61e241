//! Converts the topic state to Arrow tables and back.

use std::sync::Arc;

use arrow::array::{AsArray, Float32Array, LargeStringArray, RecordBatch, UInt8Array};
use arrow::datatypes::{Float32Type, Int64Type, UInt8Type, UInt32Type, UInt64Type};

use super::ledger_tables::{
    from_endorsements, from_posts, from_touches, text_column, texts, to_endorsements, to_posts, to_touches,
};
use super::tables::{build_batch, column, damaged, days, from_delivered, int32, int64, numbers, uint32, uint64};
use clout_base::error::Result;
use clout_topics::ontology::alias_resolver::AliasCount;
use clout_topics::ontology::alias_resolver::MentionKind as Shows;
use clout_topics::sources::{SourceAct, SourceKey};
use clout_topics::topic_state::TopicState;

type Make = fn(&TopicState) -> Result<RecordBatch>;

/// Builders of all tables by name.
pub const TABLE_BUILDERS: [(&str, Make); 10] = [
    ("ids", from_ids),
    ("touches", from_touches),
    ("posts", from_posts),
    ("sources", from_sources),
    ("objects", from_objects),
    ("aliases", from_aliases),
    ("together", from_together),
    ("endorsements", from_endorsements),
    ("endorsed", |memory| from_delivered(&memory.endorsements.delivered)),
    ("ontology", from_ontology),
];

/// Reads the tables of [`TABLE_BUILDERS`].
pub fn to_topic_state(networks: usize, get: &dyn Fn(&str) -> Result<RecordBatch>) -> Result<TopicState> {
    let mut memory = TopicState::empty(networks);
    memory.ids = texts(&get("ids")?, "id")?;
    memory.touches = to_touches(&get("touches")?)?;
    memory.posts = to_posts(&get("posts")?)?;
    add_sources(&get("sources")?, &mut memory)?;
    add_objects(&get("objects")?, &mut memory)?;
    add_aliases(&get("aliases")?, &mut memory)?;
    let together = get("together")?;
    let pairs = numbers::<UInt32Type>(&together, "topic")?
        .into_iter()
        .zip(numbers::<UInt32Type>(&together, "other")?);
    memory.together = pairs.zip(numbers::<UInt64Type>(&together, "rows")?).collect();
    memory.endorsements = to_endorsements(&get("endorsements")?, &get("endorsed")?)?;
    memory.ontology = to_ontology(&get("ontology")?)?;
    Ok(memory)
}

fn code(shows: Shows) -> u8 {
    match shows {
        Shows::Tag => 0,
        Shows::Hashtag => 1,
        Shows::Text => 2,
        Shows::Word => 3,
    }
}

fn shows_of(code: u8) -> Result<Shows> {
    [Shows::Tag, Shows::Hashtag, Shows::Text, Shows::Word]
        .get(usize::from(code))
        .copied()
        .ok_or_else(|| damaged("shows"))
}

fn from_ids(memory: &TopicState) -> Result<RecordBatch> {
    build_batch(vec![("id", text_column(memory.ids.iter().map(String::as_str)))])
}

fn from_ontology(memory: &TopicState) -> Result<RecordBatch> {
    let above = memory.ontology.iter().map(|row| row.1.as_deref());
    build_batch(vec![
        ("id", text_column(memory.ontology.iter().map(|row| row.0.as_str()))),
        ("above", Arc::new(above.collect::<LargeStringArray>())),
    ])
}

fn to_ontology(table: &RecordBatch) -> Result<Vec<(String, Option<String>)>> {
    let above = column(table, "above")?
        .as_string_opt::<i64>()
        .ok_or_else(|| damaged("above"))?;
    let above = above.iter().map(|id| id.map(str::to_owned));
    Ok(texts(table, "id")?.into_iter().zip(above).collect())
}

fn from_sources(memory: &TopicState) -> Result<RecordBatch> {
    let rows = memory.sources.rows();
    build_batch(vec![
        ("account", uint32(rows.iter().map(|row| row.key.account))),
        ("topic", uint32(rows.iter().map(|row| row.key.topic))),
        (
            "shows",
            Arc::new(UInt8Array::from_iter_values(rows.iter().map(|row| code(row.key.shows)))),
        ),
        (
            "is_own",
            Arc::new(UInt8Array::from_iter_values(
                rows.iter().map(|row| u8::from(row.key.is_own)),
            )),
        ),
        ("other", uint32(rows.iter().map(|row| row.act.other))),
        ("at", int64(rows.iter().map(|row| row.act.at))),
        (
            "weight",
            Arc::new(Float32Array::from_iter_values(rows.iter().map(|row| row.act.weight))),
        ),
        ("id", text_column(rows.iter().map(|row| memory.sources.id(row)))),
    ])
}

fn add_sources(table: &RecordBatch, memory: &mut TopicState) -> Result<()> {
    let (accounts, topics) = (
        numbers::<UInt32Type>(table, "account")?,
        numbers::<UInt32Type>(table, "topic")?,
    );
    let (shows, are_own) = (
        numbers::<UInt8Type>(table, "shows")?,
        numbers::<UInt8Type>(table, "is_own")?,
    );
    let (others, times) = (
        numbers::<UInt32Type>(table, "other")?,
        numbers::<Int64Type>(table, "at")?,
    );
    let weights = numbers::<Float32Type>(table, "weight")?;
    let ids = column(table, "id")?
        .as_string_opt::<i64>()
        .ok_or_else(|| damaged("id"))?;
    for row in 0..table.num_rows() {
        let key = SourceKey {
            account: accounts[row],
            topic: topics[row],
            shows: shows_of(shows[row])?,
            is_own: are_own[row] != 0,
        };
        let act = SourceAct {
            at: times[row],
            weight: weights[row],
            other: others[row],
        };
        memory.sources.push(key, act, ids.value(row));
    }
    Ok(())
}

/// Converts the objects to a table with one row per object and topic.
fn from_objects(memory: &TopicState) -> Result<RecordBatch> {
    let mut rows: Vec<(u8, u64, u32, i32, u32, u8)> = Vec::new();
    for (network, objects) in memory.objects.iter().enumerate() {
        for ((object, author), load_date, topics) in objects.iter() {
            rows.extend(
                topics
                    .iter()
                    .map(|(topic, shows)| (network as u8, object, author, load_date.0, *topic, code(*shows))),
            );
        }
    }
    build_batch(vec![
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

fn add_objects(table: &RecordBatch, memory: &mut TopicState) -> Result<()> {
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
    let mut shown = Vec::new();
    for same in rows.chunk_by(|a, b| key(*a) == key(*b)) {
        let (network, object, author) = key(same[0]);
        shown.clear();
        for row in same {
            shown.push((topics[*row], shows_of(shows[*row])?));
        }
        let objects = memory
            .objects
            .get_mut(usize::from(network))
            .ok_or_else(|| damaged("network"))?;
        objects.push((object, author), dates[same[0]], &shown);
    }
    Ok(())
}

/// Converts the alias counts to a table with one row per network and alias; the row with an empty alias has the
/// network's number of texts.
fn from_aliases(memory: &TopicState) -> Result<RecordBatch> {
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
    build_batch(vec![
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

fn add_aliases(table: &RecordBatch, memory: &mut TopicState) -> Result<()> {
    let (networks, aliases) = (numbers::<UInt8Type>(table, "network")?, texts(table, "alias")?);
    let [seen, judged, agreed] = ["texts", "judged", "agreed"].map(|name| numbers::<UInt64Type>(table, name));
    let (seen, judged, agreed) = (seen?, judged?, agreed?);
    for (row, alias) in aliases.into_iter().enumerate() {
        let alias_counts = memory
            .aliases
            .get_mut(usize::from(networks[row]))
            .ok_or_else(|| damaged("network"))?;
        let count = AliasCount {
            texts: seen[row],
            judged: judged[row],
            agreed: agreed[row],
        };
        match alias.is_empty() {
            true => alias_counts.texts = count.texts,
            false => drop(alias_counts.counts.insert(alias.into(), count)),
        }
    }
    Ok(())
}

fn from_together(memory: &TopicState) -> Result<RecordBatch> {
    build_batch(vec![
        ("topic", uint32(memory.together.keys().map(|key| key.0))),
        ("other", uint32(memory.together.keys().map(|key| key.1))),
        ("rows", uint64(memory.together.values().copied())),
    ])
}
