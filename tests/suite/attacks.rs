//! Checks the thresholds of the evaluation for attacks, intervals and left-out networks, on the sample data and, if
//! present, on real data.

use serde_json::Value;

use crate::foresight::{evaluate, evaluated, rows};
use crate::support::clout::Site;
use crate::support::warehouse::Warehouse;
use crate::support::{sample_data, shared_data};

/// Lists each attack that is evaluated for both groups.
const ATTACKS: [&str; 12] = [
    "star",
    "ring",
    "fan",
    "farm",
    "bought_1",
    "bought_10",
    "bought_100",
    "burst",
    "burst_of_all",
    "cheapest",
    "smear",
    "aged_star",
];
/// Lists attacks that are reported without a threshold.
const WITHOUT_THRESHOLD: [&str; 4] = ["bought_1", "bought_10", "burst_of_all", "aged_star"];
const GROUPS: [&str; 2] = ["middle_fifth", "reach_10_to_30"];

fn gain<'a>(findings: &'a Value, attack: &str, group: Option<&str>) -> &'a Value {
    let is_it = |gain: &&Value| gain["attack"] == attack && gain["group"].as_str() == group;
    let found = rows(findings, "gains").iter().find(is_it);
    found.unwrap_or_else(|| panic!("no {attack} of {group:?} in {findings}"))
}

/// Returns true if the mean gain is within the threshold of the attack.
fn is_within_threshold(attack: &str, mean: f64) -> bool {
    match attack {
        "star" | "farm" | "burst" | "cheapest" | "fan" => mean <= 1.0,
        "ring" => mean <= 0.5,
        "smear" => mean >= -0.5,
        _ => true,
    }
}

#[track_caller]
fn check_attacks(findings: &Value) {
    for (attack, group) in ATTACKS.iter().flat_map(|attack| GROUPS.map(|group| (*attack, group))) {
        let gain = gain(findings, attack, Some(group));
        assert_eq!(gain["targets"], 10, "{gain}");
        assert!(is_within_threshold(attack, gain["mean"].as_f64().unwrap()), "{gain}");
        assert_eq!(gain["bar"].is_null(), WITHOUT_THRESHOLD.contains(&attack), "{gain}");
        let best_fake = gain["best_fake"].as_f64().unwrap_or(1.0);
        let is_below = best_fake <= findings["percentile_90"].as_f64().unwrap();
        assert!(
            is_below || attack == "aged_star",
            "{gain} {}",
            findings["percentile_90"]
        );
    }
    for strangers in ["copy", "closed_farm"] {
        let moved = gain(findings, strangers, None);
        assert!(
            moved["targets"].as_u64() > Some(1_000) && moved["most"].as_f64().unwrap() <= 0.01,
            "{moved}"
        );
    }
    let is_met = |gain: &&Value| gain["is_met"].is_null() || gain["is_met"] == true;
    assert!(rows(findings, "gains").iter().all(|gain| is_met(&gain)), "{findings}");
    assert_eq!(findings["are_fakes_below"], true);
    assert_eq!(findings["are_met"], true);
    // At least one target must gain: an attack without effect gains nothing and meets each threshold.
    let played = ["ring", "farm", "bought_100"];
    assert!(
        played
            .iter()
            .all(|attack| gain(findings, attack, Some(GROUPS[0]))["best_fake"].is_number())
    );
    for attack in ["star", "fan", "burst_of_all", "aged_star"] {
        assert!(
            gain(findings, attack, Some(GROUPS[0]))["most"].as_f64().unwrap() > 0.0,
            "{attack}"
        );
    }
}

#[test]
fn no_attack_on_the_sample_data_exceeds_a_threshold() {
    let findings = evaluated(&sample_data(), &["--attacks"]);
    assert_eq!(findings["at"], "2026-11-01T00:00:00Z");
    check_attacks(&findings);
}

#[test]
fn a_model_without_trust_misses_the_thresholds_and_the_output_says_so() {
    // All people are trusted because the history is too short: five weeks of a year.
    let trusting = ["--attacks", "--set", "model.trust.settled_after_days=365"];
    let findings = evaluated(&sample_data(), &trusting);
    for group in GROUPS {
        let star = gain(&findings, "star", Some(group));
        assert!(
            star["is_met"] == false && star["mean"].as_f64().unwrap() > 10.0,
            "{star}"
        );
    }
    assert_eq!(findings["are_met"], false);
    // The command still exits with 0: people judge the findings.
    let result = evaluate(&sample_data(), &trusting).exits(0).prints("MISSED");
    let star = result.out.lines().find(|line| line.trim().starts_with("star "));
    assert!(star.is_some_and(|line| line.ends_with("MISSED")), "{}", result.out);
}

#[test]
fn attacks_do_not_depend_on_the_number_of_threads() {
    let site = Site::new(&crate::nightly::eventful());
    let result = |threads: &str| evaluate(&site.input(), &["--attacks", "--format", "json", "--threads", threads]);
    let one = result("1").exits(0);
    assert_eq!(one.out, result("2").exits(0).out);
    let star = &one.json()["gains"][0];
    assert!(star["attack"] == "star" && star["targets"].as_u64() > Some(0), "{star}");
}

/// Checks the findings on intervals, on left-out networks and on time.
#[track_caller]
fn check_sureness(found: &Value) {
    let everybody = &rows(found, "intervals")[4];
    assert_eq!(
        [&everybody["reactors_from"], &everybody["reactors_to"]],
        [&Value::from(5), &Value::Null]
    );
    assert!(
        everybody["people"].as_u64() > Some(100) && everybody["is_met"] == true,
        "{everybody}"
    );
    // A group without people has no figures.
    for group in rows(found, "intervals").iter().filter(|group| group["people"] != 0) {
        let held = group["held"].as_f64().unwrap();
        assert!((0.85..=1.0).contains(&held), "{group}");
        assert!(group["width"].as_f64().unwrap() > 0.5, "{group}");
    }
    for network in rows(found, "missing_networks") {
        assert_eq!(network["raised"], 0, "{network}");
        let (most, bound) = (network["most_of_a_third"].as_f64(), network["bound"].as_f64().unwrap());
        assert!(most.is_none_or(|most| most <= bound) && bound < 12.0, "{network}");
        // No threshold is met if no person could lose anything.
        let has_people = network["people"] != 0;
        assert_eq!(network["is_met"].as_bool(), has_people.then_some(true), "{network}");
    }
    assert!(
        rows(found, "time").iter().all(|figure| figure["is_met"] != false),
        "{found}"
    );
    assert_eq!(
        rows(found, "time")
            .iter()
            .filter(|figure| figure["is_met"] == true)
            .count(),
        7
    );
}

#[test]
fn intervals_hold_and_no_left_out_network_costs_more_than_its_bound() {
    let found = evaluated(&sample_data(), &["--from", "2026-10-30"]);
    check_sureness(&found);
    let networks = rows(&found, "missing_networks");
    assert_eq!(networks.len(), 4);
    for network in networks {
        assert!(network["people_of_a_third"].as_u64() > Some(20), "{network}");
        assert!(
            network["most_of_a_third"].as_f64() > Some(0.5) && network["mean"].as_f64() > Some(0.5),
            "{network}"
        );
    }
}

#[test]
fn higgs_is_predicted_as_well_as_by_the_best_rival_and_not_by_followers() {
    let Some(data) = shared_data() else {
        return;
    };
    let plan = ["--from", "2012-07-01", "--to", "2012-07-03", "--ahead", "24h,12h"];
    let found = evaluated(&data.join("higgs"), &plan);
    assert_eq!(found["summary"]["windows"], 6);
    for ratio in rows(&found["summary"], "ratios")
        .iter()
        .filter(|ratio| ratio["measure"].as_str().unwrap().starts_with("ndcg"))
    {
        assert!(ratio["ratio"].as_f64().unwrap() >= 1.0, "{ratio}");
    }
    let popularity = &found["popularity"];
    assert!(popularity["r_squared"].as_f64().unwrap() <= 0.75, "{popularity}");
    assert!(popularity["partial_spearman"].as_f64().unwrap() >= 0.3, "{popularity}");
    check_sureness(&found);
}

#[test]
fn no_attack_on_higgs_exceeds_a_threshold() {
    let Some(data) = shared_data() else {
        return;
    };
    let findings = evaluated(&data.join("higgs"), &["--attacks", "--to", "2012-07-04"]);
    assert_eq!(findings["at"], "2012-07-05T00:00:00Z");
    check_attacks(&findings);
}

/// Builds one person with twelve reactors that are seen on five days. No other person receives reactions.
#[test]
fn attacks_run_on_a_warehouse_with_one_scored_person() {
    let mut all = Warehouse::default();
    for day in 1..=5 {
        let rows: String = (10..22)
            .map(|fan| format!("t{day}-{fan} {fan}:00 fan{fan} like - tim\n"))
            .collect();
        all = all.activities("twitter", &format!("2026-03-0{day}"), &rows);
    }
    let site = Site::new(&all);
    let findings = evaluate(&site.input(), &["--attacks", "--format", "json"])
        .exits(0)
        .json();
    let aged = gain(&findings, "aged_star", Some("reach_10_to_30"));
    assert_eq!(aged["targets"], 1, "{findings}");
    // The middle group is empty, so not all thresholds were checked.
    assert_eq!(findings["are_met"], false, "{findings}");
}
