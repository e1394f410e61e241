//! Latest sources of each person, from own rows and from rows of others.
//!
//! | table | grain | columns |
//! |---|---|---|
//! | `sources` | person, topic, kind, is_own, id | at, weight (units), by: the person behind the source, or nobody |

use polars::prelude::*;

use super::acts::is_kind;
use super::audience::MIN_TRUST;
use super::evidence::select_pieces;
use super::evidence_kind::EvidenceKind;
use super::fixed_point::{decay_to, from_units};
use super::frames::Order::{Ascending, Descending};
use super::frames::{
    add_column, build_column, collect, columns, keep_first, query_failed, read_flags, read_i64, read_u32, semi_join,
    sort_in_order, union_all,
};
use super::influence_scores::InfluenceScores;
use super::person_tables::TopicInputs;
use super::sources::select_latest;
use crate::ontology::alias_resolver::MentionKind;
use clout_base::error::Result;

/// Marks a source by another person that is not trusted.
const NOBODY: u32 = u32::MAX;

/// Latest sources of persons; rows to and by the person itself are left out. Each side is limited to the latest few,
/// each id once. `heard` are the rows of interest. Grain: (person, topic, kind, is_own, id).
pub(super) fn find_person_sources(
    inputs: &TopicInputs,
    known: &InfluenceScores,
    heard: &DataFrame,
) -> Result<DataFrame> {
    let persons = [("account", "person"), ("other", "other_person")];
    let sources = inputs.name_rows(inputs.state.sources.clone().lazy(), &persons)?.lazy();
    let sources = sources.filter(col("person").neq(col("other_person")));
    let sources = semi_join(sources, heard.clone().lazy(), ["person", "topic"]);
    let key = ["person", "topic", "kind", "is_own"];
    let mut latest = collect(select_latest(sources, key, "other_person"))?;
    let (owners, others) = (read_u32(&latest, "person")?, read_u32(&latest, "other_person")?);
    let are_own = read_flags(&latest, "is_own")?;
    let by = |row: usize| match are_own[row] {
        true => owners[row],
        false if known.model.trust[others[row] as usize] >= MIN_TRUST => others[row],
        false => NOBODY,
    };
    let by: Vec<u32> = (0..owners.len()).map(by).collect();
    add_column(&mut latest, build_column("by", by))?;
    Ok(latest)
}

/// Tags and texts as evidence, each id once by its latest act; words count after phrases.
/// Grain: (person, topic, kind, source_id).
pub(super) fn find_source_pieces(inputs: &TopicInputs, sources: DataFrame) -> Result<DataFrame> {
    let half_life = inputs.model.params().topics.half_life_days;
    let (times, weights) = (read_i64(&sources, "at")?, read_i64(&sources, "weight")?);
    let decayed = times
        .iter()
        .zip(weights)
        .map(|(at, weight)| from_units(*weight) * decay_to(*at, inputs.as_of, half_life));
    let decayed: Vec<f64> = decayed.collect();
    let mut weighed = sources.drop("weight").map_err(query_failed)?;
    add_column(&mut weighed, build_column("weight", decayed))?;
    let latest_first = [
        Ascending("person"),
        Ascending("topic"),
        Ascending("kind"),
        Descending("at"),
        Ascending("id"),
        Descending("weight"),
    ];
    let named = sort_in_order(weighed.lazy(), &latest_first).with_column(col("id").alias("source_id"));
    let tags = select_pieces(EvidenceKind::Tag, named.clone().filter(is_kind(MentionKind::Tag)));
    let texts = select_pieces(EvidenceKind::Text, named.filter(is_kind(MentionKind::Tag).not()));
    let distinct = |pieces: LazyFrame| keep_first(pieces, ["person", "topic", "kind", "source_id"]);
    collect(union_all([distinct(tags), distinct(texts)])?)
}

/// People behind tags and texts. A single word in only one text may occur by chance, so it adds no person.
/// Grain: (person, topic, by).
pub(super) fn find_source_supporters(sources: &DataFrame) -> Result<DataFrame> {
    let all = || sources.clone().lazy();
    let is_word = || is_kind(MentionKind::Word);
    let repeated = all()
        .filter(is_word())
        .group_by(columns(["person", "topic"]))
        .agg([len().alias("words")]);
    let repeated = repeated.filter(col("words").gt(lit(1_u32)));
    let words = semi_join(all().filter(is_word()), repeated, ["person", "topic"]);
    let supporters = union_all([all().filter(is_word().not()), words])?.filter(col("by").neq(lit(NOBODY)));
    collect(
        supporters
            .select(columns(["person", "topic", "by"]))
            .unique(None, UniqueKeepStrategy::Any),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{lines, table};

    const HEADER: &str = "person:u32 topic:u32 kind:u32 is_own:bool at:i64 id:str weight:i64 by:u32";

    #[test]
    fn a_word_in_one_text_has_nobody_behind_it() {
        let rows = [
            "1 5 0 no 9 o1 1 2",
            "1 5 0 no 8 o2 1 4294967295",
            "1 5 3 yes 7 a1 1 1",
            "1 6 3 yes 7 a1 1 1",
            "1 6 3 no 6 a2 1 3",
        ];
        let supporters = find_source_supporters(&table(HEADER, &rows)).unwrap();
        assert_eq!(lines(&supporters, "person topic by"), ["1 5 2", "1 6 1", "1 6 3"]);
    }
}
