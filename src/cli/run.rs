//! `clout run`: publishes the snapshot of one date.

use serde_json::{Value, json};

use super::options::{JobArgs, OutputFormat, generate_random_hex, open_store, parse_day, start_threads};
use super::output::{print_line, print_object};
use super::progress::ProgressDisplay;
use crate::job::Job;
use crate::pipeline::{self, RunOutcome, RunRequest};
use clout_base::day::Day;
use clout_base::error::Result;

/// Arguments of `clout run`.
#[derive(clap::Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    job: JobArgs,
    /// Snapshot date; default: the newest load date of any known network.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<Day>,
    /// Read the whole input again and ignore the saved state.
    #[arg(long)]
    rebuild: bool,
    /// Output format of the summary.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl RunArgs {
    /// Runs one date and prints its summary.
    pub(super) fn run(self) -> Result<()> {
        let job = self.job.read_spec()?.resolve()?;
        start_threads(&job)?;
        let summary = run_date(&job, self.as_of, self.rebuild)?;
        match self.format {
            OutputFormat::Json => print_object(&summary),
            OutputFormat::Text => print_line(&format_summary(&summary)),
        }
    }
}

/// Runs one date and returns its summary as JSON.
pub(super) fn run_date(job: &Job, as_of: Option<Day>, is_rebuild: bool) -> Result<Value> {
    let input = open_store(&job.input.root, &job.storage)?;
    let output = open_store(&job.output.root, &job.storage)?;
    let request = RunRequest {
        as_of,
        is_rebuild,
        run_id: generate_random_hex(4)?,
        commit_id: generate_random_hex(16)?,
    };
    let progress = ProgressDisplay::new();
    let outcome = pipeline::run_snapshot(job, &input, &output, &request, &progress);
    progress.finish();
    Ok(summary(&outcome?))
}

fn summary(night: &RunOutcome) -> Value {
    match night {
        RunOutcome::AlreadyPublished { manifest, differing } => json!({
            "snapshot_date": manifest.snapshot_date,
            "status": "already_published",
            "model_version": manifest.model_version,
            "run_id": manifest.run_id,
            "differing_parameters": differing,
        }),
        RunOutcome::Published {
            manifest,
            metrics,
            rejects,
        } => json!({
            "snapshot_date": manifest.snapshot_date,
            "status": "published",
            "model_version": manifest.model_version,
            "run_id": manifest.run_id,
            "rows_read": metrics.total("rows_read") as u64,
            "rows_refused": metrics.total("rows_refused") as u64,
            "rows_copies": metrics.total("rows_copies") as u64,
            "rows_twins": metrics.total("rows_twins") as u64,
            "reactions_self": metrics.total("reactions_self") as u64,
            "reactions_counted": metrics.total("reactions_counted") as u64,
            "posts_counted": metrics.total("posts_counted") as u64,
            "rejects": rejects.iter().map(|(reason, count)| json!({"reason": reason, "count": count})).collect::<Vec<_>>(),
            "persons": metrics.total("persons") as u64,
            "persons_scored": metrics.total("persons_scored") as u64,
            "pairs": metrics.total("pairs") as u64,
            "score_mean": metrics.total("score_mean"),
            "score_median": metrics.total("score_median"),
            "score_p95": metrics.total("score_p95"),
            "score_p99": metrics.total("score_p99"),
            "score_max": metrics.total("score_max"),
            "iterations": metrics.total("iterations") as u64,
            "residual": manifest.residual,
            "mass": metrics.total("mass"),
            "converged": manifest.converged,
            "timings": manifest.timings,
        }),
    }
}

/// Formats the summary as text.
pub(super) fn format_summary(summary: &Value) -> String {
    let number = |name: &str| summary[name].as_f64().unwrap_or(0.0);
    let date = summary["snapshot_date"].as_str().unwrap_or_default();
    if summary["status"] == "already_published" {
        let names: Vec<&str> = summary["differing_parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let differing = match names.is_empty() {
            true => "with the same parameters".to_owned(),
            false => format!("with other parameters: {}", names.join(", ")),
        };
        return format!(
            "{date} is already published {differing}. Snapshots are immutable, so nothing was done. To compute it again, \
             choose another --output."
        );
    }
    let rejects: Vec<String> = summary["rejects"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|reject| {
            format!(
                "\n             {:>8}  {}",
                reject["count"],
                reject["reason"].as_str().unwrap_or_default()
            )
        })
        .collect();
    format!(
        "published {date}  model {model}, {seconds:.1} s\n  input      {read} rows read: {reactions} reactions and {posts} posts counted, {copies} copies, {twins} twins, {own} self-reactions\n  refused    {refused} rows of activities; rejects by reason:{rejects}\n  people     {persons}, {scored} with a score; {pairs} pairs\n  scores     mean {mean:.1}, median {median:.1}, 95th percentile {p95:.1}, 99th {p99:.1}, max {max:.1}\n  converged  after {iterations} iterations, residual {residual:.1e}",
        model = summary["model_version"].as_str().unwrap_or_default(),
        seconds = summary["timings"]["total"].as_f64().unwrap_or(0.0),
        read = number("rows_read"),
        reactions = number("reactions_counted"),
        posts = number("posts_counted"),
        copies = number("rows_copies"),
        twins = number("rows_twins"),
        own = number("reactions_self"),
        refused = number("rows_refused"),
        rejects = if rejects.is_empty() {
            " none".to_owned()
        } else {
            rejects.concat()
        },
        persons = number("persons"),
        scored = number("persons_scored"),
        pairs = number("pairs"),
        mean = number("score_mean"),
        median = number("score_median"),
        p95 = number("score_p95"),
        p99 = number("score_p99"),
        max = number("score_max"),
        iterations = number("iterations"),
        residual = number("residual"),
    )
}
