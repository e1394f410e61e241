//! The result of a run as text for people.

use std::collections::BTreeSet;

use super::run_record::RecordedFacts;
use super::run_result::{ExistingSnapshot, NewSnapshot, RunResult, SnapshotSummary};
use crate::pipeline::run_facts::{CheckResult, CheckStatus};
use clout_base::day::Day;
use clout_base::visible_text::make_visible;

/// Most names that one line lists.
const MOST_NAMES: usize = 3;
/// Most checks that the summary lists.
const MOST_CHECKS: usize = 10;

/// Formats a result; none for a run that failed, because its error is printed to stderr.
pub(super) fn format_summary(result: &RunResult) -> Option<String> {
    let date = result
        .facts
        .snapshot_date
        .map(|day| day.to_string())
        .unwrap_or_default();
    let lines = match result.snapshot.as_ref()? {
        SnapshotSummary::New(snapshot) => {
            let mut lines = format_new(&date, snapshot);
            lines.extend(format_deviations(&result.facts));
            lines
        }
        SnapshotSummary::Existing(snapshot) => format_existing(&date, snapshot, &result.facts),
    };
    // Reasons and messages can name paths of other people, so none of them may begin a line of its own.
    let lines: Vec<String> = lines.iter().map(|line| make_visible(line)).collect();
    Some(lines.join("\n"))
}

fn format_new(date: &str, snapshot: &NewSnapshot) -> Vec<String> {
    let NewSnapshot {
        model_version,
        rows_read,
        rows_refused,
        rows_copies,
        rows_twins,
        reactions_self,
        reactions_counted,
        posts_counted,
        persons,
        persons_scored,
        pairs,
        score_mean,
        score_median,
        score_p95,
        score_p99,
        score_max,
        iterations,
        residual,
        ..
    } = snapshot;
    let seconds = snapshot.timings.get("total").copied().unwrap_or(0.0);
    let no_rejects = if snapshot.rejects.is_empty() { " none" } else { "" };
    let mut lines = vec![
        format!("published {date}  model {model_version}, {seconds:.1} s"),
        format!(
            "  input      {rows_read} rows read: {reactions_counted} reactions and {posts_counted} posts counted, \
             {rows_copies} copies, {rows_twins} twins, {reactions_self} self-reactions"
        ),
        format!("  refused    {rows_refused} rows of activities; rejects by reason:{no_rejects}"),
    ];
    let rejects = snapshot.rejects.iter();
    lines.extend(rejects.map(|reject| format!("             {}  {}", reject.count, reject.reason)));
    lines.extend([
        format!("  people     {persons}, {persons_scored} with a score; {pairs} pairs"),
        format!(
            "  scores     mean {score_mean:.1}, median {score_median:.1}, 95th percentile {score_p95:.1}, \
             99th {score_p99:.1}, max {score_max:.1}"
        ),
        format!("  converged  after {iterations} iterations, residual {residual:.1e}"),
    ]);
    lines
}

/// Formats the facts that an undisturbed run does not have.
fn format_deviations(facts: &RecordedFacts) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(facts.rebuilt.iter().map(|reason| format!("  rebuilt    {reason}")));
    lines.extend(format_checks(&facts.checks));
    if !facts.late_deliveries.is_empty() {
        let files = list_names(&facts.late_deliveries);
        lines.push(format!("  late       ignored files of closed load dates: {files}"));
    }
    if !facts.unread_deliveries.is_empty() {
        let partitions = list_names(&facts.unread_deliveries);
        lines.push(format!("  unread     {partitions}"));
    }
    if !facts.warnings.is_empty() {
        lines.push(format!("  warnings   {}, in the log", facts.warnings.len()));
    }
    lines
}

/// Formats the checks that warn or failed, the worst first. Skipped ones are counted; JSON has their reasons.
fn format_checks(checks: &[CheckResult]) -> Vec<String> {
    let count = |status: CheckStatus| checks.iter().filter(|check| check.status == status).count();
    let with = |status: CheckStatus| checks.iter().filter(move |check| check.status == status);
    let open: Vec<&CheckResult> = with(CheckStatus::Fail).chain(with(CheckStatus::Warn)).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let (passed, skipped) = (count(CheckStatus::Pass), count(CheckStatus::Skipped));
    let mut lines = vec![format!(
        "  checks     {passed} passed, {skipped} skipped, {} not met:",
        open.len()
    )];
    lines.extend(open.iter().take(MOST_CHECKS).map(|check| {
        let status = match check.status == CheckStatus::Fail {
            true => "failed",
            false => "warning",
        };
        let network = check.network.iter().map(|network| format!(" of {network}"));
        let network: String = network.collect();
        format!("             {status}: {}{network}: {}", check.name, check.message)
    }));
    if open.len() > MOST_CHECKS {
        lines.push(format!("             and {} more", open.len() - MOST_CHECKS));
    }
    lines
}

fn format_existing(date: &str, snapshot: &ExistingSnapshot, facts: &RecordedFacts) -> Vec<String> {
    let differing = match snapshot.differing_parameters.as_slice() {
        [] => "with the same parameters".to_owned(),
        names => format!("with other parameters: {}", names.join(", ")),
    };
    let mut lines = vec![format!(
        "{date} is already published {differing}. Snapshots are immutable, so nothing was done. To compute it again, \
         choose another --output."
    )];
    if !facts.late_deliveries.is_empty() {
        let files = list_names(&facts.late_deliveries);
        lines.push(format!(
            "Its load dates are closed, so these changes of their files are not part of it: {files}."
        ));
    }
    lines.extend(format_unread(&facts.unread_deliveries));
    if !facts.warnings.is_empty() {
        lines.push(format!("Warnings in the log: {}.", facts.warnings.len()));
    }
    lines
}

/// Names the load dates that stay unread and the command that reads them.
fn format_unread(partitions: &[String]) -> Option<String> {
    let dates: BTreeSet<Day> = partitions.iter().filter_map(|path| find_date(path)).collect();
    let (Some(oldest), Some(newest)) = (dates.first(), dates.last()) else {
        let are_any = !partitions.is_empty();
        return are_any.then(|| format!("Delivered since and unread: {}.", list_names(partitions)));
    };
    let subject = match dates.len() {
        1 => format!("{oldest} was delivered since and is unread"),
        2 => format!("{oldest} and 1 more load date were delivered since and are unread"),
        count => format!(
            "{oldest} and {} more load dates were delivered since and are unread",
            count - 1
        ),
    };
    // A run without --as-of takes the newest load date of activities; newer dates of other tables need the flag.
    let has_activities = partitions.iter().any(|path| path.starts_with("activities"));
    let default = if has_activities { "without --as-of, or " } else { "" };
    Some(format!("{subject}: run {default}with --as-of {newest}."))
}

/// Finds the last date in a path.
fn find_date(path: &str) -> Option<Day> {
    let windows = path.as_bytes().windows("YYYY-MM-DD".len()).rev();
    windows
        .filter_map(|window| std::str::from_utf8(window).ok()?.parse().ok())
        .next()
}

/// Lists the first names and the number of the others.
fn list_names(names: &[String]) -> String {
    let shown = names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        others => format!("{shown} and {others} more"),
    }
}

#[cfg(test)]
#[path = "run_summary_tests.rs"]
mod tests;
