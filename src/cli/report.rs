//! `clout report`: a static site about one night, for people who would rather look than read.

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
    /// Where the site is written: a folder that is absent, empty or an earlier report.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Snapshot date; the newest without it.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Day>,
    /// How many of the best ranked get history, reasons, topics and neighbours; everybody can be found.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    people: u64,
    /// How many published nights the histories go back over.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1000))]
    nights: u32,
    /// How the answer is shown.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Writes the site and says where it is.
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
