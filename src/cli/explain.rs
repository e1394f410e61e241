//! `clout explain`: what a person is credible on, and what that rests on.

use serde_json::{Value, json};

use super::options::{Format, ResultArgs, day};
use super::output::{Rows, print, show, show_object};
use crate::day::Day;
use crate::error::{Error, Result};
use crate::queries::{self, topics};
use crate::warehouse::manifest::Manifest;

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
    /// One topic, whether it is shown or not; its id.
    #[arg(long, value_name = "TOPIC_ID")]
    topic: Option<String>,
    /// How the explanation is shown.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Explains.
    pub fn run(self) -> Result<()> {
        let store = self.results.store()?;
        let manifest = queries::snapshot(&store, self.as_of)?;
        queries::expect_person(&store, &manifest, &self.person)?;
        let found = topics::of_person(&store, &manifest, &self.person, self.topic.as_deref())?;
        if let (Some(topic), []) = (&self.topic, &found[..]) {
            return Err(self.not_on(topic, &manifest));
        }
        match self.format {
            Format::Json => show_object(&json!({
                "snapshot_date": manifest.snapshot_date,
                "model_version": manifest.model_version,
                "person_id": self.person,
                "topics": found,
            })),
            Format::Text => self.tell(&manifest, &found),
        }
    }

    fn not_on(&self, topic: &str, manifest: &Manifest) -> Error {
        Error::usage(format!(
            "{} has nothing to do with a topic {topic} on {}: no tag, text, endorsement, audience or narrower topic",
            self.person, manifest.snapshot_date
        ))
    }

    fn tell(&self, manifest: &Manifest, found: &[Value]) -> Result<()> {
        let (date, model) = (manifest.snapshot_date, &manifest.model_version);
        print(&format!("{} on {date} (model {model})", self.person))?;
        let is_shown = |topic: &&Value| topic["is_shown"] == true;
        let shown: Vec<&Value> = match self.topic {
            Some(_) => found.iter().collect(),
            None => found.iter().filter(is_shown).collect(),
        };
        print(&heading(shown.len(), found.len(), self.topic.is_some()))?;
        if shown.is_empty() {
            return Ok(());
        }
        let columns = topics::PERSON_COLUMNS;
        show(&rows(&columns, &shown), Format::Text)?;
        for topic in shown {
            let evidence: Vec<&Value> = topic["evidence"].as_array().into_iter().flatten().collect();
            print(&format!("\nEvidence of {}{}", word(&topic["topic_id"]), verdict(topic)))?;
            show(&rows(&topics::EVIDENCE_COLUMNS, &evidence), Format::Text)?;
        }
        print(
            "\n1 is one fresh reaction by a trusted, ordinary person. A tag's or text's weight is that of the latest act on \
             it, faded;\nthe others are what they add.",
        )
    }
}

fn heading(shown: usize, known: usize, is_one: bool) -> String {
    match (shown, known - shown) {
        (_, _) if is_one => String::new(),
        (0, 0) => "No topic: nothing that this person wrote, or was reacted to for, speaks of any.".to_owned(),
        (0, more) => {
            format!("No topic is shown, for none of {more} has two independent sources (--topic shows one of them).")
        }
        (_, 0) => "Topics that two independent sources agree on".to_owned(),
        (_, more) => format!("Topics that two independent sources agree on ({more} more are not shown: --topic)"),
    }
}

/// Why a topic is not shown.
fn verdict(topic: &Value) -> &'static str {
    let is_heard = topic["reactors"] != 0 || topic["endorsers"] != 0;
    match (topic["is_shown"] == true, is_heard) {
        (true, _) => "",
        (false, false) => " (not shown: an interest, for nobody reacted to the person on it)",
        (false, true) => " (not shown: no two independent sources, one of them somebody else whom the model knows)",
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn rows(columns: &[&'static str], objects: &[&Value]) -> Rows {
    Rows {
        columns: columns.to_vec(),
        rows: objects
            .iter()
            .map(|object| columns.iter().map(|name| object[*name].clone()).collect())
            .collect(),
    }
}
