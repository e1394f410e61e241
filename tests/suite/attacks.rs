//! What can be bought, how sure scores are and what a network is worth: the bars of the evaluation, on the
//! sample data and, where it is, on real data.

use serde_json::Value;

use crate::foresight::{evaluate, evaluated, rows};
use crate::support::clout::Site;
use crate::support::warehouse::Warehouse;
use crate::support::{sample_data, shared_data};

/// Every attack that is played for both groups.
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
/// Attacks that are reported, and the bar of the last of the bought, which follows from the others.
const WITHOUT_A_BAR: [&str; 4] = ["bought_1", "bought_10", "burst_of_all", "aged_star"];
const GROUPS: [&str; 2] = ["middle_fifth", "reach_10_to_30"];

fn gain<'a>(findings: &'a Value, attack: &str, group: Option<&str>) -> &'a Value {
    let is_it = |gain: &&Value| gain["attack"] == attack && gain["group"].as_str() == group;
    let found = rows(findings, "gains").iter().find(is_it);
    found.unwrap_or_else(|| panic!("no {attack} of {group:?} in {findings}"))
}

/// The bar that the issue sets, on the mean.
fn keeps_its_bar(attack: &str, mean: f64) -> bool {
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
        assert!(keeps_its_bar(attack, gain["mean"].as_f64().unwrap()), "{gain}");
        assert_eq!(gain["bar"].is_null(), WITHOUT_A_BAR.contains(&attack), "{gain}");
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
    // Somebody helped: an attack that nobody plays gains nothing and keeps every bar.
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
fn no_attack_on_the_sample_data_passes_a_bar() {
    let findings = evaluated(&sample_data(), &["--attacks"]);
    assert_eq!(findings["at"], "2026-11-01T00:00:00Z");
    check_attacks(&findings);
}

#[test]
fn a_model_without_trust_misses_the_bar_and_is_told_so() {
    // For want of history everybody is trusted: five weeks of a year.
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
    // And the command still ends well: what it found is for people to judge.
    let said = evaluate(&sample_data(), &trusting).exits(0).says("MISSED");
    let star = said.out.lines().find(|line| line.trim().starts_with("star "));
    assert!(star.is_some_and(|line| line.ends_with("MISSED")), "{}", said.out);
}

#[test]
fn threads_do_not_show_in_attacks_either() {
    let site = Site::of(&crate::nightly::eventful());
    let said = |threads: &str| evaluate(&site.input(), &["--attacks", "--format", "json", "--threads", threads]);
    let one = said("1").exits(0);
    assert_eq!(one.out, said("2").exits(0).out);
    let star = &one.json()["gains"][0];
    assert!(star["attack"] == "star" && star["targets"].as_u64() > Some(0), "{star}");
}

/// What the evaluation says of intervals, of networks left out and of time.
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
    // Of nobody there is nothing to tell.
    for group in rows(found, "intervals").iter().filter(|group| group["people"] != 0) {
        let held = group["held"].as_f64().unwrap();
        assert!((0.85..=1.0).contains(&held), "{group}");
        assert!(group["width"].as_f64().unwrap() > 0.5, "{group}");
    }
    for network in rows(found, "missing_networks") {
        assert_eq!(network["raised"], 0, "{network}");
        let (most, bound) = (network["most_of_a_third"].as_f64(), network["bound"].as_f64().unwrap());
        assert!(most.is_none_or(|most| most <= bound) && bound < 12.0, "{network}");
        // Where nobody could lose it, no bar is met.
        let is_told = network["people"] != 0;
        assert_eq!(network["is_met"].as_bool(), is_told.then_some(true), "{network}");
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
fn intervals_hold_and_no_network_is_missed_beyond_its_bound() {
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
fn higgs_is_foretold_as_well_as_by_the_best_rival_and_not_by_followers() {
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
fn no_attack_on_higgs_passes_a_bar() {
    let Some(data) = shared_data() else {
        return;
    };
    let findings = evaluated(&data.join("higgs"), &["--attacks", "--to", "2012-07-04"]);
    assert_eq!(findings["at"], "2012-07-05T00:00:00Z");
    check_attacks(&findings);
}

/// One person, with twelve reactors who are seen on five days: nobody else is there to be reacted to.
#[test]
fn whoever_is_alone_is_attacked_all_the_same() {
    let mut all = Warehouse::default();
    for day in 1..=5 {
        let rows: String = (10..22)
            .map(|fan| format!("t{day}-{fan} {fan}:00 fan{fan} like - tim\n"))
            .collect();
        all = all.activities("twitter", &format!("2026-03-0{day}"), &rows);
    }
    let site = Site::of(&all);
    let findings = evaluate(&site.input(), &["--attacks", "--format", "json"])
        .exits(0)
        .json();
    let aged = gain(&findings, "aged_star", Some("reach_10_to_30"));
    assert_eq!(aged["targets"], 1, "{findings}");
    // Nobody stands in the middle of one, so not every bar was tried.
    assert_eq!(findings["are_met"], false, "{findings}");
}
