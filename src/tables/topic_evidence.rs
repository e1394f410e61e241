//! `topic_evidence`: what each topic score rests on.

use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};

use super::{batch, measures};
use crate::error::Result;
use crate::ontology::Ontology;
use crate::people::persons::Persons;
use crate::schema::TOPIC_EVIDENCE;
use crate::topics::evidence::Evidence;
use crate::topics::standing::Standing;

/// The table; `standings` are in order of person and topic, and their evidence in its own.
pub fn table(persons: &Persons, ontology: &Ontology, standings: &[Standing]) -> Result<RecordBatch> {
    let own = |standing| std::iter::repeat(standing);
    let rows: Vec<(&Standing, &Evidence)> = standings
        .iter()
        .flat_map(|standing| own(standing).zip(&standing.evidence))
        .collect();
    let person = |(standing, _): &(&Standing, &Evidence)| persons.ids[standing.row.person as usize].as_str();
    let topic = |(standing, _): &(&Standing, &Evidence)| ontology.id(standing.row.topic);
    batch(
        &TOPIC_EVIDENCE,
        vec![
            Arc::new(StringArray::from_iter_values(rows.iter().map(person))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(topic))),
            Arc::new(StringArray::from_iter_values(
                rows.iter().map(|(_, piece)| piece.kind.word()),
            )),
            Arc::new(StringArray::from_iter_values(
                rows.iter().map(|(_, piece)| &piece.source_id),
            )),
            measures(rows.iter().map(|(_, piece)| piece.weight).collect()),
        ],
    )
}
