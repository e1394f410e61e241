//! Tests the rivals with small cases by hand, slow reference implementations, and permuted acts.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const AT: i64 = 100 * DAY_MICROS;
const HOUR_MICROS: i64 = DAY_MICROS / 24;

fn act(reactor: u32, target: u32, hours_ago: i64) -> PersonReaction {
    PersonReaction {
        reactor,
        target,
        occurred_at: AT - hours_ago * HOUR_MICROS,
    }
}

fn values(acts: &[PersonReaction], persons: usize, name: &str) -> Vec<f64> {
    let all = compute_rivals(acts, persons, AT).unwrap();
    all.into_iter().find(|rival| rival.name == name).unwrap().values
}

fn assert_close(values: &[f64], expected: &[f64]) {
    assert_eq!(values.len(), expected.len());
    for (value, expected) in values.iter().zip(expected) {
        assert!(
            (value - expected).abs() < 1e-9,
            "{values:?} are not close to {expected:?}"
        );
    }
}

#[test]
fn rivals_have_a_fixed_order_and_one_value_per_person() {
    let all = compute_rivals(&[act(0, 1, 5)], 3, AT).unwrap();
    let names: Vec<&str> = all.iter().map(|rival| rival.name).collect();
    let expected = [
        "reactions",
        "distinct_reactors",
        "distinct_reactors_1d",
        "decayed_6h",
        "decayed_1d",
        "decayed_3d",
        "decayed_7d",
        "decayed_30d",
        "pagerank",
    ];
    assert_eq!(names, expected);
    assert!(all.iter().all(|rival| rival.values.len() == 3));
}

#[test]
fn repeats_count_as_reactions_but_not_as_reactors() {
    let acts = [act(0, 1, 5), act(0, 1, 30), act(2, 1, 24), act(1, 0, 25)];
    assert_eq!(values(&acts, 4, "reactions"), [1.0, 3.0, 0.0, 0.0]);
    assert_eq!(values(&acts, 4, "distinct_reactors"), [1.0, 2.0, 0.0, 0.0]);
    assert_eq!(values(&acts, 4, "distinct_reactors_1d"), [0.0, 2.0, 0.0, 0.0]);
    assert_eq!(count_distinct_reactors(&acts, 4), [1.0, 2.0, 0.0, 0.0]);
}

#[test]
fn a_reaction_counts_half_after_a_half_life() {
    let acts = [act(0, 1, 6), act(0, 1, 12), act(1, 0, 24 * 30)];
    assert_eq!(values(&acts, 2, "decayed_6h"), [(-120.0_f64).exp2(), 0.75]);
    assert_eq!(values(&acts, 2, "decayed_30d")[0], 0.5);
    assert_eq!(values(&acts, 2, "decayed_3d")[0], (-10.0_f64).exp2());
}

#[test]
fn a_ring_shares_pagerank_equally_and_inactive_people_have_none() {
    let ring = [act(0, 1, 1), act(1, 2, 1), act(2, 0, 1)];
    let third = 1.0 / 3.0;
    assert_close(&values(&ring, 4, "pagerank"), &[third, third, third, 0.0]);
}

#[test]
fn a_star_gives_its_pagerank_back_to_all() {
    let star = [act(1, 0, 1), act(2, 0, 1), act(3, 0, 1)];
    let leaf = 1.0 / (4.0 + 3.0 * 0.85);
    assert_close(
        &values(&star, 4, "pagerank"),
        &[leaf * (1.0 + 3.0 * 0.85), leaf, leaf, leaf],
    );
}

#[test]
fn rivals_of_empty_input_are_defined() {
    assert!(
        compute_rivals(&[], 0, AT)
            .unwrap()
            .iter()
            .all(|rival| rival.values.is_empty())
    );
    assert_eq!(values(&[], 2, "decayed_7d"), [0.0, 0.0]);
    assert_eq!(values(&[], 2, "pagerank"), [0.5, 0.5]);
}

/// Computes PageRank with a dense matrix, from another start vector.
fn dense_pagerank(acts: &[PersonReaction], persons: usize) -> Vec<f64> {
    let is_active = |person: usize| {
        acts.iter()
            .any(|act| [act.reactor, act.target].contains(&(person as u32)))
    };
    let present: Vec<usize> = (0..persons).filter(|person| is_active(*person)).collect();
    let mut passes = vec![vec![0.0; persons]; persons];
    for (from, row) in passes.iter_mut().enumerate() {
        let given: Vec<&PersonReaction> = acts.iter().filter(|act| act.reactor as usize == from).collect();
        for act in &given {
            row[act.target as usize] += 1.0 / given.len() as f64;
        }
        for to in present.iter().filter(|_| given.is_empty()) {
            row[*to] = 1.0 / present.len() as f64;
        }
    }
    let mut ranks = vec![0.0; persons];
    ranks[present[0]] = 1.0;
    for _ in 0..300 {
        let fresh = |to: usize| {
            if is_active(to) {
                0.15 / present.len() as f64
            } else {
                0.0
            }
        };
        let came = |to: usize| -> f64 { (0..persons).map(|from| ranks[from] * passes[from][to]).sum() };
        ranks = (0..persons).map(|to| fresh(to) + 0.85 * came(to)).collect();
    }
    ranks
}

prop_compose! {
    /// Generates up to 40 reactions among up to 8 people, and some people without acts.
    fn histories()(people in 2..8u32)(
        acts in prop::collection::vec((0..people, 1..people, 1..2000i64), 1..40),
        people in Just(people),
    ) -> (Vec<PersonReaction>, usize) {
        let others = |(reactor, step, hours): (u32, u32, i64)| act(reactor, (reactor + step) % people, hours);
        (acts.into_iter().map(others).collect(), people as usize + 2)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rivals_equal_their_slow_references((acts, persons) in histories()) {
        let to = |person: usize| acts.iter().filter(move |act| act.target as usize == person);
        let by_person = |value: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..persons).map(value).collect() };
        let reactors = |person| to(person).map(|act| act.reactor).collect::<BTreeSet<u32>>().len() as f64;
        let hours = |act: &PersonReaction| ((AT - act.occurred_at) / HOUR_MICROS) as f64;
        let decayed = |person| to(person).map(|act| 0.5_f64.powf(hours(act) / 72.0)).sum();
        prop_assert_eq!(count_distinct_reactors(&acts, persons), by_person(&reactors));
        prop_assert_eq!(values(&acts, persons, "reactions"), by_person(&|person| to(person).count() as f64));
        assert_close(&values(&acts, persons, "decayed_3d"), &by_person(&decayed));
        assert_close(&values(&acts, persons, "pagerank"), &dense_pagerank(&acts, persons));
    }

    #[test]
    fn the_order_of_acts_changes_no_bit(
        (acts, shuffled, persons) in histories().prop_flat_map(|(acts, persons)| {
            (Just(acts.clone()), Just(acts).prop_shuffle(), Just(persons))
        }),
    ) {
        prop_assert_eq!(compute_rivals(&acts, persons, AT).unwrap(), compute_rivals(&shuffled, persons, AT).unwrap());
    }
}
