//! Table `topic_evidence`: the sources of each topic score.

use polars::prelude::DataFrame;

use super::{measures, texts};
use clout_base::error::{Error, Result};
use clout_base::schema::TOPIC_EVIDENCE;
use clout_model::people::persons::PersonMap;
use clout_topics::evidence_kind::EvidenceKind;
use clout_topics::frames::{read_f64, read_texts, read_u32};
use clout_topics::ontology::Ontology;
use clout_warehouse::table_rows::TableRows;

/// Describes the rows of the table [`pieces`](clout_topics::evidence::TopicEvidence::pieces).
///
/// # Errors
/// Returns an internal error if a column is missing.
pub fn build_rows<'a>(persons: &'a PersonMap, ontology: &'a Ontology, pieces: &'a DataFrame) -> Result<TableRows<'a>> {
    let (people, topics) = (read_u32(pieces, "person")?, read_u32(pieces, "topic")?);
    let (sources, weights) = (read_texts(pieces, "source_id")?, read_f64(pieces, "weight")?);
    let kinds = read_u32(pieces, "kind")?
        .iter()
        .map(|kind| EvidenceKind::ALL.get(*kind as usize));
    let kinds: Option<Vec<&str>> = kinds.map(|kind| kind.map(|kind| kind.as_str())).collect();
    let kinds = kinds.ok_or_else(|| Error::internal("a piece of evidence has an unknown kind"))?;
    Ok(TableRows::new(&TOPIC_EVIDENCE, pieces.height(), move |rows| {
        vec![
            texts(people[rows.clone()].iter().map(|person| &persons.ids[*person as usize])),
            texts(topics[rows.clone()].iter().map(|topic| ontology.id(*topic))),
            texts(kinds[rows.clone()].iter().copied()),
            texts(sources[rows.clone()].iter().copied()),
            measures(weights[rows].to_vec()),
        ]
    }))
}
