//! Topics of recent posts, so that a reaction without tags gets the topics of its object.
//!
//! A post gives its topics to its object for as many load dates as a row may be late. An object belongs to its author,
//! so naming the object of another account brings no topics. Authors are nodes, which belong to one network.

use polars::prelude::*;

use super::acts::ActTables;
use super::frames::{collect, columns, empty_table, sort_by, union_all};
use clout_base::day::Day;
use clout_base::error::Result;

/// Key of the table of the state.
const KEY: [&str; 3] = ["object", "author", "topic"];

/// Returns the table without rows. Grain: (object, author, topic); `load_date` is the last one with a post.
pub(super) fn empty_post_topics() -> DataFrame {
    empty_table(&[
        ("object", DataType::UInt64),
        ("author", DataType::UInt32),
        ("topic", DataType::UInt32),
        ("load_date", DataType::Int32),
    ])
}

/// Topics of the posts of objects. Grain: (post, topic).
pub(super) fn find_posted(tables: &ActTables) -> Result<DataFrame> {
    let posts = tables.mentions.clone().lazy();
    let posts = posts.filter(col("is_post").and(col("object").neq(lit(0_u64)))).select([
        col("object"),
        col("actor").alias("author"),
        col("topic"),
        col("load_date"),
    ]);
    collect(posts)
}

/// Adds new rows, and drops those that no later load date can need. Grain: (object, author, topic).
pub(super) fn merge_posted(
    known: &DataFrame,
    new: &[DataFrame],
    as_of: Day,
    max_lateness_days: i32,
) -> Result<DataFrame> {
    let all = std::iter::once(known).chain(new).map(|table| table.clone().lazy());
    let oldest = as_of.next().0 - max_lateness_days;
    let merged = union_all(all)?
        .group_by(columns(KEY))
        .agg([col("load_date").max()])
        .filter(col("load_date").gt_eq(lit(oldest)));
    collect(sort_by(merged, KEY))
}
