//! Measures the prediction of credits on topics by topic scores, compared with simple counts.
//!
//! At each moment, all people are ranked on each topic by the topic score, by the number of their acts on it (verb
//! `--by`), and by the number of their earlier credits on it. The rankings are compared with the credits (verb
//! `--foretell`) in the next window. Pairs of moment and topic with at least one credit are pooled. If the input has
//! no ontology, each tag is a topic.

mod credits;
pub mod farm;
mod ranking;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::credits::{CountedActs, TopicAmounts};
use self::farm::FarmResult;
use self::ranking::RankingMeasures;
use super::scene::MomentData;
use super::stream::CountedStream;
use super::windows::EvaluationPlan;
use crate::job::Job;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::accounts::NO_NODE;
use clout_model::influence::scoring::PeopleScores;
use clout_topics::evidence::{EvidenceKind, EvidencePiece};
use clout_topics::influence_scores::InfluenceScores;
use clout_topics::merge::{NewTopicData, TopicMerge};
use clout_topics::ontology::alias_resolver::MentionKind as Shows;
use clout_topics::person_topics;
use clout_topics::topic_scores::{TopicScore, compute_topic_scores};
use clout_topics::topic_state::TopicState;

/// Name of the topic score among its rivals.
pub const TOPIC_SCORE_PREDICTOR: &str = "topic score";
/// Number of a person's rows that makes a topic likely.
const ACTIVE: u32 = 5;

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
    pub fn from_stream(stream: &'a CountedStream, job: &'a Job, as_of: Day) -> TopicMoment<'a> {
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
                fold.collect(&mut memory, &mut inputs, position, network, settled, as_of);
            }
        }
        inputs.merge_into(&mut memory, &job.model.params().topics, as_of);
        let known = stream.endorsements.partition_point(|e| e.load_date <= as_of);
        let number = |id: &str| stream.ontology.find(id).map(|topic| numbers[topic as usize]);
        let lateness = job.input.max_lateness_days;
        memory
            .endorsements
            .merge(&stream.endorsements[..known], &number, &job.model, as_of, lateness);
        memory.retain_accounts(|node| !stream.opted_out[node as usize]);
        TopicMoment {
            stream,
            job,
            memory,
            scene: MomentData::from_stream(stream, as_of.end_micros(), &job.networks, &job.model),
        }
    }

    /// Computes the topic scores of all people, as a run publishes them.
    fn topic_scores(&self, scored: &PeopleScores) -> Result<Vec<TopicScore>> {
        let inputs = person_topics::TopicInputs {
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
        Ok(compute_topic_scores(&inputs, &known)?.0)
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
        let cut = TopicMoment::from_stream(stream, job, Day::from_micros(at - 1));
        let scored = cut.scene.score()?;
        let standings = cut.topic_scores(&scored)?;
        let outcome = tables.credited.count_within(*at, at + ahead);
        let scores = TopicAmounts::from_amounts(standings.iter().map(|s| ((s.row.topic, s.row.person), s.row.value)));
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
        coverage: measure_coverage(&cut, &standings),
        farms: farm::simulate_farms(&cut, &standings)?,
    })
}

fn measure_coverage(cut: &TopicMoment, standings: &[TopicScore]) -> TopicCoverage {
    let mut rows = vec![0_u32; cut.scene.persons.len()];
    let person = |node: u32| cut.scene.persons.by_account[node as usize] as usize;
    cut.scene
        .reactions
        .iter()
        .for_each(|reaction| rows[person(reaction.actor)] += 1);
    cut.scene.posts.iter().for_each(|post| rows[person(post.actor)] += 1);
    let (mut any, mut shown) = (vec![false; rows.len()], vec![false; rows.len()]);
    for standing in standings {
        any[standing.row.person as usize] = true;
        shown[standing.row.person as usize] |= standing.is_shown;
    }
    let active: Vec<usize> = (0..rows.len()).filter(|person| rows[*person] >= ACTIVE).collect();
    let known = known(cut);
    let has_one_source = |standing: &&TopicScore| {
        let pieces = standing.evidence.iter();
        let behind = pieces.flat_map(|piece| contributors(cut, &known, standing, piece));
        behind.collect::<BTreeSet<u32>>().len() < 2 || standing.reactors + standing.endorsers == 0
    };
    let all_shown = || standings.iter().filter(|standing| standing.is_shown);
    TopicCoverage {
        with_a_topic: active.iter().filter(|person| any[**person]).count(),
        with_a_shown_topic: active.iter().filter(|person| shown[**person]).count(),
        active: active.len(),
        shown: all_shown().count(),
        shown_with_one_source: all_shown().filter(has_one_source).count(),
    }
}

/// Contributors to each tag and text, by person, topic, kind and id.
type Contributors<'a> = BTreeMap<(u32, u32, Shows, &'a str), BTreeSet<u32>>;

fn known<'a>(cut: &'a TopicMoment) -> Contributors<'a> {
    let person = |node: u32| cut.scene.persons.by_account[node as usize];
    let mut known = Contributors::new();
    for row in cut.memory.sources.rows() {
        let owner = person(row.key.account);
        let by = if row.key.is_own { owner } else { person(row.act.other) };
        let key = (owner, row.key.topic, row.key.shows, cut.memory.sources.id(row));
        known.entry(key).or_default().insert(by);
    }
    known
}

/// Returns the contributors of a piece of evidence, as found from the published rows; empty for evidence from
/// another topic.
fn contributors(
    cut: &TopicMoment,
    known: &Contributors,
    standing: &TopicScore,
    piece: &EvidencePiece,
) -> BTreeSet<u32> {
    let index = piece.source as usize;
    match piece.kind {
        EvidenceKind::Ancestor => BTreeSet::new(),
        EvidenceKind::Audience => BTreeSet::from([piece.source]),
        EvidenceKind::Endorsement => {
            let endorser = &cut.memory.endorsements.sums.entries[index].key.2;
            BTreeSet::from([cut.scene.persons.find_index(endorser).unwrap_or(NO_NODE)])
        }
        EvidenceKind::Tag | EvidenceKind::Text => {
            let row = &cut.memory.sources.rows()[index];
            let id = cut.memory.sources.id(row);
            let key = (standing.row.person, row.key.topic, row.key.shows, id);
            known.get(&key).cloned().unwrap_or_default()
        }
    }
}
