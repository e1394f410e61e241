//! The command line: one file per command, without business logic.
//!
//! Only this module reads the environment, the clock and random bytes, and starts threads.

#![allow(
    clippy::disallowed_methods,
    reason = "the front door: the layers below receive clock, environment and randomness as values"
)]

mod backfill;
mod calibrate;
mod check;
mod completions;
mod diff;
mod doctor;
mod evaluate;
mod explain;
mod export;
mod generate;
mod options;
mod output;
mod perks;
mod plan;
mod progress;
mod query;
mod report;
mod run;
mod snapshots;
mod top;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use clout_base::error::{Error, Result};

/// Computes influence scores from activity dumps and publishes them as snapshots.
#[derive(Parser)]
#[command(
    name = "clout",
    version,
    about,
    propagate_version = true,
    disable_help_subcommand = true
)]
#[command(
    after_help = "Exit codes: 0 done (or already done), 1 internal error, 2 wrong usage or job file, 3 input missing or \
not ready (retry later), 4 input refused, 5 storage failed after retries (retry later), 6 another run published this date, \
7 scores did not converge, 8 memory limit would be exceeded."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Write the log as JSON lines.
    #[arg(long, global = true)]
    log_json: bool,
    /// Log only warnings and errors.
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Read new input and publish the snapshot of one date.
    Run(run::RunArgs),
    /// Publish the snapshots of a range of dates, in order.
    Backfill(backfill::BackfillArgs),
    /// Show the files, rows, memory and output size of a run without running it.
    Plan(plan::PlanArgs),
    /// Validate the input of the next run without publishing anything.
    Check(check::CheckArgs),
    /// Show the people with the highest scores.
    Top(top::TopArgs),
    /// Explain a person's score: its parts, recent changes, forecasts, neighbours and topics.
    Explain(explain::ExplainArgs),
    /// Query published tables with SQL.
    Query(query::QueryArgs),
    /// Compare two snapshots: scores, people, parameters and input files.
    Diff(diff::DiffArgs),
    /// Draw the winners of reward campaigns, and verify draws.
    Perks(perks::PerksArgs),
    /// Measure on past data how well scores predict later reactions and resist attacks. A missed threshold is
    /// printed and does not change the exit code.
    Evaluate(evaluate::EvaluateArgs),
    /// Compute a custom score scale from a published snapshot, for the job file.
    Calibrate(calibrate::CalibrateArgs),
    /// Write a static HTML report about one snapshot.
    Report(report::ReportArgs),
    /// List, show or verify published snapshots.
    Snapshots(snapshots::SnapshotsArgs),
    /// Generate a synthetic input warehouse.
    Generate(generate::GenerateArgs),
    /// Check that the output store is reachable, writable and safe for concurrent runs.
    Doctor(doctor::DoctorArgs),
    /// Print a completion script for a shell.
    Completions(completions::CompletionsArgs),
}

/// Returns the definition of the command line, from which help, completions and the reference are made.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Parses the command line, runs the command and returns its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let log_json = cli.log_json;
    progress::start_log(log_json, cli.quiet);
    // The panic hook has printed the report to stderr. The scheduler still needs a documented exit code.
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| dispatch(cli.command)));
    match outcome.unwrap_or_else(|_| {
        Err(Error::internal(
            "this is a bug in Clout; please report it. Nothing was published",
        ))
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&error, log_json);
            ExitCode::from(error.kind().exit_code())
        }
    }
}

/// Prints an error to stderr; with JSON logging, as one more line of the log.
fn print_error(error: &Error, is_json: bool) {
    let message = output::escape_controls(&error.to_string());
    let hint = error.kind().is_retryable().then(|| {
        let code = error.kind().exit_code();
        format!("the same command may succeed later (exit code {code})")
    });
    if is_json {
        let fields = serde_json::json!({"message": message, "hint": hint});
        let line = serde_json::json!({"level": "ERROR", "exit_code": error.kind().exit_code(), "fields": fields});
        eprintln!("{line}");
        return;
    }
    eprintln!("error: {message}");
    if let Some(hint) = hint {
        eprintln!("hint: {hint}");
    }
}

fn dispatch(command: Command) -> Result<()> {
    match command {
        Command::Run(args) => args.run(),
        Command::Backfill(args) => args.run(),
        Command::Plan(args) => args.run(),
        Command::Check(args) => args.run(),
        Command::Top(args) => args.run(),
        Command::Explain(args) => args.run(),
        Command::Query(args) => args.run(),
        Command::Diff(args) => args.run(),
        Command::Perks(args) => args.run(),
        Command::Evaluate(args) => args.run(),
        Command::Calibrate(args) => args.run(),
        Command::Report(args) => args.run(),
        Command::Snapshots(args) => args.run(),
        Command::Generate(args) => args.run(),
        Command::Doctor(args) => args.run(),
        Command::Completions(args) => args.run(),
    }
}
