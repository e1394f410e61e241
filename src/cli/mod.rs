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
mod failure;
mod generate;
mod json_log;
mod named_people;
mod options;
mod output;
mod peak_memory;
mod perks;
mod plan;
mod progress;
mod query;
mod report;
pub mod run;
mod run_record;
mod run_result;
mod run_summary;
mod snapshots;
mod top;
mod usage;

pub use options::open_store;
pub use usage::report as report_usage;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use clout_base::error::Result;

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
    after_help = "Exit codes: 0 done (or already done), 1 internal error, 2 wrong usage or job file, or a store that \
refuses for good, 3 input missing or not ready (retry later), 4 input refused, 5 storage failed after retries (retry later), 6 another run published this date, \
7 scores did not converge, 8 memory limit would be exceeded."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Write the log as JSON lines: one flat object per line, errors included.
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
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => return usage::report(&refusal),
    };
    run_command(cli.log_json, cli.quiet, || dispatch(cli.command))
}

/// Starts the log, runs a command, prints its error, and returns its exit code. For programs with the same log and exit
/// codes as `clout`.
pub fn run_command(log_json: bool, quiet: bool, command: impl FnOnce() -> Result<()>) -> ExitCode {
    progress::start_log(log_json, quiet);
    match failure::catch_bug(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            failure::print_error(&error);
            ExitCode::from(error.kind().exit_code())
        }
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
