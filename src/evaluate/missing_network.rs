//! Measures the effect of leaving out a network: the rows that credit a person on it are removed, while trust and rank
//! of all people stay constant.

use rayon::prelude::*;
use serde::Serialize;

use super::interval_coverage::compute_coverage;
use super::scene::MomentData;
use clout_model::influence::attention::AttentionGraph;
use clout_model::influence::interval::{ScoreBootstrap, ScoreInterval};
use clout_model::influence::model::InfluenceModel;
use clout_model::influence::pair_table::PairTable;
use clout_model::influence::params::CorroborationParams;
use clout_model::influence::reciprocity::discounted_amount;
use clout_model::influence::score::{ContributionSum, compute_belief};
use clout_model::influence::score_scale::ScoreScale;
use clout_model::influence::score_table::interpolate_quantile;
use clout_model::influence::scoring::{AccountState, PeopleScores};

/// Limit of a small network: its shares of T and of U are both at most this. A bound holds for such networks.
const SMALL: f64 = 1.0 / 3.0;
/// Tolerance for the rounding of sums that should be equal.
const ROUNDING: f64 = 1e-9;

/// Effect of leaving out one network.
#[derive(Clone, Debug, Serialize)]
pub struct NetworkLoss {
    /// Name of the network.
    pub network: String,
    /// Number of people with a score without the network.
    pub people: usize,
    /// Number of people without a score when the network is left out.
    pub without_score: usize,
    /// Mean loss in points; none without people.
    pub mean: Option<f64>,
    /// 95th percentile of the losses in points; none without people.
    pub percentile_95: Option<f64>,
    /// Number of people with at most a third of T and of U from the network.
    pub people_of_a_third: usize,
    /// Largest loss among them, in points; none without such people.
    pub most_of_a_third: Option<f64>,
    /// Upper bound of their loss by the model's constants, in points.
    pub bound: f64,
    /// Number of people with a higher score without the network; must be 0.
    pub raised: usize,
    /// Share of intervals without the network that contain the score with it; none without people.
    pub interval_holds: Option<f64>,
    /// True if no score rose and the bound holds; none if no person has reactions on the network.
    pub is_met: Option<bool>,
}

/// Loss of one person without one network.
struct PersonLoss {
    points: f64,
    is_small: bool,
    is_held: bool,
}

/// Measures the effect of leaving out each network in turn.
pub fn measure_networks(scene: &MomentData, scored: &PeopleScores) -> Vec<NetworkLoss> {
    let facts = scene.account_activity();
    let pairs = scene.fold_pairs();
    let attention = |pairs: &PairTable| {
        let memory = AccountState {
            pairs,
            facts: &facts,
            persons: &scene.persons,
            network_of: Box::new(scene.network_index()),
        };
        memory.compute_attention(&scene.moment(), scene.model).graph
    };
    let whole = attention(&pairs);
    let mut found = Vec::new();
    for (network_index, network) in scene.networks.iter().enumerate() {
        let is_on_network = |node: u32| usize::from(scene.network_of[node as usize]) == network_index;
        let has_network = pairs.rows().any(|(shard, row)| is_on_network(shard.actors[row]));
        if !has_network {
            continue;
        }
        let fewer = pairs.filter_rows(scene.model.mixture(), |_, actor| !is_on_network(actor));
        let mut rest = attention(&fewer);
        subtract_returns(&mut rest, &whole, &scored.trust);
        let model = scored.contribution_model(scene.model);
        let sums = model.sum_all(&rest);
        let bootstrap = ScoreBootstrap::new(&rest, &model, &scored.scale, &scene.persons.ids);
        let comparison = NetworkComparison {
            scored,
            model: scene.model,
            network: network_index as u8,
            intervals: bootstrap.compute_intervals(&sums, &compute_coverage(scene, scored, Some(network_index))),
            sums,
        };
        found.push(comparison.judge(&network.name));
    }
    found
}

/// Subtracts returned attention, over all networks, from the remaining attention.
fn subtract_returns(rest: &mut AttentionGraph, whole: &AttentionGraph, trust: &[f64]) {
    for (person, trust) in trust.iter().enumerate() {
        for edge in rest.edges(person) {
            let back = amount(whole, person as u32, rest.reactors[edge] as usize);
            rest.amounts[edge] = discounted_amount(rest.amounts[edge], back, *trust);
        }
    }
}

struct NetworkComparison<'a> {
    scored: &'a PeopleScores,
    model: &'a InfluenceModel,
    network: u8,
    /// Sums by person, without the network.
    sums: Vec<Option<ContributionSum>>,
    intervals: Vec<Option<ScoreInterval>>,
}

impl NetworkComparison<'_> {
    fn judge(&self, network: &str) -> NetworkLoss {
        let persons = 0..self.sums.len();
        let losses: Vec<Option<PersonLoss>> = persons
            .into_par_iter()
            .filter_map(|person| Some(self.loss(person, self.share(person)?)))
            .collect();
        let without_score = losses.iter().filter(|loss| loss.is_none()).count();
        let losses: Vec<PersonLoss> = losses.into_iter().flatten().collect();
        let mut points: Vec<f64> = losses.iter().map(|loss| loss.points).collect();
        points.sort_unstable_by(f64::total_cmp);
        let small = || losses.iter().filter(|loss| loss.is_small);
        let most = small().map(|loss| loss.points).reduce(f64::max);
        let share = |sum: f64| (!points.is_empty()).then(|| sum / points.len() as f64);
        let bound = largest_loss(&self.model.params().corroboration, &self.scored.scale);
        let raised = points.iter().filter(|points| **points < -ROUNDING).count();
        NetworkLoss {
            network: network.to_owned(),
            people: points.len(),
            without_score,
            mean: share(points.iter().sum()),
            percentile_95: share(0.0).map(|_| interpolate_quantile(&points, 0.95)),
            people_of_a_third: small().count(),
            most_of_a_third: most,
            bound,
            raised,
            interval_holds: share(losses.iter().filter(|loss| loss.is_held).count() as f64),
            is_met: (!points.is_empty()).then_some(raised == 0 && most.is_none_or(|most| most <= bound + ROUNDING)),
        }
    }

    /// Returns the greater of the network's shares of T and of U; none if the network gives the person nothing.
    fn share(&self, person: usize) -> Option<f64> {
        let model = self.scored.contribution_model(self.model);
        let attention = &self.scored.attention;
        let (mut sums, mut parts, mut has_terms) = ([0.0; 2], [0.0; 2], false);
        for edge in attention.edges(person) {
            let terms = attention.terms(edge);
            let all: f64 = terms.iter().map(|term| term.strength).sum();
            let on_network = terms.iter().filter(|term| term.network == self.network);
            let own: f64 = on_network.clone().map(|term| term.strength).sum();
            has_terms |= on_network.count() > 0;
            let share = if all > 0.0 { own / all } else { 0.0 };
            let (trusted, strangers) = model.edge_parts(attention, edge);
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
        has_terms.then(|| ratio(0).max(ratio(1)))
    }

    /// Computes the loss of a person; none if no score is left.
    fn loss(&self, person: usize, share: f64) -> Option<PersonLoss> {
        let sum = self.sums[person].as_ref()?;
        let interval = self.intervals[person]?;
        let full = self.scored.scores.score(person)?;
        Some(PersonLoss {
            points: full - self.scored.scale.score(sum.influence),
            is_small: share <= SMALL,
            is_held: (interval.low - ROUNDING..=interval.high + ROUNDING).contains(&full),
        })
    }
}

/// Returns the amount that a reactor gives to a target; 0 without an edge.
fn amount(attention: &AttentionGraph, reactor: u32, target: usize) -> f64 {
    let edges = attention.edges(target);
    match attention.reactors[edges.clone()].binary_search(&reactor) {
        Ok(index) => attention.amounts[edges.start + index],
        Err(_) => 0.0,
    }
}

/// Computes the largest loss in points by removing a third of T and of U, over a grid of both.
fn largest_loss(params: &CorroborationParams, line: &ScoreScale) -> f64 {
    let influence =
        |trusted: f64, strangers: f64| params.base + trusted + compute_belief(trusted, strangers, params) * strangers;
    // The grid ranges from a thousandth of a reactor to a million, with forty steps per decade.
    let amounts = || (-120..=240).map(|step| 10_f64.powf(f64::from(step) / 40.0));
    let lost = |trusted: f64, strangers: f64| {
        let kept = 1.0 - SMALL;
        line.unclamped_score(influence(trusted, strangers))
            - line.unclamped_score(influence(kept * trusted, kept * strangers))
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
