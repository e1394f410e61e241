//! `clout calibrate`: computes a custom score scale from a published snapshot, for the job file.

use clout_warehouse::snapshots::find_or_newest;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::options::{OutputFormat, ResultArgs, parse_day};
use super::output::{ResultRows, print_line, print_object, print_rows};
use crate::calibrate::{ScaleCalibration, ScaleSummary, TargetScores, calibrate_scale};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::manifest::Manifest;

/// Arguments of `clout calibrate`.
#[derive(clap::Args)]
pub(super) struct CalibrateArgs {
    #[command(flatten)]
    results: ResultArgs,
    /// Snapshot date; default: the newest.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<Day>,
    /// Score of the median person on the new scale.
    #[arg(long, value_name = "POINTS", default_value_t = 20.0)]
    median: f64,
    /// Score of the person at the 99th percentile on the new scale.
    #[arg(long, value_name = "POINTS", default_value_t = 60.0)]
    p99: f64,
    /// Write the job file section to this new file; an existing file is not replaced (exit 2).
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Output format.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

const NOTE: &str = "Published snapshots do not change. The first run with the new model_version applies it to the kept \
                    state, and its score changes include the change of scale.";

impl CalibrateArgs {
    /// Computes the scale and prints it. Does not change published snapshots.
    pub(super) fn run(self) -> Result<()> {
        let store = self.results.open_store()?;
        let manifest = find_or_newest(&store, self.as_of)?;
        let wanted = TargetScores {
            median: self.median,
            p99: self.p99,
        };
        let found = calibrate_scale(&store, &manifest, self.results.read_spec()?, wanted)?;
        if let Some(file) = &self.to {
            let made = format!(
                "# clout calibrate: a median of {} and a 99th percentile of {} on the snapshot of {} (model {}).\n",
                self.median, self.p99, manifest.snapshot_date, manifest.model_version
            );
            write_new(file, &(made + &fragment(&found)))?;
        }
        match self.format {
            OutputFormat::Json => print_object(&self.object(&manifest, &found)),
            OutputFormat::Text => self.text(&manifest, &found),
        }
    }

    fn object(&self, manifest: &Manifest, found: &ScaleCalibration) -> Value {
        json!({
            "snapshot_date": manifest.snapshot_date,
            "snapshot_model_version": manifest.model_version,
            "model_version": found.model_version,
            "persons_scored": found.persons_scored,
            "persons_unknown": found.persons_unknown,
            "asked": { "median": self.median, "p99": self.p99 },
            "before": scaled(&found.before),
            "after": scaled(&found.after),
            "toml": fragment(found),
            "differs_in": found.differences,
            "file": self.to.as_ref().map(|file| file.display().to_string()),
            "note": NOTE,
        })
    }

    fn text(&self, manifest: &Manifest, found: &ScaleCalibration) -> Result<()> {
        print_line(&format!(
            "{} people with a score on {} (model {})",
            found.persons_scored, manifest.snapshot_date, manifest.model_version
        ))?;
        print_rows(&figures(found), OutputFormat::Text)?;
        print_line("  at_1, at_100: number of people at the lower and the upper limit of the scale")?;
        if found.persons_unknown > 0 {
            print_line(&format!(
                "  {} people are at a limit of the old scale, so their scores on the new one are unknown (-)",
                found.persons_unknown
            ))?;
        }
        match &self.to {
            Some(file) => print_line(&format!(
                "\nThe scale was written to {}:\n\n{}",
                file.display(),
                fragment(found)
            ))?,
            None => print_line(&format!("\nFor the job file:\n\n{}", fragment(found)))?,
        }
        if !found.differences.is_empty() {
            print_line(&format!(
                "The job also differs from the snapshot in {}. The scores above are valid for the snapshot's parameters.",
                found.differences.join(", ")
            ))?;
        }
        print_line(&format!(
            "With this scale, the job has model_version {}.\n{NOTE}",
            found.model_version
        ))
    }
}

/// Formats the job file section. `{:?}` prints the shortest digits that parse back to the same number.
fn fragment(found: &ScaleCalibration) -> String {
    let scale = &found.after.scale;
    format!(
        "[model.scale]\npoints_per_decade = {:?}\none_reactor = {:?}\n",
        scale.points_per_decade, scale.one_reactor
    )
}

fn write_new(file: &Path, text: &str) -> Result<()> {
    let refused = |error: std::io::Error| {
        Error::usage(format!(
            "cannot write {} as a new file; choose another name if it exists",
            file.display()
        ))
        .with_source(error)
    };
    let mut created = std::fs::File::create_new(file).map_err(refused)?;
    created.write_all(text.as_bytes()).map_err(refused)
}

const FIGURES: [&str; 7] = ["min", "median", "p95", "p99", "max", "at_1", "at_100"];

fn values(scaled: &ScaleSummary) -> [Value; 7] {
    [
        scaled.min.into(),
        scaled.median.into(),
        scaled.p95.into(),
        scaled.p99.into(),
        scaled.max.into(),
        scaled.at_1.into(),
        scaled.at_100.into(),
    ]
}

fn scaled(scaled: &ScaleSummary) -> Value {
    let mut object = json!({
        "points_per_decade": scaled.scale.points_per_decade,
        "one_reactor": scaled.scale.one_reactor,
    });
    for (name, value) in FIGURES.iter().zip(values(scaled)) {
        object[*name] = value;
    }
    object
}

fn figures(found: &ScaleCalibration) -> ResultRows {
    let row = |(name, scaled): (&str, &ScaleSummary)| std::iter::once(name.into()).chain(values(scaled)).collect();
    ResultRows {
        columns: std::iter::once("scale").chain(FIGURES).collect(),
        rows: [("before", &found.before), ("after", &found.after)]
            .into_iter()
            .map(row)
            .collect(),
    }
}
