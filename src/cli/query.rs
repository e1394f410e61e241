//! `clout query`: SQL over published tables.

use clout_warehouse::snapshots::find_or_newest;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use polars::prelude::DataFrame;

use super::export;
use super::options::{ResultArgs, day};
use super::output::{Answer, print, show_table};
use crate::queries::sql::{Dates, answer};
use crate::queries::{Cells, NotFinite};
use clout_base::day::Day;
use clout_base::error::{Error, Result};

/// Arguments of `clout query`.
#[derive(clap::Args)]
#[command(
    after_help = "Each table of the snapshot stands under its name, and as TABLE_history over all published dates, with a \
column snapshot_date. SHOW TABLES lists them, SHOW COLUMNS FROM scores tells what the columns mean.

  clout query \"SELECT person_id, score FROM scores WHERE score > 40 ORDER BY score DESC\" --output out
  clout query \"SELECT snapshot_date, score FROM scores_history WHERE person_id = 'ada'\" --output out --format csv"
)]
pub struct Args {
    /// One query (SELECT, WITH, SHOW TABLES or SHOW COLUMNS FROM) in the SQL of Polars.
    sql: String,
    #[command(flatten)]
    results: ResultArgs,
    /// Snapshot date; the newest without it.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Day>,
    /// First date of the _history tables; the oldest without it.
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<Day>,
    /// Last date of the _history tables; the newest without it.
    #[arg(long, value_name = "DATE", value_parser = day)]
    until: Option<Day>,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the answer here instead of stdout; a file that exists is left alone (exit 2).
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Rows that a table shows at most; the other formats have all.
    #[arg(short = 'n', long, default_value_t = 100)]
    count: usize,
}

/// How the answer of a query is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// An aligned table, for people.
    #[default]
    #[value(alias = "text")]
    Table,
    /// Comma-separated values, for spreadsheets.
    Csv,
    /// One array of rows, for programs.
    Json,
    /// A Parquet file, for data tools.
    Parquet,
}

impl Args {
    /// Asks and shows.
    pub fn run(self) -> Result<()> {
        let is_terminal = self.to.is_none() && std::io::stdout().is_terminal();
        if self.format == Format::Parquet && is_terminal {
            return Err(Error::usage(
                "Parquet is no text for a terminal: give --to FILE, or send stdout to a file",
            ));
        }
        if let (Format::Table, Some(_)) = (self.format, &self.to) {
            return Err(Error::usage(
                "a table is for people and goes to stdout: give --format csv, json or parquet with --to",
            ));
        }
        let store = self.results.store()?;
        let manifest = find_or_newest(&store, self.as_of)?;
        let dates = Dates {
            from: self.from,
            until: self.until,
        };
        let mut rows = answer(&store, &manifest, dates, &self.sql)?;
        match (&self.to, self.format) {
            (_, Format::Table) => self.table(&rows),
            (Some(file), _) => self.write_file(file, &mut rows),
            (None, _) => {
                let mut to = Answer::new();
                let written = self.write(&mut rows, is_terminal, &mut to);
                if to.is_unread() { Ok(()) } else { written }
            }
        }
    }

    fn table(&self, rows: &DataFrame) -> Result<()> {
        let names: Vec<String> = rows.get_column_names().iter().map(|name| name.to_string()).collect();
        let shown = rows.height().min(self.count);
        let cells = Cells::of(&rows.head(Some(shown)));
        show_table(&names, &cells.rows(NotFinite::Text).collect::<Vec<_>>())?;
        match rows.height() - shown {
            0 => Ok(()),
            more => print(&format!(
                "and {more} more: --count {} or --format csv shows them",
                rows.height()
            )),
        }
    }

    fn write(&self, rows: &mut DataFrame, is_terminal: bool, to: &mut impl Write) -> Result<()> {
        match self.format {
            Format::Csv => export::csv(rows, is_terminal, to)?,
            Format::Parquet => export::parquet(rows, to)?,
            Format::Json | Format::Table => export::json(rows, to)?,
        }
        to.flush()
            .map_err(|error| Error::internal("cannot write the answer").with_source(error))
    }

    /// Half an answer is none: a file that cannot be finished goes.
    fn write_file(&self, file: &Path, rows: &mut DataFrame) -> Result<()> {
        let refused = |error: std::io::Error| {
            Error::usage(format!("cannot write {} as a new file", file.display())).with_source(error)
        };
        let mut to = BufWriter::new(File::create_new(file).map_err(refused)?);
        let written = self.write(rows, false, &mut to);
        if written.is_err() {
            // The first error is the one to tell.
            let _ = std::fs::remove_file(file);
        }
        written
    }
}
