//! `clout explain`: why a person's score is what it is, what moved it, and what would.
//!
//! Whoever is not there is answered on stdout, as everybody is; stderr, which is kept as a log, has no id.

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
    /// The person: an id as in the table scores, or an account as NETWORK:ACCOUNT_ID.
    #[arg(value_name = "PERSON_ID")]
    person: String,
    #[command(flatten)]
    results: ResultArgs,
    /// Snapshot date; the newest without it.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Day>,
    /// One topic alone, whether it is shown or not; its id.
    #[arg(long, value_name = "TOPIC_ID")]
    topic: Option<String>,
    /// How the explanation is shown.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Explains.
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
    show_object(&json.map_err(|error| Error::internal("the answer is no JSON").with_source(error))?)
}

/// The answer about nobody, and the failure that it is.
fn absent(nobody: &Nobody, format: Format) -> Result<()> {
    let date = nobody.snapshot_date;
    match format {
        Format::Json => object(nobody)?,
        Format::Text => {
            let near: Vec<String> = nobody.near.iter().map(|id| printable(id)).collect();
            let near = match near.is_empty() {
                true => String::new(),
                false => format!(". Near ids: {}", near.join(", ")),
            };
            let asked = printable(&nobody.person_id);
            print(&format!(
                "{asked} stands in no table of {date}: unknown, or opted out{near}"
            ))?;
        }
    }
    Err(Error::usage(format!(
        "nobody of that id stands in the snapshot of {date}"
    )))
}
