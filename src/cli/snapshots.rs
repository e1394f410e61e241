//! `clout snapshots`: lists, shows or verifies published snapshots.

use clap::Subcommand;
use serde_json::{Value, json};

use super::options::{OutputFormat, ResultArgs, parse_day};
use super::output::{ResultRows, print_line, print_object, print_rows};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::snapshots::find_or_newest as snapshot;

/// Arguments of `clout snapshots`.
#[derive(clap::Args)]
pub(super) struct SnapshotsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the published snapshots.
    List(SnapshotOptions),
    /// Show one snapshot: its model, run, inputs, timings and files.
    Show(SnapshotOptions),
    /// Hash each file again and compare it with the manifest.
    Verify(SnapshotOptions),
}

#[derive(clap::Args)]
struct SnapshotOptions {
    #[command(flatten)]
    results: ResultArgs,
    /// Snapshot date; default: the newest (list: all dates).
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<Day>,
    /// Output format.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl SnapshotsArgs {
    /// Runs the subcommand.
    pub(super) fn run(self) -> Result<()> {
        match self.action {
            Action::List(options) => list(&options),
            Action::Show(options) => show_one(&options),
            Action::Verify(options) => verify(&options),
        }
    }
}

fn list(options: &SnapshotOptions) -> Result<()> {
    let store = options.results.open_store()?;
    let mut rows = Vec::new();
    for day in snapshots::list_dates(&store)?
        .into_iter()
        .filter(|day| options.as_of.is_none_or(|asked| asked == *day))
    {
        if let Some(manifest) = snapshots::read_manifest(&store, day)? {
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
    print_rows(
        &ResultRows {
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

fn show_one(options: &SnapshotOptions) -> Result<()> {
    let store = options.results.open_store()?;
    let manifest = snapshot(&store, options.as_of)?;
    if options.format == OutputFormat::Json {
        let value = serde_json::to_value(&manifest)
            .map_err(|error| Error::internal("cannot convert the manifest to JSON").with_source(error))?;
        return print_object(&value);
    }
    print_line(&format!(
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
    print_rows(
        &ResultRows {
            columns: vec!["table", "rows", "bytes", "file"],
            rows: file_rows.collect(),
        },
        OutputFormat::Text,
    )
}

fn verify(options: &SnapshotOptions) -> Result<()> {
    let store = options.results.open_store()?;
    let day = snapshot(&store, options.as_of)?.snapshot_date;
    let found = snapshots::verify_snapshot(&store, day)?;
    let problems: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
    match options.format {
        OutputFormat::Json => print_object(
            &json!({"snapshot_date": day, "files": found.files, "bytes": found.bytes, "problems": problems}),
        )?,
        OutputFormat::Text if problems.is_empty() => print_line(&format!(
            "{day}: {} files, {} bytes, all match the manifest",
            found.files, found.bytes
        ))?,
        OutputFormat::Text => print_line(&format!(
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
