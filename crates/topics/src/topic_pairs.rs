//! Counts rows that are about two topics: the relation of topics to each other.

use polars::prelude::*;

use super::acts::{ActTables, is_kind};
use super::frames::{anti_join, collect, columns, empty_table, join_on, sort_by, union_all};
use crate::ontology::alias_resolver::MentionKind;
use clout_base::error::Result;

/// Rows on more topics than this are left out: they list everything.
const MAX_TOPICS: u32 = 12;

/// Returns the table without rows. Grain: (topic, other) with topic <= other; equal topics count the rows on that topic.
pub(super) fn empty_topic_pairs() -> DataFrame {
    empty_table(&[
        ("topic", DataType::UInt32),
        ("other", DataType::UInt32),
        ("rows", DataType::Int64),
    ])
}

/// Number of rows on both topics of a pair. Words may occur by chance, so tags decide where a row has any.
/// Grain: (topic, other).
pub(super) fn find_topic_pairs(tables: &ActTables, credits: &DataFrame) -> Result<DataFrame> {
    let pair = || columns(["row", "topic"]);
    let mentions = || tables.mentions.clone().lazy();
    let tags = mentions().filter(is_kind(MentionKind::Tag)).select(pair());
    let named = collect(union_all([tags, credits.clone().lazy()])?.unique(None, UniqueKeepStrategy::Any))?;
    let worded = anti_join(mentions().select(pair()), named.clone().lazy(), ["row"]);
    let all = collect(union_all([named.lazy(), worded])?)?;
    let few = all
        .clone()
        .lazy()
        .group_by(columns(["row"]))
        .agg([len().alias("topics")]);
    let few = few
        .filter(col("topics").lt_eq(lit(MAX_TOPICS)))
        .select(columns(["row"]));
    let few = collect(join_on(all.lazy(), few, ["row"]))?;
    let others = few.clone().lazy().select([col("row"), col("topic").alias("other")]);
    let pairs = join_on(few.lazy(), others, ["row"]).filter(col("topic").lt_eq(col("other")));
    let counted = pairs.group_by(columns(["topic", "other"]));
    collect(counted.agg([len().cast(DataType::Int64).alias("rows")]))
}

/// Adds new counts. Grain: (topic, other), sorted.
pub(super) fn merge_topic_pairs(known: &DataFrame, new: &[DataFrame]) -> Result<DataFrame> {
    let all = union_all(std::iter::once(known).chain(new).map(|table| table.clone().lazy()))?;
    let sums = all.group_by(columns(["topic", "other"])).agg([col("rows").sum()]);
    collect(sort_by(sums, ["topic", "other"]))
}
