//! SQL over published tables: those of one date under their own names, and `<table>_history` over all dates.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use polars::sql::SQLContext;

use super::scan::{self, DATE_COLUMN, Failures};
use super::statement::{self, Asked};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::schema::{self, PERK_WINNERS, Table};
use crate::warehouse::draws::{self, Draw};
use crate::warehouse::guard::guarded;
use crate::warehouse::manifest::{Manifest, TableFiles};
use crate::warehouse::snapshots;
use crate::warehouse::store::Store;

/// What the names of tables over all dates end with.
const HISTORY: &str = "_history";

/// Dates whose rows the tables of all dates have: from and to, both included.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dates {
    /// The first; the oldest published one if absent.
    pub from: Option<Day>,
    /// The last; the newest published one if absent.
    pub to: Option<Day>,
}

/// Everything that a query may name.
struct Catalog<'a> {
    store: &'a Store,
    as_of: Day,
    /// Files of the date's tables.
    tables: BTreeMap<&'static str, TableFiles>,
    /// Draws of perks, where the query asks about them.
    draws: Vec<Draw>,
    dates: Dates,
}

/// Answers a query about the snapshot of `manifest`. A query that cannot be is a usage error that says what can.
pub fn answer(store: &Store, manifest: &Manifest, dates: Dates, sql: &str) -> Result<DataFrame> {
    let asked = statement::parse(sql, |name| table(name).is_some())?;
    // Records of draws are read for who asks about them: there may be many.
    let wants_winners = |named: &BTreeSet<String>| named.iter().any(|name| name.starts_with(PERK_WINNERS.name));
    let draws = match &asked {
        Asked::Query(named) if !wants_winners(named) => Vec::new(),
        _ => draws::list(store)?,
    };
    let catalog = Catalog {
        store,
        as_of: manifest.snapshot_date,
        tables: tables_of(manifest, &draws),
        draws,
        dates,
    };
    let named = match asked {
        Asked::Tables => return catalog.listed(),
        Asked::Query(named) => named,
    };
    let failures = Failures::default();
    let mut context = SQLContext::new();
    for name in &named {
        if let Some(rows) = catalog.rows(name, &failures)? {
            context.register(name, rows);
        }
    }
    let ask = || {
        let rows = context.execute(sql).and_then(LazyFrame::collect);
        rows.map_err(|error| first_line(&error))
    };
    let answer = guarded("Polars does not know how to answer it", ask);
    answer.map_err(|message| match failures.take() {
        Some(failure) => failure,
        None => catalog.refusal(&message, &named),
    })
}

/// The table behind a name, and whether it is that of all dates.
fn table(name: &str) -> Option<(&'static Table, bool)> {
    let of_date = schema::table(name).map(|table| (table, false));
    of_date.or_else(|| Some((schema::table(name.strip_suffix(HISTORY)?)?, true)))
}

/// The published tables of a date by name, `perk_winners` included where somebody has won.
fn tables_of(manifest: &Manifest, draws: &[Draw]) -> BTreeMap<&'static str, TableFiles> {
    let known = manifest
        .tables
        .iter()
        .filter_map(|(name, files)| Some((schema::table(name)?.name, files.clone())));
    let mut tables: BTreeMap<&'static str, TableFiles> = known.collect();
    let of_date = draws
        .iter()
        .filter(|draw| draw.snapshot.snapshot_date == manifest.snapshot_date);
    for draw in of_date {
        let won = tables.entry(PERK_WINNERS.name).or_default();
        won.rows += draw.part.rows;
        won.files.push(draw.part.clone());
    }
    tables
}

impl Catalog<'_> {
    /// The rows behind a name; none where there is no such table.
    fn rows(&self, name: &str, failures: &Failures) -> Result<Option<LazyFrame>> {
        match table(name) {
            Some((table, true)) => self.history(table, failures).map(Some),
            Some((table, false)) => {
                let files = self.tables.get(table.name);
                let rows = files.map(|files| scan::lazy(self.store, table, files.clone(), None, failures));
                rows.transpose().map_err(broken)
            }
            None => Ok(None),
        }
    }

    /// A table of all dates that have it, the oldest first.
    fn history(&self, table: &'static Table, failures: &Failures) -> Result<LazyFrame> {
        let mut parts = vec![nothing_of(self.store, table, self.as_of, failures)?];
        for day in snapshots::list(self.store)? {
            let is_meant = self.dates.from.is_none_or(|from| from <= day) && self.dates.to.is_none_or(|to| day <= to);
            let Some(manifest) = is_meant
                .then(|| snapshots::find(self.store, day))
                .transpose()?
                .flatten()
            else {
                continue;
            };
            if let Some(files) = tables_of(&manifest, &self.draws).remove(table.name) {
                parts.push(scan::lazy(self.store, table, files, Some(day), failures).map_err(broken)?);
            }
        }
        concat(parts, UnionArgs::default()).map_err(broken)
    }

    /// All names with what stands behind them.
    fn listed(&self) -> Result<DataFrame> {
        let names = self.names();
        let describe = |name: &String| match table(name) {
            Some((table, true)) => format!("{} Of all dates, by {DATE_COLUMN}.", table.description),
            Some((table, false)) => table.description.to_owned(),
            None => String::new(),
        };
        let named = |name: &String| columns(name).unwrap_or_default().join(", ");
        let rows = |name: &String| Some(self.tables.get(name.as_str())?.rows as i64);
        let frame = df!(
            "table" => &names,
            "rows" => names.iter().map(rows).collect::<Vec<Option<i64>>>(),
            "columns" => names.iter().map(named).collect::<Vec<String>>(),
            "description" => names.iter().map(describe).collect::<Vec<String>>(),
        );
        frame.map_err(broken)
    }

    fn names(&self) -> Vec<String> {
        let of_date = self.tables.keys().map(|name| (*name).to_owned());
        let of_all = self.tables.keys().map(|name| format!("{name}{HISTORY}"));
        of_date.chain(of_all).collect()
    }

    /// What Polars said, and what a better query may name.
    fn refusal(&self, said: &str, named: &BTreeSet<String>) -> Error {
        let columns = named
            .iter()
            .filter_map(|name| Some(format!("\n  {name}: {}", columns(name)?.join(", "))));
        Error::usage(format!(
            "{said}\n  tables of {}: {}\n  of all published dates: each as <table>{HISTORY}, with {DATE_COLUMN}{}",
            self.as_of,
            self.tables.keys().copied().collect::<Vec<_>>().join(", "),
            columns.collect::<String>()
        ))
    }
}

/// The columns behind a name.
fn columns(name: &str) -> Option<Vec<&'static str>> {
    let (table, is_of_all) = table(name)?;
    let first = is_of_all.then_some(DATE_COLUMN);
    Some(
        first
            .into_iter()
            .chain(table.columns.iter().map(|column| column.name))
            .collect(),
    )
}

/// The table of all dates without any: it has its columns even where no date has rows.
fn nothing_of(store: &Store, table: &'static Table, day: Day, failures: &Failures) -> Result<LazyFrame> {
    scan::lazy(store, table, TableFiles::default(), Some(day), failures).map_err(broken)
}

/// What Polars says, without the plan and the backtrace that may follow.
fn first_line(error: &PolarsError) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_end().to_owned()
}

fn broken(error: PolarsError) -> Error {
    Error::internal("published tables cannot be queried").with_source(error)
}
