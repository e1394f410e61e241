//! `clout snapshots`: lists, shows or verifies published snapshots.

use clap::Subcommand;
use serde_json::{Value, json};

use super::options::{Format, ResultArgs, day};
use super::output::{Rows, print, show, show_object};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::snapshots::find_or_newest as snapshot;

/// Arguments of `clout snapshots`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the published snapshots.
    List(Options),
    /// Show one snapshot: its model, run, inputs, timings and files.
    Show(Options),
    /// Hash each file again and compare it with the manifest.
    Verify(Options),
}

#[derive(clap::Args)]
struct Options {
    #[command(flatten)]
    results: ResultArgs,
    /// Snapshot date; default: the newest (list: all dates).
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Day>,
    /// Output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Runs the subcommand.
    pub fn run(self) -> Result<()> {
        match self.action {
            Action::List(options) => list(&options),
            Action::Show(options) => show_one(&options),
            Action::Verify(options) => verify(&options),
        }
    }
}

fn list(options: &Options) -> Result<()> {
    let store = options.results.store()?;
    let mut rows = Vec::new();
    for day in snapshots::list(&store)?
        .into_iter()
        .filter(|day| options.as_of.is_none_or(|asked| asked == *day))
    {
        if let Some(manifest) = snapshots::find(&store, day)? {
            let persons = manifest.tables.get("scores").map_or(0, |table| table.rows);
            rows.push(vec![
                day.to_string().into(),
                manifest.model_version.as_str().into(),
                persons.into(),
                bytes(&manifest).into(),
                manifest.converged.into(),
                manifest.run_id.as_str().into(),
            ]);
        }
    }
    show(
        &Rows {
            columns: vec![
                "snapshot_date",
                "model_version",
                "persons",
                "bytes",
                "converged",
                "run_id",
            ],
            rows,
        },
        options.format,
    )
}

fn bytes(manifest: &Manifest) -> u64 {
    manifest
        .tables
        .values()
        .flat_map(|table| &table.files)
        .map(|file| file.size)
        .sum()
}

fn show_one(options: &Options) -> Result<()> {
    let store = options.results.store()?;
    let manifest = snapshot(&store, options.as_of)?;
    if options.format == Format::Json {
        let value = serde_json::to_value(&manifest)
            .map_err(|error| Error::internal("cannot convert the manifest to JSON").with_source(error))?;
        return show_object(&value);
    }
    print(&format!(
        "Snapshot of {}\n  model      {}\n  run        {} (commit {})\n  inputs     {} files, {} bytes\n  converged  {} (residual {:.1e})\n  seconds    {}",
        manifest.snapshot_date,
        manifest.model_version,
        manifest.run_id,
        manifest.commit_id,
        manifest.inputs.len(),
        manifest.inputs.iter().map(|input| input.size).sum::<u64>(),
        manifest.converged,
        manifest.residual,
        manifest
            .timings
            .iter()
            .map(|(stage, seconds)| format!("{stage} {seconds:.2}"))
            .collect::<Vec<_>>()
            .join(", "),
    ))?;
    let file_rows = manifest.tables.iter().flat_map(|(name, table)| {
        table.files.iter().map(move |file| {
            vec![
                Value::from(name.as_str()),
                file.rows.into(),
                file.size.into(),
                file.path.as_str().into(),
            ]
        })
    });
    show(
        &Rows {
            columns: vec!["table", "rows", "bytes", "file"],
            rows: file_rows.collect(),
        },
        Format::Text,
    )
}

fn verify(options: &Options) -> Result<()> {
    let store = options.results.store()?;
    let day = snapshot(&store, options.as_of)?.snapshot_date;
    let found = snapshots::verify(&store, day)?;
    let problems: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
    match options.format {
        Format::Json => show_object(
            &json!({"snapshot_date": day, "files": found.files, "bytes": found.bytes, "problems": problems}),
        )?,
        Format::Text if problems.is_empty() => print(&format!(
            "{day}: {} files, {} bytes, all match the manifest",
            found.files, found.bytes
        ))?,
        Format::Text => print(&format!(
            "{day}: {} problems\n  {}",
            problems.len(),
            problems.join("\n  ")
        ))?,
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::internal(format!(
            "the snapshot of {day} is damaged: {} problems. Restore its files from a backup, or run into another output root",
            problems.len()
        ))),
    }
}
