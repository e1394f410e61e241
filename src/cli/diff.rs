//! `clout diff`: compares two snapshots.

use serde_json::Value;

use super::options::{OutputFormat, ResultArgs, parse_day};
use super::output::{ResultRows, print_line, print_object, print_rows};
use crate::queries::diff::{CHANGE_BINS, PartitionChange, PeopleGroup, PersonDiff, SnapshotDiff, compare_snapshots};
use clout_base::day::Day;
use clout_base::error::Result;

/// Arguments of `clout diff`.
#[derive(clap::Args)]
pub(super) struct DiffArgs {
    /// Earlier snapshot date.
    #[arg(value_name = "DATE1", value_parser = parse_day)]
    from: Day,
    /// Later snapshot date.
    #[arg(value_name = "DATE2", value_parser = parse_day)]
    to: Day,
    #[command(flatten)]
    results: ResultArgs,
    /// Number of people, and of input partitions, per list.
    #[arg(short = 'n', long, default_value_t = 5)]
    count: usize,
    /// Output format of the comparison; JSON lists every input file.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

/// Length of the longest histogram line, in characters.
const LONGEST_LINE: f64 = 40.0;

impl DiffArgs {
    /// Compares the snapshots and prints the differences.
    pub(super) fn run(self) -> Result<()> {
        let store = self.results.open_store()?;
        let found = compare_snapshots(&store, [self.from, self.to], self.count)?;
        match self.format {
            OutputFormat::Json => print_object(&found.to_json()),
            OutputFormat::Text => self.print_text(&found),
        }
    }

    fn print_text(&self, found: &SnapshotDiff) -> Result<()> {
        let [from, to] = found.dates;
        print_line(&format!("From {from} to {to}; scores and their changes in points"))?;
        model(found)?;
        print_line("\nScores")?;
        print_rows(&spreads(found), OutputFormat::Text)?;
        let people = &found.people;
        movers("Largest rises", &people.rises)?;
        movers("Largest falls", &people.falls)?;
        print_line(&format!(
            "\nChanges of {} people with a score on both dates",
            people.in_both
        ))?;
        print_line(&histogram(&people.deltas))?;
        group("New in the later snapshot", &people.arrivals)?;
        group("Not in the later snapshot", &people.leavers)?;
        group("With a score only in the later snapshot", &people.gained_score)?;
        group("With a score only in the earlier snapshot", &people.lost_score)?;
        self.inputs(found)
    }

    fn inputs(&self, found: &SnapshotDiff) -> Result<()> {
        let inputs = &found.inputs;
        let [from, to] = found.dates;
        print_line(&format!(
            "\nInput files read: {} ({} bytes) for {from}, {} ({} bytes) for {to}. Each run reads only the load dates \
             after the previous snapshot.",
            inputs.files[0], inputs.bytes[0], inputs.files[1], inputs.bytes[1]
        ))?;
        if inputs.partitions.is_empty() {
            return print_line("Both runs read the same files.");
        }
        let row = |partition: &PartitionChange| {
            vec![
                partition.table.as_str().into(),
                partition.network.clone().into(),
                partition.load_date.clone().into(),
                partition.only_from.len().into(),
                partition.only_to.len().into(),
                partition.changed.len().into(),
            ]
        };
        let columns = vec!["table", "network", "load_date", "only_from", "only_to", "changed"];
        let shown = inputs.partitions.iter().take(self.count).map(row);
        print_rows(
            &ResultRows {
                columns,
                rows: shown.collect(),
            },
            OutputFormat::Text,
        )?;
        let names = inputs.partitions.iter().flat_map(|partition| &partition.changed);
        for path in names.take(self.count) {
            print_line(&format!("changed: {path}"))?;
        }
        match inputs.partitions.len().saturating_sub(self.count) {
            0 => Ok(()),
            more => print_line(&format!("{more} more partitions: --count or --format json shows them")),
        }
    }
}

fn model(found: &SnapshotDiff) -> Result<()> {
    let [from, to] = &found.models;
    match from == to {
        true => print_line(&format!("Both snapshots use model {from}."))?,
        false => print_line(&format!(
            "The models differ: {from}, then {to}. Part of each score change comes from the model, not from new data."
        ))?,
    }
    if found.parameters.is_empty() {
        return print_line("All parameters are equal.");
    }
    let row = |(name, [from, to]): &(String, [Value; 2])| {
        vec![name.as_str().into(), from.to_string().into(), to.to_string().into()]
    };
    print_rows(
        &ResultRows {
            columns: vec!["parameter", "from", "to"],
            rows: found.parameters.iter().map(row).collect(),
        },
        OutputFormat::Text,
    )
}

fn spreads(found: &SnapshotDiff) -> ResultRows {
    let row = |name: Value, count: Value, figures: [(&str, Option<f64>); 5]| {
        let figures = figures.into_iter().map(|(_, value)| Value::from(value));
        [name, count].into_iter().chain(figures).collect::<Vec<Value>>()
    };
    let [before, after] = found
        .distributions
        .each_ref()
        .map(|spread| (spread.count, spread.named_figures()));
    let change = std::array::from_fn(|index| {
        let (name, earlier) = before.1[index];
        (
            name,
            after.1[index].1.zip(earlier).map(|(later, earlier)| later - earlier),
        )
    });
    ResultRows {
        columns: vec!["date", "people", "mean", "median", "p95", "p99", "max"],
        rows: vec![
            row(found.dates[0].to_string().into(), before.0.into(), before.1),
            row(found.dates[1].to_string().into(), after.0.into(), after.1),
            row("change".into(), (after.0 as i64 - before.0 as i64).into(), change),
        ],
    }
}

fn movers(title: &str, people: &[PersonDiff]) -> Result<()> {
    print_line(&format!("\n{title}"))?;
    match people.is_empty() {
        true => print_line("  none"),
        false => print_rows(&persons(people), OutputFormat::Text),
    }
}

fn persons(people: &[PersonDiff]) -> ResultRows {
    let row = |person: &PersonDiff| {
        vec![
            person.person_id.as_str().into(),
            person.delta.into(),
            person.scores[0].into(),
            person.scores[1].into(),
            person.ranks[0].into(),
            person.ranks[1].into(),
        ]
    };
    ResultRows {
        columns: vec!["person_id", "change", "score_from", "score_to", "rank_from", "rank_to"],
        rows: people.iter().map(row).collect(),
    }
}

fn group(title: &str, group: &PeopleGroup) -> Result<()> {
    let people = match group.scored + group.unscored {
        0 => return print_line(&format!("\n{title}: none")),
        1 => "1 person".to_owned(),
        people => format!("{people} people"),
    };
    let unnamed = match group.unnamed {
        0 => String::new(),
        unnamed => format!(" ({unnamed} not in the newest snapshot and therefore not named)"),
    };
    print_line(&format!("\n{title}: {people}, {} with a score{unnamed}", group.scored))?;
    if group.highest.is_empty() {
        return Ok(());
    }
    let row = |person: &PersonDiff| {
        let score = person.scores[1].or(person.scores[0]);
        let rank = person.ranks[1].or(person.ranks[0]);
        vec![person.person_id.as_str().into(), score.into(), rank.into()]
    };
    let rows = ResultRows {
        columns: vec!["person_id", "score", "rank"],
        rows: group.highest.iter().map(row).collect(),
    };
    print_rows(&rows, OutputFormat::Text)
}

/// Draws a histogram of score changes, one line per class.
fn histogram(counts: &[u64; CHANGE_BINS.len()]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let widest = CHANGE_BINS.iter().map(|bin| bin.len()).max().unwrap_or(0);
    let lines = CHANGE_BINS.iter().zip(counts).map(|(bin, count)| {
        // Rounded up, so that a class with one person is not drawn as empty.
        let length = (*count as f64 / most * LONGEST_LINE).ceil() as usize;
        format!("  {bin:>widest$}  {count:>8}  {}", "#".repeat(length))
    });
    let lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}
