//! Tests the intervals of a scene's scores.
//!
//! A tenth of all reactors is left out, chosen by their numbers, and T and U are divided by 0.9 before the formula. The
//! score should then be equal except for random variation, so the published interval should contain it.

use serde::Serialize;

use super::hash_draw::draw_below;
use super::scene::MomentData;
use clout_model::influence::coverage::CoverageInputs;
use clout_model::influence::interval::{ScoreBootstrap, ScoreInterval};
use clout_model::influence::score::compute_belief;
use clout_model::influence::scoring::PeopleScores;
use clout_model::people::presence::{NetworkPresence, PresenceTable};

/// One reactor in this number is left out.
const ONE_IN: usize = 10;
/// Smallest share of intervals that must contain the new score.
const MIN_SHARE: f64 = 0.85;
/// Fewest reactors of a person in this test.
const LEAST_REACTORS: usize = 5;
/// Groups by number of reactors: lower limit (inclusive) and upper limit (exclusive).
const GROUPS: [(usize, usize); 5] = [
    (LEAST_REACTORS, 10),
    (10, 30),
    (30, 100),
    (100, usize::MAX),
    (LEAST_REACTORS, usize::MAX),
];

/// Share of intervals that contain the score without a tenth of all reactors.
#[derive(Clone, Debug, Serialize)]
pub struct IntervalCoverage {
    /// Fewest reactors in the group.
    pub reactors_from: usize,
    /// Most reactors in the group; none without a limit.
    pub reactors_to: Option<usize>,
    /// Number of people in the group with T > 0.
    pub people: usize,
    /// Share of them with an interval that contains the new score; none without people.
    pub held: Option<f64>,
    /// Mean width of their intervals, in points; none without people.
    pub width: Option<f64>,
    /// Smallest required share; only for the group of all people.
    pub bar: Option<f64>,
    /// True if the required share is reached.
    pub is_met: Option<bool>,
}

/// Computes the coverage by person in a scored scene, as if the network `without` had delivered nothing. Missing load
/// dates count as delivered.
pub fn compute_coverage(scene: &MomentData, scored: &PeopleScores, without: Option<usize>) -> Vec<f64> {
    let signal = CoverageInputs {
        networks: scene.networks.len(),
        attention: &scored.attention,
        model: &scored.contribution_model(scene.model),
        sums: &scored.scores.sums,
        presences: &collect_presences(scene),
        acts: &scored.acts,
    };
    let delivered = |index| Some(if Some(index) == without { 0.0 } else { 1.0 });
    signal.compute_coverage(&(0..scene.networks.len()).map(delivered).collect::<Vec<_>>())
}

fn collect_presences(scene: &MomentData) -> PresenceTable {
    let mut rows: Vec<NetworkPresence> = scene
        .posts
        .iter()
        .map(|post| NetworkPresence {
            person: scene.persons.by_account[post.actor as usize],
            network: scene.network_of[post.actor as usize],
            posts: 1,
        })
        .collect();
    rows.sort_unstable();
    rows.dedup();
    PresenceTable {
        rows,
        last_active_at: Vec::new(),
    }
}

/// Computes the intervals of a scored scene.
pub fn compute_intervals(scene: &MomentData, scored: &PeopleScores) -> Vec<Option<ScoreInterval>> {
    let model = scored.contribution_model(scene.model);
    let bootstrap = ScoreBootstrap::new(&scored.attention, &model, &scored.scale, &scene.persons.ids);
    bootstrap.compute_intervals(&scored.scores.sums, &compute_coverage(scene, scored, None))
}

/// Measures the share of intervals that contain the score without a tenth of all reactors.
pub fn measure_intervals(
    scene: &MomentData,
    scored: &PeopleScores,
    intervals: &[Option<ScoreInterval>],
) -> Vec<IntervalCoverage> {
    let found: Vec<(usize, bool, f64)> = (0..scene.persons.len())
        .filter_map(|person| {
            let interval = intervals[person]?;
            let score = score_without_a_tenth(scene, scored, person)?;
            let is_held = (interval.low..=interval.high).contains(&score);
            Some((
                scored.attention.edges(person).len(),
                is_held,
                interval.high - interval.low,
            ))
        })
        .collect();
    let group = |(from, to): (usize, usize)| {
        let inside: Vec<_> = found
            .iter()
            .filter(|(reactors, ..)| (from..to).contains(reactors))
            .collect();
        let people = inside.len();
        let mean = |sum: f64| (people > 0).then(|| sum / people as f64);
        let held = mean(inside.iter().filter(|(_, is_held, _)| *is_held).count() as f64);
        let is_all = (from, to) == (LEAST_REACTORS, usize::MAX);
        IntervalCoverage {
            reactors_from: from,
            reactors_to: (to < usize::MAX).then(|| to - 1),
            people,
            held,
            width: mean(inside.iter().fold(0.0, |sum, (.., width)| sum + width)),
            bar: is_all.then_some(MIN_SHARE),
            is_met: held.filter(|_| is_all).map(|held| held >= MIN_SHARE),
        }
    };
    GROUPS.into_iter().map(group).collect()
}

/// Computes the score without a tenth of all reactors; none if T is 0 or there are too few reactors.
fn score_without_a_tenth(scene: &MomentData, scored: &PeopleScores, person: usize) -> Option<f64> {
    let sum = scored.scores.sums[person].as_ref()?;
    let edges = scored.attention.edges(person);
    if sum.trusted <= 0.0 || edges.len() < LEAST_REACTORS {
        return None;
    }
    let model = scored.contribution_model(scene.model);
    let (mut trusted, mut strangers) = (0.0, 0.0);
    for edge in edges {
        let reactor = scored.attention.reactors[edge];
        if draw_below("a tenth of all reactors", u64::from(reactor), ONE_IN) > 0 {
            let (t, s) = model.edge_parts(&scored.attention, edge);
            trusted += t;
            strangers += s;
        }
    }
    let rest = 1.0 - 1.0 / ONE_IN as f64;
    let (trusted, strangers) = (trusted / rest, strangers / rest);
    let params = &scene.model.params().corroboration;
    Some(
        scored
            .scale
            .score(params.base + trusted + compute_belief(trusted, strangers, params) * strangers),
    )
}
