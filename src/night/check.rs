//! The intake alone: what a run would read, and what it would refuse.

use super::plan::{expect_delivery, snapshot_date, warn_of_networks, warn_of_strays};
use super::watch::Watch;
use crate::day::Day;
use crate::error::Result;
use crate::intake::activities::{self, IntakeParams};
use crate::intake::reference;
use crate::intake::rejects::Reject;
use crate::job::Job;
use crate::warehouse::layout::{BEGINNING, Inventory};
use crate::warehouse::store::Store;

/// What was found.
#[derive(Debug)]
pub struct Findings {
    /// The last load date that was read.
    pub as_of: Day,
    /// Rows of activities in readable files.
    pub rows_read: u64,
    /// Rows of activities that are refused.
    pub rows_refused: u64,
    /// Every refused row and file, of all tables, sorted.
    pub rejects: Vec<Reject>,
    /// Whether a run would accept this input.
    pub verdict: Result<()>,
}

/// Reads the load dates from `first` (the oldest without it) to `as_of` as a run without a state would.
pub fn check(job: &Job, input: &Store, first: Option<Day>, as_of: Option<Day>, watch: &dyn Watch) -> Result<Findings> {
    watch.stage("listing the input");
    let inventory = Inventory::read(input, |network| job.networks.iter().any(|n| n.name == network))?;
    warn_of_strays(&inventory, watch);
    let as_of = snapshot_date(&inventory, as_of, input.url())?;
    let first = first.unwrap_or(BEGINNING);
    let first_load_dates = job
        .networks
        .iter()
        .map(|network| {
            inventory
                .partitions("activities")
                .find(|(p, _)| p.network == network.name)
                .map(|(p, _)| p.load_date)
        })
        .map(|oldest| oldest.filter(|oldest| *oldest < first))
        .collect();
    let params = IntakeParams {
        networks: &job.networks,
        first,
        last: as_of,
        max_lateness_days: job.input.max_lateness_days,
        first_load_dates,
    };
    watch.stage("reading activities");
    let mut intake = activities::take_in(input, &inventory, &params, &|bytes| watch.tick(bytes))?;
    let mut reference = reference::take_in(input, &inventory, &params, &intake.interners)?;
    warn_of_networks(&reference.unknown_networks, watch);
    let mut rejects = std::mem::take(&mut intake.rejects);
    rejects.append(&mut reference.refused.rejects);
    rejects.sort();
    let verdict = super::expect_good_input(job, &intake, &reference, &rejects)
        .and_then(|()| expect_delivery(&inventory, job, as_of));
    let totals = intake.refused_by_network();
    Ok(Findings {
        as_of,
        rows_read: totals.values().map(|(rows, _)| rows).sum(),
        rows_refused: totals.values().map(|(_, refused)| refused).sum(),
        rejects,
        verdict,
    })
}
