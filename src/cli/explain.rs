//! `clout explain`: why a person's score is what it is, what moved it, and what would.

mod text;
mod topics;

use super::options::{Format, ResultArgs, day, open};
use super::output::show_object;
use super::progress::Progress;
use crate::day::Day;
use crate::error::{Error, Result};
use crate::explain::{Answer, Question, answer};
use crate::queries;

/// Arguments of `clout explain`.
#[derive(clap::Args)]
pub struct Args {
    /// The person: an id as in `scores`.
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
        let answer = self.ask()?;
        match (self.format, &self.topic) {
            (Format::Json, _) => {
                let json = serde_json::to_value(&answer);
                show_object(&json.map_err(|error| Error::internal("the answer is no JSON").with_source(error))?)
            }
            (Format::Text, Some(_)) => text::topic(&answer),
            (Format::Text, None) => text::everything(&answer),
        }
    }

    fn ask(&self) -> Result<Answer> {
        let spec = self.results.spec()?;
        let job = spec.clone().resolve_for_reading()?;
        let store = open(&job.output.root, &job.storage)?;
        let manifest = queries::snapshot(&store, self.as_of)?;
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
