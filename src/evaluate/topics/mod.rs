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

use self::credits::{Credits, Tables};
use self::farm::Farm;
use self::ranking::Figures;
use super::scene::Scene;
use super::stream::Stream;
use super::windows::Plan;
use crate::job::Job;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::influence::scoring::Scored;
use clout_topics::claims;
use clout_topics::evidence::{Evidence, Kind};
use clout_topics::expertise::Known;
use clout_topics::fold::{Tonight, TopicFold};
use clout_topics::memory::{NOBODY, TopicMemory};
use clout_topics::ontology::sense::Kind as Shows;
use clout_topics::standing::{Standing, standings};

/// Name of the topic score among its rivals.
pub const SCORE: &str = "topic score";
/// Number of a person's rows that makes a topic likely.
const ACTIVE: u32 = 5;

/// Parameters of the topic evaluation.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Verb of the predicted credits; any reaction if none.
    pub foretell: Option<String>,
    /// Verb of the acts counted by a rival; any act for another person if none.
    pub by: Option<String>,
}

/// Measures of one predictor, as means over all pairs of moment and topic.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Name of the predictor.
    pub predictor: &'static str,
    /// Precision of the first one, three and five people, and NDCG; ties count as the mean of their orders.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Number of people with topics.
#[derive(Clone, Debug, Serialize)]
pub struct Coverage {
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
pub struct Findings {
    /// Model version.
    pub model_version: String,
    /// Number of moments.
    pub moments: usize,
    /// Number of pairs of moment and topic.
    pub pairs: usize,
    /// Number of credits, pooled.
    pub credits: u64,
    /// Measures of the topic score and its rivals.
    pub predictors: Vec<Row>,
    /// Topic coverage at the last moment.
    pub coverage: Coverage,
    /// Gains by bought endorsements at the last moment.
    pub farms: Vec<Farm>,
}

/// Topics of a warehouse at one moment.
#[derive(Clone)]
pub struct Cut<'a> {
    stream: &'a Stream,
    job: &'a Job,
    memory: TopicMemory,
    /// Activity until the moment.
    pub scene: Scene<'a>,
}

impl<'a> Cut<'a> {
    /// Cuts the stream at the end of a day.
    pub fn of(stream: &'a Stream, job: &'a Job, as_of: Day) -> Cut<'a> {
        let mut memory = TopicMemory::empty(job.networks.len());
        let numbers = memory.adopt(&stream.ontology);
        let fold = TopicFold {
            ontology: &stream.ontology,
            lexicon: &stream.lexicon,
            numbers: &numbers,
            params: &job.model,
            max_lateness_days: job.input.max_lateness_days,
        };
        let mut tonight = Tonight::default();
        for (place, network) in job.networks.iter().enumerate() {
            if let Some(settled) = &stream.counted[place].settled {
                fold.take(&mut memory, &mut tonight, (place, network), settled, as_of);
            }
        }
        tonight.settle(&mut memory, &job.model, as_of);
        let known = stream.endorsements.partition_point(|e| e.load_date <= as_of);
        let number = |id: &str| stream.ontology.find(id).map(|topic| numbers[topic as usize]);
        let dates = (as_of, job.input.max_lateness_days);
        memory
            .endorsements
            .fold(&stream.endorsements[..known], &number, &job.model, dates);
        let kept = |(node, is_gone): (u32, &bool)| if *is_gone { NOBODY } else { node };
        memory.renumber(&(0..).zip(&stream.is_gone).map(kept).collect::<Vec<u32>>());
        Cut {
            stream,
            job,
            memory,
            scene: Scene::of(stream, as_of.end_micros(), &job.networks, &job.model),
        }
    }

    /// Computes the topic scores of all people, as a run publishes them.
    fn standings(&self, scored: &Scored) -> Result<Vec<Standing>> {
        let tonight = claims::Tonight {
            memory: &self.memory,
            ontology: &self.stream.ontology,
            accounts: &self.stream.accounts,
            persons: &self.scene.persons,
            // All people are taken as present, because an absent person has no act to predict.
            are_there: &vec![true; self.scene.persons.len()],
            params: &self.job.model,
            as_of: self.scene.as_of(),
        };
        let known = Known {
            attention: &scored.attention,
            company: &scored.attention,
            seasoned: &scored.seasoned,
            model: &scored.model(&self.job.model),
            sums: &scored.standings.sums,
            line: &scored.line,
        };
        Ok(standings(&tonight, &known)?.0)
    }
}

/// Evaluates all moments of the plan.
///
/// # Errors
/// Returns an error for a plan without a moment, an input without topics and tags, or a verb that no network has.
pub fn evaluate(stream: &Stream, job: &Job, plan: &Plan, question: &Question, tell: &dyn Fn(&str)) -> Result<Findings> {
    if stream.ontology.is_empty() {
        return Err(Error::usage(
            "the input has neither topics nor tags, so topic scores cannot be evaluated",
        ));
    }
    let tables = Tables::of(stream, job, question)?;
    let ahead = plan.ahead.iter().max().map_or(0, |span| span.micros());
    let (mut pooled, mut last) = (ranking::Pool::default(), None);
    let moments = plan.moments(stream)?;
    for at in &moments {
        tell(&format!("looking ahead from {}", clout_base::day::instant(*at)));
        let cut = Cut::of(stream, job, Day::of_micros(at - 1));
        let scored = cut.scene.score()?;
        let standings = cut.standings(&scored)?;
        let outcome = tables.credited.within(*at, at + ahead);
        let scores = Credits::of(standings.iter().map(|s| ((s.row.topic, s.row.person), s.row.value)));
        let rivals = [tables.acts.within(i64::MIN, *at), tables.credited.within(i64::MIN, *at)];
        pooled.add(&[&scores, &rivals[0], &rivals[1]], &outcome, cut.scene.persons.len());
        last = Some((cut, standings));
    }
    let (cut, standings) = last.ok_or_else(|| Error::internal("a plan without a moment was not refused"))?;
    tell("endorsing from farms");
    let names = [SCORE, "acts on the topic", "credits on the topic"];
    let predictors = names.into_iter().zip(pooled.means());
    Ok(Findings {
        model_version: job.model_version(),
        moments: moments.len(),
        pairs: pooled.pairs(),
        credits: pooled.credits(),
        predictors: predictors
            .map(|(predictor, figures)| Row { predictor, figures })
            .collect(),
        coverage: coverage(&cut, &standings),
        farms: farm::farms(&cut, &standings)?,
    })
}

fn coverage(cut: &Cut, standings: &[Standing]) -> Coverage {
    let mut rows = vec![0_u32; cut.scene.persons.len()];
    let person = |node: u32| cut.scene.persons.of_account[node as usize] as usize;
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
    let has_one_source = |standing: &&Standing| {
        let pieces = standing.evidence.iter();
        let behind = pieces.flat_map(|piece| contributors(cut, &known, standing, piece));
        behind.collect::<BTreeSet<u32>>().len() < 2 || standing.reactors + standing.endorsers == 0
    };
    let all_shown = || standings.iter().filter(|standing| standing.is_shown);
    Coverage {
        with_a_topic: active.iter().filter(|person| any[**person]).count(),
        with_a_shown_topic: active.iter().filter(|person| shown[**person]).count(),
        active: active.len(),
        shown: all_shown().count(),
        shown_with_one_source: all_shown().filter(has_one_source).count(),
    }
}

/// Contributors to each tag and text, by person, topic, kind and id.
type Contributors<'a> = BTreeMap<(u32, u32, Shows, &'a str), BTreeSet<u32>>;

fn known<'a>(cut: &'a Cut) -> Contributors<'a> {
    let person = |node: u32| cut.scene.persons.of_account[node as usize];
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
fn contributors(cut: &Cut, known: &Contributors, standing: &Standing, piece: &Evidence) -> BTreeSet<u32> {
    let index = piece.source as usize;
    match piece.kind {
        Kind::Ancestor => BTreeSet::new(),
        Kind::Audience => BTreeSet::from([piece.source]),
        Kind::Endorsement => {
            let endorser = &cut.memory.endorsements.sums.entries[index].key.2;
            BTreeSet::from([cut.scene.persons.find(endorser).unwrap_or(NOBODY)])
        }
        Kind::Tag | Kind::Text => {
            let row = &cut.memory.sources.rows()[index];
            let id = cut.memory.sources.id(row);
            let key = (standing.row.person, row.key.topic, row.key.shows, id);
            known.get(&key).cloned().unwrap_or_default()
        }
    }
}
