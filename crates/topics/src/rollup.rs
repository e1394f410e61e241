//! Adds related and broader topics to strengths, and weights by rarity.
//!
//! | table | grain | columns |
//! |---|---|---|
//! | `lifts` | person, topic, from | part (units): what the narrower topic `from` adds |
//! | `rows` | person, topic | pair, lifted (units) |

use polars::prelude::*;
use rayon::prelude::*;

use super::fixed_point::{from_units, to_units};
use super::frames::{
    build_column, build_table, collect, columns, constant_i64, constant_u32, join_on, read_i64, read_u32, sort_by,
    union_all,
};
use super::influence_scores::InfluenceScores;
use super::person_tables::TopicInputs;
use super::person_topics::PersonTopics;
use super::relations::{TopicRelations, TopicShares};
use super::strengths::{TopicStrength, TopicStrengths};
use clout_base::error::Result;
use clout_model::influence::score_scale::clamp_score;

/// Marks a row with evidence from narrower topics only.
const NO_PAIR: u32 = u32::MAX;

/// Strength that a topic receives from a related topic of the person: P(j | k) x rare x D.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RelatedLift {
    /// Related topic.
    pub from: u32,
    /// Added strength.
    pub part: f64,
}

/// One row of `topic_scores`, before ranking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicScoreRow {
    /// Index of the person.
    pub person: u32,
    /// Topic of the ontology.
    pub topic: u32,
    /// Index of the (person, topic) pair; none if the evidence is from narrower topics only.
    pub pair: Option<u32>,
    /// Contribution of the related topic that adds most.
    pub related: Option<RelatedLift>,
    /// Sum of the contributions of narrower topics.
    pub lifted: f64,
    /// Score before clamping to 1 to 100.
    pub value: f64,
}

impl TopicScoreRow {
    /// Returns the score, from 1 to 100.
    pub fn score(&self) -> f64 {
        clamp_score(self.value)
    }
}

/// Rows of all persons, and the contributions of narrower topics to them.
pub struct TopicRollup {
    /// Rows, sorted by (person, topic).
    pub rows: Vec<TopicScoreRow>,
    /// Table `lifts`.
    pub lifts: DataFrame,
}

/// Returns the keys of rows. Grain: (person, topic).
pub(super) fn list_rows<'a>(rows: impl Iterator<Item = &'a TopicScoreRow> + Clone) -> Result<DataFrame> {
    build_table(vec![
        build_column("person", rows.clone().map(|row| row.person)),
        build_column("topic", rows.map(|row| row.topic)),
    ])
}

/// Computes the rows of all persons.
///
/// # Errors
/// Returns an internal error if a query does not fit its tables.
pub fn compute_rows(
    inputs: &TopicInputs,
    relations: &TopicRelations,
    pairs: &PersonTopics,
    strengths: &TopicStrengths,
    known: &InfluenceScores,
) -> Result<TopicRollup> {
    let strength_table = build_strengths(pairs, strengths)?;
    let lifts = find_lifts(&strength_table, relations.ancestors.clone().lazy())?;
    let mut rows = read_rows(&find_rows(&strength_table, &lifts)?)?;
    let lending = Lending {
        shares: &relations.shares,
        rarity: compute_rarity(inputs, &rows, strengths, known),
        pairs,
        strengths,
    };
    let params = inputs.model.params();
    rows.par_iter_mut().for_each(|row| {
        let strength = strengths.find(row.pair);
        let related = lending.lend_to(row, &strength).map(|lift| RelatedLift {
            part: params.topics.related * lift.part,
            ..lift
        });
        row.related = related.filter(|lift| lift.part > 0.0);
        let own = lending.rarity[row.topic as usize] * (strength.direct() + strength.audience + row.lifted);
        let lent = row.related.map_or(0.0, |lift| lift.part);
        row.value = known.scale.unclamped_score(params.corroboration.base + own + lent);
    });
    Ok(TopicRollup { rows, lifts })
}

/// Pairs that are rows: with a text of the person, a received reaction or a counted endorsement on the topic.
/// Grain: (person, topic).
fn build_strengths(pairs: &PersonTopics, strengths: &TopicStrengths) -> Result<DataFrame> {
    let is_row = |pair: &u32| {
        let (pair, strength) = (*pair as usize, &strengths.claims[*pair as usize]);
        let has_reaction = pairs.reactions_of(pair).iter().any(|edge| edge.strength > 0.0);
        pairs.wrote[pair] || has_reaction || strength.endorsed > 0.0 || strength.given > 0.0
    };
    let listed: Vec<u32> = (0..pairs.len() as u32).filter(is_row).collect();
    let key = |pair: &u32| pairs.keys[*pair as usize];
    let lifting = |pair: &u32| match &strengths.claims[*pair as usize] {
        strength if strength.by_others() > 0.0 => to_units(strength.direct()),
        _ => 0,
    };
    build_table(vec![
        build_column("person", listed.iter().map(|pair| key(pair).0)),
        build_column("topic", listed.iter().map(|pair| key(pair).1)),
        build_column("lifting", listed.iter().map(lifting)),
        build_column("pair", listed),
    ])
}

/// What narrower topics add to broader ones. Only strength given by others counts. Grain: (person, topic, from).
fn find_lifts(strengths: &DataFrame, ancestors: LazyFrame) -> Result<DataFrame> {
    let lifting = strengths.clone().lazy().filter(col("lifting").gt(lit(0_i64)));
    let part = (col("lifting").cast(DataType::Float64) * col("share")).round(0, RoundMode::HalfToEven);
    let lifts = join_on(lifting, ancestors, ["topic"]).select([
        col("person"),
        col("broader").alias("topic"),
        col("topic").alias("from"),
        part.cast(DataType::Int64).alias("part"),
    ]);
    collect(sort_by(
        lifts.filter(col("part").gt(lit(0_i64))),
        ["person", "topic", "from"],
    ))
}

/// Rows of `topic_scores`: pairs, and broader topics. Grain: (person, topic), sorted.
fn find_rows(strengths: &DataFrame, lifts: &DataFrame) -> Result<DataFrame> {
    let own = strengths.clone().lazy().select([
        col("person"),
        col("topic"),
        col("pair"),
        constant_i64(0).alias("lifted"),
    ]);
    let broader = lifts.clone().lazy();
    let broader = broader.select([
        col("person"),
        col("topic"),
        constant_u32(NO_PAIR).alias("pair"),
        col("part").alias("lifted"),
    ]);
    let rows = union_all([own, broader])?.group_by(columns(["person", "topic"]));
    collect(sort_by(
        rows.agg([col("pair").min(), col("lifted").sum()]),
        ["person", "topic"],
    ))
}

fn read_rows(table: &DataFrame) -> Result<Vec<TopicScoreRow>> {
    let (persons, topics) = (read_u32(table, "person")?, read_u32(table, "topic")?);
    let (pairs, lifted) = (read_u32(table, "pair")?, read_i64(table, "lifted")?);
    let row = |row: usize| TopicScoreRow {
        person: persons[row],
        topic: topics[row],
        pair: (pairs[row] != NO_PAIR).then_some(pairs[row]),
        related: None,
        lifted: from_units(lifted[row]),
        value: 0.0,
    };
    Ok((0..persons.len()).map(row).collect())
}

/// Contributions between related topics.
struct Lending<'a> {
    shares: &'a TopicShares,
    rarity: Vec<f64>,
    pairs: &'a PersonTopics,
    strengths: &'a TopicStrengths,
}

impl Lending<'_> {
    /// Returns the related topic that adds most to a row, at most its own value. Only a topic with strength given by
    /// others receives it: relatedness alone is no evidence.
    fn lend_to(&self, row: &TopicScoreRow, strength: &TopicStrength) -> Option<RelatedLift> {
        if strength.by_others() <= 0.0 {
            return None;
        }
        let own = self.pairs.of_person(row.person as usize);
        let lifts = own.filter_map(|pair| {
            let from = self.pairs.keys[pair].1;
            let share = self.shares.get(&(row.topic, from))?;
            let part = share * self.rarity[from as usize] * self.strengths.claims[pair].direct();
            Some(RelatedLift { from, part })
        });
        // Ties go to the smaller topic.
        lifts.reduce(|best, lift| if lift.part > best.part { lift } else { best })
    }
}

/// Returns the rarity of each topic: 1 / (1 + p / common_at).
fn compute_rarity(
    inputs: &TopicInputs,
    rows: &[TopicScoreRow],
    strengths: &TopicStrengths,
    known: &InfluenceScores,
) -> Vec<f64> {
    let mut on_topic = vec![0.0; inputs.ontology.len()];
    let mut all = 0.0;
    for own in rows.chunk_by(|a, b| a.person == b.person) {
        let trust = known.model.trust[own[0].person as usize];
        let is_heard = |row: &&TopicScoreRow| strengths.find(row.pair).by_others() > 0.0 || row.lifted > 0.0;
        let mut heard = own.iter().filter(is_heard).peekable();
        all += if heard.peek().is_some() { trust } else { 0.0 };
        heard.for_each(|row| on_topic[row.topic as usize] += trust);
    }
    let common_at = inputs.model.params().topics.common_at;
    let rare = |sum: &f64| match all > 0.0 {
        true => 1.0 / (1.0 + sum / all / common_at),
        false => 1.0,
    };
    on_topic.iter().map(rare).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{lines, table};

    #[test]
    fn a_broader_topic_gets_a_share_of_each_narrower_one_once() {
        let strengths = table(
            "person:u32 topic:u32 lifting:i64 pair:u32",
            &["1 5 800 0", "1 6 400 1", "1 7 100 2", "2 5 0 3"],
        );
        let ancestors = build_table(vec![
            build_column("topic", vec![5_u32, 5, 6]),
            build_column("broader", vec![7_u32, 8, 7]),
            build_column("share", vec![0.5, 0.25, 0.5]),
        ]);
        let lifts = find_lifts(&strengths, ancestors.unwrap().lazy()).unwrap();
        assert_eq!(
            lines(&lifts, "person topic from part"),
            ["1 7 5 400", "1 7 6 200", "1 8 5 200"]
        );
        let rows = find_rows(&strengths, &lifts).unwrap();
        let expected = ["1 5 0 0", "1 6 1 0", "1 7 2 600", "1 8 4294967295 200", "2 5 3 0"];
        assert_eq!(lines(&rows, "person topic pair lifted"), expected);
    }
}
