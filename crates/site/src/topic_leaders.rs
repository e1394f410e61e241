//! Topics with the people shown on them.

use std::collections::HashMap;

use arrow::array::{Array, BooleanArray, RecordBatch};
use serde_json::{Value, json};

use super::folder::ReportFolder;
use super::has_table;
use super::json_values::round_measure;
use super::privacy_filter::PrivacyFilter;
use super::text::to_script_json;
use super::top_k::{TOP_LENGTH, TopRows};
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::published_columns::{float_column, integer_column, string_column};
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Number of topics listed on the page: those with the most people shown.
const LISTED: usize = 400;

/// Topics of a snapshot.
#[derive(Default)]
pub(crate) struct TopicLeaders {
    /// Topic, number of people shown, and the highest scores; most people first, at most [`LISTED`].
    pub listed: Vec<(String, u64, Vec<Value>)>,
    /// Number of topics with at least one person shown.
    pub shown_topics: usize,
}

/// People shown on a topic.
struct ShownPeople {
    shown: u64,
    best: TopRows,
}

impl TopicLeaders {
    /// Reads the topics; empty if the snapshot has no such table.
    pub(crate) fn read(store: &Store, manifest: &Manifest, still: &PrivacyFilter) -> Result<TopicLeaders> {
        if !has_table(manifest, "topic_scores") {
            return Ok(TopicLeaders::default());
        }
        let mut topics: HashMap<String, ShownPeople> = HashMap::new();
        let columns = [
            "person_id",
            "topic_id",
            "score",
            "rank_in_topic",
            "confidence",
            "is_shown",
        ];
        for batch in snapshots::stream_table(store, manifest, "topic_scores", Some(&columns))? {
            add(&mut topics, &batch?, still)?;
        }
        let known = topics.len();
        let mut topics: Vec<(String, ShownPeople)> = topics.into_iter().collect();
        topics.sort_by(|(a, x), (b, y)| y.shown.cmp(&x.shown).then_with(|| a.cmp(b)));
        topics.truncate(LISTED);
        let listed = topics
            .into_iter()
            .map(|(name, topic)| (name, topic.shown, topic.best.to_rows()));
        Ok(TopicLeaders {
            listed: listed.collect(),
            shown_topics: known,
        })
    }

    /// Writes the rows that the page shows for a selected topic.
    pub(crate) fn write(&self, folder: &mut ReportFolder) -> Result<()> {
        let topics = self
            .listed
            .iter()
            .map(|(topic, shown, best)| json!([topic, shown, best]));
        let topics = to_script_json(&topics.collect::<Value>());
        folder.write_file(
            "topics/00000.js",
            format!("clout.take(\"topics\", 0, {topics});\n").as_bytes(),
        )
    }
}

fn add(topics: &mut HashMap<String, ShownPeople>, batch: &RecordBatch, still: &PrivacyFilter) -> Result<()> {
    let (ids, names, ranks) = (
        string_column(batch, "person_id")?,
        string_column(batch, "topic_id")?,
        integer_column(batch, "rank_in_topic")?,
    );
    let (scores, confidences) = (float_column(batch, "score")?, float_column(batch, "confidence")?);
    let shown = batch
        .column_by_name("is_shown")
        .and_then(|column| column.as_any().downcast_ref());
    let is_shown = |row: usize| shown.is_none_or(|shown: &BooleanArray| shown.value(row));
    for row in (0..batch.num_rows()).filter(|row| is_shown(*row)) {
        if !topics.contains_key(names.value(row)) {
            let topic = ShownPeople {
                shown: 0,
                best: TopRows::new(TOP_LENGTH),
            };
            topics.insert(names.value(row).to_owned(), topic);
        }
        if let Some(topic) = topics.get_mut(names.value(row)) {
            topic.shown += 1;
            if !still.allows(ids.value(row)) {
                continue;
            }
            topic.best.offer(-(ranks.value(row) as f64), || {
                json!({
                    "person_id": ids.value(row),
                    "rank": ranks.value(row),
                    "score": round_measure(scores.value(row)),
                    "confidence": round_measure(confidences.value(row)),
                })
            });
        }
    }
    Ok(())
}
