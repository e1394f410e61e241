//! `clout check`: validates the input without publishing anything.

use serde_json::{Value, json};

use super::options::{JobArgs, OutputFormat, open_store, parse_day, start_threads};
use super::output::{ResultRows, print_line, print_object, print_rows};
use super::progress::ProgressDisplay;
use crate::ingest::rejects::{RejectedRow, count_by_reason};
use crate::pipeline::check::{CheckFindings, CheckRequest, check_input};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::admission::ColumnComparison;

/// Arguments of `clout check`.
#[derive(clap::Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    job: JobArgs,
    /// Last load date to validate; default: the newest of any known network.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<Day>,
    /// First load date to validate; default: the first that the run would read, or the oldest without --output.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    from: Option<Day>,
    /// Number of rejects to show; --format json shows all.
    #[arg(short = 'n', long, default_value_t = 20)]
    count: usize,
    /// Output format of the findings.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl CheckArgs {
    /// Validates the input and prints the rejects. Fails as the run would.
    pub(super) fn run(self) -> Result<()> {
        let job = self.job.read_spec()?.resolve_for_checking()?;
        start_threads(&job)?;
        let input = open_store(&job.input.root, &job.storage)?;
        let watch = ProgressDisplay::new();
        let output = match job.output.root.is_empty() {
            true => None,
            false => Some(open_store(&job.output.root, &job.storage)?),
        };
        let request = CheckRequest {
            job: &job,
            input: &input,
            output: output.as_ref(),
            first: self.from,
            as_of: self.as_of,
        };
        let findings = check_input(&request, &watch);
        watch.finish();
        let findings = findings?;
        match self.format {
            OutputFormat::Json => print_object(&object(&findings))?,
            OutputFormat::Text => text(&findings, self.count)?,
        }
        findings.stops.into_full_result()
    }
}

fn row(reject: &RejectedRow) -> Vec<Value> {
    vec![
        reject.table.into(),
        reject.network.clone().into(),
        reject.load_date.map(|day| day.to_string()).into(),
        reject.file.clone().into(),
        reject.row_number.into(),
        reject.reason.clone().into(),
        reject.activity_id.clone().into(),
    ]
}

const COLUMNS: [&str; 7] = [
    "table",
    "network",
    "load_date",
    "file",
    "row_number",
    "reason",
    "activity_id",
];

fn object(findings: &CheckFindings) -> Value {
    let rejects: Vec<Value> = findings
        .rejects
        .iter()
        .map(|reject| {
            let mut object: serde_json::Map<_, _> =
                COLUMNS.iter().map(|name| (*name).to_owned()).zip(row(reject)).collect();
            if !reject.columns.is_empty() {
                object.insert("columns".to_owned(), reject.columns.iter().map(comparison).collect());
            }
            Value::Object(object)
        })
        .collect();
    json!({
        "snapshot_date": findings.as_of,
        "rows_read": findings.rows_read,
        "rows_refused": findings.rows_refused,
        "is_accepted": findings.stops.reasons().is_empty(),
        "checks": findings.checks,
        "stops": findings.stops.reasons().iter().map(stop).collect::<Vec<_>>(),
        "rejects": rejects,
    })
}

fn stop(error: &Error) -> Value {
    json!({"exit_code": error.kind().exit_code(), "message": error.to_string()})
}

const COMPARED: [&str; 4] = ["column", "expected", "found", "fault"];

fn compared(compared: &ColumnComparison) -> Vec<Value> {
    let ColumnComparison {
        column,
        expected,
        found,
        fault,
    } = compared;
    vec![
        (*column).into(),
        expected.clone().into(),
        found.clone().into(),
        (*fault).into(),
    ]
}

fn comparison(column: &ColumnComparison) -> Value {
    Value::Object(
        COMPARED
            .iter()
            .map(|name| (*name).to_owned())
            .zip(compared(column))
            .collect(),
    )
}

/// Prints the expected and found columns of a file that is refused for its columns.
fn print_comparison(reject: &RejectedRow) -> Result<()> {
    print_line(&format!("\ncolumns of {}", reject.file))?;
    print_rows(
        &ResultRows {
            columns: COMPARED.to_vec(),
            rows: reject.columns.iter().map(compared).collect(),
        },
        OutputFormat::Text,
    )
}

fn text(findings: &CheckFindings, count: usize) -> Result<()> {
    print_line(&format!(
        "{} rows of activities read up to {}, {} refused",
        findings.rows_read, findings.as_of, findings.rows_refused
    ))?;
    for (reason, count) in count_by_reason(&findings.rejects) {
        print_line(&format!("  {count:>8}  {reason}"))?;
    }
    if findings.rejects.is_empty() {
        return Ok(());
    }
    let shown: Vec<Vec<Value>> = findings
        .rejects
        .iter()
        .take(count)
        .map(|reject| row(reject)[2..6].to_vec())
        .collect();
    let more = findings.rejects.len() - shown.len();
    print_rows(
        &ResultRows {
            columns: COLUMNS[2..6].to_vec(),
            rows: shown,
        },
        OutputFormat::Text,
    )?;
    let is_for_columns = |reject: &&RejectedRow| !reject.columns.is_empty();
    findings
        .rejects
        .iter()
        .take(count)
        .filter(is_for_columns)
        .try_for_each(print_comparison)?;
    match more {
        0 => Ok(()),
        more => print_line(&format!(
            "{more} more: --count {} or --format json shows them",
            findings.rejects.len()
        )),
    }
}
