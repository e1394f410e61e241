//! Refuses a delivery that cannot be trusted: too many rejected rows, opt-outs that cannot be read, missing networks.

use super::check_log::{CheckLog, names};
use super::delivery::DeliveredInput;
use super::run_facts::{CheckResult, CheckSeverity, CheckStatus};
use super::stops::Stops;
use crate::ingest::refused_share::RefusedShare;
use crate::ingest::rejects::RejectedRow;
use crate::job::Job;
use clout_base::day::Day;
use clout_base::error::ErrorKind;
use clout_warehouse::inventory::InputInventory;

impl DeliveredInput {
    /// Returns the reasons in the rejects that stop a run, and adds the results of the checks to `log`. An unreadable
    /// partition of a network that `input.expect` asks for on `as_of` is left to [`DeliveredInput::find_missing_networks`].
    pub fn find_stops(&self, job: &Job, as_of: Day, log: &CheckLog) -> Stops {
        let opt_outs = self.find_opt_out_stops();
        log.add_stops(names::OPT_OUTS, "all opt-outs are readable", &opt_outs);
        let mut stops = opt_outs;
        stops.append(self.find_share_stops(job, as_of, log));
        if job.input.is_strict {
            for bad in self.rejects.iter().filter(|reject| reject.row_number.is_none()) {
                stops.add(
                    ErrorKind::Refused,
                    format!("{}: {} (input.strict refuses the run)", bad.file, bad.reason),
                );
            }
        }
        stops
    }

    fn find_opt_out_stops(&self) -> Stops {
        let mut stops = Stops::default();
        for reject in self.rejects.iter().filter(|reject| reject.table == "opt_outs") {
            let row = reject.row_number.map_or(String::new(), |row| format!(" row {row}"));
            let repair = match reject.row_number {
                None => "deliver the file again with the column person_id",
                Some(_) => "correct or remove the row",
            };
            stops.add(
                ErrorKind::Refused,
                format!(
                    "{}{row}: {}. Nothing is published past an opt-out that cannot be read: {repair}",
                    reject.file, reject.reason
                ),
            );
        }
        stops
    }

    fn find_share_stops(&self, job: &Job, as_of: Day, log: &CheckLog) -> Stops {
        let max = job.input.max_refused_share;
        let is_expected = |share: &RefusedShare| {
            share.table == "activities" && share.load_date == Some(as_of) && job.input.expect.contains(&share.network)
        };
        let shares = self.intake.shares.iter().chain(&self.reference.refused.shares);
        let shares = shares
            .chain(&self.ontology_shares)
            .filter(|share| share.table != "opt_outs");
        let shares: Vec<&RefusedShare> = shares.collect();
        let mut stops = Stops::default();
        for share in &shares {
            if share.is_unreadable() && max < 1.0 && !is_expected(share) {
                stops.add(ErrorKind::Refused, self.describe_unreadable(share));
            } else if !share.is_unreadable() && share.exceeds(max) {
                stops.add(ErrorKind::Refused, self.describe_share(share, max));
            }
        }
        let allowed = shares.iter().filter(|share| share.is_unreadable() && max >= 1.0);
        let allowed: Vec<String> = allowed.map(|share| describe_partition(share)).collect();
        let worst = shares.iter().map(|share| share.fraction()).fold(0.0, f64::max);
        let passed = format!("at most {:.1} % of a partition's rows are rejected", 100.0 * worst);
        log.add(CheckResult {
            name: names::MAX_REFUSED_SHARE,
            severity: CheckSeverity::Error,
            status: match (stops.reasons().is_empty(), allowed.is_empty()) {
                (true, true) => CheckStatus::Pass,
                (true, false) => CheckStatus::Warn,
                (false, _) => CheckStatus::Fail,
            },
            network: None,
            value: Some(worst),
            threshold: Some(max),
            message: match stops.reasons() {
                [] if allowed.is_empty() => passed,
                [] => format!("no file can be read of {}, which is allowed", allowed.join(", ")),
                reasons => reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            },
        });
        stops
    }

    fn describe_unreadable(&self, share: &RefusedShare) -> String {
        format!(
            "{}: none of {} files can be read{}. Deliver them again; input.max_refused_share = 1 runs without them",
            describe_partition(share),
            share.unreadable_files(),
            self.example(share, |reject| reject.row_number.is_none()),
        )
    }

    fn describe_share(&self, share: &RefusedShare, max: f64) -> String {
        let files = match share.unreadable_files() {
            0 => String::new(),
            count => format!(" (with the rows of {count} unreadable files, by their bytes)"),
        };
        format!(
            "{}: {} of {} rows are rejected{files}, more than 20 and more than input.max_refused_share ({:.1} %){}. \
             `clout check` lists all. Repair the files, or raise input.max_refused_share",
            describe_partition(share),
            share.rejected_rows(),
            share.all_rows(),
            100.0 * max,
            self.example(share, |_| true),
        )
    }

    /// Describes the first reject of a partition that `is_wanted`.
    fn example(&self, share: &RefusedShare, is_wanted: impl Fn(&RejectedRow) -> bool) -> String {
        let is_inside = |reject: &&RejectedRow| {
            reject.table == share.table
                && reject.network.as_deref().unwrap_or_default() == share.network
                && reject.load_date == share.load_date
                && is_wanted(reject)
        };
        let Some(reject) = self.rejects.iter().find(is_inside) else {
            return String::new();
        };
        let row = reject.row_number.map_or(String::new(), |row| format!(" row {row}"));
        format!("; for example {}{row}: {}", reject.file, reject.reason)
    }

    /// Returns the networks of `input.expect` without a readable file of the snapshot date as a reason to run later.
    pub fn find_missing_networks(&self, inventory: &InputInventory, job: &Job, as_of: Day, log: &CheckLog) -> Stops {
        let unreadable: Vec<&str> = self
            .intake
            .shares
            .iter()
            .filter(|share| share.load_date == Some(as_of) && share.is_unreadable())
            .map(|share| share.network.as_str())
            .collect();
        let stops = find_missing_networks(inventory, job, as_of, &unreadable);
        log.add_stops(names::EXPECT, "every network of input.expect is delivered", &stops);
        stops
    }
}

/// Returns the networks of `input.expect` without a partition of the snapshot date, or with one in `unreadable`, as a
/// reason to run later.
pub fn find_missing_networks(inventory: &InputInventory, job: &Job, as_of: Day, unreadable: &[&str]) -> Stops {
    let mut stops = Stops::default();
    let networks = job.input.expect.iter().map(String::as_str);
    let (bad, missing): (Vec<&str>, Vec<&str>) = networks
        .filter(|network| !inventory.has_activities(network, as_of) || unreadable.contains(network))
        .partition(|network| unreadable.contains(network));
    if !missing.is_empty() {
        stops.add(
            ErrorKind::NotReady,
            format!(
                "{as_of} is not ready: activities of {} are missing (input.expect); run again later",
                missing.join(", ")
            ),
        );
    }
    if !bad.is_empty() {
        stops.add(
            ErrorKind::NotReady,
            format!(
                "{as_of} is not ready: no file of activities of {} can be read (input.expect); run again once they are \
                 delivered again",
                bad.join(", ")
            ),
        );
    }
    stops
}

/// Names a partition in words.
fn describe_partition(share: &RefusedShare) -> String {
    let network = match share.network.as_str() {
        "" => String::new(),
        network => format!(" of {network}"),
    };
    let date = share.load_date.map_or(String::new(), |date| format!(" on {date}"));
    format!("{}{network}{date}", share.table)
}
