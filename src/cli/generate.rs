//! `clout generate`: writes a synthetic input warehouse.

use serde_json::json;

use super::options::{Format, day, open};
use super::output::{print, show_object};
use crate::job::StorageRules;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_sample::{GenerateSpec, GeneratedFile, generate};

/// Arguments of `clout generate`.
#[derive(clap::Args)]
pub struct Args {
    /// Destination: a path or URL. Files of the same name are replaced.
    #[arg(long, value_name = "URL")]
    to: String,
    /// Random seed; the same seed gives the same bytes.
    #[arg(long, default_value_t = GenerateSpec::default().seed)]
    seed: u64,
    /// Number of people.
    #[arg(long, default_value_t = GenerateSpec::default().persons)]
    persons: u32,
    /// Number of load dates.
    #[arg(long, default_value_t = GenerateSpec::default().days)]
    days: u32,
    /// Last load date.
    #[arg(long, value_name = "DATE", value_parser = day, default_value_t = Day(GenerateSpec::default().last_day))]
    last_day: Day,
    /// Output format of the summary.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Generates the warehouse, writes it file by file and prints a summary.
    pub fn run(self) -> Result<()> {
        let store = open(&self.to, &StorageRules::default())?;
        let spec = GenerateSpec {
            seed: self.seed,
            persons: self.persons,
            days: self.days,
            last_day: self.last_day.0,
        };
        let mut put = |file: GeneratedFile| store.put(&file.path, file.bytes);
        let made = generate::<Error>(&spec, &mut put)?;
        match self.format {
            Format::Json => show_object(&json!({
                "files": made.files,
                "rows": made.rows,
                "bytes": made.bytes,
                "activities": made.activities,
                "planted": made.planted,
            })),
            Format::Text => print(&format!(
                "generated {} files, {} bytes, in {}: {} activities, including {} late, {} redelivered and {} twins",
                made.files, made.bytes, self.to, made.activities, made.late, made.redelivered, made.twins
            )),
        }
    }
}
