//! Table `topic_scores`: one row per person and topic with evidence.

use std::sync::Arc;

use arrow::array::BooleanArray;

use super::{counts, measures, texts};
use clout_base::schema::TOPIC_SCORES;
use clout_model::people::persons::PersonMap;
use clout_topics::ontology::Ontology;
use clout_topics::topic_scores::TopicScore;
use clout_warehouse::table_rows::TableRows;

/// Describes the rows. `standings` must be in order of person and topic.
pub fn build_rows<'a>(persons: &'a PersonMap, ontology: &'a Ontology, standings: &'a [TopicScore]) -> TableRows<'a> {
    let person = |standing: &TopicScore| &persons.ids[standing.row.person as usize];
    TableRows::new(&TOPIC_SCORES, standings.len(), move |rows| {
        let standings = &standings[rows];
        vec![
            texts(standings.iter().map(person)),
            texts(standings.iter().map(|standing| ontology.id(standing.row.topic))),
            measures(standings.iter().map(|standing| standing.row.score()).collect()),
            counts(standings.iter().map(|standing| standing.rank).collect()),
            measures(standings.iter().map(|standing| standing.confidence).collect()),
            counts(standings.iter().map(|standing| standing.reactors).collect()),
            counts(standings.iter().map(|standing| standing.endorsers).collect()),
            Arc::new(BooleanArray::from_iter(
                standings.iter().map(|standing| Some(standing.is_shown)),
            )),
        ]
    })
}
