//! The command line: one file a command, and no work here.
//!
//! This is the front door: the environment, the clock, randomness and threads come in here and
//! nowhere below.

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

/// The open influence score: from activity dumps to published snapshots.
#[derive(Parser)]
#[command(
    name = "clout",
    version,
    about,
    propagate_version = true,
    disable_help_subcommand = true
)]
#[command(
    after_help = "Exit codes: 0 done (or already done), 1 internal error, 2 usage or job file, 3 input missing or not \
ready (retry later), 4 input refused, 5 storage failed after retries (retry), 6 another run published this date, 7 did not \
converge, 8 would exceed the memory limit."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Log as JSON lines, for machines.
    #[arg(long, global = true)]
    log_json: bool,
    /// Say less: only warnings and errors.
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Run one night: read what was delivered, publish one snapshot.
    Run(run::Args),
    /// Run every date from one to another, in order.
    Backfill(backfill::Args),
    /// Say what a run would read, need in memory and write.
    Plan(plan::Args),
    /// Test the input only: every file and row that the next run would read.
    Check(check::Args),
    /// Show the people with the highest scores.
    Top(top::Args),
    /// Say why a person's score is what it is, what moved it, what silence and one more reaction would do, who is
    /// around them, and on which topics they are credible.
    Explain(explain::Args),
    /// Ask published tables in SQL.
    Query(query::Args),
    /// Hold two snapshots side by side: who moved, came and went, and what the two were made from.
    Diff(diff::Args),
    /// Reward people: list campaigns, draw one, or check a draw.
    Perks(perks::Args),
    /// Does the score foretell, and can it be bought? Score the past, look at the future. It reports: a bar that is
    /// missed is shown, and is no failure.
    Evaluate(evaluate::Args),
    /// Find a scale of one's own on a published snapshot, for the job file.
    Calibrate(calibrate::Args),
    /// Write a static site about one night, for people who would rather look than read.
    Report(report::Args),
    /// List, show or verify published snapshots.
    Snapshots(snapshots::Args),
    /// Make up a warehouse to try things on.
    Generate(generate::Args),
    /// Is this store fit? Reachable, writable, safe for concurrent runs.
    Doctor(doctor::Args),
    /// Print a completion script for a shell.
    Completions(completions::Args),
}

/// Returns the definition of the command line, from which help, completions and the reference are made.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Parses the command line, runs the command, and turns the outcome into an exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let log_json = cli.log_json;
    progress::start_log(log_json, cli.quiet);
    // A panic is a mistake of ours: its report is on stderr by now, and the scheduler gets its exit code.
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| dispatch(cli.command)));
    match outcome.unwrap_or_else(|_| Err(Error::internal("this is a bug in clout; nothing was published"))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&error, log_json);
            ExitCode::from(error.kind().exit_code())
        }
    }
}

/// Says on stderr what went wrong: as one more line of the log where that is JSON.
fn tell(error: &Error, is_json: bool) {
    let message = output::harmless(&error.to_string());
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
