//! Why a person's score is what it is, what moved it, and what would: one answer, as data.
//!
//! What is published comes from the tables of the snapshot ([`published`], [`changes`]). Neighbours below the top
//! ([`neighbours`]), what silence will cost ([`silence`]) and what would raise the score ([`one_more`]) are
//! computed from the snapshot's state, [`reopened`] and scored as its night did. Where the state is gone,
//! the answer says which parts are missing and why. [`words`] says it for somebody who never saw the model.

pub mod changes;
pub mod neighbours;
pub mod one_more;
pub mod published;
pub mod reopened;
pub mod silence;
pub mod words;

use serde::Serialize;
use serde_json::Value;

use crate::day::Day;
use crate::error::{Error, Result};
use crate::job::JobSpec;
use crate::night::watch::Watch;
use crate::queries::{self, person::Row, topics};
use crate::schema::TOPIC_SCORES;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::store::Store;

use changes::{Change, Past};
use neighbours::Neighbour;
use one_more::OneMore;
use reopened::Reopened;
use silence::Silence;

/// Whom is asked about, and where.
pub struct Question<'a> {
    /// Where the results are.
    pub store: &'a Store,
    /// The snapshot.
    pub manifest: &'a Manifest,
    /// The job as far as it is known.
    pub job: &'a JobSpec,
    /// The person.
    pub person_id: &'a str,
    /// One topic instead of everything.
    pub topic: Option<&'a str>,
}

/// A part of the answer that cannot be told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Missing {
    /// The name of the part in the answer.
    pub part: &'static str,
    /// Why, and what to do about it.
    pub why: String,
}

/// The answer. Names of columns are the contract's; every figure is of the snapshot date.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The date.
    pub snapshot_date: Day,
    /// The model version.
    pub model_version: String,
    /// The person.
    pub person_id: String,
    /// The person's row of `scores`.
    pub scores: Row,
    /// People with a score, among whom the rank is.
    pub persons_scored: Option<u64>,
    /// Rows of `network_scores`.
    pub network_scores: Vec<Row>,
    /// Since yesterday, last week and last month.
    pub changes: Vec<Change>,
    /// What silence will cost.
    pub silence: Option<Vec<Silence>>,
    /// What one more reaction would bring.
    pub one_more: Option<OneMore>,
    /// Rows as of `influences`, the strongest first; at most 20 a direction.
    pub influences: Option<Vec<Neighbour>>,
    /// Rows of `topic_scores`, those shown first, each with its rows of `topic_evidence`.
    pub topics: Vec<Value>,
    /// What of all this cannot be told.
    pub missing: Vec<Missing>,
}

/// Answers.
///
/// # Errors
/// A usage error where nobody of that id stands in the snapshot (with near ids, or with the person to whom the
/// account belongs), or where the person has nothing to do with the topic.
pub fn answer(question: &Question, watch: &dyn Watch) -> Result<Answer> {
    let Some(scores) = question.rows("scores")?.pop() else {
        return Err(nobody(question)?);
    };
    let (store, manifest) = (question.store, question.manifest);
    let topics = match manifest.tables.contains_key(TOPIC_SCORES.name) {
        true => topics::of_person(store, manifest, question.person_id, question.topic)?,
        false => Vec::new(),
    };
    if let (Some(topic), []) = (question.topic, &topics[..]) {
        return Err(question.not_on(topic));
    }
    let mut answer = Answer {
        snapshot_date: manifest.snapshot_date,
        model_version: manifest.model_version.clone(),
        person_id: question.person_id.to_owned(),
        scores,
        persons_scored: published::persons_scored(store, manifest)?,
        network_scores: question.rows("network_scores")?,
        changes: Vec::new(),
        silence: None,
        one_more: None,
        influences: None,
        topics,
        missing: question.without_topics().into_iter().collect(),
    };
    let reopened = Reopened::open(question, &answer.scores, watch)?;
    match &reopened {
        Ok(reopened) => answer.compute(question, reopened)?,
        Err(why) => answer.do_without(question, why)?,
    }
    let past = Past {
        store,
        manifest,
        person_id: question.person_id,
        is_there: &|id| reopened.as_ref().is_ok_and(|reopened| reopened.find(id).is_some()),
    };
    answer.changes = past.changes(&answer.scores)?;
    Ok(answer)
}

impl Answer {
    fn compute(&mut self, question: &Question, reopened: &Reopened) -> Result<()> {
        self.influences = Some(neighbours::of_person(reopened));
        self.silence = Some(silence::of_person(reopened));
        let (one_more, why) = one_more::of_person(reopened, &self.network_scores, &self.topics, question.topic)?;
        self.one_more = Some(one_more);
        self.missing.extend(why.map(|why| Missing {
            part: "one_more.topics",
            why,
        }));
        Ok(())
    }

    /// What is left where the state cannot be used.
    fn do_without(&mut self, question: &Question, why: &str) -> Result<()> {
        self.influences = neighbours::published(question)?;
        let influences = self.influences.is_none().then_some("influences");
        let parts = influences.into_iter().chain(["silence", "one_more"]);
        let why = || why.to_owned();
        self.missing.extend(parts.map(|part| Missing { part, why: why() }));
        Ok(())
    }

    /// A measure of the person's row of `scores`.
    pub fn measure(&self, column: &str) -> Option<f64> {
        self.scores.get(column).and_then(Value::as_f64)
    }
}

impl Question<'_> {
    fn rows(&self, table: &str) -> Result<Vec<Row>> {
        queries::person::rows(self.store, self.manifest, table, self.person_id)
    }

    /// What is missing where an earlier version of clout made the snapshot.
    fn without_topics(&self) -> Option<Missing> {
        let has_topics = self.manifest.tables.contains_key(TOPIC_SCORES.name);
        let why = || {
            let date = self.manifest.snapshot_date;
            format!("the snapshot of {date} has no table topic_scores: an earlier version of clout made it")
        };
        (!has_topics).then(|| Missing {
            part: "topics",
            why: why(),
        })
    }

    fn not_on(&self, topic: &str) -> Error {
        Error::usage(format!(
            "{} has nothing to do with a topic {topic} on {}: no tag, text, endorsement, audience or narrower topic",
            self.person_id, self.manifest.snapshot_date
        ))
    }
}

/// Why nobody of that id stands in the snapshot. Who opted out is in no state either, so the answer is the one for
/// an id that was never seen.
fn nobody(question: &Question) -> Result<Error> {
    let date = question.manifest.snapshot_date;
    if let Some(owner) = Reopened::owner(question)? {
        return Ok(Error::usage(format!(
            "{} belongs to {owner} on {date}: ask for that id",
            question.person_id
        )));
    }
    match queries::expect_person(question.store, question.manifest, question.person_id) {
        Err(error) => Ok(error),
        Ok(()) => Ok(Error::internal("a person stands in the scores and does not")),
    }
}
