//! Queries on published tables, with Polars.
//!
//! Files are found through the manifest, so a partly published snapshot is never visible. Polars reads only files
//! that Clout wrote, never input files (see `warehouse::admission`).

mod cells;
pub mod diff;
pub mod find_person;
mod frames;
pub mod person_rows;
pub mod sql;
mod statement;
pub mod suggest_ids;
mod table_scan;
pub mod topics;

use std::io::Cursor;

use polars::prelude::*;
use serde_json::Value;

use clout_base::error::{Error, ErrorKind, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots::find_or_newest;
use clout_warehouse::store::Store;

pub use cells::{FrameCells, NonFinite};

/// Reads a published table into a lazy frame.
pub fn read_frame(store: &Store, manifest: &Manifest, table: &str) -> Result<LazyFrame> {
    let files = manifest.tables.get(table).ok_or_else(|| {
        Error::usage(format!(
            "the snapshot of {} has no table {table}",
            manifest.snapshot_date
        ))
    })?;
    let mut parts = Vec::new();
    for file in &files.files {
        let bytes = store.get(&file.path)?.ok_or_else(|| {
            Error::new(
                ErrorKind::Storage,
                format!(
                    "{} is missing; run `clout snapshots verify` to find all damage",
                    file.path
                ),
            )
        })?;
        parts.push(
            ParquetReader::new(Cursor::new(bytes))
                .finish()
                .map_err(unreadable)?
                .lazy(),
        );
    }
    concat(parts, UnionArgs::default()).map_err(unreadable)
}

fn unreadable(error: PolarsError) -> Error {
    Error::internal("a published table cannot be queried").with_source(error)
}

/// Columns that [`find_top_people`] returns for all networks together.
pub const TOP_SCORE_COLUMNS: [&str; 11] = [
    "rank",
    "person_id",
    "handle",
    "score",
    "score_low",
    "score_high",
    "delta_1d",
    "reach",
    "amplification",
    "audience_influence",
    "networks",
];
/// Columns that [`find_top_people`] returns for one network.
pub const TOP_NETWORK_COLUMNS: [&str; 8] = [
    "person_id",
    "handle",
    "network",
    "score",
    "share",
    "reach",
    "reactions",
    "posts",
];

/// Selection of people for [`find_top_people`].
#[derive(Clone, Copy, Debug)]
pub struct TopSelection<'a> {
    /// Network to rank by; `None` ranks by the score over all networks.
    pub network: Option<&'a str>,
    /// Ids of the people to return, with or without a score; if empty, all people with a score.
    pub persons: &'a [String],
    /// Maximum number of rows.
    pub count: u32,
}

/// Returns the people with the highest scores, highest first. Ties are in order of the ids.
pub fn find_top_people(store: &Store, manifest: &Manifest, wanted: &TopSelection) -> Result<DataFrame> {
    // Ids break ties, so the order is total. People without a score come last.
    let order = |descending: bool| {
        SortMultipleOptions::default()
            .with_order_descending_multi([descending, false])
            .with_nulls_last_multi([true, true])
    };
    let (table, by, options, shown): (_, _, _, &[&str]) = match wanted.network {
        None => ("scores", ["rank", "person_id"], order(false), &TOP_SCORE_COLUMNS),
        Some(_) => (
            "network_scores",
            ["score", "person_id"],
            order(true),
            &TOP_NETWORK_COLUMNS,
        ),
    };
    let mut rows = keep_visible_people(store, manifest, read_frame(store, manifest, table)?)?;
    rows = match wanted.persons {
        [] => rows.filter(col("score").is_not_null()),
        persons => {
            let is_named = persons.iter().map(|id| col("person_id").eq(lit(id.as_str())));
            rows.filter(is_named.reduce(Expr::or).unwrap_or_else(|| lit(false)))
        }
    };
    if let Some(network) = wanted.network {
        rows = rows.filter(col("network").eq(lit(network)));
    }
    let rows = rows
        .sort(by, options)
        .limit(wanted.count)
        .collect()
        .map_err(unreadable)?;
    find_person::with_handles(store, manifest, wanted.network, rows)?
        .select(shown.iter().map(|name| col(*name)).collect::<Vec<_>>())
        .collect()
        .map_err(unreadable)
}

/// Removes rows of people missing from the newest snapshot: they may have opted out.
fn keep_visible_people(store: &Store, manifest: &Manifest, rows: LazyFrame) -> Result<LazyFrame> {
    let newest = find_or_newest(store, None)?;
    if newest.snapshot_date == manifest.snapshot_date {
        return Ok(rows);
    }
    let there = read_frame(store, &newest, "scores")?.select([col("person_id")]);
    Ok(rows.join(
        there,
        [col("person_id")],
        [col("person_id")],
        JoinArgs::new(JoinType::Semi),
    ))
}

/// Collects a frame of one text column without nulls.
fn collect_texts(rows: LazyFrame) -> Result<Vec<String>> {
    let rows = frame_to_rows(&rows.collect().map_err(unreadable)?)?;
    let texts = rows.iter().filter_map(|row| row[0].as_str().map(str::to_owned));
    Ok(texts.collect())
}

/// Converts a frame to JSON values by row.
pub fn frame_to_rows(frame: &DataFrame) -> Result<Vec<Vec<Value>>> {
    Ok(FrameCells::from_frame(frame).iter_rows(NonFinite::Null).collect())
}
