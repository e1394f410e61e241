//! `clout explain`: explains a person's score, its changes and its forecast.
//!
//! The answer goes to stdout, also if no such person exists. stderr may be kept as a log, so it contains no ids.

mod layout;
mod text;
mod topics;

use clout_warehouse::snapshots::find_or_newest;
use serde::Serialize;

use super::named_people::find_named;
use super::options::{OutputFormat, ResultArgs, open_store, parse_day};
use super::output::{print_line, print_object, shorten_text};
use super::progress::ProgressDisplay;
use crate::explain::{ExplainOutcome, ExplainRequest, UnknownPerson, explain_person};
use clout_base::day::Day;
use clout_base::error::{Error, Result};

/// Arguments of `clout explain`.
#[derive(clap::Args)]
pub(super) struct ExplainArgs {
    /// Person id as in the table scores, account as NETWORK:ACCOUNT_ID, or handle.
    #[arg(value_name = "PERSON")]
    person: String,
    #[command(flatten)]
    results: ResultArgs,
    /// Snapshot date; default: the newest.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<Day>,
    /// Explain only this topic, whether it is shown or not.
    #[arg(long, value_name = "TOPIC_ID")]
    topic: Option<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl ExplainArgs {
    /// Runs the command.
    pub(super) fn run(self) -> Result<()> {
        match (self.ask()?, self.format) {
            (ExplainOutcome::UnknownPerson(nobody), format) => absent(&nobody, format),
            (ExplainOutcome::Person(answer), OutputFormat::Json) => object(&answer),
            (ExplainOutcome::Person(answer), OutputFormat::Text) if self.topic.is_some() => {
                text::print_topic_explanation(&answer)
            }
            (ExplainOutcome::Person(answer), OutputFormat::Text) => text::print_explanation(&answer),
        }
    }

    fn ask(&self) -> Result<ExplainOutcome> {
        let spec = self.results.read_spec()?;
        let job = spec.clone().resolve_for_reading()?;
        let store = open_store(&job.output.root, &job.storage)?;
        let manifest = find_or_newest(&store, self.as_of)?;
        let named = find_named(&store, &manifest, &self.person, self.format)?;
        let question = ExplainRequest {
            store: &store,
            manifest: &manifest,
            job: &spec,
            person_id: named.as_ref().unwrap_or(&self.person),
            topic: self.topic.as_deref(),
        };
        let progress = ProgressDisplay::new();
        let mut answered = explain_person(&question, &progress);
        if let Ok(ExplainOutcome::Person(answer)) = &mut answered
            && named.is_some_and(|id| id != self.person)
        {
            answer.asked_id = Some(self.person.clone());
        }
        progress.finish();
        answered
    }
}

fn object(answer: &impl Serialize) -> Result<()> {
    let json = serde_json::to_value(answer);
    print_object(&json.map_err(|error| Error::internal("the answer cannot be written as JSON").with_source(error))?)
}

/// Prints the answer for an id without a person, and fails.
fn absent(nobody: &UnknownPerson, format: OutputFormat) -> Result<()> {
    let date = nobody.snapshot_date;
    match format {
        OutputFormat::Json => object(nobody)?,
        OutputFormat::Text => {
            let similar: Vec<String> = nobody.near.iter().map(|id| shorten_text(id)).collect();
            let similar = match similar.is_empty() {
                true => String::new(),
                false => format!(". Similar ids: {}", similar.join(", ")),
            };
            let asked = shorten_text(&nobody.person_id);
            print_line(&format!(
                "{asked} is not in the snapshot of {date}: unknown, or opted out{similar}"
            ))?;
        }
    }
    Err(Error::usage(format!(
        "the snapshot of {date} has no person with this id"
    )))
}
