//! From strengths to scores: neighbouring topics, broader topics, rarity, and places.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::claims::{Claims, Tonight};
use super::expertise::{Known, Strength, Strengths};
use clout_model::influence::score::clamp;

/// Rows on a topic that say as much about its neighbours as knowing nothing of them: P(j | k) is the share of rows
/// on k that are on j, as if there were so many more of them on nothing else. On Cardano 10 foretell as well as 0 and
/// better than 30; without them one row on a tag that nobody else uses makes a neighbour of whatever it stands beside.
const UNKNOWN_ROWS: f64 = 10.0;

/// What a topic gets from another one of the person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lift {
    /// The narrower or neighbouring topic.
    pub from: u32,
    /// Narrower: decay^distance x D of it. Neighbour: P(j | k) x rare x D of it.
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
    /// By the neighbouring topic that lends most.
    pub related: Option<Lift>,
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
            related: None,
            lifts: Vec::new(),
            value: 0.0,
        }
    }

    /// From 1 to 100.
    pub fn score(&self) -> f64 {
        clamp(self.value)
    }
}

/// P(j | k): the share of rows on k that are on j too, by topics of the ontology; [`UNKNOWN_ROWS`] of them on none.
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
            let on = |of: u32| together.get(&(of, of)).copied().unwrap_or(*rows) as f64;
            let share = |of: u32| *rows as f64 / (UNKNOWN_ROWS + on(of));
            shares.insert((first, second), share(*a));
            shares.insert((second, first), share(*b));
        }
        Neighbours { shares }
    }
}

/// Every person's rows, in order of person and topic.
pub fn rows(tonight: &Tonight, claims: &Claims, strengths: &Strengths, known: &Known) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..claims.person_offsets.len() - 1)
        .into_par_iter()
        .flat_map_iter(|person| of_person(tonight, claims, strengths, person))
        .collect();
    let lending = Lending {
        neighbours: Neighbours::of(tonight),
        rarity: rarity(tonight, &rows, strengths, known),
        claims,
        strengths,
    };
    let params = tonight.params;
    rows.par_iter_mut().for_each(|row| {
        let strength = strengths.of_row(row);
        row.related = lending
            .to_row(row, &strength)
            .map(|lift| Lift {
                part: params.topics.related * lift.part,
                ..lift
            })
            .filter(|lift| lift.part > 0.0);
        let lifted: f64 = row.lifts.iter().map(|lift| lift.part).sum();
        let own = lending.rarity[row.topic as usize] * (strength.direct() + strength.audience + lifted);
        let lent = row.related.map_or(0.0, |lift| lift.part);
        row.value = known.line.value(params.corroboration.base + own + lent);
    });
    rows
}

/// What a person's topics lend to one another.
struct Lending<'a> {
    neighbours: Neighbours,
    rarity: Vec<f64>,
    claims: &'a Claims,
    strengths: &'a Strengths,
}

impl Lending<'_> {
    /// The neighbour that lends most to a row: no more than it is worth where it stands itself. It lends to a topic
    /// on which others listen, for nobody is credible by neighbourhood alone.
    fn to_row(&self, row: &Row, strength: &Strength) -> Option<Lift> {
        if strength.by_others() <= 0.0 {
            return None;
        }
        let own = self.claims.of_person(row.person as usize);
        let lifts = own.filter_map(|claim| {
            let from = self.claims.keys[claim].1;
            let share = self.neighbours.shares.get(&(row.topic, from))?;
            let part = share * self.rarity[from as usize] * self.strengths.claims[claim].direct();
            Some(Lift { from, part })
        });
        // Of equals the lesser topic.
        lifts.reduce(|best, lift| if lift.part > best.part { lift } else { best })
    }
}

/// One person's rows without values: claims, and the broader topics of those on which others listen.
fn of_person(tonight: &Tonight, claims: &Claims, strengths: &Strengths, person: usize) -> Vec<Row> {
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
        if strength.by_others() > 0.0 {
            let broader = tonight.ontology.ancestors(*topic).iter().map(|(broader, distance)| {
                let part = params.ancestor_decay.powi(i32::from(*distance)) * strength.direct();
                (*broader, Lift { from: *topic, part })
            });
            lifts.extend(broader.filter(|(_, lift)| lift.part > 0.0));
        }
        rows.push(Row {
            claim: Some((start + place) as u32),
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

/// Whether the person has to do with the topic: has words, a reaction or an endorsement that counts on it. Whoever
/// merely reacted to or endorsed somebody else on it has not.
fn is_of_the_person(claims: &Claims, strengths: &Strengths, claim: usize) -> bool {
    claims.wrote[claim] || !claims.reactions_of(claim).is_empty() || strengths.claims[claim].endorsed > 0.0
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
