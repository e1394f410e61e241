//! SQL over published tables: those of one date under their own names, and `<table>_history` over all dates.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use polars::sql::SQLContext;

use super::frames;
use super::scan::{self, DATE_COLUMN, Failures};
use super::statement::{self, Asked};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_base::schema::{self, PERK_WINNERS, Table};
use clout_warehouse::draws::{self, Draw};
use clout_warehouse::guard::guarded;
use clout_warehouse::manifest::{Manifest, TableFiles};
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// What the names of tables over all dates end with.
const HISTORY: &str = "_history";

/// Dates whose rows the tables of all dates have, both included.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dates {
    /// The first; the oldest published one if absent.
    pub from: Option<Day>,
    /// The last; the newest published one if absent.
    pub until: Option<Day>,
}

/// Everything that a query may name.
struct Catalog<'a> {
    store: &'a Store,
    as_of: Day,
    /// Files of the date's tables.
    tables: BTreeMap<&'static str, TableFiles>,
    dates: Dates,
    /// Draws of perks, where the query asks about them.
    draws: Vec<Draw>,
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
        dates,
        draws,
    };
    let named = match asked {
        Asked::Tables => return catalog.listed(),
        Asked::Columns(name) => return catalog.described(&name),
        Asked::Query(named) => named,
    };
    let failures = Failures::default();
    // Polars' advice to those who program with it is none for those who ask it.
    polars::error::set_warning_function(|advice, _| tracing::debug!("{advice}"));
    let mut context = SQLContext::new();
    for name in &named {
        if let Some(rows) = catalog.rows(name, &failures)? {
            context.register(name, rows);
        }
    }
    let answer = guarded("Polars does not know how to answer it", || ask(&mut context, sql));
    answer.map_err(|message| match failures.take() {
        Some(failure) => failure,
        None => catalog.refusal(&message, &named),
    })
}

fn ask(context: &mut SQLContext, sql: &str) -> std::result::Result<DataFrame, String> {
    let rows = context.execute(sql).map_err(|error| first_line(&error))?;
    let answer = match rows.clone().collect().map_err(|error| first_line(&error)) {
        // Built without 128-bit integers, Polars adds up the rows of a UNION only where it reads all columns.
        Err(message) if message.contains("UInt128") => {
            let rows = rows.with_projection_pushdown(false).collect();
            rows.map_err(|error| first_line(&error))
        }
        answer => answer,
    };
    answer.map(|mut rows| {
        rows.rechunk_mut();
        rows
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
        let rows = match table(name) {
            None => return Ok(None),
            Some((table, true)) => self.history(table, failures)?,
            Some((table, false)) => match self.tables.get(table.name) {
                None => return Ok(None),
                Some(files) => scan::lazy(self.store, table, files.clone(), None, failures).map_err(broken)?,
            },
        };
        Ok(Some(rows))
    }

    /// A table of all dates that have it, the oldest first.
    fn history(&self, table: &'static Table, failures: &Failures) -> Result<LazyFrame> {
        let lazy = |day, files| scan::lazy(self.store, table, files, Some(day), failures).map_err(broken);
        // The table of no date: it has the columns where there is no other.
        let mut parts = vec![lazy(self.as_of, TableFiles::default())?];
        for day in snapshots::list(self.store)? {
            let is_meant =
                self.dates.from.is_none_or(|from| from <= day) && self.dates.until.is_none_or(|end| day <= end);
            let Some(manifest) = is_meant
                .then(|| snapshots::find(self.store, day))
                .transpose()?
                .flatten()
            else {
                continue;
            };
            if let Some(files) = tables_of(&manifest, &self.draws).remove(table.name) {
                parts.push(lazy(day, files)?);
            }
        }
        scan::union(parts).map_err(broken)
    }

    /// All names with what stands behind them.
    fn listed(&self) -> Result<DataFrame> {
        let of_date = self.tables.iter().map(|(name, files)| {
            let description = table(name).map_or("", |(table, _)| table.description);
            ((*name).to_owned(), Some(files.rows as i64), description.to_owned())
        });
        let of_all = self.tables.keys().map(|name| {
            let description = format!("{name} of all published dates, by {DATE_COLUMN}");
            (format!("{name}{HISTORY}"), None, description)
        });
        let rows: Vec<(String, Option<i64>, String)> = of_date.chain(of_all).collect();
        let frame = df!(
            "table" => rows.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(),
            "rows" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            "description" => rows.iter().map(|row| row.2.as_str()).collect::<Vec<_>>(),
        );
        frame.map_err(broken)
    }

    /// The columns of a table with their types and meanings.
    fn described(&self, name: &str) -> Result<DataFrame> {
        let unknown = || self.refusal(&format!("there is no table {name}"), &BTreeSet::new());
        let (table, is_of_all) = table(name).ok_or_else(unknown)?;
        let date = is_of_all.then_some((DATE_COLUMN, DataType::Date, "The date of the snapshot that has the row"));
        let own = table
            .columns
            .iter()
            .map(|column| (column.name, frames::data_type(column.kind), column.description));
        let rows: Vec<(&str, DataType, &str)> = date.into_iter().chain(own).collect();
        let frame = df!(
            "column" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            "type" => rows.iter().map(|row| row.1.to_string()).collect::<Vec<_>>(),
            "description" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
        );
        frame.map_err(broken)
    }

    /// What Polars said, and what a better query may name.
    fn refusal(&self, said: &str, named: &BTreeSet<String>) -> Error {
        let columns = named
            .iter()
            .filter_map(|name| Some(format!("\n  {name}: {}", columns(name)?.join(", "))));
        let hint = match said.contains("date") && said.contains("string") || said.contains("Datetime") {
            true => format!(
                "\n  write a date as DATE '{0}', and an instant as '{0} 12:00:00' (UTC)",
                self.as_of
            ),
            false => String::new(),
        };
        Error::usage(format!(
            "{said}{hint}\n  tables of {}: {}\n  of all published dates: each as <table>{HISTORY}, with {DATE_COLUMN}{}",
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

/// What Polars says, without the plan and the backtrace that may follow.
fn first_line(error: &PolarsError) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_end().to_owned()
}

fn broken(error: PolarsError) -> Error {
    Error::internal("published tables cannot be queried").with_source(error)
}
