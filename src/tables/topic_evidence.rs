//! Table `topic_evidence`: the sources of each topic score.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use rayon::prelude::*;

use super::{batch, measures};
use clout_base::error::Result;
use clout_base::schema::TOPIC_EVIDENCE;
use clout_topics::evidence::{EvidenceNames, EvidencePiece};
use clout_topics::topic_scores::TopicScore;

/// Row of the table: a topic score and one of its sources.
type Piece<'a> = (&'a TopicScore, &'a EvidencePiece);

/// Builds the table. `standings` must be in order of person and topic, and their evidence in the published order.
pub fn build_table<'a>(names: &'a EvidenceNames<'a>, standings: &'a [TopicScore]) -> Result<RecordBatch> {
    let own = |standing| std::iter::repeat(standing);
    let rows: Vec<Piece> = standings
        .iter()
        .flat_map(|standing| own(standing).zip(&standing.evidence))
        .collect();
    let texts: [&(dyn Fn(&Piece<'a>) -> &'a str + Sync); 4] = [
        &|(standing, _)| names.persons.ids[standing.row.person as usize].as_str(),
        &|(standing, _)| names.ontology.id(standing.row.topic),
        &|(_, piece)| piece.kind.as_str(),
        &|(_, piece)| names.source_id(piece),
    ];
    let column = |text: &&(dyn Fn(&Piece<'a>) -> &'a str + Sync)| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(text)))
    };
    let mut columns: Vec<ArrayRef> = texts.par_iter().map(column).collect();
    columns.push(measures(rows.iter().map(|(_, piece)| piece.weight).collect()));
    batch(&TOPIC_EVIDENCE, columns)
}
