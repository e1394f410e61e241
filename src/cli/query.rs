//! `clout query`: runs SQL on published tables.

use clout_warehouse::snapshots::find_or_newest;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use polars::prelude::DataFrame;

use super::export;
use super::options::{ResultArgs, parse_day};
use super::output::{StdoutWriter, print_line, print_table};
use crate::queries::sql::{DateRange, run_query};
use crate::queries::{FrameCells, NonFinite};
use clout_base::day::Day;
use clout_base::error::{Error, Result};

/// Arguments of `clout query`.
#[derive(clap::Args)]
#[command(
    after_help = "Each table of the snapshot can be queried by its name. TABLE_history has the rows of all published dates, \
with a column snapshot_date. SHOW TABLES lists the tables; SHOW COLUMNS FROM scores lists columns with types and meanings.

  clout query \"SELECT person_id, score FROM scores WHERE score > 40 ORDER BY score DESC\" --output out
  clout query \"SELECT snapshot_date, score FROM scores_history WHERE person_id = 'ada'\" --output out --format csv"
)]
pub(super) struct QueryArgs {
    /// One query in Polars SQL: SELECT, WITH, SHOW TABLES or SHOW COLUMNS FROM.
    sql: String,
    #[command(flatten)]
    results: ResultArgs,
    /// Snapshot date; default: the newest.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<Day>,
    /// First date of the _history tables; default: the oldest.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    from: Option<Day>,
    /// Last date of the _history tables; default: the newest.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    until: Option<Day>,
    /// Output format.
    #[arg(long, value_enum, default_value_t)]
    format: QueryFormat,
    /// Write the result to this new file instead of stdout; an existing file is not replaced (exit 2).
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Maximum number of rows in a table; other formats write all rows.
    #[arg(short = 'n', long, default_value_t = 100)]
    count: usize,
}

/// Output format of a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum QueryFormat {
    /// An aligned table.
    #[default]
    #[value(alias = "text")]
    Table,
    /// Comma-separated values.
    Csv,
    /// JSON: one array of rows.
    Json,
    /// A Parquet file.
    Parquet,
}

impl QueryArgs {
    /// Runs the query and writes its result.
    pub(super) fn run(self) -> Result<()> {
        let is_terminal = self.to.is_none() && std::io::stdout().is_terminal();
        if self.format == QueryFormat::Parquet && is_terminal {
            return Err(Error::usage(
                "Parquet is binary and cannot be shown on a terminal: use --to FILE, or redirect stdout to a file",
            ));
        }
        if let (QueryFormat::Table, Some(_)) = (self.format, &self.to) {
            return Err(Error::usage(
                "--to needs --format csv, json or parquet: a table is only printed to stdout",
            ));
        }
        let store = self.results.open_store()?;
        let manifest = find_or_newest(&store, self.as_of)?;
        let dates = DateRange {
            from: self.from,
            until: self.until,
        };
        let mut rows = run_query(&store, &manifest, dates, &self.sql)?;
        match (&self.to, self.format) {
            (_, QueryFormat::Table) => self.table(&rows),
            (Some(file), _) => self.write_file(file, &mut rows),
            (None, _) => {
                let mut to = StdoutWriter::new();
                let written = self.write(&mut rows, is_terminal, &mut to);
                if to.is_closed() { Ok(()) } else { written }
            }
        }
    }

    fn table(&self, rows: &DataFrame) -> Result<()> {
        let names: Vec<String> = rows.get_column_names().iter().map(|name| name.to_string()).collect();
        let shown = rows.height().min(self.count);
        let cells = FrameCells::from_frame(&rows.head(Some(shown)));
        print_table(&names, &cells.iter_rows(NonFinite::Text).collect::<Vec<_>>())?;
        match rows.height() - shown {
            0 => Ok(()),
            more => print_line(&format!(
                "and {more} more: --count {} or --format csv shows them",
                rows.height()
            )),
        }
    }

    fn write(&self, rows: &mut DataFrame, is_terminal: bool, to: &mut impl Write) -> Result<()> {
        match self.format {
            QueryFormat::Csv => export::write_csv(rows, is_terminal, to)?,
            QueryFormat::Parquet => export::write_parquet(rows, to)?,
            QueryFormat::Json | QueryFormat::Table => export::write_json(rows, to)?,
        }
        to.flush()
            .map_err(|error| Error::internal("cannot write the query result").with_source(error))
    }

    /// Writes the result to a new file. Removes the file if writing fails, so that no partial result remains.
    fn write_file(&self, file: &Path, rows: &mut DataFrame) -> Result<()> {
        let refused = |error: std::io::Error| {
            Error::usage(format!(
                "cannot write {} as a new file; choose another name if it exists",
                file.display()
            ))
            .with_source(error)
        };
        let mut to = BufWriter::new(File::create_new(file).map_err(refused)?);
        let written = self.write(rows, false, &mut to);
        if written.is_err() {
            // The write error is the cause; a failed removal would only hide it.
            let _ = std::fs::remove_file(file);
        }
        written
    }
}
