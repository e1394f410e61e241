//! `clout plan`: shows the files, rows, memory and output size of a run without running it.

use serde_json::{Value, json};

use super::options::{JobArgs, OutputFormat, open_store, parse_day, start_threads};
use super::output::{print_line, print_object, print_table};
use super::progress::ProgressDisplay;
use crate::job::Job;
use crate::pipeline::check_log::CheckLog;
use crate::pipeline::closed_files::{find_late_deliveries, report_late_deliveries};
use crate::pipeline::delivery_stops::find_missing_networks;
use crate::pipeline::input_listing::{check_listing, list_input, resolve_snapshot_date};
use crate::pipeline::plan::{BaseWanted, RunEstimate, estimate_run, load_base_state};
use crate::pipeline::step_plan::{PlannedStep, list_steps};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::snapshots;

/// Arguments of `clout plan`.
#[derive(clap::Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    job: JobArgs,
    /// Snapshot date; default: the newest load date of any known network.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<Day>,
    /// Output format of the plan.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl PlanArgs {
    /// Prints the plan. Fails if the run could not start: input not ready, or memory limit exceeded.
    pub(super) fn run(self) -> Result<()> {
        let job = self.job.read_spec()?.resolve()?;
        start_threads(&job)?;
        let plan = planned(&job, self.as_of)?;
        match self.format {
            OutputFormat::Json => print_object(&plan.shown)?,
            OutputFormat::Text => print_line(&sentence(&plan.shown))?,
        }
        match plan.is_published {
            true => Ok(()),
            false => {
                plan.readiness?;
                job.run
                    .memory_limit
                    .map_or(Ok(()), |limit| plan.estimate.expect_within(limit))
            }
        }
    }
}

/// Prints the steps of the run on a cluster: place, shards, and memory of a shard.
///
/// # Errors
/// Errors of the job, of the stores and of the listing.
pub(super) fn print_steps(job: &Job, as_of: Option<Day>, format: OutputFormat) -> Result<()> {
    let plan = planned(job, as_of)?;
    let steps = list_steps(job, &plan.estimate);
    if format == OutputFormat::Json {
        return print_object(&steps);
    }
    let row = |step: &PlannedStep| {
        let mebibytes = step.memory_bytes.div_ceil(1 << 20);
        vec![
            json!(step.step),
            json!(step.place),
            json!(step.shards),
            json!(mebibytes),
            json!(step.work),
        ]
    };
    let columns = ["step", "runs on", "shards", "MiB a shard", "work"].map(str::to_owned);
    print_table(&columns, &steps.iter().map(row).collect::<Vec<_>>())
}

struct PlanSummary {
    shown: Value,
    is_published: bool,
    readiness: Result<()>,
    estimate: RunEstimate,
}

fn planned(job: &Job, as_of: Option<Day>) -> Result<PlanSummary> {
    let watch = ProgressDisplay::new();
    let input = open_store(&job.input.root, &job.storage)?;
    let output = open_store(&job.output.root, &job.storage)?;
    let inventory = list_input(job, &input, &watch)?;
    let mut stops = check_listing(&inventory, job, &CheckLog::default());
    let as_of = match resolve_snapshot_date(&inventory, as_of, input.url(), &watch) {
        Err(error) => return stops.into_result().and(Err(error)),
        Ok(as_of) => as_of,
    };
    let published = snapshots::list_dates(&output)?;
    let mut state = load_base_state(job, &output, &published, as_of, BaseWanted::InMemory, &watch)?;
    if let Some(closed_until) = state.as_of {
        let late = find_late_deliveries(&input, &inventory, closed_until, &mut state.closed)?;
        report_late_deliveries(late, closed_until, &watch);
    }
    let estimate = estimate_run(&input, &inventory, &state, as_of)?;
    watch.finish();
    stops.append(find_missing_networks(&inventory, job, as_of, &[]));
    let readiness = stops.into_result();
    let first = state.as_of.map_or_else(
        || inventory.activity_date_range().map(|(oldest, _)| oldest),
        |last| Some(last.next()),
    );
    let networks: Vec<Value> = job
        .networks
        .iter()
        .map(|network| {
            let files = inventory.partitions_between("activities", first.unwrap_or(as_of), as_of).filter(|(p, _)| p.network == network.name);
            let (partitions, files) = files.fold((0, 0), |(p, f), (_, files)| (p + 1, f + files.len()));
            json!({"network": network.name, "partitions": partitions, "files": files, "is_delivered": inventory.has_activities(&network.name, as_of)})
        })
        .collect();
    let shown = json!({
        "snapshot_date": as_of,
        "is_published": published.contains(&as_of),
        "is_ready": readiness.is_ok(),
        "model_version": job.compute_model_version(),
        "state_of": state.as_of,
        "first_load_date": first,
        "networks": networks,
        "files": estimate.files,
        "input_bytes": estimate.input_bytes,
        "rows": estimate.rows,
        "state_pairs": estimate.state_pairs,
        "memory_bytes": estimate.memory_bytes,
        "least_memory_bytes": estimate.least_memory_bytes,
        "output_bytes": estimate.output_bytes,
    });
    Ok(PlanSummary {
        shown,
        is_published: published.contains(&as_of),
        readiness,
        estimate,
    })
}

fn sentence(plan: &Value) -> String {
    let text = |name: &str| plan[name].as_str().unwrap_or("-").to_owned();
    let mebibytes = |name: &str| plan[name].as_u64().unwrap_or(0).div_ceil(1 << 20);
    let networks: Vec<String> = plan["networks"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|n| {
            format!(
                "\n    {:<16} {} partitions, {} files",
                n["network"].as_str().unwrap_or_default(),
                n["partitions"],
                n["files"]
            )
        })
        .collect();
    let state = match plan["state_of"].as_str() {
        Some(day) => format!("continues from the state of {day}"),
        None => "reads the whole input: no saved state to continue from".to_owned(),
    };
    let published = if plan["is_published"] == true {
        " (already published; a run would change nothing)"
    } else {
        ""
    };
    format!(
        "Snapshot of {}{published}, model {}\n  {state}\n  reads    {} files, {} MiB, {} rows, load dates {} to {}{}\n  needs    about {} MiB of memory\n  writes   about {} MiB including the state",
        text("snapshot_date"),
        text("model_version"),
        plan["files"],
        mebibytes("input_bytes"),
        plan["rows"],
        text("first_load_date"),
        text("snapshot_date"),
        networks.concat(),
        mebibytes("memory_bytes"),
        mebibytes("output_bytes"),
    )
}
