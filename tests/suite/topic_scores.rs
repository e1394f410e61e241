//! Tests topic scores: evidence and endorsements in the sample, the command line, and foresight on real data.

use std::collections::{BTreeMap, BTreeSet};

use rstest::rstest;

use crate::support::clout::{Site, clout, path};
use crate::support::tables::{Record, Snapshot, number, text};
use crate::support::warehouse::{Form, Warehouse};
use crate::support::{files_below, repository, shared_data};

const DATE: &str = "2026-10-31";
const TABLES: [&str; 2] = ["topic_scores", "topic_evidence"];

/// Builds the sample with further endorsements on its last load date: `id time endorser endorsee topic weight`.
fn sample(endorsements: &str) -> Site {
    let site = Site::empty();
    let from = repository().join("sample_data");
    for file in files_below(&from) {
        let to = site.input().join(&file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from.join(&file), to).unwrap();
    }
    let more = Warehouse::default().endorsements(DATE, endorsements);
    more.write_topics(&site.input(), &Form::default());
    site
}

fn row<'a>(snapshot: &'a Snapshot, person: &str, topic: &str) -> &'a Record {
    let is_it = |row: &&Record| text(row, "person_id") == person && text(row, "topic_id") == topic;
    snapshot.table("topic_scores").iter().find(is_it).unwrap()
}

fn score(snapshot: &Snapshot, person: &str, topic: &str) -> f64 {
    number(row(snapshot, person, topic), "score").unwrap()
}

#[test]
fn a_shown_topic_has_two_sources_and_no_opted_out_person_is_named() {
    let snapshot = sample("").night(DATE);
    let mut independent: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in snapshot.table("topic_scores") {
        let key = (text(row, "person_id"), text(row, "topic_id"));
        assert_eq!(independent.insert(key, 0), None);
    }
    for piece in snapshot.table("topic_evidence") {
        let key = (text(piece, "person_id"), text(piece, "topic_id"));
        let found = independent.get_mut(&key).expect("a row of topic_scores");
        *found += usize::from(text(piece, "kind") != "ancestor");
        assert!(number(piece, "weight").unwrap() >= 0.0);
    }
    let mut shown = 0;
    for row in snapshot.table("topic_scores") {
        let key = (text(row, "person_id"), text(row, "topic_id"));
        let people = row["reactors"].as_i64().unwrap() + row["endorsers"].as_i64().unwrap();
        assert!((1.0..=100.0).contains(&number(row, "score").unwrap()));
        assert!((0.0..=1.0).contains(&number(row, "confidence").unwrap()));
        if row["is_shown"] == true {
            shown += 1;
            assert!(independent[&key] >= 2 && people >= 1, "{key:?}");
        }
    }
    assert!(shown > 1_000, "{shown}");
    let opted_out = ["omar-who-opted-out", "hazel-yak-0014", "amber-wren-0017"];
    for row in TABLES.iter().flat_map(|table| snapshot.table(table)) {
        let named = ["person_id", "source_id"].map(|name| row.get(name).and_then(|id| id.as_str()));
        assert!(named.iter().flatten().all(|id| !opted_out.contains(id)), "{named:?}");
    }
    assert!(snapshot.metric("topic_iterations", "") > 1.0);
    assert!((0.0..1e-6).contains(&snapshot.metric("topic_residual", "")));
    let ada = row(&snapshot, "ada-the-specialist", "coffee");
    assert_eq!((&ada["rank_in_topic"], &ada["is_shown"]), (&1.into(), &true.into()));
    // Cleo posts every day, but receives few reactions.
    let interests = snapshot
        .table("topic_scores")
        .iter()
        .filter(|row| text(row, "person_id") == "cleo-the-celebrity");
    let (loud, heard): (Vec<_>, Vec<_>) = interests.partition(|row| row["reactors"] == 0 && row["endorsers"] == 0);
    assert!(!loud.is_empty() && loud.iter().all(|row| row["is_shown"] == false));
    assert!(heard.len() <= 4, "{}", heard.len());
}

#[rstest]
#[case::oneself("a 10:00 mila-the-maker mila-the-maker pottery -")]
#[case::swap("a 10:00 sten-the-steady mila-the-maker pottery -\nb 10:00 mila-the-maker sten-the-steady gardening -")]
#[case::ring(
    "a 10:00 sten-the-steady mila-the-maker pottery -
     b 10:00 mila-the-maker olga-of-one-network pottery -
     c 10:00 olga-of-one-network paul-of-four-networks pottery -
     d 10:00 paul-of-four-networks cleo-the-celebrity pottery -
     e 10:00 cleo-the-celebrity sten-the-steady pottery -"
)]
#[case::strangers("a 10:00 nobody-there mila-the-maker pottery -\nb 10:00 twitter:0 mila-the-maker pottery -")]
fn circles_of_endorsements_count_nothing_in_the_sample(#[case] endorsements: &str) {
    let (without, with) = (sample("").night(DATE), sample(endorsements).night(DATE));
    let gain = score(&with, "mila-the-maker", "pottery") - score(&without, "mila-the-maker", "pottery");
    // Members of the ring endorsed others before, so a hundredth may leak through them; the rest counts nothing.
    assert!(gain.abs() < 0.02, "{gain}");
}

#[test]
fn an_endorsement_by_a_known_person_counts_once_and_is_named() {
    let one = "a 10:00 sten-the-steady mila-the-maker pottery -";
    let (without, with) = (sample("").night(DATE), sample(one).night(DATE));
    let gain = score(&with, "mila-the-maker", "pottery") - score(&without, "mila-the-maker", "pottery");
    assert!((0.01..1.0).contains(&gain), "{gain}");
    assert_eq!(row(&with, "mila-the-maker", "pottery")["endorsers"], 1);
    let is_named = |piece: &Record| text(piece, "kind") == "endorsement" && text(piece, "source_id") == "a";
    assert!(with.table("topic_evidence").iter().any(is_named));
    let twice = sample(&format!("{one}\n{one}")).night(DATE);
    assert_eq!(
        score(&twice, "mila-the-maker", "pottery"),
        score(&with, "mila-the-maker", "pottery")
    );
    let counted = |snapshot: &Snapshot, name: &str| {
        let is_it = |row: &&Record| text(row, "name") == name;
        number(snapshot.table("run_metrics").iter().find(is_it).unwrap(), "value")
    };
    assert_eq!(
        counted(&twice, "endorsements_counted"),
        counted(&with, "endorsements_counted")
    );
}

#[test]
fn broader_topics_appear_once_and_are_not_shown_by_narrower_ones_alone() {
    let snapshot = sample("").night(DATE);
    let lifted: BTreeSet<(&str, &str)> = (snapshot.table("topic_evidence").iter())
        .filter(|piece| text(piece, "kind") == "ancestor")
        .map(|piece| (text(piece, "person_id"), text(piece, "topic_id")))
        .collect();
    assert!(lifted.contains(&("ada-the-specialist", "food-and-drink")));
    let broad = row(&snapshot, "ada-the-specialist", "food-and-drink");
    assert_eq!((&broad["reactors"], &broad["is_shown"]), (&0.into(), &false.into()));
}

#[test]
fn the_command_line_suggests_similar_topics() {
    let site = sample("");
    site.night(DATE);
    let output = path(&site.output());
    clout(&["top", "--topic", "coffees", "--output", &output])
        .exits(2)
        .prints("did you mean coffee");
    clout(&["explain", "ada-the-specialist", "--output", &output])
        .exits(0)
        .prints("Evidence for coffee");
    clout(&["explain", "ada-the-specalist", "--output", &output])
        .exits(2)
        .prints("ada-the-specialist");
    clout(&["explain", "omar-who-opted-out", "--output", &output])
        .exits(2)
        .prints("unknown, or opted out");
}

#[test]
fn topic_scores_predict_accepted_answers() {
    let Some(data) = shared_data() else {
        return;
    };
    let (input, job) = (
        path(&data.join("cardano")),
        path(&repository().join("jobs/stackexchange.toml")),
    );
    let question = [
        "evaluate",
        &job,
        "--input",
        &input,
        "--topics",
        "--foretell",
        "accept",
        "--by",
        "answer",
    ];
    let windows = [
        "--from",
        "2021-06-25",
        "--every",
        "30d",
        "--ahead",
        "30d",
        "--format",
        "json",
    ];
    let found = clout(&[&question[..], &windows].concat()).exits(0).json();
    assert!(found["credits"].as_u64().unwrap() >= 100);
    let predictors = found["predictors"].as_array().unwrap();
    for figure in ["precision_1", "precision_3", "precision_5", "ndcg_10"] {
        let values: Vec<f64> = predictors.iter().map(|row| row[figure].as_f64().unwrap()).collect();
        assert!(
            values[1..].iter().all(|rival| values[0] >= *rival),
            "{figure} {values:?}"
        );
    }
    assert_eq!(found["coverage"]["shown_with_one_source"], 0);
    let farms = found["farms"].as_array().unwrap();
    let met: Vec<&serde_json::Value> = farms.iter().map(|farm| &farm["is_met"]).collect();
    // Farms with a helper are reported without a threshold.
    assert_eq!(
        met,
        [
            &true.into(),
            &true.into(),
            &true.into(),
            &serde_json::Value::Null,
            &serde_json::Value::Null
        ]
    );
    let gained = |index: usize| farms[index]["most"].as_f64().unwrap();
    assert!(gained(2) <= 1e-6 && gained(4) > 0.5, "{farms:?}");
}
