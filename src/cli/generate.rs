//! `clout generate`: writes a synthetic input warehouse.

use clap::ValueEnum;
use serde_json::json;

use super::options::{OutputFormat, open_store, parse_day};
use super::output::{print_line, print_object};
use crate::job::StorageRules;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_sample::{GenerateSpec, GeneratedFile, SiteShape, generate_question_site, generate_warehouse};

/// Arguments of `clout generate`.
#[derive(clap::Args)]
pub(super) struct GenerateArgs {
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
    /// Kind of the input. The sites are question-and-answer sites for jobs/stackexchange.toml, of a fixed size.
    #[arg(long, value_enum, default_value_t)]
    shape: InputShape,
    /// Last load date.
    #[arg(long, value_name = "DATE", value_parser = parse_day, default_value_t = Day(GenerateSpec::default().last_day))]
    last_day: Day,
    /// Output format of the summary.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

/// Kind of a synthetic input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum InputShape {
    /// The sample: four networks, with all tables.
    #[default]
    Sample,
    /// A site with few experts of long standing: three years.
    FewExperts,
    /// A site with many experts that leave after a month: eight months.
    ManyExperts,
}

impl GenerateArgs {
    /// Generates the warehouse, writes it file by file and prints a summary.
    pub(super) fn run(self) -> Result<()> {
        let store = open_store(&self.to, &StorageRules::default())?;
        let spec = GenerateSpec {
            seed: self.seed,
            persons: self.persons,
            days: self.days,
            last_day: self.last_day.0,
        };
        let mut put = |file: GeneratedFile| store.put(&file.path, file.bytes);
        let made = match self.shape {
            InputShape::Sample => generate_warehouse::<Error>(&spec, &mut put)?,
            InputShape::FewExperts => {
                generate_question_site(SiteShape::FewExperts, self.seed, self.last_day, &mut put)?
            }
            InputShape::ManyExperts => {
                generate_question_site(SiteShape::ManyExperts, self.seed, self.last_day, &mut put)?
            }
        };
        match self.format {
            OutputFormat::Json => print_object(&json!({
                "files": made.files,
                "rows": made.rows,
                "bytes": made.bytes,
                "activities": made.activities,
                "planted": made.planted,
            })),
            OutputFormat::Text => print_line(&format!(
                "generated {} files, {} bytes, in {}: {} activities, including {} late, {} redelivered and {} twins",
                made.files, made.bytes, self.to, made.activities, made.late, made.redelivered, made.twins
            )),
        }
    }
}
