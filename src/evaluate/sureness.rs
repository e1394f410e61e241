//! How sure the scores of a scene are, and whether the interval keeps what it promises.
//!
//! A tenth of all reactors is left out, drawn by their numbers, and T and U are divided by 0.9 before the
//! formula, so that the score should be the same but for chance: the interval of the night should hold it.

use serde::Serialize;

use super::draw::draw_below;
use super::scene::Scene;
use clout_model::influence::coverage::Signal;
use clout_model::influence::interval::{Bootstrap, Interval};
use clout_model::influence::score::believed;
use clout_model::influence::scoring::Scored;
use clout_model::people::presence::{Presence, Presences};

/// One reactor in so many is left out.
const ONE_IN: usize = 10;
/// The share of people whose interval must hold.
const BAR: f64 = 0.85;
/// Fewer reactors than that are too few to leave some out.
const LEAST_REACTORS: usize = 5;
/// Groups by number of reactors: from, and up to but not with.
const GROUPS: [(usize, usize); 5] = [
    (LEAST_REACTORS, 10),
    (10, 30),
    (30, 100),
    (100, usize::MAX),
    (LEAST_REACTORS, usize::MAX),
];

/// How often the interval holds the score without a tenth of all reactors.
#[derive(Clone, Debug, Serialize)]
pub struct Holding {
    /// Fewest reactors.
    pub reactors_from: usize,
    /// Most reactors, where there is a limit.
    pub reactors_to: Option<usize>,
    /// People with T > 0 and so many reactors.
    pub people: usize,
    /// Share of them whose interval holds it; none without people.
    pub held: Option<f64>,
    /// Mean width of their intervals, points; none without people.
    pub width: Option<f64>,
    /// The share that must, for everybody together.
    pub bar: Option<f64>,
    /// Whether it does.
    pub is_met: Option<bool>,
}

/// By person: coverage in a scored scene, as though the network `without` had delivered nothing. Load dates that
/// are missing are taken as delivered.
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

/// The intervals of a scored scene.
pub fn intervals(scene: &Scene, scored: &Scored) -> Vec<Option<Interval>> {
    let model = scored.model(scene.params);
    let bootstrap = Bootstrap::new(&scored.attention, &model, &scored.line, &scene.persons.ids);
    bootstrap.intervals(&scored.standings.sums, &coverage(scene, scored, None))
}

/// Leaves a tenth of all reactors out.
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

/// The score without a tenth of all reactors; none where T is 0 or reactors are few.
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
