//! Keeps the latest sources of evidence (posts, objects, activities) by account, topic, kind and own or other row.
//!
//! Only the latest few are kept. They do not depend on the split into runs, because the latest of a union are the
//! latest of the latest. Sources of a person that opts out are dropped on that load date, and no older ones replace
//! them.

use polars::prelude::*;

use super::acts::is_kind;
use super::fixed_point::to_units;
use super::frames::Order::{Ascending, Descending};
use super::frames::{
    add_column, anti_join, build_column, collect, columns, constant_i64, empty_table, keep_first, read_u32,
    retain_rows, semi_join, sort_in_order, take_first, union_all,
};
use super::mentions::TopicMentions;
use crate::ontology::alias_resolver::MentionKind;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::account_activity::RETENTION_DAYS;
use clout_model::accounts::NO_NODE;

/// Number of sources kept per key: enough to cite, few enough to store for all accounts.
pub(super) const MAX_SOURCES: i64 = 2;

/// Key of a source: the account that the evidence is about, the topic, the kind, and true for a row of the account
/// itself.
const KEY: [&str; 4] = ["account", "topic", "kind", "is_own"];

/// Returns the table without rows. Grain: (account, topic, kind, is_own, id), at most [`MAX_SOURCES`] ids each; `at` and
/// `weight` (1 for own acts) are those of the latest act, `other` is the other account of it, [`NO_NODE`] for a post.
pub(super) fn empty_sources() -> DataFrame {
    empty_table(&[
        ("account", DataType::UInt32),
        ("topic", DataType::UInt32),
        ("kind", DataType::UInt32),
        ("is_own", DataType::Boolean),
        ("at", DataType::Int64),
        ("id", DataType::String),
        ("weight", DataType::Int64),
        ("other", DataType::UInt32),
    ])
}

/// Latest sources of some load dates of one network. Grain: (account, topic, kind, is_own, id).
///
/// A tag is named by the tagged object, if any. The tags of a reaction are evidence for its target, too, if they
/// describe the object.
pub(super) fn find_sources(mentions: &DataFrame, ids: &TopicMentions) -> Result<DataFrame> {
    let named = name_sources(mentions, ids)?;
    let rest = || columns(["topic", "kind", "at", "id"]);
    let one = constant_i64(to_units(1.0)).alias("weight");
    let own = [
        col("actor").alias("account"),
        lit(true).alias("is_own"),
        one,
        col("target").alias("other"),
    ];
    let own = named.clone().lazy().select([&own[..], &rest()].concat());
    let of_target = [
        col("target").alias("account"),
        lit(false).alias("is_own"),
        col("weight"),
        col("actor").alias("other"),
    ];
    let others = named.lazy().filter(col("describes").and(is_kind(MentionKind::Tag)));
    let others = others.select([&of_target[..], &rest()].concat());
    let all = union_all([own, others])?.select(columns([
        "account", "topic", "kind", "is_own", "at", "id", "weight", "other",
    ]));
    collect(select_latest(all, KEY, "other"))
}

/// Adds the source id of each mention. Grain: (row, topic).
fn name_sources(mentions: &DataFrame, ids: &TopicMentions) -> Result<DataFrame> {
    let (rows, kinds) = (read_u32(mentions, "row")?, read_u32(mentions, "kind")?);
    let name = |(row, kind): (&u32, &u32)| {
        let (activity_id, object_id) = ids.ids(*row as usize);
        match *kind == MentionKind::Tag as u32 && !object_id.is_empty() {
            true => object_id,
            false => activity_id,
        }
    };
    let names: Vec<&str> = rows.iter().zip(kinds).map(name).collect();
    let mut named = mentions.clone();
    add_column(&mut named, build_column("id", names))?;
    Ok(named)
}

/// The latest few sources of each `key`, each id once; `other` is the column of the other side of the act. Sorted by key,
/// then the latest first.
pub(super) fn select_latest(sources: LazyFrame, key: [&'static str; 4], other: &'static str) -> LazyFrame {
    let [owner, topic, kind, is_own] = key;
    let distinct = keep_first(
        sort_latest_first(sources, key, other),
        [owner, topic, kind, is_own, "id"],
    );
    take_first(distinct, key, MAX_SOURCES)
}

fn sort_latest_first(sources: LazyFrame, key: [&'static str; 4], other: &'static str) -> LazyFrame {
    let by_time = [
        Descending("at"),
        Ascending("id"),
        Descending("weight"),
        Ascending(other),
    ];
    sort_in_order(sources, &[&key.map(Ascending)[..], &by_time].concat())
}

/// Adds new sources and drops those past retention at `as_of`. Only keys with new sources are selected again.
/// Grain: (account, topic, kind, is_own, id).
pub(super) fn merge_sources(known: &DataFrame, new: &[DataFrame], as_of: Day) -> Result<DataFrame> {
    let oldest = as_of.days_before(RETENTION_DAYS).end_micros();
    let is_kept = || col("at").gt_eq(lit(oldest));
    let new = collect(union_all(
        new.iter().chain([&empty_sources()]).map(|table| table.clone().lazy()),
    )?)?;
    let known = || known.clone().lazy().filter(is_kept());
    let same = anti_join(known(), new.clone().lazy(), KEY);
    let changed = semi_join(known(), new.clone().lazy(), KEY);
    let changed = select_latest(union_all([changed, new.lazy().filter(is_kept())])?, KEY, "other");
    collect(sort_latest_first(union_all([same, changed])?, KEY, "other"))
}

/// Drops the sources of and by accounts for which `is_opted_out` holds. Grain: (account, topic, kind, is_own, id).
pub(super) fn drop_opted_out(sources: &DataFrame, is_opted_out: &dyn Fn(u32) -> bool) -> Result<DataFrame> {
    let (accounts, others) = (read_u32(sources, "account")?, read_u32(sources, "other")?);
    let is_kept =
        |(account, other): (&u32, &u32)| !is_opted_out(*account) && (*other == NO_NODE || !is_opted_out(*other));
    let is_kept: Vec<bool> = accounts.iter().zip(others).map(is_kept).collect();
    retain_rows(sources, &is_kept)
}
