//! Table `topic_evidence`: the sources of each topic score.

use rayon::prelude::*;

use super::{measures, texts};
use clout_base::schema::TOPIC_EVIDENCE;
use clout_topics::evidence::{EvidenceNames, EvidencePiece};
use clout_topics::topic_scores::TopicScore;
use clout_warehouse::table_rows::TableRows;

/// Row of the table: a topic score and one of its sources.
type Piece<'a> = (&'a TopicScore, &'a EvidencePiece);

/// Describes the rows. `standings` must be in order of person and topic, and their evidence in the published order.
pub fn build_rows<'a>(names: &'a EvidenceNames<'a>, standings: &'a [TopicScore]) -> TableRows<'a> {
    let own = |standing: &'a TopicScore| standing.evidence.iter().map(move |piece| (standing, piece));
    let pieces: Vec<Piece> = standings.par_iter().flat_map_iter(own).collect();
    let person = |standing: &TopicScore| &names.persons.ids[standing.row.person as usize];
    TableRows::new(&TOPIC_EVIDENCE, pieces.len(), move |rows| {
        let pieces = &pieces[rows];
        vec![
            texts(pieces.iter().map(|(standing, _)| person(standing))),
            texts(pieces.iter().map(|(standing, _)| names.ontology.id(standing.row.topic))),
            texts(pieces.iter().map(|(_, piece)| piece.kind.as_str())),
            texts(pieces.iter().map(|(_, piece)| names.source_id(piece))),
            measures(pieces.iter().map(|(_, piece)| piece.weight).collect()),
        ]
    })
}
