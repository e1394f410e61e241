//! `clout report`: writes a static HTML report about one snapshot.

use std::path::PathBuf;

use serde_json::json;

use super::options::{OutputFormat, ResultArgs, parse_day};
use super::output::{print_line, print_object};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::alerts::texts::format_count;
use clout_site::{self, ReportOptions, ReportSummary};

/// Arguments of `clout report`.
#[derive(clap::Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    results: ResultArgs,
    /// Folder to write: new, empty or an earlier report.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Snapshot date; default: the newest.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<Day>,
    /// Number of people, by rank, with history, reasons, topics and neighbours; all others are listed without them.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    people: u64,
    /// Number of published snapshots in each history.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1000))]
    nights: u32,
    /// Output format of the summary.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl ReportArgs {
    /// Writes the report and prints its location.
    pub(super) fn run(self) -> Result<()> {
        let options = ReportOptions {
            people: self.people,
            nights: self.nights,
        };
        let written = clout_site::write_report(&self.results.open_store()?, self.as_of, options, &self.to)?;
        match self.format {
            OutputFormat::Json => print_object(&json!({
                "snapshot_date": written.snapshot_date,
                "index": written.index,
                "nights": written.nights,
                "people": written.people,
                "people_full": written.people_full,
                "files": written.files,
                "bytes": written.bytes,
            })),
            OutputFormat::Text => print_line(&sentence(&written)),
        }
    }
}

fn sentence(written: &ReportSummary) -> String {
    format!(
        "report of {date}: {people}, {full} of them with history, reasons, topics and neighbours; {nights}\n  \
         {files}, {bytes} bytes\n  open {index}",
        date = written.snapshot_date,
        people = format_count(written.people as i64, "person", "people"),
        full = written.people_full,
        nights = format_count(written.nights as i64, "night", "nights"),
        files = format_count(written.files as i64, "file", "files"),
        bytes = written.bytes,
        index = written.index.display(),
    )
}
