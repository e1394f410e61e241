//! From strengths to scores: neighbouring topics, broader topics, rarity, and places.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::claims::{Claims, Tonight};
use super::expertise::{Known, Strengths};
use crate::influence::score::clamp;

/// What a broader topic gets from one of its narrower ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lift {
    /// The narrower topic.
    pub from: u32,
    /// decay^distance x D of it.
    pub part: f64,
}

/// One row of `topic_scores`, before places are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The person.
    pub person: u32,
    /// The topic of the ontology.
    pub topic: u32,
    /// The claim; none where the person has only narrower topics.
    pub claim: Option<u32>,
    /// By neighbouring topics.
    pub related: f64,
    /// By narrower topics.
    pub lifts: Vec<Lift>,
    /// The score before it is clamped.
    pub value: f64,
}

impl Row {
    /// A row of nothing.
    fn of(person: usize, topic: u32) -> Row {
        Row {
            person: person as u32,
            topic,
            claim: None,
            related: 0.0,
            lifts: Vec::new(),
            value: 0.0,
        }
    }

    /// From 1 to 100.
    pub fn score(&self) -> f64 {
        clamp(self.value)
    }
}

/// P(j | k): the share of rows on k that are on j too, by topics of the ontology.
struct Neighbours {
    shares: HashMap<(u32, u32), f64, FixedState>,
}

impl Neighbours {
    fn of(tonight: &Tonight) -> Neighbours {
        let together = &tonight.memory.together;
        let topic = |number: u32| tonight.ontology.find(&tonight.memory.ids[number as usize]);
        let mut shares = HashMap::default();
        for ((a, b), rows) in together.iter().filter(|((a, b), _)| a != b) {
            let (Some(first), Some(second)) = (topic(*a), topic(*b)) else {
                continue;
            };
            let share = |of: u32| *rows as f64 / together.get(&(of, of)).copied().unwrap_or(*rows) as f64;
            shares.insert((first, second), share(*a));
            shares.insert((second, first), share(*b));
        }
        Neighbours { shares }
    }
}

/// Every person's rows, in order of person and topic.
pub fn rows(tonight: &Tonight, claims: &Claims, strengths: &Strengths, known: &Known) -> Vec<Row> {
    let neighbours = Neighbours::of(tonight);
    let mut rows: Vec<Row> = (0..claims.person_offsets.len() - 1)
        .into_par_iter()
        .flat_map_iter(|person| of_person(tonight, claims, strengths, &neighbours, person))
        .collect();
    let rarity = rarity(tonight, &rows, strengths, known);
    let base = tonight.params.corroboration.base;
    rows.par_iter_mut().for_each(|row| {
        let strength = row
            .claim
            .map(|claim| strengths.claims[claim as usize])
            .unwrap_or_default();
        let lifted: f64 = row.lifts.iter().map(|lift| lift.part).sum();
        let all = strength.direct() + strength.audience + row.related + lifted;
        row.value = known.line.value(base + rarity[row.topic as usize] * all);
    });
    rows
}

/// One person's rows without values: claims, and the broader topics of those on which others listen.
fn of_person(
    tonight: &Tonight,
    claims: &Claims,
    strengths: &Strengths,
    neighbours: &Neighbours,
    person: usize,
) -> Vec<Row> {
    let start = claims.person_offsets[person];
    let own = &claims.keys[claims.of_person(person)];
    let params = &tonight.params.topics;
    let mut lifts: Vec<(u32, Lift)> = Vec::new();
    let mut rows: Vec<Row> = Vec::with_capacity(own.len());
    for (place, (_, topic)) in own.iter().enumerate() {
        if !is_of_the_person(claims, strengths, start + place) {
            continue;
        }
        let strength = &strengths.claims[start + place];
        // A neighbour lends to a topic on which others listen: nobody is credible by neighbourhood alone.
        let is_heard = strength.by_others() > 0.0;
        if is_heard {
            lifts.extend(tonight.ontology.ancestors(*topic).iter().map(|(broader, distance)| {
                let part = params.ancestor_decay.powi(i32::from(*distance)) * strength.direct();
                (*broader, Lift { from: *topic, part })
            }));
        }
        let related = || -> f64 {
            let others = own.iter().enumerate().filter(|(other, _)| *other != place);
            let lent = others.filter_map(|(other, (_, neighbour))| {
                let share = neighbours.shares.get(&(*topic, *neighbour))?;
                Some(share * strengths.claims[start + other].direct())
            });
            lent.sum()
        };
        rows.push(Row {
            claim: Some((start + place) as u32),
            related: if is_heard { params.related * related() } else { 0.0 },
            ..Row::of(person, *topic)
        });
    }
    add_lifts(&mut rows, lifts, person);
    rows
}

/// Gives each broader topic what it gets, with a row of its own where it has none.
fn add_lifts(rows: &mut Vec<Row>, mut lifts: Vec<(u32, Lift)>, person: usize) {
    // Stable: those of one broader topic stay in the order of the narrower ones.
    lifts.sort_by_key(|(broader, _)| *broader);
    let claimed = rows.len();
    for same in lifts.chunk_by(|a, b| a.0 == b.0) {
        let place = rows[..claimed].binary_search_by_key(&same[0].0, |row| row.topic);
        let place = place.unwrap_or_else(|_| {
            rows.push(Row::of(person, same[0].0));
            rows.len() - 1
        });
        rows[place].lifts = same.iter().map(|(_, lift)| *lift).collect();
    }
    rows.sort_by_key(|row| row.topic);
}

/// Whether the person has to do with the topic: has an act, a reaction or an endorsement that counts on it. Whoever
/// merely reacted to or endorsed somebody else on it has not.
fn is_of_the_person(claims: &Claims, strengths: &Strengths, claim: usize) -> bool {
    claims.interest[claim] > 0.0 || !claims.reactions_of(claim).is_empty() || strengths.claims[claim].endorsed > 0.0
}

/// By topic: 1 / (1 + p / common_at).
fn rarity(tonight: &Tonight, rows: &[Row], strengths: &Strengths, known: &Known) -> Vec<f64> {
    let mut on_topic = vec![0.0; tonight.ontology.len()];
    let mut all = 0.0;
    for own in rows.chunk_by(|a, b| a.person == b.person) {
        let trust = known.model.trust[own[0].person as usize];
        let is_heard = |row: &&Row| {
            let claim = row.claim.map(|claim| strengths.claims[claim as usize]);
            claim.is_some_and(|strength| strength.by_others() > 0.0) || !row.lifts.is_empty()
        };
        let mut heard = own.iter().filter(is_heard).peekable();
        all += if heard.peek().is_some() { trust } else { 0.0 };
        heard.for_each(|row| on_topic[row.topic as usize] += trust);
    }
    let common_at = tonight.params.topics.common_at;
    let rare = |sum: &f64| match all > 0.0 {
        true => 1.0 / (1.0 + sum / all / common_at),
        false => 1.0,
    };
    on_topic.iter().map(rare).collect()
}
