//! Tests the intervals of a scene's scores.
//!
//! A tenth of all reactors is left out, chosen by their numbers, and T and U are divided by 0.9 before the formula. The
//! score should then be equal except for random variation, so the published interval should contain it.

use serde::Serialize;

use super::draw::draw_below;
use super::scene::Scene;
use clout_model::influence::coverage::Signal;
use clout_model::influence::interval::{Bootstrap, Interval};
use clout_model::influence::score::believed;
use clout_model::influence::scoring::Scored;
use clout_model::people::presence::{Presence, Presences};

/// One reactor in this number is left out.
const ONE_IN: usize = 10;
/// Smallest share of intervals that must contain the new score.
const BAR: f64 = 0.85;
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
pub struct Holding {
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
pub fn coverage(scene: &Scene, scored: &Scored, without: Option<usize>) -> Vec<f64> {
    let signal = Signal {
        networks: scene.networks.len(),
        attention: &scored.attention,
        model: &scored.model(scene.params),
        sums: &scored.standings.sums,
        presences: &presences(scene),
    };
    let delivered = |place| Some(if Some(place) == without { 0.0 } else { 1.0 });
    signal.coverage(&(0..scene.networks.len()).map(delivered).collect::<Vec<_>>())
}

fn presences(scene: &Scene) -> Presences {
    let mut rows: Vec<Presence> = scene
        .posts
        .iter()
        .map(|post| Presence {
            person: scene.persons.of_account[post.actor as usize],
            network: scene.network_of[post.actor as usize],
            posts: 1,
        })
        .collect();
    rows.sort_unstable();
    rows.dedup();
    Presences {
        rows,
        last_active_at: Vec::new(),
    }
}

/// Computes the intervals of a scored scene.
pub fn intervals(scene: &Scene, scored: &Scored) -> Vec<Option<Interval>> {
    let model = scored.model(scene.params);
    let bootstrap = Bootstrap::new(&scored.attention, &model, &scored.line, &scene.persons.ids);
    bootstrap.intervals(&scored.standings.sums, &coverage(scene, scored, None))
}

/// Measures the share of intervals that contain the score without a tenth of all reactors.
pub fn holding(scene: &Scene, scored: &Scored, intervals: &[Option<Interval>]) -> Vec<Holding> {
    let found: Vec<(usize, bool, f64)> = (0..scene.persons.len())
        .filter_map(|person| {
            let interval = intervals[person]?;
            let score = without_a_tenth(scene, scored, person)?;
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
        Holding {
            reactors_from: from,
            reactors_to: (to < usize::MAX).then(|| to - 1),
            people,
            held,
            width: mean(inside.iter().fold(0.0, |sum, (.., width)| sum + width)),
            bar: is_all.then_some(BAR),
            is_met: held.filter(|_| is_all).map(|held| held >= BAR),
        }
    };
    GROUPS.into_iter().map(group).collect()
}

/// Computes the score without a tenth of all reactors; none if T is 0 or there are too few reactors.
fn without_a_tenth(scene: &Scene, scored: &Scored, person: usize) -> Option<f64> {
    let sum = scored.standings.sums[person].as_ref()?;
    let edges = scored.attention.edges(person);
    if sum.trusted <= 0.0 || edges.len() < LEAST_REACTORS {
        return None;
    }
    let model = scored.model(scene.params);
    let (mut trusted, mut strangers) = (0.0, 0.0);
    for edge in edges {
        let reactor = scored.attention.reactors[edge];
        if draw_below("a tenth of all reactors", u64::from(reactor), ONE_IN) > 0 {
            let (t, s) = model.parts(&scored.attention, edge);
            trusted += t;
            strangers += s;
        }
    }
    let rest = 1.0 - 1.0 / ONE_IN as f64;
    let (trusted, strangers) = (trusted / rest, strangers / rest);
    let params = &scene.params.corroboration;
    Some(
        scored
            .line
            .score(params.base + trusted + believed(trusted, strangers, params) * strangers),
    )
}
