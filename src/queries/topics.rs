//! Questions about topics: who is credible on one, and on what a person's rest.

use polars::prelude::*;
use serde_json::{Value, json};

use super::near::near;
use super::{frame, of_those_there, texts, unreadable, values};
use clout_base::error::{Error, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;

/// The columns that [`top`] shows.
pub const TOP_COLUMNS: [&str; 6] = [
    "rank_in_topic",
    "person_id",
    "score",
    "confidence",
    "reactors",
    "endorsers",
];
/// The columns that [`of_person`] gives of a topic.
pub const PERSON_COLUMNS: [&str; 7] = [
    "topic_id",
    "score",
    "rank_in_topic",
    "confidence",
    "reactors",
    "endorsers",
    "is_shown",
];
/// The columns of a piece of evidence.
pub const EVIDENCE_COLUMNS: [&str; 3] = ["kind", "source_id", "weight"];

/// The people who are shown as credible on a topic, best first.
pub fn top(store: &Store, manifest: &Manifest, topic: &str, persons: &[String], count: u32) -> Result<DataFrame> {
    let rows = of_those_there(store, manifest, frame(store, manifest, "topic_scores")?)?;
    let rows = rows.filter(col("topic_id").eq(lit(topic)));
    let rows = match persons {
        [] => rows.filter(col("is_shown")),
        persons => {
            let is_named = persons.iter().map(|id| col("person_id").eq(lit(id.as_str())));
            rows.filter(is_named.reduce(Expr::or).unwrap_or_else(|| lit(false)))
        }
    };
    rows.sort(["rank_in_topic", "person_id"], SortMultipleOptions::default())
        .limit(count)
        .select(TOP_COLUMNS.map(col))
        .collect()
        .map_err(unreadable)
}

/// A person's topics, best first, each with its evidence by weight: objects with the contract's column names.
/// All of them, or one.
pub fn of_person(store: &Store, manifest: &Manifest, person_id: &str, topic: Option<&str>) -> Result<Vec<Value>> {
    let is_meant = |rows: LazyFrame| {
        let rows = rows.filter(col("person_id").eq(lit(person_id)));
        match topic {
            Some(topic) => rows.filter(col("topic_id").eq(lit(topic))),
            None => rows,
        }
    };
    let order = |descending: &[bool]| SortMultipleOptions::default().with_order_descending_multi(descending.to_vec());
    let topics = is_meant(frame(store, manifest, "topic_scores")?)
        .sort_by_exprs(
            [col("is_shown"), col("score"), col("topic_id")],
            order(&[true, true, false]),
        )
        .select(PERSON_COLUMNS.map(col))
        .collect()
        .map_err(unreadable)?;
    let evidence = is_meant(frame(store, manifest, "topic_evidence")?)
        .sort(
            ["topic_id", "weight", "kind", "source_id"],
            order(&[false, true, false, false]),
        )
        .select(["topic_id", "kind", "source_id", "weight"].map(col))
        .collect()
        .map_err(unreadable)?;
    let pieces = values(&evidence)?;
    let with_evidence = |row: Vec<Value>| {
        let own = pieces.iter().filter(|piece| piece[0] == row[0]);
        let own: Vec<Value> = own.map(|piece| object(&EVIDENCE_COLUMNS, &piece[1..])).collect();
        let mut topic = object(&PERSON_COLUMNS, &row);
        topic["evidence"] = json!(own);
        topic
    };
    Ok(values(&topics)?.into_iter().map(with_evidence).collect())
}

fn object(names: &[&str], row: &[Value]) -> Value {
    let fields = names.iter().map(|name| (*name).to_owned()).zip(row.iter().cloned());
    Value::Object(fields.collect())
}

/// The topics that anybody has to do with.
fn ids(store: &Store, manifest: &Manifest) -> Result<Vec<String>> {
    texts(frame(store, manifest, "topic_scores")?.select([col("topic_id").unique()]))
}

/// Whether anybody has to do with a topic.
pub fn is_known(store: &Store, manifest: &Manifest, topic: &str) -> Result<bool> {
    Ok(ids(store, manifest)?.iter().any(|id| id == topic))
}

/// Why nobody is shown on a topic: it may be written in another way.
pub fn unknown_topic(store: &Store, manifest: &Manifest, topic: &str) -> Result<Error> {
    let ids = ids(store, manifest)?;
    let date = manifest.snapshot_date;
    if ids.is_empty() {
        return Ok(Error::usage(format!(
            "the snapshot of {date} knows no topics: the input has no topics table, or nobody has to do with any"
        )));
    }
    if ids.iter().any(|id| id == topic) {
        return Ok(Error::usage(format!(
            "nobody is shown on topic {topic} on {date}: no person has two independent sources for it"
        )));
    }
    let near = near(ids.iter().map(String::as_str), topic);
    let near = match near.is_empty() {
        true => "clout query \"SELECT DISTINCT topic_id FROM topic_scores\" has those that there are".to_owned(),
        false => format!("did you mean {}?", near.join(" or ")),
    };
    Ok(Error::usage(format!(
        "there is no topic {topic}, or nobody has to do with it on {date}: {near}"
    )))
}
