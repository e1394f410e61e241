//! `clout report`: writes a static HTML report about one snapshot.

use std::path::PathBuf;

use serde_json::json;

use super::options::{Format, ResultArgs, day};
use super::output::{print, show_object};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::alerts::words::many;
use clout_site::{self, Options, Written};

/// Arguments of `clout report`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    results: ResultArgs,
    /// Folder to write: new, empty or an earlier report.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Snapshot date; default: the newest.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Day>,
    /// Number of people, by rank, with history, reasons, topics and neighbours; all others are listed without them.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    people: u64,
    /// Number of published snapshots in each history.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1000))]
    nights: u32,
    /// Output format of the summary.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Writes the report and prints its location.
    pub fn run(self) -> Result<()> {
        let options = Options {
            people: self.people,
            nights: self.nights,
        };
        let written = clout_site::write(&self.results.store()?, self.as_of, options, &self.to)?;
        match self.format {
            Format::Json => show_object(&json!({
                "snapshot_date": written.snapshot_date,
                "index": written.index,
                "nights": written.nights,
                "people": written.people,
                "people_full": written.people_full,
                "files": written.files,
                "bytes": written.bytes,
            })),
            Format::Text => print(&sentence(&written)),
        }
    }
}

fn sentence(written: &Written) -> String {
    format!(
        "report of {date}: {people}, {full} of them with history, reasons, topics and neighbours; {nights}\n  \
         {files}, {bytes} bytes\n  open {index}",
        date = written.snapshot_date,
        people = many(written.people as i64, "person", "people"),
        full = written.people_full,
        nights = many(written.nights as i64, "night", "nights"),
        files = many(written.files as i64, "file", "files"),
        bytes = written.bytes,
        index = written.index.display(),
    )
}
