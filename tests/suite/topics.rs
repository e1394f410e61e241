//! Tests a small made-up warehouse about coffee: the effect of endorsements, narrower topics and new accounts.

use rstest::rstest;

use crate::support::clout::{Site, night};
use crate::support::days::days;
use crate::support::tables::{Record, Snapshot, number, text};
use crate::support::warehouse::Warehouse;

pub const FIRST: &str = "2026-03-01";
pub const LAST: &str = "2026-03-06";
/// Allows for another order of additions in equal measures.
pub const CLOSE: f64 = 1e-9;

/// Builds twenty people with reactions to one another each day. The same three of them react to sam and tim.
pub fn town() -> Warehouse {
    let topics = "drinks Drinks\n hot Hot_drinks\n bar At_the_bar\n coffee Coffee\n tea Tea";
    let edges = "drinks hot\n drinks bar\n hot coffee\n bar coffee";
    let empty = Warehouse::default().topics(topics).topic_edges(edges);
    days(FIRST, LAST).iter().enumerate().fold(empty, |all, (number, date)| {
        let mut rows = String::new();
        for i in 0..20 {
            for step in [1, 3 + number] {
                let target = (i + step) % 20;
                rows += &format!("{number}-{i}-{step} 10:{i} r{i} like o{number}-{target}#coffee r{target}\n");
            }
            rows += &format!("{number}-{i}-p 09:{i} r{i} tweet o{number}-{i}#coffee -\n");
        }
        for i in [2, 9, 16] {
            for person in ["sam", "tim"] {
                rows += &format!("{number}-{i}-{person} 11:{i} r{i} like {person}-{number}#coffee {person}\n");
            }
        }
        all.activities("twitter", &date.to_string(), &rows)
    })
}

/// Returns the row of a person on a topic, if it exists.
pub fn find<'a>(snapshot: &'a Snapshot, person: &str, topic: &str) -> Option<&'a Record> {
    let is_it = |row: &&Record| text(row, "person_id") == person && text(row, "topic_id") == topic;
    snapshot.table("topic_scores").iter().find(is_it)
}

#[track_caller]
fn row<'a>(snapshot: &'a Snapshot, person: &str, topic: &str) -> &'a Record {
    find(snapshot, person, topic).unwrap_or_else(|| panic!("no {person} on {topic}"))
}

#[track_caller]
fn score(snapshot: &Snapshot, person: &str) -> f64 {
    number(row(snapshot, person, "coffee"), "score").unwrap()
}

/// Returns kind, source and weight of the evidence of a row.
pub fn evidence<'a>(snapshot: &'a Snapshot, person: &str, topic: &str) -> Vec<(&'a str, &'a str, f64)> {
    let pieces = snapshot.table("topic_evidence").iter();
    let own = pieces.filter(|row| text(row, "person_id") == person && text(row, "topic_id") == topic);
    own.map(|row| {
        (
            text(row, "kind"),
            text(row, "source_id"),
            number(row, "weight").unwrap(),
        )
    })
    .collect()
}

#[rstest]
#[case::oneself("a 12:00 twitter:sam twitter:sam coffee -")]
#[case::a_swap("a 12:00 twitter:sam twitter:tim coffee -\n b 12:00 twitter:tim twitter:sam coffee -")]
#[case::a_ring_of_five(
    "a 12:00 twitter:r0 twitter:r4 coffee -\n b 12:00 twitter:r4 twitter:sam coffee -
     c 12:00 twitter:sam twitter:r8 coffee -\n d 12:00 twitter:r8 twitter:r12 coffee -
     e 12:00 twitter:r12 twitter:r0 coffee -"
)]
fn circles_of_endorsements_move_no_score(#[case] endorsements: &str) {
    let (without, with) = (
        night(&town(), LAST),
        night(&town().endorsements(LAST, endorsements), LAST),
    );
    let (before, after) = (without.table("topic_scores"), with.table("topic_scores"));
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(after) {
        assert_eq!(
            (&before["person_id"], &before["topic_id"], &after["endorsers"]),
            (&after["person_id"], &after["topic_id"], &0.into())
        );
        let gain = number(after, "score").unwrap() - number(before, "score").unwrap();
        assert!(gain.abs() <= CLOSE, "{gain} {after:?}");
    }
    let is_endorsement = |row: &Record| text(row, "kind") == "endorsement";
    assert!(!with.table("topic_evidence").iter().any(is_endorsement));
}

#[test]
fn one_endorsement_by_a_known_person_raises_the_score_and_is_named() {
    let praised = town().endorsements(LAST, "word 12:00 twitter:r0 twitter:sam coffee -");
    let (without, with) = (night(&town(), LAST), night(&praised, LAST));
    assert!(score(&with, "twitter:sam") > score(&without, "twitter:sam") + 0.01);
    assert!(score(&with, "twitter:sam") > score(&with, "twitter:tim"));
    assert_eq!(score(&without, "twitter:sam"), score(&without, "twitter:tim"));
    assert_eq!(row(&with, "twitter:sam", "coffee")["endorsers"], 1);
    let named = evidence(&with, "twitter:sam", "coffee");
    let words: Vec<_> = named.iter().filter(|(kind, ..)| *kind == "endorsement").collect();
    assert!(matches!(words[..], [(_, "word", weight)] if *weight > 0.0), "{named:?}");
}

#[test]
fn a_redelivered_endorsement_counts_once() {
    let once = town().endorsements("2026-03-05", "word 12:00 twitter:r0 twitter:sam coffee -");
    let again = once
        .clone()
        .endorsements(LAST, "word D-1T12:00 twitter:r0 twitter:sam coffee -");
    let by_night = Site::new(&again);
    by_night.night("2026-03-05");
    for twice in [night(&again, LAST), by_night.night(LAST)] {
        assert_eq!(score(&twice, "twitter:sam"), score(&night(&once, LAST), "twitter:sam"));
        assert_eq!(twice.metric("endorsements_copies", ""), 1.0);
    }
}

#[rstest]
#[case::who_endorse_as_persons(false)]
#[case::who_also_react_to_one_another(true)]
fn a_thousand_new_accounts_hardly_move_a_score(#[case] are_busy: bool) {
    let mut rows = String::new();
    let mut words = String::new();
    for i in 0..1_000 {
        rows += &format!("n{i}-p 13:00 n{i} tweet #coffee -\n");
        if are_busy {
            rows += &format!("n{i}-l 14:00 n{i} like #coffee n{}\n", (i + 1) % 1_000);
        }
        words += &format!("n{i} 15:00 twitter:n{i} twitter:sam coffee -\n");
    }
    let fresh = town().activities("twitter", LAST, &rows).endorsements(LAST, &words);
    let (without, with) = (night(&town(), LAST), night(&fresh, LAST));
    assert_eq!(with.metric("endorsements_counted", ""), 1_000.0);
    let gain = score(&with, "twitter:sam") - score(&without, "twitter:sam");
    println!("{gain}");
    assert!(gain.abs() <= 0.5, "{gain}");
}

#[rstest]
#[case::who_all_endorse(30)]
#[case::of_whom_a_few_endorse(5)]
fn new_accounts_that_react_to_one_another_show_no_topic(#[case] endorsers: usize) {
    let mut farmed = town();
    let mut words = String::new();
    for (number, date) in days("2026-03-04", LAST).iter().enumerate() {
        let mut rows = String::new();
        for i in 0..30 {
            rows += &format!("n{number}-{i}-p 13:{i} n{i} tweet #tea -\n");
            rows += &format!("n{number}-{i}-s 15:{i} n{i} list_add - sam\n");
            for step in 1..6 {
                let other = (i + step + number) % 30;
                rows += &format!("n{number}-{i}-{step} 14:{i} n{i} list_add - n{other}\n");
            }
        }
        farmed = farmed.activities("twitter", &date.to_string(), &rows);
    }
    (0..endorsers).for_each(|i| words += &format!("n{i} 16:00 twitter:n{i} twitter:sam tea -\n"));
    let (without, with) = (
        night(&farmed, LAST),
        night(&farmed.clone().endorsements(LAST, &words), LAST),
    );
    let before = number(row(&without, "twitter:sam", "coffee"), "score").unwrap();
    let gain = score(&with, "twitter:sam") - before;
    assert!(gain.abs() <= 0.5, "{gain}");
    match find(&with, "twitter:sam", "tea") {
        // Only other endorsers of sam react to any of them, so he has no row.
        None => assert_eq!(endorsers, 30),
        Some(tea) => {
            assert_eq!((&tea["is_shown"], &tea["endorsers"]), (&false.into(), &5.into()));
            assert!(
                number(tea, "score").unwrap() < score(&with, "twitter:sam") - 5.0,
                "{tea:?}"
            );
        }
    }
}

#[test]
fn a_broader_topic_counts_a_narrower_one_once_over_several_paths() {
    let snapshot = night(&town(), LAST);
    let hot = evidence(&snapshot, "twitter:sam", "hot");
    let [("ancestor", "coffee", one_step)] = hot[..] else {
        panic!("{hot:?}");
    };
    assert_eq!(evidence(&snapshot, "twitter:sam", "bar"), hot);
    let drinks = evidence(&snapshot, "twitter:sam", "drinks");
    let [("ancestor", "coffee", two_steps)] = drinks[..] else {
        panic!("{drinks:?}");
    };
    let decay = snapshot.manifest["parameters"]["model"]["topics"]["ancestor_decay"]
        .as_f64()
        .unwrap();
    // One step gives decay x, two give decay² x.
    assert!(one_step > 0.0 && (two_steps - decay * one_step).abs() <= CLOSE);
    for broader in ["hot", "bar", "drinks"] {
        let row = row(&snapshot, "twitter:sam", broader);
        let counts = (&row["reactors"], &row["endorsers"], &row["is_shown"]);
        assert_eq!(counts, (&0.into(), &0.into(), &false.into()));
    }
    assert_eq!(row(&snapshot, "twitter:sam", "coffee")["is_shown"], true);
}

#[test]
fn the_shortest_path_to_a_broader_topic_counts() {
    let snapshot = night(&town().topic_edges("drinks coffee"), LAST);
    let (hot, drinks) = (
        evidence(&snapshot, "twitter:sam", "hot"),
        evidence(&snapshot, "twitter:sam", "drinks"),
    );
    assert_eq!((drinks.len(), drinks), (1, hot));
}

#[test]
fn an_own_post_and_one_known_reactor_are_two_sources() {
    let post = "own 08:00 uma tweet uma-1#tea -\n one 09:00 vic tweet vic-1#tea -";
    let heard = town().activities("twitter", LAST, &format!("{post}\n heard 10:00 r5 like uma-1#tea uma"));
    let snapshot = night(&heard, LAST);
    let (uma, vic) = (
        row(&snapshot, "twitter:uma", "tea"),
        row(&snapshot, "twitter:vic", "tea"),
    );
    assert_eq!((&uma["reactors"], &uma["is_shown"]), (&1.into(), &true.into()));
    assert_eq!((&vic["reactors"], &vic["is_shown"]), (&0.into(), &false.into()));
    let independent = evidence(&snapshot, "twitter:uma", "tea");
    assert!(
        independent.iter().filter(|(kind, ..)| *kind != "ancestor").count() >= 2,
        "{independent:?}"
    );
    // Own words alone do not show a topic, and only the evidence of shown topics is listed.
    assert!(evidence(&snapshot, "twitter:vic", "tea").is_empty());
}
