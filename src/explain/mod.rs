//! Explanation of one person's score as data: its parts, the reasons for its changes, a forecast, and the effect of
//! more reactions.
//!
//! Published values come from the tables of the snapshot ([`published_metrics`], [`changes`]). All other parts are computed
//! from the state of the snapshot, loaded with its kept scores by [`loaded_state`]: neighbours of people below the top
//! percentiles ([`neighbours`]), the forecast without new reactions ([`forecast`]), and the effect of one more reaction
//! ([`reaction_effects`]). If the state is missing, the answer lists the missing parts with the reason. [`texts`] turns the
//! answer into sentences for readers without knowledge of the model.

pub mod changes;
pub mod forecast;
pub mod loaded_state;
pub mod neighbours;
pub mod published_metrics;
pub mod reaction_effects;
pub mod texts;
mod unknown_person;

use serde::Serialize;
use serde_json::Value;

use crate::job::JobSpec;
use crate::pipeline::observer::RunObserver;
use crate::queries::{self, person_rows::JsonRow, topics};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_base::schema::{PEOPLE, TOPIC_SCORES};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshot_people::SnapshotPeople;
use clout_warehouse::store::Store;

use changes::{PersonHistory, ScoreChange};
use forecast::ScoreForecast;
use loaded_state::LoadedState;
use neighbours::InfluenceNeighbour;
use reaction_effects::ReactionEffects;
pub use unknown_person::UnknownPerson;

/// Request for an explanation.
#[derive(Clone, Copy)]
pub struct ExplainRequest<'a> {
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
pub struct MissingPart {
    /// Name of the part in the answer.
    pub part: &'static str,
    /// Reason, and a remedy if one exists.
    pub why: String,
}

/// Explanation of one person's score. Column names are those of the published tables; all values are of the snapshot
/// date.
#[derive(Clone, Debug, Serialize)]
pub struct PersonExplanation {
    /// Snapshot date.
    pub snapshot_date: Day,
    /// Model version of the snapshot.
    pub model_version: String,
    /// Id of the person.
    pub person_id: String,
    /// Requested account id or handle, if the request named an account of this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_id: Option<String>,
    /// Row of `scores`.
    pub scores: JsonRow,
    /// Number of people with a score; the rank is among them.
    pub persons_scored: Option<u64>,
    /// Number of topics in the input; null if it had none.
    pub topics_known: Option<u64>,
    /// Accounts of the person: rows of `people`; empty if the snapshot has no such table.
    pub accounts: Vec<JsonRow>,
    /// Rows of `network_scores`.
    pub network_scores: Vec<JsonRow>,
    /// Changes within 1, 7 and 30 days.
    pub changes: Vec<ScoreChange>,
    /// Forecast scores without new reactions; null without a usable state.
    pub silence: Option<Vec<ScoreForecast>>,
    /// Effect of one more reaction; null without a usable state.
    pub one_more: Option<ReactionEffects>,
    /// Rows as in `influences`, most points first, at most 20 per direction.
    pub influences: Option<Vec<InfluenceNeighbour>>,
    /// Rows of `topic_scores`, shown topics first, each with its rows of `topic_evidence`.
    pub topics: Vec<Value>,
    /// Parts that are not available.
    pub missing: Vec<MissingPart>,
}

/// Result of a request.
pub enum ExplainOutcome {
    /// Explanation of a person, found by person id or account id.
    Person(Box<PersonExplanation>),
    /// No person has this id.
    UnknownPerson(UnknownPerson),
}

/// Answers a request. People missing from the newest snapshot may have opted out, so they are neither found nor named.
///
/// # Errors
/// A usage error if the id is empty or the person has no evidence for the requested topic; errors of the store.
pub fn explain_person(question: &ExplainRequest, watch: &dyn RunObserver) -> Result<ExplainOutcome> {
    if question.person_id.is_empty() {
        return Err(Error::usage("the person id is empty: give an id from the table scores"));
    }
    let there = SnapshotPeople::read_newest(question.store)?;
    if let Some(scores) = question.scores(&there)? {
        return Ok(ExplainOutcome::Person(Box::new(of_person(
            question, scores, &there, watch,
        )?)));
    }
    if let Some(owner) = LoadedState::find_owner(question)? {
        let of_owner = ExplainRequest {
            person_id: &owner,
            ..*question
        };
        if let Some(scores) = of_owner.scores(&there)? {
            let mut answer = of_person(&of_owner, scores, &there, watch)?;
            answer.asked_id = Some(question.person_id.to_owned());
            return Ok(ExplainOutcome::Person(Box::new(answer)));
        }
    }
    Ok(ExplainOutcome::UnknownPerson(UnknownPerson::with_similar_ids(
        question, &there,
    )?))
}

fn of_person(
    question: &ExplainRequest,
    scores: JsonRow,
    there: &SnapshotPeople,
    watch: &dyn RunObserver,
) -> Result<PersonExplanation> {
    let (store, manifest) = (question.store, question.manifest);
    let topics = match manifest.tables.contains_key(TOPIC_SCORES.name) {
        true => topics::read_person_topics(store, manifest, question.person_id, question.topic)?,
        false => Vec::new(),
    };
    if let (Some(topic), []) = (question.topic, &topics[..]) {
        return Err(
            match queries::topics::has_topic(question.store, question.manifest, topic)? {
                true => question.not_on(topic),
                false => queries::topics::build_topic_error(question.store, question.manifest, topic)?,
            },
        );
    }
    let mut answer = PersonExplanation {
        snapshot_date: manifest.snapshot_date,
        model_version: manifest.model_version.clone(),
        person_id: question.person_id.to_owned(),
        asked_id: None,
        scores,
        persons_scored: published_metrics::read_metric(store, manifest, "persons_scored")?,
        topics_known: published_metrics::read_metric(store, manifest, "topics")?,
        accounts: match manifest.tables.contains_key(PEOPLE.name) {
            true => question.rows(PEOPLE.name)?,
            false => Vec::new(),
        },
        network_scores: question.rows("network_scores")?,
        changes: Vec::new(),
        silence: None,
        one_more: None,
        influences: None,
        topics,
        missing: question.without_topics().into_iter().collect(),
    };
    // A forecast of topic scores needs the audience of everyone.
    let needs_all_pairs = !answer.topics.is_empty();
    match &LoadedState::load(question, &answer.scores, needs_all_pairs, watch)? {
        Ok(reopened) => answer.compute(question, reopened)?,
        Err(why) => answer.do_without(question, why)?,
    }
    answer.name_only(&|id| there.contains(id));
    let past = PersonHistory {
        store,
        manifest,
        person_id: question.person_id,
        newest: there.date,
        is_present: &|id| there.contains(id),
    };
    answer.changes = past.read_changes(&answer.scores)?;
    Ok(answer)
}

impl PersonExplanation {
    fn compute(&mut self, question: &ExplainRequest, reopened: &LoadedState) -> Result<()> {
        self.influences = Some(neighbours::compute_neighbours(reopened));
        self.silence = Some(forecast::compute_forecasts(reopened));
        let (one_more, why) =
            reaction_effects::compute_reaction_effects(reopened, &self.network_scores, &self.topics, question.topic)?;
        self.one_more = Some(one_more);
        self.missing.extend(why.map(|why| MissingPart {
            part: "one_more.topics",
            why,
        }));
        Ok(())
    }

    /// Fills in the published parts and lists the others as missing, for a state that cannot be used.
    fn do_without(&mut self, question: &ExplainRequest, why: &str) -> Result<()> {
        self.influences = neighbours::read_published_neighbours(question)?;
        let influences = self.influences.is_none().then_some("influences");
        let parts = influences.into_iter().chain(["silence", "one_more"]);
        let why = || why.to_owned();
        self.missing.extend(parts.map(|part| MissingPart { part, why: why() }));
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
    pub fn score_column(&self, column: &str) -> Option<f64> {
        self.scores.get(column).and_then(Value::as_f64)
    }
}

impl ExplainRequest<'_> {
    /// Reads the person's row of `scores`, if the person is in this snapshot and in the newest one.
    fn scores(&self, there: &SnapshotPeople) -> Result<Option<JsonRow>> {
        match there.contains(self.person_id) {
            true => Ok(self.rows("scores")?.pop()),
            false => Ok(None),
        }
    }

    fn rows(&self, table: &str) -> Result<Vec<JsonRow>> {
        queries::person_rows::read_person_rows(self.store, self.manifest, table, self.person_id)
    }

    /// Lists the topics as missing if an older version of clout wrote the snapshot.
    fn without_topics(&self) -> Option<MissingPart> {
        let has_topics = self.manifest.tables.contains_key(TOPIC_SCORES.name);
        let why = || {
            let date = self.manifest.snapshot_date;
            format!("the snapshot of {date} has no table topic_scores: an older version of clout wrote it")
        };
        (!has_topics).then(|| MissingPart {
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
