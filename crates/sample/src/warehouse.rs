//! Generates the files of the warehouse, day by day.

use super::activity_file::{self, LookupTables};
use super::broken_files::{BrokenFile, GOOD_FILES};
use super::daily_activity::DailyActivity;
use super::delivery_delays::DeliveryDelays;
use super::faults::FaultCounts;
use super::network::SampleNetwork;
use super::ontology::SampleOntology;
use super::people::SamplePeople;
use super::row::{ActivityRow, DayRows};
use super::ties::LastingTies;
use super::weighted_choice::WeightedAccounts;
use super::{GenerateError, GenerateSpec, GenerateSummary, GeneratedFile, parquet_file, profiles, tables};
use arrow::array::RecordBatch;
use bytes::Bytes;
use clout_base::day::Day;

/// Interval in days, from the first date, at which twitter delivers two files.
const DAYS_PER_SPLIT: u32 = 7;

/// Output to the caller's sink, with counts.
struct CountingSink<'a, E> {
    sink: &'a mut dyn FnMut(GeneratedFile) -> Result<(), E>,
    summary: GenerateSummary,
}

impl<E: From<GenerateError>> CountingSink<'_, E> {
    fn put(&mut self, path: String, bytes: Bytes, rows: usize) -> Result<(), E> {
        self.summary.files += 1;
        self.summary.rows += rows as u64;
        self.summary.bytes += bytes.len() as u64;
        (self.sink)(GeneratedFile {
            path,
            bytes,
            rows: rows as u64,
        })
    }

    fn put_table(&mut self, partition: &str, batch: &RecordBatch) -> Result<(), E> {
        let bytes = parquet_file::encode_parquet(batch)?;
        self.put(format!("{partition}/part-00000.parquet"), bytes, batch.num_rows())
    }
}

/// Generates all files in order.
///
/// # Errors
/// Returns the errors of writing and of the sink.
pub(crate) fn write_warehouse<E: From<GenerateError>>(
    spec: &GenerateSpec,
    sink: &mut dyn FnMut(GeneratedFile) -> Result<(), E>,
) -> Result<GenerateSummary, E> {
    let mut output = CountingSink {
        sink,
        summary: GenerateSummary::default(),
    };
    let ontology = SampleOntology::new();
    let people = SamplePeople::generate(spec);
    let lots = WeightedAccounts::new(&people);
    let ties = LastingTies::generate(spec, &people, &lots);
    let directory = LookupTables {
        people: &people,
        ontology: &ontology,
    };
    let mut town = DailyActivity::new(spec, &people, &ontology, &ties, &lots);
    let mut courier = DeliveryDelays::new(spec.seed, spec.days);
    let mut faults = FaultCounts::default();

    output.put_table("topics", &tables::build_topics()?)?;
    output.put_table("topic_edges", &tables::topic_edges()?)?;
    for day in 0..spec.days {
        let load_day = spec.first_day() + day as i32;
        put_snapshots(&mut output, spec, &people, &ties, day, &mut faults)?;
        let endorsements = tables::endorsements(spec, &people, &ontology, &lots, day)?;
        output.put_table(&format!("endorsements/date={}", Day(load_day)), &endorsements)?;

        let happened = town.simulate_day(day);
        let mut delivered = courier.deliver(day, happened);
        faults.plant(spec.seed, day, load_day, &mut delivered, &mut courier);
        put_activities(&mut output, spec, directory, day, &delivered, &mut faults)?;
    }
    output.summary.late = courier.irregular.late;
    output.summary.redelivered = courier.irregular.again;
    output.summary.twins = courier.irregular.twins;
    output.summary.planted = faults
        .planted
        .iter()
        .map(|(fault, &count)| (fault.name(), count))
        .collect();
    Ok(output.summary)
}

/// Writes the identities, follows, accounts and opt-outs that are delivered on a day.
fn put_snapshots<E: From<GenerateError>>(
    output: &mut CountingSink<E>,
    spec: &GenerateSpec,
    people: &SamplePeople,
    ties: &LastingTies,
    day: u32,
    faults: &mut FaultCounts,
) -> Result<(), E> {
    let load_day = spec.first_day() + day as i32;
    let date = Day(load_day);
    if let Some(number) = last_position(&profiles::snapshot_days(spec), day) {
        let identities = tables::identities(people, number, faults)?;
        output.put_table(&format!("identities/date={date}"), &identities)?;
        for network in SampleNetwork::ALL.into_iter().filter(|network| network.has_follows()) {
            let follows = profiles::build_follows(people, ties, network, number, faults)?;
            let partition = format!("follows/network={}/date={date}", network.name());
            output.put_table(&partition, &follows)?;
        }
    }
    if let Some(number) = last_position(&profiles::account_snapshot_days(spec), day) {
        for network in SampleNetwork::ALL {
            let accounts = profiles::build_accounts(people, network, load_day, number, faults)?;
            let partition = format!("accounts/network={}/date={date}", network.name());
            output.put_table(&partition, &accounts)?;
        }
    }
    if let Some(opt_outs) = tables::opt_outs(spec, people, day) {
        output.put_table(&format!("opt_outs/date={date}"), &opt_outs?)?;
    }
    Ok(())
}

/// Returns the number of the snapshot due on a day; the last one if a short warehouse has several.
fn last_position(days: &[u32], day: u32) -> Option<usize> {
    days.iter().rposition(|&due| due == day)
}

/// Writes the activity partitions of a day.
fn put_activities<E: From<GenerateError>>(
    output: &mut CountingSink<E>,
    spec: &GenerateSpec,
    directory: LookupTables,
    day: u32,
    delivered: &DayRows,
    faults: &mut FaultCounts,
) -> Result<(), E> {
    for (network, rows) in SampleNetwork::ALL.into_iter().zip(delivered) {
        let broken = BrokenFile::of_partition(spec, network, day);
        let parts = split_evenly(rows, good_files(network, day, broken));
        for (part, rows) in parts.iter().enumerate() {
            let bytes = activity_file::encode_activities(directory, network, rows)?;
            output.put(activity_path(spec, network, day, part), bytes, rows.len())?;
            output.summary.activities += rows.len() as u64;
        }
        if let (Some(broken), Some(last)) = (broken, parts.last()) {
            let bytes = broken.encode(directory, network, last)?;
            output.put(activity_path(spec, network, day, parts.len()), bytes, 0)?;
            faults.count(broken.fault());
        }
    }
    Ok(())
}

/// Returns the number of good files of an activity partition. Most partitions are one file.
fn good_files(network: SampleNetwork, day: u32, broken: Option<BrokenFile>) -> usize {
    match (broken, network) {
        (Some(_), _) => GOOD_FILES,
        (None, SampleNetwork::Twitter) if day.is_multiple_of(DAYS_PER_SPLIT) => 2,
        (None, _) => 1,
    }
}

/// Splits rows into parts of equal length, plus or minus one row. No part is empty, except the only part of no rows.
fn split_evenly(rows: &[ActivityRow], parts: usize) -> Vec<&[ActivityRow]> {
    let parts = parts.min(rows.len()).max(1);
    let start = |part: usize| rows.len() * part / parts;
    (0..parts).map(|part| &rows[start(part)..start(part + 1)]).collect()
}

fn activity_path(spec: &GenerateSpec, network: SampleNetwork, day: u32, part: usize) -> String {
    let date = Day(spec.first_day() + day as i32);
    format!(
        "activities/network={}/date={date}/part-{part:05}.parquet",
        network.name()
    )
}
