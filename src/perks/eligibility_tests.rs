use rstest::rstest;

use super::*;
use crate::perks::testing::{DAY, create_store, example_campaign, publish_example};
use clout_base::day::Day;
use clout_warehouse::snapshots;

const SCORES: &str =
    "ada 40 90 1.0 30 0\n bob 30 70 0.5 10 3\n cid 20 50 1.0 2 20\n dan 10 10 0.2 1 -\n eve - - 1.0 0 0";
const NETWORKS: &str = "ada twitter 38\n ada linkedin 12\n bob linkedin 30\n cid twitter 15\n eve twitter -";
const TOPICS: &str = "ada tea 30 true\n bob tea 50 false\n cid coffee 20 true\n cid tea 5 true";

/// Applies rules in TOML to the example tables.
fn eligible(rules: &str) -> EligiblePeople {
    let (_folder, store) = create_store();
    publish_example(&store, DAY, SCORES, NETWORKS, TOPICS);
    let snapshot = snapshots::read_manifest(&store, DAY).unwrap().unwrap();
    let mut campaign = example_campaign("tea");
    campaign.eligible = toml::from_str(rules).unwrap();
    let sources = DrawSources {
        store: &store,
        snapshot: &snapshot,
        newest: &snapshot,
        past: &[],
    };
    find_eligible(sources, &campaign).unwrap()
}

#[rstest]
#[case::all_people_with_a_score("", "ada bob cid dan")]
#[case("min_score = 20", "ada bob cid")]
#[case("max_score = 20", "cid dan")]
#[case("min_percentile = 70", "ada bob")]
#[case("max_percentile = 49.9", "dan")]
#[case("min_coverage = 0.5", "ada bob cid")]
#[case("min_reach = 10", "ada bob")]
#[case::on_the_snapshot_date("active_within_days = 1", "ada")]
#[case("active_within_days = 4", "ada bob")]
#[case::no_activity_is_never_recent("active_within_days = 100000", "ada bob cid")]
#[case::only_shown_topics_count("topics = ['tea']", "ada cid")]
#[case("topics = ['tea']\nmin_topic_score = 10", "ada")]
#[case::one_of_several_is_enough("topics = ['tea', 'coffee']\nmin_topic_score = 10", "ada cid")]
#[case("topics = ['milk']", "")]
#[case::a_null_score_does_not_count("networks = ['twitter']", "ada cid")]
#[case("networks = ['twitter', 'linkedin']\nmin_network_score = 20", "ada bob")]
#[case::all_must_hold("min_score = 15\nmax_score = 35\nnetworks = ['linkedin']", "bob")]
fn rules_select_people_from_published_tables(#[case] rules: &str, #[case] expected: &str) {
    assert_eq!(eligible(rules).eligible.join(" "), expected);
}

#[test]
fn each_rule_reports_the_number_of_people_left() {
    let steps = eligible("min_score = 20\ntopics = ['tea']").steps;
    let steps_shown: Vec<String> = steps
        .iter()
        .map(|step| format!("{} {}", step.left, step.rule))
        .collect();
    let expected = [
        "5 people in the snapshot of 2024-10-04",
        "4 with a score",
        "3 score at least 20",
        "2 shown on tea with at least 1",
    ];
    assert_eq!(steps_shown, expected);
}

#[test]
fn excluded_people_are_listed_only_if_they_meet_all_rules() {
    let (_folder, store) = create_store();
    publish_example(&store, DAY, SCORES, "", "");
    let snapshot = snapshots::read_manifest(&store, DAY).unwrap().unwrap();
    let mut campaign = example_campaign("tea");
    campaign.exclude = ["bob", "eve", "nobody"].map(str::to_owned).to_vec();
    let sources = DrawSources {
        store: &store,
        snapshot: &snapshot,
        newest: &snapshot,
        past: &[],
    };
    let pool = find_eligible(sources, &campaign).unwrap();
    assert_eq!(
        (pool.eligible.join(" ").as_str(), pool.excluded.join(" ").as_str()),
        ("ada cid dan", "bob")
    );
}

#[test]
fn people_missing_from_the_newest_snapshot_cannot_win() {
    let (_folder, store) = create_store();
    publish_example(&store, DAY, SCORES, "", "");
    publish_example(&store, Day(DAY.0 + 3), "ada - - 0 0 -\n zoe 50 99 1 9 0", "", "");
    let [snapshot, newest] = [DAY, Day(DAY.0 + 3)].map(|day| snapshots::read_manifest(&store, day).unwrap().unwrap());
    let sources = DrawSources {
        store: &store,
        snapshot: &snapshot,
        newest: &newest,
        past: &[],
    };
    assert_eq!(
        find_eligible(sources, &example_campaign("tea")).unwrap().eligible,
        ["ada"]
    );
}
