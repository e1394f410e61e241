//! What a network is worth to the people who are on it: its rows that credit a person are left out, and
//! everybody's trust and rank are held.

use rayon::prelude::*;
use serde::Serialize;

use super::scene::Scene;
use super::sureness::coverage;
use clout_model::influence::attention::Attention;
use clout_model::influence::interval::{Bootstrap, Interval};
use clout_model::influence::pairs::Pairs;
use clout_model::influence::params::{Corroboration, ModelParams};
use clout_model::influence::reciprocity::left;
use clout_model::influence::score::{Line, Sum, believed};
use clout_model::influence::scoring::{Memory, Scored};
use clout_model::influence::standings::quantile;

/// A network whose parts of T and U are both at most this small has a bound.
const SMALL: f64 = 1.0 / 3.0;
/// Rounding of sums that should be equal.
const ROUNDING: f64 = 1e-9;

/// What leaving out one network did.
#[derive(Clone, Debug, Serialize)]
pub struct Missing {
    /// The network.
    pub network: String,
    /// People who still have a score without it.
    pub people: usize,
    /// People who have none without it.
    pub without_score: usize,
    /// Points lost in the mean; none without people.
    pub mean: Option<f64>,
    /// The 95th percentile of the points lost; none without people.
    pub percentile_95: Option<f64>,
    /// People for whom it is a third at most.
    pub people_of_a_third: usize,
    /// The most that one of them lost; none without such people.
    pub most_of_a_third: Option<f64>,
    /// What they may lose at most, for the model's constants.
    pub bound: f64,
    /// People whom leaving it out raised: there may be none.
    pub raised: usize,
    /// How often the interval without it holds the score with it; none without people.
    pub interval_holds: Option<f64>,
    /// Whether nobody was raised and the bound holds; none where nobody could lose the network.
    pub is_met: Option<bool>,
}

/// One person without one network.
struct Loss {
    points: f64,
    is_small: bool,
    is_held: bool,
}

/// Leaves out each network in turn.
pub fn missing(scene: &Scene, scored: &Scored) -> Vec<Missing> {
    let facts = scene.facts();
    let pairs = scene.pairs();
    let attention = |pairs: &Pairs| {
        let memory = Memory {
            pairs,
            facts: &facts,
            persons: &scene.persons,
            network_of: &scene.places(),
        };
        memory.attention(&scene.moment(), scene.params)
    };
    let whole = attention(&pairs);
    let mut found = Vec::new();
    for (place, network) in scene.networks.iter().enumerate() {
        let is_there = |node: u32| usize::from(scene.network_of[node as usize]) == place;
        if !pairs.actors.iter().any(|actor| is_there(*actor)) {
            continue;
        }
        let mut fewer = pairs.clone();
        fewer.retain(&scene.mixture(), |actor, _| !is_there(actor));
        let mut rest = attention(&fewer);
        hold_returns(&mut rest, &whole, &scored.trust);
        let model = scored.model(scene.params);
        let sums = model.sums(&rest);
        let bootstrap = Bootstrap::new(&rest, &model, &scored.line, &scene.persons.ids);
        let comparison = Comparison {
            scored,
            params: scene.params,
            place: place as u8,
            intervals: bootstrap.intervals(&sums, &coverage(scene, scored, Some(place))),
            sums,
        };
        found.push(comparison.judge(&network.name));
    }
    found
}

/// Takes from what is left what people gave back, on all networks.
fn hold_returns(rest: &mut Attention, whole: &Attention, trust: &[f64]) {
    for (person, trust) in trust.iter().enumerate() {
        for edge in rest.edges(person) {
            let back = amount(whole, person as u32, rest.reactors[edge] as usize);
            rest.amounts[edge] = left(rest.amounts[edge], back, *trust);
        }
    }
}

struct Comparison<'a> {
    scored: &'a Scored,
    params: &'a ModelParams,
    place: u8,
    /// By person, without the network.
    sums: Vec<Option<Sum>>,
    intervals: Vec<Option<Interval>>,
}

impl Comparison<'_> {
    fn judge(&self, network: &str) -> Missing {
        let persons = 0..self.sums.len();
        let losses: Vec<Option<Loss>> = persons
            .into_par_iter()
            .filter_map(|person| Some(self.loss(person, self.share(person)?)))
            .collect();
        let without_score = losses.iter().filter(|loss| loss.is_none()).count();
        let losses: Vec<Loss> = losses.into_iter().flatten().collect();
        let mut points: Vec<f64> = losses.iter().map(|loss| loss.points).collect();
        points.sort_unstable_by(f64::total_cmp);
        let small = || losses.iter().filter(|loss| loss.is_small);
        let most = small().map(|loss| loss.points).reduce(f64::max);
        let share = |sum: f64| (!points.is_empty()).then(|| sum / points.len() as f64);
        let bound = bound(&self.params.corroboration, &self.scored.line);
        let raised = points.iter().filter(|points| **points < -ROUNDING).count();
        Missing {
            network: network.to_owned(),
            people: points.len(),
            without_score,
            mean: share(points.iter().sum()),
            percentile_95: share(0.0).map(|_| quantile(&points, 0.95)),
            people_of_a_third: small().count(),
            most_of_a_third: most,
            bound,
            raised,
            interval_holds: share(losses.iter().filter(|loss| loss.is_held).count() as f64),
            is_met: (!points.is_empty()).then_some(raised == 0 && most.is_none_or(|most| most <= bound + ROUNDING)),
        }
    }

    /// The greater of the network's shares of T and of U; none where it gives the person nothing.
    fn share(&self, person: usize) -> Option<f64> {
        let model = self.scored.model(self.params);
        let attention = &self.scored.attention;
        let (mut sums, mut parts, mut is_there) = ([0.0; 2], [0.0; 2], false);
        for edge in attention.edges(person) {
            let terms = attention.terms(edge);
            let all: f64 = terms.iter().map(|term| term.strength).sum();
            let here = terms.iter().filter(|term| term.network == self.place);
            let own: f64 = here.clone().map(|term| term.strength).sum();
            is_there |= here.count() > 0;
            let share = if all > 0.0 { own / all } else { 0.0 };
            let (trusted, strangers) = model.parts(attention, edge);
            for (slot, amount) in [trusted, strangers].into_iter().enumerate() {
                sums[slot] += amount;
                parts[slot] += amount * share;
            }
        }
        let ratio = |slot: usize| {
            if sums[slot] > 0.0 {
                parts[slot] / sums[slot]
            } else {
                0.0
            }
        };
        is_there.then(|| ratio(0).max(ratio(1)))
    }

    /// None where no score is left.
    fn loss(&self, person: usize, share: f64) -> Option<Loss> {
        let sum = self.sums[person].as_ref()?;
        let interval = self.intervals[person]?;
        let full = self.scored.standings.score(person)?;
        Some(Loss {
            points: full - self.scored.line.score(sum.influence),
            is_small: share <= SMALL,
            is_held: (interval.low - ROUNDING..=interval.high + ROUNDING).contains(&full),
        })
    }
}

/// What a reactor gives to a target; 0 where there is no edge.
fn amount(attention: &Attention, reactor: u32, target: usize) -> f64 {
    let edges = attention.edges(target);
    match attention.reactors[edges.clone()].binary_search(&reactor) {
        Ok(place) => attention.amounts[edges.start + place],
        Err(_) => 0.0,
    }
}

/// The most points that T and U can lose by a third of each, over a grid of both.
fn bound(params: &Corroboration, line: &Line) -> f64 {
    let influence =
        |trusted: f64, strangers: f64| params.base + trusted + believed(trusted, strangers, params) * strangers;
    // From a thousandth of a reactor to a million of them, forty steps a decade.
    let amounts = || (-120..=240).map(|step| 10_f64.powf(f64::from(step) / 40.0));
    let lost = |trusted: f64, strangers: f64| {
        let kept = 1.0 - SMALL;
        line.value(influence(trusted, strangers)) - line.value(influence(kept * trusted, kept * strangers))
    };
    amounts()
        .flat_map(|trusted| {
            [0.0]
                .into_iter()
                .chain(amounts())
                .map(move |strangers| (trusted, strangers))
        })
        .map(|(trusted, strangers)| lost(trusted, strangers))
        .fold(0.0, f64::max)
}
