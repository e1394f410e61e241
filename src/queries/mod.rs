//! Questions put to published tables, with Polars.
//!
//! Tables come through the manifest, so half a night is never seen. Polars reads the bytes that Clout
//! itself wrote; files of others are never handed to it (see `warehouse::admission`).

mod cells;
pub mod diff;
mod frames;
pub mod near;
pub mod person;
mod scan;
pub mod sql;
mod statement;
pub mod topics;

use std::io::Cursor;

use polars::prelude::*;
use serde_json::Value;

use clout_base::error::{Error, Kind, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots::find_or_newest;
use clout_warehouse::store::Store;

pub use cells::{Cells, NotFinite};

/// A published table as a lazy frame.
pub fn frame(store: &Store, manifest: &Manifest, table: &str) -> Result<LazyFrame> {
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
                Kind::Storage,
                format!("{} is gone; `clout snapshots verify` tells more", file.path),
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

/// The columns that [`top`] shows.
pub const TOP_COLUMNS: [&str; 10] = [
    "rank",
    "person_id",
    "score",
    "score_low",
    "score_high",
    "delta_1d",
    "reach",
    "amplification",
    "audience_influence",
    "networks",
];
/// The columns that [`top`] shows of one network.
pub const TOP_NETWORK_COLUMNS: [&str; 7] = ["person_id", "network", "score", "share", "reach", "reactions", "posts"];

/// Whom [`top`] is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// One network instead of everything.
    pub network: Option<&'a str>,
    /// These persons, with or without a score, instead of everybody with one.
    pub persons: &'a [String],
    /// At most so many.
    pub count: u32,
}

/// The people with the highest scores, best first.
pub fn top(store: &Store, manifest: &Manifest, wanted: &Wanted) -> Result<DataFrame> {
    let order = |descending: bool| {
        SortMultipleOptions::default()
            .with_order_descending_multi([descending, false])
            .with_nulls_last_multi([true, true])
    };
    let (table, by, options, shown): (_, _, _, &[&str]) = match wanted.network {
        None => ("scores", ["rank", "person_id"], order(false), &TOP_COLUMNS),
        Some(_) => (
            "network_scores",
            ["score", "person_id"],
            order(true),
            &TOP_NETWORK_COLUMNS,
        ),
    };
    let mut rows = of_those_there(store, manifest, frame(store, manifest, table)?)?;
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
    rows.sort(by, options)
        .limit(wanted.count)
        .select(shown.iter().map(|name| col(*name)).collect::<Vec<_>>())
        .collect()
        .map_err(unreadable)
}

/// The rows of an older snapshot without people who are not in the newest any more: they may have opted out.
fn of_those_there(store: &Store, manifest: &Manifest, rows: LazyFrame) -> Result<LazyFrame> {
    let newest = find_or_newest(store, None)?;
    if newest.snapshot_date == manifest.snapshot_date {
        return Ok(rows);
    }
    let there = frame(store, &newest, "scores")?.select([col("person_id")]);
    Ok(rows.join(
        there,
        [col("person_id")],
        [col("person_id")],
        JoinArgs::new(JoinType::Semi),
    ))
}

/// The values of a frame's only column, which is of texts without nulls.
fn texts(rows: LazyFrame) -> Result<Vec<String>> {
    let rows = values(&rows.collect().map_err(unreadable)?)?;
    let texts = rows.iter().filter_map(|row| row[0].as_str().map(str::to_owned));
    Ok(texts.collect())
}

/// The values of a frame, row by row, for showing.
pub fn values(frame: &DataFrame) -> Result<Vec<Vec<Value>>> {
    Ok(Cells::of(frame).rows(NotFinite::Null).collect())
}
