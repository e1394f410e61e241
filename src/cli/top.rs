//! `clout top`: shows the people with the highest scores.

use super::named_people::find_named;
use super::options::{OutputFormat, ResultArgs, parse_day};
use super::output::{ResultRows, print_line, print_rows};
use crate::queries;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_base::schema::{NETWORK_SCORES, PEOPLE, SCORES, TOPIC_SCORES, TableSchema};
use clout_warehouse::snapshots::find_or_newest;

/// Arguments of `clout top`.
#[derive(clap::Args)]
pub(super) struct TopArgs {
    #[command(flatten)]
    results: ResultArgs,
    /// Snapshot date; default: the newest.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<Day>,
    /// Rank by influence on one network.
    #[arg(long)]
    network: Option<String>,
    /// Rank by credibility on one topic, given by its id.
    #[arg(long, value_name = "TOPIC_ID", conflicts_with = "network")]
    topic: Option<String>,
    /// Show only this person, with or without a score: a person id, NETWORK:ACCOUNT_ID or a handle; repeatable.
    #[arg(long = "person", value_name = "PERSON")]
    persons: Vec<String>,
    /// Number of people to show.
    #[arg(short = 'n', long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// Omit the meanings of the columns.
    #[arg(long)]
    no_legend: bool,
    /// Output format.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl TopArgs {
    /// Prints the people, highest score first.
    pub(super) fn run(self) -> Result<()> {
        let store = self.results.open_store()?;
        let manifest = find_or_newest(&store, self.as_of)?;
        let named = self.persons.iter().map(|asked| {
            let found = find_named(&store, &manifest, asked, self.format)?;
            Ok(found.unwrap_or_else(|| asked.clone()))
        });
        let persons = named.collect::<Result<Vec<String>>>()?;
        // All people named with --person are shown, even beyond --count.
        let count = self.count.max(self.persons.len() as u32);
        let wanted = queries::TopSelection {
            network: self.network.as_deref(),
            persons: &persons,
            count,
        };
        let frame = match &self.topic {
            None => queries::find_top_people(&store, &manifest, &wanted)?,
            Some(topic) => queries::topics::find_top_on_topic(&store, &manifest, topic, &persons, count)?,
        };
        let (table, columns): (&TableSchema, &[&'static str]) = match (&self.topic, &self.network) {
            (Some(_), _) => (&TOPIC_SCORES, &queries::topics::TOP_TOPIC_COLUMNS),
            (None, None) => (&SCORES, &queries::TOP_SCORE_COLUMNS),
            (None, Some(_)) => (&NETWORK_SCORES, &queries::TOP_NETWORK_COLUMNS),
        };
        if let (0, [], Some(topic)) = (frame.height(), &self.persons[..], &self.topic) {
            return Err(queries::topics::build_topic_error(&store, &manifest, topic)?);
        }
        if frame.height() == 0 {
            return Err(self.no_rows_error(manifest.snapshot_date));
        }
        let rows = ResultRows {
            columns: columns.to_vec(),
            rows: queries::frame_to_rows(&frame)?,
        };
        if self.format == OutputFormat::Text {
            let heading = if self.persons.is_empty() {
                "Highest scores"
            } else {
                "Scores"
            };
            let topic = self
                .topic
                .as_ref()
                .map(|topic| format!(" of topic {topic}"))
                .unwrap_or_default();
            print_line(&format!(
                "{heading}{topic} on {} (model {})",
                manifest.snapshot_date, manifest.model_version
            ))?;
        }
        print_rows(&rows, self.format)?;
        match self.format == OutputFormat::Text && !self.no_legend {
            true => print_line(&legend(table, columns)),
            false => Ok(()),
        }
    }
}

impl TopArgs {
    fn no_rows_error(&self, date: Day) -> Error {
        let on = self
            .network
            .as_ref()
            .map(|network| format!(" on network {network}"))
            .or_else(|| self.topic.as_ref().map(|topic| format!(" on topic {topic}")))
            .unwrap_or_default();
        match self.persons.is_empty() {
            true => Error::usage(format!("no person has a score{on} on {date}")),
            false => Error::usage(format!(
                "the snapshot of {date} has none of these persons{on}. Check the ids; opted-out people are not shown"
            )),
        }
    }
}

/// Formats the meanings of the shown columns, from `schema`.
fn legend(table: &TableSchema, shown: &[&str]) -> String {
    let widest = shown.iter().map(|name| name.len()).max().unwrap_or(0);
    let columns = table
        .columns
        .iter()
        .chain(PEOPLE.columns.iter().filter(|column| column.name == "handle"));
    let meaning = |name: &&str| columns.clone().find(|column| column.name == *name);
    let lines: Vec<String> = shown
        .iter()
        .filter_map(meaning)
        .map(|column| format!("  {:widest$}  {}", column.name, column.description))
        .collect();
    lines.join("\n")
}
