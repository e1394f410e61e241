//! `clout top`: shows the people with the highest scores.

use super::options::{Format, ResultArgs, day};
use super::output::{Rows, print, show};
use crate::queries;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_base::schema::{NETWORK_SCORES, SCORES, TOPIC_SCORES, Table};
use clout_warehouse::snapshots::find_or_newest;

/// Arguments of `clout top`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    results: ResultArgs,
    /// Snapshot date; default: the newest.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Day>,
    /// Rank by influence on one network.
    #[arg(long)]
    network: Option<String>,
    /// Rank by credibility on one topic, given by its id.
    #[arg(long, value_name = "TOPIC_ID", conflicts_with = "network")]
    topic: Option<String>,
    /// Show only this person, with or without a score; repeatable.
    #[arg(long = "person", value_name = "PERSON_ID")]
    persons: Vec<String>,
    /// Number of people to show.
    #[arg(short = 'n', long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// Omit the meanings of the columns.
    #[arg(long)]
    no_legend: bool,
    /// Output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Prints the people, highest score first.
    pub fn run(self) -> Result<()> {
        let store = self.results.store()?;
        let manifest = find_or_newest(&store, self.as_of)?;
        // All people named with --person are shown, even beyond --count.
        let count = self.count.max(self.persons.len() as u32);
        let wanted = queries::Wanted {
            network: self.network.as_deref(),
            persons: &self.persons,
            count,
        };
        let frame = match &self.topic {
            None => queries::top(&store, &manifest, &wanted)?,
            Some(topic) => queries::topics::top(&store, &manifest, topic, &self.persons, count)?,
        };
        let (table, columns): (&Table, &[&'static str]) = match (&self.topic, &self.network) {
            (Some(_), _) => (&TOPIC_SCORES, &queries::topics::TOP_COLUMNS),
            (None, None) => (&SCORES, &queries::TOP_COLUMNS),
            (None, Some(_)) => (&NETWORK_SCORES, &queries::TOP_NETWORK_COLUMNS),
        };
        if let (0, [], Some(topic)) = (frame.height(), &self.persons[..], &self.topic) {
            return Err(queries::topics::unknown_topic(&store, &manifest, topic)?);
        }
        if frame.height() == 0 {
            return Err(self.no_rows_error(manifest.snapshot_date));
        }
        let rows = Rows {
            columns: columns.to_vec(),
            rows: queries::values(&frame)?,
        };
        if self.format == Format::Text {
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
            print(&format!(
                "{heading}{topic} on {} (model {})",
                manifest.snapshot_date, manifest.model_version
            ))?;
        }
        show(&rows, self.format)?;
        match self.format == Format::Text && !self.no_legend {
            true => print(&legend(table, columns)),
            false => Ok(()),
        }
    }
}

impl Args {
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
fn legend(table: &Table, shown: &[&str]) -> String {
    let widest = shown.iter().map(|name| name.len()).max().unwrap_or(0);
    let meaning = |name: &&str| table.columns.iter().find(|column| column.name == *name);
    let lines: Vec<String> = shown
        .iter()
        .filter_map(meaning)
        .map(|column| format!("  {:widest$}  {}", column.name, column.description))
        .collect();
    lines.join("\n")
}
