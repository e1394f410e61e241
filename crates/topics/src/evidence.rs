//! Finds the sources behind each topic score: the table `topic_evidence`.
//!
//! | table | grain | columns |
//! |---|---|---|
//! | `pieces` | person, topic, kind, source_id | weight |
//! | `supporters` | person, topic, by | independent people behind the evidence |
//! | `shown` | person, topic | rows with at least two of them |

use polars::prelude::*;

use super::audience::{MAX_CITED, MIN_TRUST};
use super::evidence_kind::EvidenceKind;
use super::fixed_point::{from_units, to_units};
use super::frames::Order::{Ascending, Descending};
use super::frames::{
    Order, add_column, build_column, build_table, collect, columns, constant_u32, keep_first, read_i64, read_u32,
    semi_join, sort_by, sort_in_order, take_first, union_all,
};
use super::influence_scores::InfluenceScores;
use super::person_sources::{find_person_sources, find_source_pieces, find_source_supporters};
use super::person_tables::TopicInputs;
use super::person_topics::PersonTopics;
use super::rollup::{TopicRollup, list_rows};
use super::strengths::TopicStrengths;
use clout_base::error::Result;

/// Key of a row of `topic_scores`.
const PAIR: [&str; 2] = ["person", "topic"];
/// Key of the table.
const KEY: [&str; 4] = ["person", "topic", "kind", "source_id"];

/// Evidence of the rows.
pub struct TopicEvidence {
    /// Rows of `topic_evidence`, sorted: those of shown rows, and of rows that rest on narrower topics alone.
    /// Grain: (person, topic, kind, source_id). The weight of a tag
    /// or a text is that of its latest act, decayed; of other kinds the amount added to the strength. The unit is one
    /// ordinary, trusted, fresh reaction.
    pub pieces: DataFrame,
    /// Shown rows: with at least two independent people behind the evidence, of the person and others that are trusted.
    /// Narrower topics add no people. Grain: (person, topic), sorted.
    pub shown: DataFrame,
}

/// Least number of independent people behind a shown topic.
const MIN_PEOPLE: u32 = 2;

/// Finds the evidence of the rows `heard`, on which a trusted other person acted. Grain of `heard`: (person, topic).
///
/// # Errors
/// Returns an internal error if a query does not fit its tables.
pub fn find_evidence(
    inputs: &TopicInputs,
    pairs: &PersonTopics,
    strengths: &TopicStrengths,
    known: &InfluenceScores,
    rollup: &TopicRollup,
    heard: &DataFrame,
) -> Result<TopicEvidence> {
    let of_rows = |table: DataFrame, rows: &DataFrame| semi_join(table.lazy(), rows.clone().lazy(), PAIR);
    let (sources, others) = rayon::join(
        || find_person_sources(inputs, known, heard),
        || -> Result<_> {
            let endorsers = collect(of_rows(find_endorsers(pairs, strengths)?, heard))?;
            Ok((
                endorsers,
                collect(of_rows(find_audience(inputs, pairs, strengths)?, heard))?,
            ))
        },
    );
    let (sources, (endorsers, audience)) = (sources?, others?);
    let witnesses = |table: &DataFrame| {
        let rows = table.clone().lazy().filter(col("is_witness"));
        rows.select(columns(["person", "topic", "by"]))
    };
    let supporters = [
        witnesses(&audience),
        witnesses(&endorsers),
        find_source_supporters(&sources)?.lazy(),
    ];
    let shown = find_shown(union_all(supporters)?)?;
    let with_ancestors = collect(union_all([shown.clone().lazy(), list_broader(rollup)?.lazy()])?)?;
    let pieces = union_all([
        of_rows(name_persons(&audience, inputs)?, &shown),
        of_rows(name_endorsements(endorsers)?, &shown),
        find_source_pieces(inputs, collect(of_rows(sources, &shown))?)?.lazy(),
        of_rows(find_ancestors(inputs, rollup)?, &with_ancestors),
    ])?;
    Ok(TopicEvidence {
        pieces: collect(sort_by(pieces, KEY))?,
        shown,
    })
}

/// Rows that rest on narrower topics alone. They are not shown, and name these topics. Grain: (person, topic).
fn list_broader(rollup: &TopicRollup) -> Result<DataFrame> {
    list_rows(rollup.rows.iter().filter(|row| row.pair.is_none()))
}

/// Rows with enough independent people. Grain: (person, topic), sorted.
fn find_shown(supporters: LazyFrame) -> Result<DataFrame> {
    let people = supporters
        .group_by(columns(PAIR))
        .agg([col("by").n_unique().alias("people")]);
    let shown = people
        .filter(col("people").gt_eq(lit(MIN_PEOPLE)))
        .select(columns(PAIR));
    collect(sort_by(shown, PAIR))
}

/// Returns the columns of `pieces`.
pub(super) fn select_pieces(kind: EvidenceKind, table: LazyFrame) -> LazyFrame {
    let kind = constant_u32(kind as u32).alias("kind");
    table.select([col("person"), col("topic"), kind, col("source_id"), col("weight")])
}

/// Audience members with the greatest parts. Grain: (person, topic, by).
fn find_audience(inputs: &TopicInputs, pairs: &PersonTopics, strengths: &TopicStrengths) -> Result<DataFrame> {
    let weight = inputs.model.params().topics.audience;
    let members = || {
        let audiences = strengths.audiences.iter().zip(&pairs.keys);
        audiences.flat_map(|(audience, key)| audience.best().map(move |member| (key, member)))
    };
    build_table(vec![
        build_column("person", members().map(|(key, _)| key.0)),
        build_column("topic", members().map(|(key, _)| key.1)),
        build_column("by", members().map(|(_, member)| member.person)),
        build_column("weight", members().map(|(_, member)| weight * member.part)),
        build_column("is_witness", members().map(|(_, member)| member.is_witness)),
    ])
}

/// Names the members of the audience. Grain: (person, topic, source_id).
fn name_persons(audience: &DataFrame, inputs: &TopicInputs) -> Result<DataFrame> {
    let ids = read_u32(audience, "by")?
        .iter()
        .map(|person| inputs.persons.ids[*person as usize].as_ref());
    let ids = ids.collect::<Vec<&str>>();
    let mut named = audience.clone();
    add_column(&mut named, build_column("source_id", ids))?;
    collect(select_pieces(EvidenceKind::Audience, named.lazy()))
}

/// Latest endorsement of each of the greatest endorsers; ties go to the lesser id. Grain: (person, topic, by).
fn find_endorsers(pairs: &PersonTopics, strengths: &TopicStrengths) -> Result<DataFrame> {
    let counted = (0..pairs.endorsements.len()).filter(|edge| strengths.endorsements[*edge].part > 0.0);
    let counted: Vec<usize> = counted.collect();
    let key = |pair: u32| pairs.keys[pair as usize];
    let target = |edge: &usize| key(pairs.endorsements[*edge].target);
    let actor = |edge: &usize| key(pairs.endorsements[*edge].actor).0;
    let is_witness = |edge: &usize| strengths.endorsements[*edge].known >= MIN_TRUST;
    let all = build_table(vec![
        build_column("person", counted.iter().map(|edge| target(edge).0)),
        build_column("topic", counted.iter().map(|edge| target(edge).1)),
        build_column("by", counted.iter().map(actor)),
        build_column("source_id", counted.iter().map(|edge| &*pairs.endorsement_ids[*edge])),
        build_column("weight", counted.iter().map(|edge| strengths.endorsements[*edge].part)),
        build_column("is_witness", counted.iter().map(is_witness)),
    ])?;
    let greatest_first = [Descending("weight"), Ascending("source_id"), Ascending("by")];
    collect(take_greatest(all.lazy(), &greatest_first))
}

/// The few first of each row in an order.
fn take_greatest(table: LazyFrame, order: &[Order]) -> LazyFrame {
    let order = [&PAIR.map(Ascending)[..], order].concat();
    take_first(sort_in_order(table, &order), PAIR, MAX_CITED as i64)
}

/// The endorsements of the endorsers. An id that two of them share is one piece. Grain: (person, topic, source_id).
fn name_endorsements(endorsers: DataFrame) -> Result<DataFrame> {
    let pieces = select_pieces(EvidenceKind::Endorsement, endorsers.lazy());
    collect(keep_first(pieces, KEY))
}

/// The narrower and related topics that add most; ties go to the lesser topic. A topic that is both is one piece.
/// Grain: (person, topic, source_id).
fn find_ancestors(inputs: &TopicInputs, rollup: &TopicRollup) -> Result<DataFrame> {
    let related = || rollup.rows.iter().filter_map(|row| row.related.map(|lift| (row, lift)));
    let lent = build_table(vec![
        build_column("person", related().map(|(row, _)| row.person)),
        build_column("topic", related().map(|(row, _)| row.topic)),
        build_column("from", related().map(|(_, lift)| lift.from)),
        build_column("part", related().map(|(_, lift)| to_units(lift.part))),
    ])?;
    let parts = union_all([rollup.lifts.clone().lazy(), lent.lazy()])?;
    let parts = parts
        .group_by(columns(["person", "topic", "from"]))
        .agg([col("part").sum()]);
    let mut greatest = collect(take_greatest(parts, &[Descending("part"), Ascending("from")]))?;
    let ids = read_u32(&greatest, "from")?
        .iter()
        .map(|topic| inputs.ontology.id(*topic))
        .collect::<Vec<&str>>();
    let weights = read_i64(&greatest, "part")?
        .iter()
        .map(|part| from_units(*part))
        .collect::<Vec<f64>>();
    let (ids, weights) = (build_column("source_id", ids), build_column("weight", weights));
    for column in [ids, weights] {
        add_column(&mut greatest, column)?;
    }
    collect(select_pieces(EvidenceKind::Ancestor, greatest.lazy()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person_topics::TopicEdge;
    use crate::strengths::EndorsementShare;
    use crate::testing::lines;

    #[test]
    fn the_greatest_endorsers_are_named_and_ties_go_to_the_lesser_id() {
        let edge = |actor| TopicEdge {
            target: 0,
            actor,
            strength: 1.0,
            lasting: 1.0,
        };
        let pairs = PersonTopics {
            keys: vec![(1, 5), (2, 5), (3, 5), (4, 5), (6, 5), (7, 5)],
            endorsements: (1..6).map(edge).collect(),
            endorsement_ids: ["e5", "e4", "e3", "e2", "e1"].map(str::to_owned).to_vec(),
            ..PersonTopics::default()
        };
        let share = |part, known| EndorsementShare { part, known };
        let strengths = TopicStrengths {
            endorsements: vec![
                share(0.5, 0.9),
                share(0.0, 0.9),
                share(0.2, 0.1),
                share(0.2, 0.9),
                share(0.2, 0.9),
            ],
            ..TopicStrengths::default()
        };
        let found = find_endorsers(&pairs, &strengths).unwrap();
        let expected = ["1 5 2 e5 yes", "1 5 6 e2 yes", "1 5 7 e1 yes"];
        assert_eq!(lines(&found, "person topic by source_id is_witness"), expected);
    }
}
