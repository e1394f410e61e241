//! Table `topic_scores`: one row per person and topic with evidence.

use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch, StringArray};

use super::{batch, counts, measures};
use clout_base::error::Result;
use clout_base::schema::TOPIC_SCORES;
use clout_model::people::persons::PersonMap;
use clout_topics::ontology::Ontology;
use clout_topics::topic_scores::TopicScore;

/// Builds the table. `standings` must be in order of person and topic.
pub fn build_table(persons: &PersonMap, ontology: &Ontology, standings: &[TopicScore]) -> Result<RecordBatch> {
    let person = |standing: &TopicScore| persons.ids[standing.row.person as usize].as_str();
    batch(
        &TOPIC_SCORES,
        vec![
            Arc::new(StringArray::from_iter_values(standings.iter().map(person))),
            Arc::new(StringArray::from_iter_values(
                standings.iter().map(|standing| ontology.id(standing.row.topic)),
            )),
            measures(standings.iter().map(|standing| standing.row.score()).collect()),
            counts(standings.iter().map(|standing| standing.rank).collect()),
            measures(standings.iter().map(|standing| standing.confidence).collect()),
            counts(standings.iter().map(|standing| standing.reactors).collect()),
            counts(standings.iter().map(|standing| standing.endorsers).collect()),
            Arc::new(BooleanArray::from_iter(
                standings.iter().map(|standing| Some(standing.is_shown)),
            )),
        ],
    )
}
