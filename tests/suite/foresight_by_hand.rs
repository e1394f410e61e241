//! Compares rivals and measures of three people with values computed by hand.

use clout::evaluate::rivals::compute_rivals;
use clout::evaluate::scene::MomentData;
use serde_json::Value;

use crate::evaluate::{job, stream};
use crate::foresight::{MEASURES, evaluated, row, rows};
use crate::support::clout::{Site, run};
use crate::support::days::day;
use crate::support::tables::number;
use crate::support::warehouse::Warehouse;

/// Builds three people with reactions: x three times from two people, y twice from two, z once. On the next day three
/// people react to y and one to x. Eve reacts to herself. A person without reactions on the first day is not ranked.
fn three_people() -> Warehouse {
    Warehouse::default()
        .activities(
            "twitter",
            "2026-03-01",
            "a1 12:00 ann like - x\n a2 18:00 ann like - x\n a3 18:00 bob like - x\n a4 06:00 ann like - y\n
             a5 12:00 x retweet - y\n a6 00:00 cat like - z\n a7 13:00 eve1 like - eve2",
        )
        .activities(
            "twitter",
            "2026-03-02",
            "b1 01:00 ann like - y\n b2 07:00 bob like - y\n b3 08:00 cat like - y\n b4 02:00 ann like - x\n
             b5 09:00 ann like - x\n b6 09:00 dan like - w\n b7 09:00 eve1 like - eve2",
        )
        .identities("2026-03-01", "eve=twitter:eve1 eve=twitter:eve2")
}

/// Computes the DCG of gains in this order over that of the best order.
fn ndcg(gains: &[f64]) -> f64 {
    let dcg = |gains: &[f64]| -> f64 { (2_u32..).zip(gains).map(|(r, gain)| gain / f64::from(r).log2()).sum() };
    let mut best = gains.to_vec();
    best.sort_by(|a, b| b.total_cmp(a));
    dcg(gains) / dcg(&best)
}

#[track_caller]
fn check(window: &Value, predictor: &str, wanted: [f64; 5]) {
    let row = row(rows(window, "predictors"), "predictor", predictor);
    for (measure, wanted) in MEASURES.iter().zip(wanted) {
        let found = row[measure].as_f64().unwrap();
        assert!(
            (found - wanted).abs() < 1e-12,
            "{predictor}, {measure}: {found} {wanted}"
        );
    }
}

#[test]
fn three_people_have_the_measures_computed_by_hand() {
    let site = Site::new(&three_people());
    let found = evaluated(&site.input(), &["--ahead", "1d,6h"]);
    let [day, six_hours] = rows(&found, "windows") else {
        panic!("{found}");
    };
    assert_eq!([&day["at"], &six_hours["at"]], ["2026-03-02T00:00:00Z"; 2]);
    assert_eq!([&day["ahead"], &six_hours["ahead"]], ["1d", "6h"]);
    assert_eq!([&day["people"], &day["reacted_to"]], [3, 2]);
    // One day ahead y receives 3 and x 1. Reactions rank x, y, z; distinct reactors rank x with y, then z.
    let in_order = ndcg(&[1.0, 3.0, 0.0]);
    check(day, "reactions", [in_order, in_order, 0.5, 0.5, 1.0 / 3.0]);
    let second = 1.0 / 3_f64.log2();
    let tied = (2.0 + 2.0 * second) / (3.0 + second);
    for rival in ["distinct_reactors", "distinct_reactors_1d", "persistence"] {
        check(day, rival, [tied, tied, 1.5 / 3_f64.sqrt(), 0.75, 2.0 / 3.0]);
    }
    // The reactions to x are the most and the newest, so x leads for each half-life.
    for rival in ["decayed_6h", "decayed_1d", "decayed_3d", "decayed_7d", "decayed_30d"] {
        check(day, rival, [in_order, in_order, 0.5, 0.5, 1.0 / 3.0]);
    }
    // Six hours ahead x and y receive one each; in the last six hours only x received any.
    let lately = (1.0 + (second + 0.5) / 2.0) / (1.0 + second);
    check(six_hours, "persistence", [lately, lately, 0.5, 0.75, 2.0 / 3.0]);
    assert_eq!([&six_hours["people"], &six_hours["reacted_to"]], [3, 2]);
    // The score is ranked as a run publishes it.
    run(&site.input(), &site.output(), &["--as-of", "2026-03-01"]).exits(0);
    let mut people = [("x", 1.0), ("y", 3.0), ("z", 0.0)].map(|(person, gain)| (score(&site, person), gain));
    people.sort_by(|a, b| b.0.total_cmp(&a.0));
    assert!(people[0].0 > people[1].0 && people[1].0 > people[2].0, "{people:?}");
    let own = row(rows(day, "predictors"), "predictor", "clout")["ndcg_100"].as_f64();
    assert!((own.unwrap() - ndcg(&people.map(|(_, gain)| gain))).abs() < 1e-12);
}

fn score(site: &Site, person: &str) -> f64 {
    number(
        site.snapshot("2026-03-01").scores()[format!("twitter:{person}").as_str()],
        "score",
    )
    .unwrap()
}

/// Computes PageRank among ann, bob, cat, x, y and z by plain iteration. Nodes without out-edges give their mass to
/// all.
fn plain_pagerank() -> Vec<f64> {
    let edges = [(0, 3, 2.0), (1, 3, 1.0), (0, 4, 1.0), (3, 4, 1.0), (2, 5, 1.0)];
    let given = |from: usize| -> f64 { edges.iter().filter(|e| e.0 == from).map(|e| e.2).sum() };
    let mut ranks = vec![1.0 / 6.0; 6];
    for _ in 0..200 {
        let kept: f64 = (0..6).filter(|node| given(*node) == 0.0).map(|node| ranks[node]).sum();
        let mut next = vec![(0.15 + 0.85 * kept) / 6.0; 6];
        edges
            .iter()
            .for_each(|(from, to, weight)| next[*to] += 0.85 * ranks[*from] * weight / given(*from));
        ranks = next;
    }
    ranks
}

#[test]
fn rivals_count_only_counted_rows() {
    let site = Site::new(&three_people());
    let (job, stream) = (job(&site.input()), stream(&site.input(), None));
    let at = day("2026-03-01").end_micros();
    let acts = MomentData::from_stream(&stream, at, &job.networks, &job.model).person_reactions();
    let found = compute_rivals(&acts, stream.persons.len(), at).unwrap();
    let of = |rival: &str| {
        let rival = found.iter().find(|one| one.name == rival).unwrap();
        ["x", "y", "z", "w"]
            .map(|name| rival.values[stream.persons.find_index(&format!("twitter:{name}")).unwrap() as usize])
    };
    let decayed = |half_life: f64| {
        let sum = |ages: &[f64]| ages.iter().map(|age| 0.5_f64.powf(age / half_life)).sum();
        [sum(&[0.5, 0.25, 0.25]), sum(&[0.75, 0.5]), sum(&[1.0]), 0.0]
    };
    let ranks = plain_pagerank();
    let wanted = [
        ("reactions", [3.0, 2.0, 1.0, 0.0]),
        ("distinct_reactors", [2.0, 2.0, 1.0, 0.0]),
        ("distinct_reactors_1d", [2.0, 2.0, 1.0, 0.0]),
        ("decayed_6h", [1.25, 0.375, 0.0625, 0.0]),
        ("decayed_1d", decayed(1.0)),
        ("decayed_3d", decayed(3.0)),
        ("decayed_7d", decayed(7.0)),
        ("decayed_30d", decayed(30.0)),
        ("pagerank", [ranks[3], ranks[4], ranks[5], 0.0]),
    ];
    for (rival, wanted) in wanted {
        let is_near = of(rival).iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(is_near, "{rival}: {:?} {wanted:?}", of(rival));
    }
}
