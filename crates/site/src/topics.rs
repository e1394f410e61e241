//! Topics with the people shown on them.

use std::collections::HashMap;

use arrow::array::{Array, BooleanArray, RecordBatch};
use serde_json::{Value, json};

use super::best::{Best, TOP};
use super::folder::Folder;
use super::has;
use super::rows::{counts, measure, measures, texts};
use super::still::Still;
use super::text::script_json;
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Number of topics listed on the page: those with the most people shown.
const LISTED: usize = 400;

/// Topics of a snapshot.
#[derive(Default)]
pub struct Topics {
    /// Topic, number of people shown, and the highest scores; most people first, at most [`LISTED`].
    pub listed: Vec<(String, u64, Vec<Value>)>,
    /// Number of topics with at least one person shown.
    pub known: usize,
}

/// People shown on a topic.
struct Topic {
    shown: u64,
    best: Best,
}

impl Topics {
    /// Reads the topics; empty if the snapshot has no such table.
    pub fn of(store: &Store, tonight: &Manifest, still: &Still) -> Result<Topics> {
        if !has(tonight, "topic_scores") {
            return Ok(Topics::default());
        }
        let mut topics: HashMap<String, Topic> = HashMap::new();
        let columns = [
            "person_id",
            "topic_id",
            "score",
            "rank_in_topic",
            "confidence",
            "is_shown",
        ];
        for batch in snapshots::stream_table(store, tonight, "topic_scores", Some(&columns))? {
            add(&mut topics, &batch?, still)?;
        }
        let known = topics.len();
        let mut topics: Vec<(String, Topic)> = topics.into_iter().collect();
        topics.sort_by(|(a, x), (b, y)| y.shown.cmp(&x.shown).then_with(|| a.cmp(b)));
        topics.truncate(LISTED);
        let listed = topics
            .into_iter()
            .map(|(name, topic)| (name, topic.shown, topic.best.rows()));
        Ok(Topics {
            listed: listed.collect(),
            known,
        })
    }

    /// Writes the rows that the page shows for a selected topic.
    pub fn write(&self, folder: &mut Folder) -> Result<()> {
        let topics = self
            .listed
            .iter()
            .map(|(topic, shown, best)| json!([topic, shown, best]));
        let topics = script_json(&topics.collect::<Value>());
        folder.file(
            "topics/00000.js",
            format!("clout.take(\"topics\", 0, {topics});\n").as_bytes(),
        )
    }
}

fn add(topics: &mut HashMap<String, Topic>, batch: &RecordBatch, still: &Still) -> Result<()> {
    let (ids, names, ranks) = (
        texts(batch, "person_id")?,
        texts(batch, "topic_id")?,
        counts(batch, "rank_in_topic")?,
    );
    let (scores, confidences) = (measures(batch, "score")?, measures(batch, "confidence")?);
    let shown = batch
        .column_by_name("is_shown")
        .and_then(|column| column.as_any().downcast_ref());
    let is_shown = |row: usize| shown.is_none_or(|shown: &BooleanArray| shown.value(row));
    for row in (0..batch.num_rows()).filter(|row| is_shown(*row)) {
        if !topics.contains_key(names.value(row)) {
            let topic = Topic {
                shown: 0,
                best: Best::of(TOP),
            };
            topics.insert(names.value(row).to_owned(), topic);
        }
        if let Some(topic) = topics.get_mut(names.value(row)) {
            topic.shown += 1;
            if !still.has(ids.value(row)) {
                continue;
            }
            topic.best.offer(-(ranks.value(row) as f64), || {
                json!({
                    "person_id": ids.value(row),
                    "rank": ranks.value(row),
                    "score": measure(scores.value(row)),
                    "confidence": measure(confidences.value(row)),
                })
            });
        }
    }
    Ok(())
}
