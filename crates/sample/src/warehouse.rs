//! Generates the files of the warehouse, day by day.

use super::activity_file::{self, Directory};
use super::calendar::date_text;
use super::courier::Courier;
use super::faults::{Fault, Faults, truncated};
use super::lots::Lots;
use super::network::Network;
use super::ontology::Ontology;
use super::people::People;
use super::row::{DayRows, Row};
use super::ties::Ties;
use super::town::Town;
use super::{GenerateError, GenerateSpec, GeneratedFile, Summary, parquet_file, profiles, tables};
use arrow::array::RecordBatch;
use bytes::Bytes;

/// Interval in days, from the first date, at which twitter delivers two files.
const DAYS_PER_SPLIT: u32 = 7;

/// Largest number of rows in a file that is broken on purpose.
const BROKEN_FILE_ROWS: usize = 40;

/// Output to the caller's sink, with counts.
struct Output<'a, E> {
    sink: &'a mut dyn FnMut(GeneratedFile) -> Result<(), E>,
    summary: Summary,
}

impl<E: From<GenerateError>> Output<'_, E> {
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
        let bytes = parquet_file::write(batch)?;
        self.put(format!("{partition}/part-00000.parquet"), bytes, batch.num_rows())
    }
}

/// Generates all files in order.
///
/// # Errors
/// Returns the errors of writing and of the sink.
pub fn make<E: From<GenerateError>>(
    spec: &GenerateSpec,
    sink: &mut dyn FnMut(GeneratedFile) -> Result<(), E>,
) -> Result<Summary, E> {
    let mut output = Output {
        sink,
        summary: Summary::default(),
    };
    let ontology = Ontology::new();
    let people = People::invent(spec);
    let lots = Lots::new(&people);
    let ties = Ties::knot(spec, &people, &lots);
    let directory = Directory {
        people: &people,
        ontology: &ontology,
    };
    let mut town = Town::new(spec, &people, &ontology, &ties, &lots);
    let mut courier = Courier::new(spec.seed, spec.days);
    let mut faults = Faults::default();

    output.put_table("topics", &tables::topics()?)?;
    output.put_table("topic_edges", &tables::topic_edges()?)?;
    for day in 0..spec.days {
        let load_day = spec.first_day() + day as i32;
        put_snapshots(&mut output, spec, &people, &ties, day, &mut faults)?;
        let endorsements = tables::endorsements(spec, &people, &ontology, &lots, day)?;
        output.put_table(&format!("endorsements/date={}", date_text(load_day)), &endorsements)?;

        let happened = town.live(day);
        let mut delivered = courier.deliver(day, happened);
        faults.plant(spec.seed, day, load_day, &mut delivered, &mut courier);
        put_activities(&mut output, spec, directory, day, &delivered)?;
        put_broken_files(&mut output, spec, directory, day, &delivered, &mut faults)?;
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
    output: &mut Output<E>,
    spec: &GenerateSpec,
    people: &People,
    ties: &Ties,
    day: u32,
    faults: &mut Faults,
) -> Result<(), E> {
    let load_day = spec.first_day() + day as i32;
    let date = date_text(load_day);
    if let Some(number) = last_position(&profiles::snapshot_days(spec), day) {
        let identities = tables::identities(people, number, faults)?;
        output.put_table(&format!("identities/date={date}"), &identities)?;
        for network in Network::ALL.into_iter().filter(|network| network.has_follows()) {
            let follows = profiles::follows(people, ties, network, number, faults)?;
            let partition = format!("follows/network={}/date={date}", network.name());
            output.put_table(&partition, &follows)?;
        }
    }
    if let Some(number) = last_position(&profiles::account_snapshot_days(spec), day) {
        for network in Network::ALL {
            let accounts = profiles::accounts(people, network, load_day, number, faults)?;
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

/// Writes the activity partitions of a day, most of them one file.
fn put_activities<E: From<GenerateError>>(
    output: &mut Output<E>,
    spec: &GenerateSpec,
    directory: Directory,
    day: u32,
    delivered: &DayRows,
) -> Result<(), E> {
    for (network, rows) in Network::ALL.into_iter().zip(delivered) {
        let is_split = network == Network::Twitter && day.is_multiple_of(DAYS_PER_SPLIT);
        let cut = if is_split { rows.len() / 2 } else { rows.len() };
        let (first, second) = rows.split_at(cut);
        let parts: &[&[Row]] = if is_split { &[first, second] } else { &[first] };
        for (part, rows) in parts.iter().enumerate() {
            let bytes = activity_file::write(directory, network, rows)?;
            output.put(activity_path(spec, network, day, part), bytes, rows.len())?;
            output.summary.activities += rows.len() as u64;
        }
    }
    Ok(())
}

/// Writes broken files: after two thirds of the days a truncated file beside facebook's good one, and on the next day a
/// file without the column `verb` beside linkedin's. Their rows are also in the good files.
fn put_broken_files<E: From<GenerateError>>(
    output: &mut Output<E>,
    spec: &GenerateSpec,
    directory: Directory,
    day: u32,
    delivered: &DayRows,
    faults: &mut Faults,
) -> Result<(), E> {
    let bad_day = spec.days * 2 / 3;
    let sample = |network: Network| {
        let rows = &delivered[network as usize];
        &rows[..rows.len().min(BROKEN_FILE_ROWS)]
    };
    if day == bad_day {
        let network = Network::Facebook;
        let whole = activity_file::write(directory, network, sample(network))?;
        output.put(activity_path(spec, network, day, 1), truncated(&whole), 0)?;
        faults.note(Fault::TruncatedFile);
    }
    if day == bad_day + 1 {
        let network = Network::Linkedin;
        let incomplete = activity_file::write_without_verb(directory, network, sample(network))?;
        output.put(activity_path(spec, network, day, 1), incomplete, 0)?;
        faults.note(Fault::MissingColumn);
    }
    Ok(())
}

fn activity_path(spec: &GenerateSpec, network: Network, day: u32, part: usize) -> String {
    let date = date_text(spec.first_day() + day as i32);
    format!(
        "activities/network={}/date={date}/part-{part:05}.parquet",
        network.name()
    )
}
