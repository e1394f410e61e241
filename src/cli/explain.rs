//! `clout explain`: explains a person's score, its changes and its forecast.
//!
//! The answer goes to stdout, also if no such person exists. stderr may be kept as a log, so it contains no ids.

mod layout;
mod text;
mod topics;

use clout_warehouse::snapshots::find_or_newest;
use serde::Serialize;

use super::options::{Format, ResultArgs, day, open};
use super::output::{print, printable, show_object};
use super::progress::Progress;
use crate::explain::{Found, Nobody, Question, answer};
use clout_base::day::Day;
use clout_base::error::{Error, Result};

/// Arguments of `clout explain`.
#[derive(clap::Args)]
pub struct Args {
    /// Person id as in the table scores, or account as NETWORK:ACCOUNT_ID.
    #[arg(value_name = "PERSON_ID")]
    person: String,
    #[command(flatten)]
    results: ResultArgs,
    /// Snapshot date; default: the newest.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Day>,
    /// Explain only this topic, whether it is shown or not.
    #[arg(long, value_name = "TOPIC_ID")]
    topic: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Runs the command.
    pub fn run(self) -> Result<()> {
        match (self.ask()?, self.format) {
            (Found::Nobody(nobody), format) => absent(&nobody, format),
            (Found::Person(answer), Format::Json) => object(&answer),
            (Found::Person(answer), Format::Text) if self.topic.is_some() => text::topic(&answer),
            (Found::Person(answer), Format::Text) => text::everything(&answer),
        }
    }

    fn ask(&self) -> Result<Found> {
        let spec = self.results.spec()?;
        let job = spec.clone().resolve_for_reading()?;
        let store = open(&job.output.root, &job.storage)?;
        let manifest = find_or_newest(&store, self.as_of)?;
        let question = Question {
            store: &store,
            manifest: &manifest,
            job: &spec,
            person_id: &self.person,
            topic: self.topic.as_deref(),
        };
        let progress = Progress::start();
        let answered = answer(&question, &progress);
        progress.finish();
        answered
    }
}

fn object(answer: &impl Serialize) -> Result<()> {
    let json = serde_json::to_value(answer);
    show_object(&json.map_err(|error| Error::internal("the answer cannot be written as JSON").with_source(error))?)
}

/// Prints the answer for an id without a person, and fails.
fn absent(nobody: &Nobody, format: Format) -> Result<()> {
    let date = nobody.snapshot_date;
    match format {
        Format::Json => object(nobody)?,
        Format::Text => {
            let similar: Vec<String> = nobody.near.iter().map(|id| printable(id)).collect();
            let similar = match similar.is_empty() {
                true => String::new(),
                false => format!(". Similar ids: {}", similar.join(", ")),
            };
            let asked = printable(&nobody.person_id);
            print(&format!(
                "{asked} is not in the snapshot of {date}: unknown, or opted out{similar}"
            ))?;
        }
    }
    Err(Error::usage(format!(
        "the snapshot of {date} has no person with this id"
    )))
}
