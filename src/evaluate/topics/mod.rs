//! Measures the prediction of credits on topics by topic scores, compared with simple counts.
//!
//! At each moment, all people are ranked on each topic by the topic score, by the number of their acts on it (verb
//! `--by`), and by the number of their earlier credits on it. The rankings are compared with the credits (verb
//! `--foretell`) in the next window. Pairs of moment and topic with at least one credit are pooled, over the moments and
//! over several inputs. If the input has no ontology, each tag is a topic.

mod coverage;
mod credits;
pub mod farm;
pub mod ranking;
pub mod results;

use self::coverage::measure_coverage;
use self::credits::{CountedActs, TopicAmounts};
use self::results::{PooledMeasures, TopicResults};
use super::scene::MomentData;
use super::stream::CountedStream;
use super::windows::{EvaluationPlan, MomentWindow};
use crate::job::Job;
use clout_base::day::{DAY_MICROS, Day};
use clout_base::error::{Error, Result};
use clout_model::influence::scoring::PeopleScores;
use clout_topics::endorsements::NewEndorsements;
use clout_topics::influence_scores::InfluenceScores;
use clout_topics::merge::{BATCH_ROWS, NewTopicData, TopicMerge};
use clout_topics::person_tables::TopicInputs;
use clout_topics::topic_scores::{TopicScores, compute_topic_scores};
use clout_topics::topic_state::TopicState;

/// Parameters of the topic evaluation.
#[derive(Clone, Debug, Default)]
pub struct CreditVerbs {
    /// Verb of the predicted credits; any reaction if none.
    pub foretell: Option<String>,
    /// Verb of the acts counted by a rival; any act for another person if none.
    pub by: Option<String>,
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
            batch_rows: BATCH_ROWS,
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
    let (mut pool, mut last) = (ranking::MeasurePool::default(), None);
    let windows = plan.windows(stream.first_load_date, stream.last_load_date)?;
    // The topics of a row are decided by the end of its load date, so a moment within a day would know what follows it.
    if windows.iter().any(|window| window.at % DAY_MICROS != 0) {
        return Err(Error::usage(
            "topic scores are of whole days: choose --every in days, and moments at midnight",
        ));
    }
    for MomentWindow { at, end } in &windows {
        tell(&format!("looking ahead from {}", clout_base::day::format_instant(*at)));
        let cut = TopicMoment::from_stream(stream, job, Day::from_micros(at - 1))?;
        let scored = cut.scene.score()?;
        let standings = cut.topic_scores(&scored)?;
        let outcome = tables.credited.count_within(*at, *end);
        let values = standings.rows.iter();
        let scores = TopicAmounts::from_amounts(values.map(|s| ((s.row.topic, s.row.person), s.row.value)));
        let rivals = [
            tables.acts.count_within(i64::MIN, *at),
            tables.credited.count_within(i64::MIN, *at),
        ];
        pool.add_moment(&[&scores, &rivals[0], &rivals[1]], &outcome, cut.scene.persons.len());
        last = Some((cut, standings));
    }
    let (cut, standings) = last.ok_or_else(|| Error::internal("a plan without a moment was not refused"))?;
    tell("endorsing from farms");
    Ok(TopicResults {
        input: job.input.root.clone(),
        model_version: job.compute_model_version(),
        pooled: PooledMeasures::from_pool(&pool, windows.len()),
        coverage: measure_coverage(&cut, &standings)?,
        farms: farm::simulate_farms(&cut, &standings.rows)?,
        pool,
    })
}
