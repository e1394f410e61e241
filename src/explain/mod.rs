//! Explanation of one person's score as data: its parts, the reasons for its changes, a forecast, and the effect of
//! more reactions.
//!
//! Published values come from the tables of the snapshot ([`published`], [`changes`]). All other parts are computed
//! from the state of the snapshot, loaded and scored again by [`reopened`]: neighbours of people below the top
//! percentiles ([`neighbours`]), the forecast without new reactions ([`silence`]), and the effect of one more reaction
//! ([`one_more`]). If the state is missing, the answer lists the missing parts with the reason. [`words`] turns the
//! answer into sentences for readers without knowledge of the model.

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

/// Request for an explanation.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// Output store.
    pub store: &'a Store,
    /// Manifest of the snapshot.
    pub manifest: &'a Manifest,
    /// Job of the caller; values that it does not set come from the manifest.
    pub job: &'a JobSpec,
    /// Id of the person, or of an account as `<network>:<account_id>`.
    pub person_id: &'a str,
    /// Topic id, if only one topic is to be explained.
    pub topic: Option<&'a str>,
}

/// Part of the answer that is not available.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Missing {
    /// Name of the part in the answer.
    pub part: &'static str,
    /// Reason, and a remedy if one exists.
    pub why: String,
}

/// Explanation of one person's score. Column names are those of the published tables; all values are of the snapshot
/// date.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Snapshot date.
    pub snapshot_date: Day,
    /// Model version of the snapshot.
    pub model_version: String,
    /// Id of the person.
    pub person_id: String,
    /// Requested account id, if the request named an account of this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_id: Option<String>,
    /// Row of `scores`.
    pub scores: Row,
    /// Number of people with a score; the rank is among them.
    pub persons_scored: Option<u64>,
    /// Number of topics in the input; null if it had none.
    pub topics_known: Option<u64>,
    /// Rows of `network_scores`.
    pub network_scores: Vec<Row>,
    /// Changes within 1, 7 and 30 days.
    pub changes: Vec<Change>,
    /// Forecast scores without new reactions; null without a usable state.
    pub silence: Option<Vec<Silence>>,
    /// Effect of one more reaction; null without a usable state.
    pub one_more: Option<OneMore>,
    /// Rows as in `influences`, most points first, at most 20 per direction.
    pub influences: Option<Vec<Neighbour>>,
    /// Rows of `topic_scores`, shown topics first, each with its rows of `topic_evidence`.
    pub topics: Vec<Value>,
    /// Parts that are not available.
    pub missing: Vec<Missing>,
}

/// Result of a request.
pub enum Found {
    /// Explanation of a person, found by person id or account id.
    Person(Box<Answer>),
    /// No person has this id.
    Nobody(Nobody),
}

/// Answers a request. People missing from the newest snapshot may have opted out, so they are neither found nor named.
///
/// # Errors
/// A usage error if the id is empty or the person has no evidence for the requested topic; errors of the store.
pub fn answer(question: &Question, watch: &dyn Watch) -> Result<Found> {
    if question.person_id.is_empty() {
        return Err(Error::usage("the person id is empty: give an id from the table scores"));
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

    /// Fills in the published parts and lists the others as missing, for a state that cannot be used.
    fn do_without(&mut self, question: &Question, why: &str) -> Result<()> {
        self.influences = neighbours::published(question)?;
        let influences = self.influences.is_none().then_some("influences");
        let parts = influences.into_iter().chain(["silence", "one_more"]);
        let why = || why.to_owned();
        self.missing.extend(parts.map(|part| Missing { part, why: why() }));
        Ok(())
    }

    /// Removes the ids of people who are not in the newest snapshot.
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

    /// Returns a number from the person's row of `scores`.
    pub fn measure(&self, column: &str) -> Option<f64> {
        self.scores.get(column).and_then(Value::as_f64)
    }
}

impl Question<'_> {
    /// Reads the person's row of `scores`, if the person is in this snapshot and in the newest one.
    fn scores(&self, there: &There) -> Result<Option<Row>> {
        match there.has(self.person_id) {
            true => Ok(self.rows("scores")?.pop()),
            false => Ok(None),
        }
    }

    fn rows(&self, table: &str) -> Result<Vec<Row>> {
        queries::person::rows(self.store, self.manifest, table, self.person_id)
    }

    /// Lists the topics as missing if an older version of clout wrote the snapshot.
    fn without_topics(&self) -> Option<Missing> {
        let has_topics = self.manifest.tables.contains_key(TOPIC_SCORES.name);
        let why = || {
            let date = self.manifest.snapshot_date;
            format!("the snapshot of {date} has no table topic_scores: an older version of clout wrote it")
        };
        (!has_topics).then(|| Missing {
            part: "topics",
            why: why(),
        })
    }

    fn not_on(&self, topic: &str) -> Error {
        Error::usage(format!(
            "this person has no evidence for topic {topic} on {}: no tag, text, endorsement, audience or related topic",
            self.manifest.snapshot_date
        ))
    }
}
