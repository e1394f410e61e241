//! Queries about topics: the credible people of a topic, and the topics of a person with their evidence.

use polars::prelude::*;
use serde_json::{Value, json};

use super::find_person;
use super::suggest_ids::suggest_ids;
use super::{collect_texts, frame_to_rows, keep_visible_people, read_frame, unreadable};
use clout_base::error::{Error, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;

/// Columns that [`find_top_on_topic`] returns.
pub const TOP_TOPIC_COLUMNS: [&str; 7] = [
    "rank_in_topic",
    "person_id",
    "handle",
    "score",
    "confidence",
    "reactors",
    "endorsers",
];
/// Columns of a topic that [`read_person_topics`] returns.
pub const PERSON_TOPIC_COLUMNS: [&str; 7] = [
    "topic_id",
    "score",
    "rank_in_topic",
    "confidence",
    "reactors",
    "endorsers",
    "is_shown",
];
/// Columns of a piece of evidence that [`read_person_topics`] returns.
pub const EVIDENCE_COLUMNS: [&str; 3] = ["kind", "source_id", "weight"];

/// Returns the people shown as credible on a topic, best rank first; with `persons`, only these, shown or not.
pub fn find_top_on_topic(
    store: &Store,
    manifest: &Manifest,
    topic: &str,
    persons: &[String],
    count: u32,
) -> Result<DataFrame> {
    let rows = keep_visible_people(store, manifest, read_frame(store, manifest, "topic_scores")?)?;
    let rows = rows.filter(col("topic_id").eq(lit(topic)));
    let rows = match persons {
        [] => rows.filter(col("is_shown")),
        persons => {
            let is_named = persons.iter().map(|id| col("person_id").eq(lit(id.as_str())));
            rows.filter(is_named.reduce(Expr::or).unwrap_or_else(|| lit(false)))
        }
    };
    let rows = rows.sort(["rank_in_topic", "person_id"], SortMultipleOptions::default());
    let rows = rows.limit(count).collect().map_err(unreadable)?;
    find_person::with_handles(store, manifest, None, rows)?
        .select(TOP_TOPIC_COLUMNS.map(col))
        .collect()
        .map_err(unreadable)
}

/// Returns a person's topics (all, or only `topic`): shown ones first, then by score. Each is an object with column
/// names as in `schema` and its evidence, highest weight first.
pub fn read_person_topics(
    store: &Store,
    manifest: &Manifest,
    person_id: &str,
    topic: Option<&str>,
) -> Result<Vec<Value>> {
    let select = |rows: LazyFrame| {
        let rows = rows.filter(col("person_id").eq(lit(person_id)));
        match topic {
            Some(topic) => rows.filter(col("topic_id").eq(lit(topic))),
            None => rows,
        }
    };
    let order = |descending: &[bool]| SortMultipleOptions::default().with_order_descending_multi(descending.to_vec());
    let topics = select(read_frame(store, manifest, "topic_scores")?)
        .sort_by_exprs(
            [col("is_shown"), col("score"), col("topic_id")],
            order(&[true, true, false]),
        )
        .select(PERSON_TOPIC_COLUMNS.map(col))
        .collect()
        .map_err(unreadable)?;
    let evidence = select(read_frame(store, manifest, "topic_evidence")?)
        .sort(
            ["topic_id", "weight", "kind", "source_id"],
            order(&[false, true, false, false]),
        )
        .select(["topic_id", "kind", "source_id", "weight"].map(col))
        .collect()
        .map_err(unreadable)?;
    let pieces = frame_to_rows(&evidence)?;
    let with_evidence = |row: Vec<Value>| {
        let own = pieces.iter().filter(|piece| piece[0] == row[0]);
        let own: Vec<Value> = own.map(|piece| object(&EVIDENCE_COLUMNS, &piece[1..])).collect();
        let mut topic = object(&PERSON_TOPIC_COLUMNS, &row);
        topic["evidence"] = json!(own);
        topic
    };
    Ok(frame_to_rows(&topics)?.into_iter().map(with_evidence).collect())
}

fn object(names: &[&str], row: &[Value]) -> Value {
    let fields = names.iter().map(|name| (*name).to_owned()).zip(row.iter().cloned());
    Value::Object(fields.collect())
}

/// Returns the ids of all topics with at least one row in `topic_scores`.
fn ids(store: &Store, manifest: &Manifest) -> Result<Vec<String>> {
    collect_texts(read_frame(store, manifest, "topic_scores")?.select([col("topic_id").unique()]))
}

/// Returns true if at least one person has a row on the topic.
pub fn has_topic(store: &Store, manifest: &Manifest, topic: &str) -> Result<bool> {
    Ok(ids(store, manifest)?.iter().any(|id| id == topic))
}

/// Returns the error for a topic without shown people, with similar topic ids.
pub fn build_topic_error(store: &Store, manifest: &Manifest, topic: &str) -> Result<Error> {
    let ids = ids(store, manifest)?;
    let date = manifest.snapshot_date;
    if ids.is_empty() {
        return Ok(Error::usage(format!(
            "the snapshot of {date} has no topic scores: the input has no topics table, or no person matches any topic"
        )));
    }
    if ids.iter().any(|id| id == topic) {
        return Ok(Error::usage(format!(
            "no person is shown on topic {topic} on {date}: no person has two independent sources for it"
        )));
    }
    let similar = suggest_ids(ids.iter().map(String::as_str), topic);
    let advice = match similar.is_empty() {
        true => "list all topics with clout query \"SELECT DISTINCT topic_id FROM topic_scores\"".to_owned(),
        false => format!("did you mean {}?", similar.join(" or ")),
    };
    Ok(Error::usage(format!(
        "topic {topic} is unknown or matches no person on {date}: {advice}"
    )))
}
