//! Questions put to published tables, with Polars.
//!
//! Tables come through the manifest, so half a night is never seen. Polars reads the bytes that Clout
//! itself wrote; files of others are never handed to it (see `warehouse::admission`).

mod cells;
pub mod diff;
mod frames;
pub mod person;
mod scan;
pub mod sql;
mod statement;
pub mod topics;

use std::io::Cursor;

use polars::prelude::*;
use serde_json::Value;

use crate::day::Day;
use crate::error::{Error, Kind, Result};
use crate::warehouse::manifest::Manifest;
use crate::warehouse::snapshots;
use crate::warehouse::store::Store;

pub use cells::{Cells, NotFinite};

/// The manifest of a date, or of the newest snapshot.
pub fn snapshot(store: &Store, as_of: Option<Day>) -> Result<Manifest> {
    let published = snapshots::list(store)?;
    let none = |what: String| Error::new(Kind::NotReady, what);
    let day = match as_of {
        Some(day) => day,
        None => *published
            .last()
            .ok_or_else(|| none(format!("no snapshot below {}: run `clout run` first", store.url())))?,
    };
    snapshots::find(store, day)?.ok_or_else(|| {
        let near = published.iter().min_by_key(|other| (other.0 - day.0).abs());
        let near = near
            .map(|other| format!("; the nearest is {other}"))
            .unwrap_or_default();
        none(format!("no snapshot of {day} below {}{near}", store.url()))
    })
}

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
    let mut rows = frame(store, manifest, table)?;
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

/// Near ids in a message.
const NAMED: usize = 3;

/// Answers a question about somebody who stands in no table, with near ids.
pub fn expect_person(store: &Store, manifest: &Manifest, person_id: &str) -> Result<()> {
    let ids = frame(store, manifest, "scores")?.select([col("person_id")]);
    let own = ids.clone().filter(col("person_id").eq(lit(person_id)));
    if own.collect().map_err(unreadable)?.height() > 0 {
        return Ok(());
    }
    let near = nearest(&texts(ids)?, person_id);
    Err(Error::usage(format!(
        "{person_id} stands in no table of {}: unknown, or opted out. Near ids: {near}",
        manifest.snapshot_date
    )))
}

/// The values of a frame's only column, which is of texts without nulls.
fn texts(rows: LazyFrame) -> Result<Vec<String>> {
    let rows = values(&rows.collect().map_err(unreadable)?)?;
    let texts = rows.iter().filter_map(|row| row[0].as_str().map(str::to_owned));
    Ok(texts.collect())
}

/// The ids that are most like `wanted`, for a message.
fn nearest(ids: &[String], wanted: &str) -> String {
    let wanted = wanted.to_lowercase();
    let mut near: Vec<(f64, &str)> = (ids.iter())
        .map(|id| (strsim::jaro_winkler(&id.to_lowercase(), &wanted), id.as_str()))
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let near: Vec<&str> = near.into_iter().take(NAMED).map(|(_, id)| id).collect();
    near.join(", ")
}

/// The values of a frame, row by row, for showing.
pub fn values(frame: &DataFrame) -> Result<Vec<Vec<Value>>> {
    Ok(Cells::of(frame).rows(NotFinite::Null).collect())
}
