//! Whether topic scores foretell who will be credited on a topic, beside the counts that an analyst would write.
//!
//! At each moment everybody is ranked on each topic by the topic score, by how many acts of the kind of `--by` they
//! did on it, and by how often they were credited on it before; then one looks at who is credited (by the verb of
//! `--foretell`) in the next window. Pairs of moment and topic with anybody credited are pooled. Where the input
//! has no ontology, each of its tags is a topic.

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

/// The topic score's name among its rivals.
pub const SCORE: &str = "topic score";
/// Rows of a person that are enough to expect a topic.
const ACTIVE: u32 = 5;

/// What is foretold.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The verb by which people are credited; any reaction without it.
    pub foretell: Option<String>,
    /// The verb of the acts that a rival counts; any act for somebody else without it.
    pub by: Option<String>,
}

/// One predictor's figures, in the mean of all pairs of moment and topic.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The predictor.
    pub predictor: &'static str,
    /// Share of its first person, three and five who were credited; equals in the mean of their orders.
    #[serde(flatten)]
    pub figures: Figures,
}

/// How many people get a topic.
#[derive(Clone, Debug, Serialize)]
pub struct Coverage {
    /// People with five or more counted rows of their own.
    pub active: usize,
    /// Of them, with any topic.
    pub with_a_topic: usize,
    /// Of them, with a topic that is shown.
    pub with_a_shown_topic: usize,
    /// Topics shown, of anybody.
    pub shown: usize,
    /// Of these, with evidence by fewer than two different people, the person being one: there may be none.
    pub shown_with_one_source: usize,
}

/// Everything that is found about topics.
#[derive(Clone, Debug, Serialize)]
pub struct Findings {
    /// The model that was judged.
    pub model_version: String,
    /// Moments.
    pub moments: usize,
    /// Pairs of moment and topic.
    pub pairs: usize,
    /// Credits that came, pooled.
    pub credits: u64,
    /// The topic score, and its rivals.
    pub predictors: Vec<Row>,
    /// Who gets a topic, at the last moment.
    pub coverage: Coverage,
    /// What farms of endorsers buy, at the last moment.
    pub farms: Vec<Farm>,
}

/// Topics of a warehouse at one moment.
#[derive(Clone)]
pub struct Cut<'a> {
    stream: &'a Stream,
    job: &'a Job,
    memory: TopicMemory,
    /// What happened until then.
    pub scene: Scene<'a>,
}

impl<'a> Cut<'a> {
    /// The stream at the end of a day.
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

    /// Everybody's topics, as a run would publish them.
    fn standings(&self, scored: &Scored) -> Result<Vec<Standing>> {
        let tonight = claims::Tonight {
            memory: &self.memory,
            ontology: &self.stream.ontology,
            accounts: &self.stream.accounts,
            persons: &self.scene.persons,
            // Whoever is not there has no act that could be foretold.
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

/// Evaluates over all moments of the plan.
///
/// # Errors
/// A plan without a moment, an input without topics and tags, a verb that no network has.
pub fn evaluate(stream: &Stream, job: &Job, plan: &Plan, question: &Question, tell: &dyn Fn(&str)) -> Result<Findings> {
    if stream.ontology.is_empty() {
        return Err(Error::usage(
            "the input has neither topics nor tags: there is nothing to foretell",
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
    let named = named(cut);
    let has_one_source = |standing: &&Standing| {
        let pieces = standing.evidence.iter();
        let behind = pieces.flat_map(|piece| who_is_behind(cut, &named, standing, piece));
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

/// Who is behind each tag and text: by person, topic, kind and id.
type Named<'a> = BTreeMap<(u32, u32, Shows, &'a str), BTreeSet<u32>>;

fn named<'a>(cut: &'a Cut) -> Named<'a> {
    let person = |node: u32| cut.scene.persons.of_account[node as usize];
    let mut named = Named::new();
    for row in cut.memory.sources.rows() {
        let whose = person(row.key.account);
        let by = if row.key.is_own { whose } else { person(row.act.other) };
        let key = (whose, row.key.topic, row.key.shows, cut.memory.sources.id(row));
        named.entry(key).or_default().insert(by);
    }
    named
}

/// The people behind a piece of evidence, as one who reads the published rows finds them; nobody behind a topic.
fn who_is_behind(cut: &Cut, named: &Named, standing: &Standing, piece: &Evidence) -> BTreeSet<u32> {
    let place = piece.source as usize;
    match piece.kind {
        Kind::Ancestor => BTreeSet::new(),
        Kind::Audience => BTreeSet::from([piece.source]),
        Kind::Endorsement => {
            let endorser = &cut.memory.endorsements.sums.entries[place].key.2;
            BTreeSet::from([cut.scene.persons.find(endorser).unwrap_or(NOBODY)])
        }
        Kind::Tag | Kind::Text => {
            let row = &cut.memory.sources.rows()[place];
            let id = cut.memory.sources.id(row);
            let key = (standing.row.person, row.key.topic, row.key.shows, id);
            named.get(&key).cloned().unwrap_or_default()
        }
    }
}
