//! Runs SQL on published tables: `<table>` is one date, `<table>_history` is all dates.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use polars::sql::SQLContext;

use super::frames;
use super::statement::{self, SqlRequest};
use super::table_scan::{self, DATE_COLUMN, ScanErrors};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_base::schema::{self, PERK_WINNERS, TableSchema};
use clout_warehouse::catch_panic::catch_panic;
use clout_warehouse::manifest::{Manifest, TableFiles};
use clout_warehouse::perk_draws::{self, PerkDraw};
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Suffix of the names of tables over all dates.
const HISTORY: &str = "_history";

/// Range of dates in the `_history` tables; both ends are included.
#[derive(Clone, Copy, Debug, Default)]
pub struct DateRange {
    /// First date; if absent, the oldest published one.
    pub from: Option<Day>,
    /// Last date; if absent, the newest published one.
    pub until: Option<Day>,
}

/// Tables that a query may name.
struct QueryCatalog<'a> {
    store: &'a Store,
    as_of: Day,
    /// Files of the tables of `as_of`, by table name.
    tables: BTreeMap<&'static str, TableFiles>,
    dates: DateRange,
    /// Draws of perks; empty if the query does not use `perk_winners`.
    draws: Vec<PerkDraw>,
}

/// Runs a query on the snapshot of `manifest`.
///
/// # Errors
///
/// `Usage` for a wrong query, with the available tables and columns. Errors while reading files keep their kind.
pub fn run_query(store: &Store, manifest: &Manifest, dates: DateRange, sql: &str) -> Result<DataFrame> {
    let asked = statement::parse_request(sql, |name| table(name).is_some())?;
    // Draw records are read only for queries that use them: there may be many.
    let wants_winners = |named: &BTreeSet<String>| named.iter().any(|name| name.starts_with(PERK_WINNERS.name));
    let draws = match &asked {
        SqlRequest::Query(named) if !wants_winners(named) => Vec::new(),
        _ => perk_draws::list_draws(store)?,
    };
    let catalog = QueryCatalog {
        store,
        as_of: manifest.snapshot_date,
        tables: tables_of(manifest, &draws),
        dates,
        draws,
    };
    let named = match asked {
        SqlRequest::Tables => return catalog.listed(),
        SqlRequest::Columns(name) => return catalog.described(&name),
        SqlRequest::Query(named) => named,
    };
    let failures = ScanErrors::default();
    // Polars' warnings address programmers, not users of SQL.
    polars::error::set_warning_function(|advice, _| tracing::debug!("{advice}"));
    let mut context = SQLContext::new();
    for name in &named {
        if let Some(rows) = catalog.rows(name, &failures)? {
            context.register(name, rows);
        }
    }
    let answer = catch_panic("Polars cannot run this query", || ask(&mut context, sql));
    answer.map_err(|message| match failures.take_first() {
        Some(failure) => failure,
        None => catalog.usage_error(&message, &named),
    })
}

fn ask(context: &mut SQLContext, sql: &str) -> std::result::Result<DataFrame, String> {
    let rows = context.execute(sql).map_err(|error| first_line(&error))?;
    let answer = match rows.clone().collect().map_err(|error| first_line(&error)) {
        // This build of Polars lacks 128-bit integers and counts the rows of a UNION only if it reads all columns.
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

/// Finds the table with a name; the flag is true for a `_history` table.
fn table(name: &str) -> Option<(&'static TableSchema, bool)> {
    let of_date = schema::find_table(name).map(|table| (table, false));
    of_date.or_else(|| Some((schema::find_table(name.strip_suffix(HISTORY)?)?, true)))
}

/// Returns the published tables of a date by name, with `perk_winners` if a draw used the date.
fn tables_of(manifest: &Manifest, draws: &[PerkDraw]) -> BTreeMap<&'static str, TableFiles> {
    let known = manifest
        .tables
        .iter()
        .filter_map(|(name, files)| Some((schema::find_table(name)?.name, files.clone())));
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

impl QueryCatalog<'_> {
    /// Returns a lazy frame for a name; `None` if there is no such table.
    fn rows(&self, name: &str, failures: &ScanErrors) -> Result<Option<LazyFrame>> {
        let rows = match table(name) {
            None => return Ok(None),
            Some((table, true)) => self.history(table, failures)?,
            Some((table, false)) => match self.tables.get(table.name) {
                None => return Ok(None),
                Some(files) => {
                    table_scan::scan_table(self.store, table, files.clone(), None, failures).map_err(query_failure)?
                }
            },
        };
        Ok(Some(rows))
    }

    /// Returns a table over all dates in the range, oldest first.
    fn history(&self, table: &'static TableSchema, failures: &ScanErrors) -> Result<LazyFrame> {
        let lazy =
            |day, files| table_scan::scan_table(self.store, table, files, Some(day), failures).map_err(query_failure);
        // An empty part, so that the columns exist even if no date has the table.
        let mut parts = vec![lazy(self.as_of, TableFiles::default())?];
        for day in snapshots::list_dates(self.store)? {
            let is_in_range =
                self.dates.from.is_none_or(|from| from <= day) && self.dates.until.is_none_or(|end| day <= end);
            let Some(manifest) = is_in_range
                .then(|| snapshots::read_manifest(self.store, day))
                .transpose()?
                .flatten()
            else {
                continue;
            };
            if let Some(files) = tables_of(&manifest, &self.draws).remove(table.name) {
                parts.push(lazy(day, files)?);
            }
        }
        table_scan::concat_dates(parts).map_err(query_failure)
    }

    /// Answers SHOW TABLES: names, row counts and descriptions.
    fn listed(&self) -> Result<DataFrame> {
        let of_date = self.tables.iter().map(|(name, files)| {
            let description = table(name).map_or("", |(table, _)| table.description);
            ((*name).to_owned(), Some(files.rows as i64), description.to_owned())
        });
        let of_all = self.tables.keys().map(|name| {
            let description = format!("{name} of all published dates, with {DATE_COLUMN}");
            (format!("{name}{HISTORY}"), None, description)
        });
        let rows: Vec<(String, Option<i64>, String)> = of_date.chain(of_all).collect();
        let frame = df!(
            "table" => rows.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(),
            "rows" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            "description" => rows.iter().map(|row| row.2.as_str()).collect::<Vec<_>>(),
        );
        frame.map_err(query_failure)
    }

    /// Answers SHOW COLUMNS: names, types and meanings.
    fn described(&self, name: &str) -> Result<DataFrame> {
        let unknown = || self.usage_error(&format!("no table is named {name}"), &BTreeSet::new());
        let (table, is_of_all) = table(name).ok_or_else(unknown)?;
        let date = is_of_all.then_some((
            DATE_COLUMN,
            DataType::Date,
            "Date of the snapshot that contains the row",
        ));
        let own = table
            .columns
            .iter()
            .map(|column| (column.name, frames::polars_type(column.column_type), column.description));
        let rows: Vec<(&str, DataType, &str)> = date.into_iter().chain(own).collect();
        let frame = df!(
            "column" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            "type" => rows.iter().map(|row| row.1.to_string()).collect::<Vec<_>>(),
            "description" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
        );
        frame.map_err(query_failure)
    }

    /// Builds the usage error: the message of Polars, then the available tables and columns.
    fn usage_error(&self, message: &str, named: &BTreeSet<String>) -> Error {
        let columns = named
            .iter()
            .filter_map(|name| Some(format!("\n  {name}: {}", columns(name)?.join(", "))));
        let hint = match message.contains("date") && message.contains("string") || message.contains("Datetime") {
            true => format!(
                "\n  write a date as DATE '{0}' and an instant as '{0} 12:00:00' (UTC)",
                self.as_of
            ),
            false => String::new(),
        };
        Error::usage(format!(
            "{message}{hint}\n  tables of {}: {}\n  all published dates: <table>{HISTORY}, with the column {DATE_COLUMN}{}",
            self.as_of,
            self.tables.keys().copied().collect::<Vec<_>>().join(", "),
            columns.collect::<String>()
        ))
    }
}

/// Returns the column names of a table.
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

/// Returns the first line of a Polars error, without query plan and backtrace.
fn first_line(error: &PolarsError) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_end().to_owned()
}

fn query_failure(error: PolarsError) -> Error {
    Error::internal("published tables cannot be queried").with_source(error)
}
