//! Computes topic scores from strengths: adds related and broader topics, and weights by rarity.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::influence_scores::InfluenceScores;
use super::person_topics::{PersonTopics, TopicInputs};
use super::strengths::{TopicStrength, TopicStrengths};
use clout_model::influence::score_scale::clamp_score;

/// Additive smoothing of P(j | k): so many rows on k without any other topic are added. On Cardano 10 predicts as well
/// as 0 and better than 30; without smoothing a single row with a rare tag relates it fully to its other topics.
const UNKNOWN_ROWS: f64 = 10.0;

/// Strength that a topic receives from another topic of the person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicLift {
    /// Narrower or related topic.
    pub from: u32,
    /// Narrower topic: decay^distance x D. Related topic: P(j | k) x rare x D.
    pub part: f64,
}

/// One row of `topic_scores`, before ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicScoreRow {
    /// Index of the person.
    pub person: u32,
    /// Topic of the ontology.
    pub topic: u32,
    /// Index of the (person, topic) pair; none if the evidence is from narrower topics only.
    pub claim: Option<u32>,
    /// Contribution of the related topic that adds most.
    pub related: Option<TopicLift>,
    /// Contributions of narrower topics.
    pub lifts: Vec<TopicLift>,
    /// Score before clamping to 1 to 100.
    pub value: f64,
}

impl TopicScoreRow {
    /// Creates an empty row.
    fn of(person: usize, topic: u32) -> TopicScoreRow {
        TopicScoreRow {
            person: person as u32,
            topic,
            claim: None,
            related: None,
            lifts: Vec::new(),
            value: 0.0,
        }
    }

    /// Returns the score, from 1 to 100.
    pub fn score(&self) -> f64 {
        clamp_score(self.value)
    }
}

/// P(j | k): the smoothed share of rows on k that are also on j, by topics of the ontology; see [`UNKNOWN_ROWS`].
struct Neighbours {
    shares: HashMap<(u32, u32), f64, FixedState>,
}

impl Neighbours {
    fn of(inputs: &TopicInputs) -> Neighbours {
        let together = &inputs.state.together;
        let topic = |number: u32| inputs.ontology.find(&inputs.state.ids[number as usize]);
        let mut shares = HashMap::default();
        for ((a, b), rows) in together.iter().filter(|((a, b), _)| a != b) {
            let (Some(first), Some(second)) = (topic(*a), topic(*b)) else {
                continue;
            };
            let on = |of: u32| together.get(&(of, of)).copied().unwrap_or(*rows) as f64;
            let share = |of: u32| *rows as f64 / (UNKNOWN_ROWS + on(of));
            shares.insert((first, second), share(*a));
            shares.insert((second, first), share(*b));
        }
        Neighbours { shares }
    }
}

/// Computes the rows of all persons, sorted by (person, topic).
pub fn compute_rows(
    inputs: &TopicInputs,
    claims: &PersonTopics,
    strengths: &TopicStrengths,
    known: &InfluenceScores,
) -> Vec<TopicScoreRow> {
    let mut rows: Vec<TopicScoreRow> = (0..claims.person_offsets.len() - 1)
        .into_par_iter()
        .flat_map_iter(|person| of_person(inputs, claims, strengths, person))
        .collect();
    let lending = Lending {
        neighbours: Neighbours::of(inputs),
        rarity: rarity(inputs, &rows, strengths, known),
        claims,
        strengths,
    };
    let params = inputs.model.params();
    rows.par_iter_mut().for_each(|row| {
        let strength = strengths.find(row.claim);
        row.related = lending
            .to_row(row, &strength)
            .map(|lift| TopicLift {
                part: params.topics.related * lift.part,
                ..lift
            })
            .filter(|lift| lift.part > 0.0);
        let lifted: f64 = row.lifts.iter().map(|lift| lift.part).sum();
        let own = lending.rarity[row.topic as usize] * (strength.direct() + strength.audience + lifted);
        let lent = row.related.map_or(0.0, |lift| lift.part);
        row.value = known.scale.unclamped_score(params.corroboration.base + own + lent);
    });
    rows
}

/// Context of the contributions between related topics of a person.
struct Lending<'a> {
    neighbours: Neighbours,
    rarity: Vec<f64>,
    claims: &'a PersonTopics,
    strengths: &'a TopicStrengths,
}

impl Lending<'_> {
    /// Returns the related topic that adds most to a row, at most its own value. Only a topic with strength given by
    /// others receives it: relatedness alone is no evidence.
    fn to_row(&self, row: &TopicScoreRow, strength: &TopicStrength) -> Option<TopicLift> {
        if strength.by_others() <= 0.0 {
            return None;
        }
        let own = self.claims.of_person(row.person as usize);
        let lifts = own.filter_map(|claim| {
            let from = self.claims.keys[claim].1;
            let share = self.neighbours.shares.get(&(row.topic, from))?;
            let part = share * self.rarity[from as usize] * self.strengths.claims[claim].direct();
            Some(TopicLift { from, part })
        });
        // Ties go to the smaller topic.
        lifts.reduce(|best, lift| if lift.part > best.part { lift } else { best })
    }
}

/// Returns a person's rows without values: own pairs, and the broader topics of pairs with strength by others.
fn of_person(
    inputs: &TopicInputs,
    claims: &PersonTopics,
    strengths: &TopicStrengths,
    person: usize,
) -> Vec<TopicScoreRow> {
    let start = claims.person_offsets[person];
    let own = &claims.keys[claims.of_person(person)];
    let params = &inputs.model.params().topics;
    let mut lifts: Vec<(u32, TopicLift)> = Vec::new();
    let mut rows: Vec<TopicScoreRow> = Vec::with_capacity(own.len());
    for (index, (_, topic)) in own.iter().enumerate() {
        if !is_of_the_person(claims, strengths, start + index) {
            continue;
        }
        let strength = &strengths.claims[start + index];
        if strength.by_others() > 0.0 {
            let broader = inputs.ontology.ancestors(*topic).iter().map(|(broader, distance)| {
                let part = params.ancestor_decay.powi(i32::from(*distance)) * strength.direct();
                (*broader, TopicLift { from: *topic, part })
            });
            lifts.extend(broader.filter(|(_, lift)| lift.part > 0.0));
        }
        rows.push(TopicScoreRow {
            claim: Some((start + index) as u32),
            ..TopicScoreRow::of(person, *topic)
        });
    }
    add_lifts(&mut rows, lifts, person);
    rows
}

/// Adds the contributions to each broader topic, with a new row if it has none.
fn add_lifts(rows: &mut Vec<TopicScoreRow>, mut lifts: Vec<(u32, TopicLift)>, person: usize) {
    // Stable sort: contributions to one broader topic stay in the order of the narrower topics.
    lifts.sort_by_key(|(broader, _)| *broader);
    let claimed = rows.len();
    for same in lifts.chunk_by(|a, b| a.0 == b.0) {
        let index = rows[..claimed].binary_search_by_key(&same[0].0, |row| row.topic);
        let index = index.unwrap_or_else(|_| {
            rows.push(TopicScoreRow::of(person, same[0].0));
            rows.len() - 1
        });
        rows[index].lifts = same.iter().map(|(_, lift)| *lift).collect();
    }
    rows.sort_by_key(|row| row.topic);
}

/// Returns true if the person has a text, a received reaction or a counted endorsement on the topic. Reacting to or
/// endorsing others on it is not enough.
fn is_of_the_person(claims: &PersonTopics, strengths: &TopicStrengths, claim: usize) -> bool {
    claims.wrote[claim] || !claims.reactions_of(claim).is_empty() || strengths.claims[claim].endorsed > 0.0
}

/// Returns the rarity of each topic: 1 / (1 + p / common_at).
fn rarity(
    inputs: &TopicInputs,
    rows: &[TopicScoreRow],
    strengths: &TopicStrengths,
    known: &InfluenceScores,
) -> Vec<f64> {
    let mut on_topic = vec![0.0; inputs.ontology.len()];
    let mut all = 0.0;
    for own in rows.chunk_by(|a, b| a.person == b.person) {
        let trust = known.model.trust[own[0].person as usize];
        let is_heard = |row: &&TopicScoreRow| {
            let claim = row.claim.map(|claim| strengths.claims[claim as usize]);
            claim.is_some_and(|strength| strength.by_others() > 0.0) || !row.lifts.is_empty()
        };
        let mut heard = own.iter().filter(is_heard).peekable();
        all += if heard.peek().is_some() { trust } else { 0.0 };
        heard.for_each(|row| on_topic[row.topic as usize] += trust);
    }
    let common_at = inputs.model.params().topics.common_at;
    let rare = |sum: &f64| match all > 0.0 {
        true => 1.0 / (1.0 + sum / all / common_at),
        false => 1.0,
    };
    on_topic.iter().map(rare).collect()
}
