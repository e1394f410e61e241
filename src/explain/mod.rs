//! Why a person's score is what it is, what moved it, and what would: one answer, as data.
//!
//! What is published comes from the tables of the snapshot ([`published`], [`changes`]). Neighbours below the top
//! ([`neighbours`]), what silence will cost ([`silence`]) and what would raise the score ([`one_more`]) are
//! computed from the snapshot's state, [`reopened`] and scored as its night did. Where the state is gone,
//! the answer says which parts are missing and why. [`words`] says it for somebody who never saw the model.

mod absent;
pub mod changes;
pub mod neighbours;
pub mod one_more;
pub mod published;
pub mod reopened;
pub mod silence;
pub mod words;

use serde::Serialize;
use serde_json::Value;

use crate::job::JobSpec;
use crate::pipeline::watch::Watch;
use crate::queries::{self, person::Row, topics};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_base::schema::TOPIC_SCORES;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;
use clout_warehouse::there::There;

pub use absent::Nobody;
use changes::{Change, Past};
use neighbours::Neighbour;
use one_more::OneMore;
use reopened::Reopened;
use silence::Silence;

/// Whom is asked about, and where.
#[derive(Clone, Copy)]
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
    /// The account that was asked for, where it belongs to this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_id: Option<String>,
    /// The person's row of `scores`.
    pub scores: Row,
    /// People with a score, among whom the rank is.
    pub persons_scored: Option<u64>,
    /// Topics of the input; null where it had none.
    pub topics_known: Option<u64>,
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

/// What was found.
pub enum Found {
    /// The person, by the own id or that of an account.
    Person(Box<Answer>),
    /// Nobody.
    Nobody(Nobody),
}

/// Answers. Whoever is not in the newest snapshot may have opted out: they are neither found nor named.
///
/// # Errors
/// A usage error where the person has nothing to do with the topic.
pub fn answer(question: &Question, watch: &dyn Watch) -> Result<Found> {
    if question.person_id.is_empty() {
        return Err(Error::usage(
            "an id is needed: that of a person, as in the table scores",
        ));
    }
    let there = There::read(question.store)?;
    if let Some(scores) = question.scores(&there)? {
        return Ok(Found::Person(Box::new(of_person(question, scores, &there, watch)?)));
    }
    if let Some(owner) = Reopened::owner(question)? {
        let of_owner = Question {
            person_id: &owner,
            ..*question
        };
        if let Some(scores) = of_owner.scores(&there)? {
            let mut answer = of_person(&of_owner, scores, &there, watch)?;
            answer.asked_id = Some(question.person_id.to_owned());
            return Ok(Found::Person(Box::new(answer)));
        }
    }
    Ok(Found::Nobody(Nobody::of(question, &there)?))
}

fn of_person(question: &Question, scores: Row, there: &There, watch: &dyn Watch) -> Result<Answer> {
    let (store, manifest) = (question.store, question.manifest);
    let topics = match manifest.tables.contains_key(TOPIC_SCORES.name) {
        true => topics::of_person(store, manifest, question.person_id, question.topic)?,
        false => Vec::new(),
    };
    if let (Some(topic), []) = (question.topic, &topics[..]) {
        return Err(
            match queries::topics::is_known(question.store, question.manifest, topic)? {
                true => question.not_on(topic),
                false => queries::topics::unknown_topic(question.store, question.manifest, topic)?,
            },
        );
    }
    let mut answer = Answer {
        snapshot_date: manifest.snapshot_date,
        model_version: manifest.model_version.clone(),
        person_id: question.person_id.to_owned(),
        asked_id: None,
        scores,
        persons_scored: published::metric(store, manifest, "persons_scored")?,
        topics_known: published::metric(store, manifest, "topics")?,
        network_scores: question.rows("network_scores")?,
        changes: Vec::new(),
        silence: None,
        one_more: None,
        influences: None,
        topics,
        missing: question.without_topics().into_iter().collect(),
    };
    match &Reopened::open(question, &answer.scores, watch)? {
        Ok(reopened) => answer.compute(question, reopened)?,
        Err(why) => answer.do_without(question, why)?,
    }
    answer.name_only(&|id| there.has(id));
    let past = Past {
        store,
        manifest,
        person_id: question.person_id,
        newest: there.date,
        is_there: &|id| there.has(id),
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

    /// Takes away everybody who is not there any more.
    fn name_only(&mut self, is_there: &dyn Fn(&str) -> bool) {
        if let Some(influences) = &mut self.influences {
            influences.retain(|other| is_there(&other.other_person_id));
        }
        for on in self.one_more.iter_mut().flat_map(|more| &mut more.networks) {
            on.reactor_person_id = on.reactor_person_id.take().filter(|id| is_there(id));
        }
        let evidence = self
            .topics
            .iter_mut()
            .filter_map(|topic| topic["evidence"].as_array_mut());
        for pieces in evidence {
            let is_person = |piece: &Value| piece["kind"] == "audience";
            pieces.retain(|piece| !is_person(piece) || piece["source_id"].as_str().is_some_and(is_there));
        }
    }

    /// A measure of the person's row of `scores`.
    pub fn measure(&self, column: &str) -> Option<f64> {
        self.scores.get(column).and_then(Value::as_f64)
    }
}

impl Question<'_> {
    /// The person's row of `scores`, if they are there and still there.
    fn scores(&self, there: &There) -> Result<Option<Row>> {
        match there.has(self.person_id) {
            true => Ok(self.rows("scores")?.pop()),
            false => Ok(None),
        }
    }

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
            "this person has nothing to do with a topic {topic} on {}: no tag, text, endorsement, audience or other topic of theirs",
            self.manifest.snapshot_date
        ))
    }
}
