//! Measures the prediction of credits on topics by topic scores, compared with simple counts.
//!
//! At each moment, all people are ranked on each topic by the topic score, by the number of their acts on it (verb
//! `--by`), and by the number of their earlier credits on it. The rankings are compared with the credits (verb
//! `--foretell`) in the next window. Pairs of moment and topic with at least one credit are pooled. If the input has
//! no ontology, each tag is a topic.

mod coverage;
mod credits;
pub mod farm;
mod ranking;

use serde::Serialize;

use self::coverage::measure_coverage;
use self::credits::{CountedActs, TopicAmounts};
use self::farm::FarmResult;
use self::ranking::RankingMeasures;
use super::scene::MomentData;
use super::stream::CountedStream;
use super::windows::EvaluationPlan;
use crate::job::Job;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::influence::scoring::PeopleScores;
use clout_topics::endorsements::NewEndorsements;
use clout_topics::influence_scores::InfluenceScores;
use clout_topics::merge::{NewTopicData, TopicMerge};
use clout_topics::person_tables::TopicInputs;
use clout_topics::topic_scores::{TopicScores, compute_topic_scores};
use clout_topics::topic_state::TopicState;

/// Name of the topic score among its rivals.
pub const TOPIC_SCORE_PREDICTOR: &str = "topic score";
/// Parameters of the topic evaluation.
#[derive(Clone, Debug, Default)]
pub struct CreditVerbs {
    /// Verb of the predicted credits; any reaction if none.
    pub foretell: Option<String>,
    /// Verb of the acts counted by a rival; any act for another person if none.
    pub by: Option<String>,
}

/// Measures of one predictor, as means over all pairs of moment and topic.
#[derive(Clone, Debug, Serialize)]
pub struct TopicPredictor {
    /// Name of the predictor.
    pub predictor: &'static str,
    /// Precision of the first one, three and five people, and NDCG; ties count as the mean of their orders.
    #[serde(flatten)]
    pub figures: RankingMeasures,
}

/// Number of people with topics.
#[derive(Clone, Debug, Serialize)]
pub struct TopicCoverage {
    /// Number of people with five or more counted rows of their own.
    pub active: usize,
    /// Number of these people with at least one topic.
    pub with_a_topic: usize,
    /// Number of these people with a shown topic.
    pub with_a_shown_topic: usize,
    /// Number of shown topics of all people.
    pub shown: usize,
    /// Number of shown topics with evidence by fewer than two different people, the person included; must be 0.
    pub shown_with_one_source: usize,
}

/// Results of the topic evaluation.
#[derive(Clone, Debug, Serialize)]
pub struct TopicResults {
    /// Model version.
    pub model_version: String,
    /// Number of moments.
    pub moments: usize,
    /// Number of pairs of moment and topic.
    pub pairs: usize,
    /// Number of credits, pooled.
    pub credits: u64,
    /// Measures of the topic score and its rivals.
    pub predictors: Vec<TopicPredictor>,
    /// Topic coverage at the last moment.
    pub coverage: TopicCoverage,
    /// Gains by bought endorsements at the last moment.
    pub farms: Vec<FarmResult>,
}

/// Topics of a warehouse at one moment.
#[derive(Clone)]
pub struct TopicMoment<'a> {
    stream: &'a CountedStream,
    job: &'a Job,
    memory: TopicState,
    /// Activity until the moment.
    pub scene: MomentData<'a>,
}

impl<'a> TopicMoment<'a> {
    /// Cuts the stream at the end of a day.
    ///
    /// # Errors
    /// Returns an internal error if a query does not fit its tables.
    pub fn from_stream(stream: &'a CountedStream, job: &'a Job, as_of: Day) -> Result<TopicMoment<'a>> {
        let mut memory = TopicState::empty(job.networks.len());
        let numbers = memory.add_topics(&stream.ontology);
        let fold = TopicMerge {
            ontology: &stream.ontology,
            lexicon: &stream.lexicon,
            numbers: &numbers,
            model: &job.model,
            max_lateness_days: job.input.max_lateness_days,
        };
        let mut inputs = NewTopicData::default();
        for (position, network) in job.networks.iter().enumerate() {
            if let Some(settled) = &stream.counted[position].topic_rows {
                fold.collect(&mut memory, &mut inputs, position, network, settled, as_of)?;
            }
        }
        inputs.merge_into(&mut memory, &fold, as_of)?;
        let known = stream.endorsements.partition_point(|e| e.load_date <= as_of);
        let number = |id: &str| stream.ontology.find(id).map(|topic| numbers[topic as usize]);
        let new = NewEndorsements {
            rows: &stream.endorsements[..known],
            number: &number,
            as_of,
            max_lateness_days: job.input.max_lateness_days,
        };
        memory.endorsements.merge(&new, &job.model)?;
        memory.retain_accounts(|node| !stream.opted_out[node as usize])?;
        Ok(TopicMoment {
            stream,
            job,
            memory,
            scene: MomentData::from_stream(stream, as_of.end_micros(), &job.networks, &job.model),
        })
    }

    /// Computes the topic scores of all people, as a run publishes them.
    fn topic_scores(&self, scored: &PeopleScores) -> Result<TopicScores> {
        let inputs = TopicInputs {
            state: &self.memory,
            ontology: &self.stream.ontology,
            accounts: &self.stream.accounts,
            persons: &self.scene.persons,
            // All people are taken as present, because an absent person has no act to predict.
            are_present: vec![true; self.scene.persons.len()],
            model: &self.job.model,
            as_of: self.scene.as_of(),
        };
        let known = InfluenceScores::from_people_scores(scored, &self.job.model);
        compute_topic_scores(&inputs, &known)
    }
}

/// Evaluates all moments of the plan.
///
/// # Errors
/// Returns an error for a plan without a moment, an input without topics and tags, or a verb that no network has.
pub fn evaluate_topics(
    stream: &CountedStream,
    job: &Job,
    plan: &EvaluationPlan,
    question: &CreditVerbs,
    tell: &dyn Fn(&str),
) -> Result<TopicResults> {
    if stream.ontology.is_empty() {
        return Err(Error::usage(
            "the input has neither topics nor tags, so topic scores cannot be evaluated",
        ));
    }
    let tables = CountedActs::from_amounts(stream, job, question)?;
    let ahead = plan.ahead.iter().max().map_or(0, |span| span.to_micros());
    let (mut pooled, mut last) = (ranking::MeasurePool::default(), None);
    let moments = plan.moments(stream)?;
    for at in &moments {
        tell(&format!("looking ahead from {}", clout_base::day::format_instant(*at)));
        let cut = TopicMoment::from_stream(stream, job, Day::from_micros(at - 1))?;
        let scored = cut.scene.score()?;
        let standings = cut.topic_scores(&scored)?;
        let outcome = tables.credited.count_within(*at, at + ahead);
        let scores = TopicAmounts::from_amounts(
            standings
                .rows
                .iter()
                .map(|s| ((s.row.topic, s.row.person), s.row.value)),
        );
        let rivals = [
            tables.acts.count_within(i64::MIN, *at),
            tables.credited.count_within(i64::MIN, *at),
        ];
        pooled.add_moment(&[&scores, &rivals[0], &rivals[1]], &outcome, cut.scene.persons.len());
        last = Some((cut, standings));
    }
    let (cut, standings) = last.ok_or_else(|| Error::internal("a plan without a moment was not refused"))?;
    tell("endorsing from farms");
    let names = [TOPIC_SCORE_PREDICTOR, "acts on the topic", "credits on the topic"];
    let predictors = names.into_iter().zip(pooled.means());
    Ok(TopicResults {
        model_version: job.compute_model_version(),
        moments: moments.len(),
        pairs: pooled.pairs(),
        credits: pooled.credits(),
        predictors: predictors
            .map(|(predictor, figures)| TopicPredictor { predictor, figures })
            .collect(),
        coverage: measure_coverage(&cut, &standings)?,
        farms: farm::simulate_farms(&cut, &standings.rows)?,
    })
}
