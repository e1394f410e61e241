//! Tests each cause of a change alone, in a small warehouse.

use std::collections::BTreeSet;

use crate::score_changes::{check_sums, reasons};
use crate::support::clout::{Site, run};
use crate::support::tables::Snapshot;
use crate::support::warehouse::Warehouse;

fn causes(snapshot: &Snapshot, person: &str) -> BTreeSet<String> {
    let reasons = reasons(snapshot, person);
    reasons.iter().map(|(cause, ..)| (*cause).to_owned()).collect()
}

/// Builds two quiet weeks in which ten known fans like ada each day, and adds the rows of the test.
fn steady(last: &str) -> Warehouse {
    (1..=14).fold(Warehouse::default(), |all, day| {
        let mut rows = String::new();
        for fan in 0..10 {
            rows += &format!("a{day}-{fan} 1{fan}:00 fan{fan} like - ada\n");
            rows += &format!("b{day}-{fan} 1{fan}:30 fan{fan} tweet - -\n");
            rows += &format!("c{day}-{fan} 0{fan}:30 fan{} like - bob\n", (fan + day) % 10);
        }
        if day == 14 {
            rows += last;
        }
        all.activities("twitter", &format!("2026-03-{day:02}"), &rows)
    })
}

/// Returns the snapshot of the fourteenth, published after that of the thirteenth.
fn fourteenth(warehouse: &Warehouse) -> Snapshot {
    let site = Site::new(warehouse);
    site.night("2026-03-13");
    let snapshot = site.night("2026-03-14");
    check_sums(&snapshot);
    snapshot
}

#[test]
fn new_reactions_name_network_and_people_and_appear_only_after_new_rows() {
    let snapshot = fourteenth(&steady("n 12:00 stranger retweet - ada\n o 12:00 bob reply - ada"));
    let ada = reasons(&snapshot, "twitter:ada");
    let new = ada.iter().find(|(cause, ..)| *cause == "new_reactions").unwrap();
    assert!(new.1.starts_with("twitter: ") && new.2 > 0.0, "{ada:?}");
    assert!(ada.iter().any(|(cause, ..)| *cause == "repeats_saturated"), "{ada:?}");
    // A person without a reaction on that day.
    let quiet = steady("").activities("twitter", "2026-03-13", "q 12:00 fan1 like - eve");
    let snapshot = fourteenth(&quiet);
    let eve = causes(&snapshot, "twitter:eve");
    assert!(
        !eve.contains("new_reactions") && eve.contains("faded_reactions"),
        "{eve:?}"
    );
}

#[test]
fn a_changed_identity_is_a_cause_for_both_persons() {
    let before = "ann=twitter:ada ann=twitter:old ben=twitter:bob";
    let after = "ann=twitter:ada ben=twitter:old ben=twitter:bob";
    let mut warehouse = steady("")
        .identities("2026-03-01", before)
        .identities("2026-03-14", after);
    warehouse = warehouse.activities(
        "twitter",
        "2026-03-12",
        "x1 10:00 fan1 like - old\n x2 10:00 fan2 like - old",
    );
    warehouse = warehouse.activities("twitter", "2026-03-11", "x3 10:00 fan7 like - old");
    let snapshot = fourteenth(&warehouse);
    let points = |person: &str| -> f64 {
        let reasons = reasons(&snapshot, person);
        reasons
            .iter()
            .filter(|(cause, ..)| *cause == "identity_changed")
            .map(|(.., points)| points)
            .sum()
    };
    assert!(
        points("ann") < 0.0 && points("ben") > 0.0,
        "{} {}",
        points("ann"),
        points("ben")
    );
}

#[test]
fn an_opt_out_removes_the_persons_reactions_and_names_nobody() {
    let snapshot = fourteenth(&steady("").opt_outs("2026-03-14", "twitter:fan3"));
    let ada = reasons(&snapshot, "twitter:ada");
    let opted_out = ada.iter().find(|(cause, ..)| *cause == "opted_out_reactors").unwrap();
    assert!(opted_out.2 < 0.0 && opted_out.1 == "twitter: 1 person", "{ada:?}");
    for table in snapshot.manifest["tables"].as_object().unwrap().keys() {
        for row in snapshot.table(table) {
            assert!(!format!("{row:?}").contains("fan3"), "{table}: {row:?}");
        }
    }
}

#[test]
fn joining_and_leaving_a_network_are_causes() {
    let identities = "ada=twitter:ada";
    let both = "ada=twitter:ada ada=facebook:ada";
    let joining = steady("")
        .identities("2026-03-01", identities)
        .identities("2026-03-14", both)
        .activities(
            "facebook",
            "2026-03-12",
            "f1 10:00 f1 like - eve\n f2 10:00 f2 like - ada\n f4 10:00 f2 like - eve",
        )
        .activities("facebook", "2026-03-14", "f3 10:00 f1 like - ada");
    let snapshot = fourteenth(&joining);
    let joined = reasons(&snapshot, "ada");
    let facebook: Vec<_> = joined
        .iter()
        .filter(|(_, detail, _)| detail.starts_with("facebook"))
        .collect();
    assert!(
        facebook.iter().any(|(cause, ..)| *cause == "network_joined"),
        "{joined:?}"
    );
    assert!(
        facebook
            .iter()
            .all(|(cause, ..)| !["new_reactions", "identity_changed"].contains(cause)),
        "{joined:?}"
    );
    let leaving = joining
        .identities("2026-03-01", both)
        .identities("2026-03-14", identities);
    let left = causes(&fourteenth(&leaving), "ada");
    assert!(left.contains("network_left"), "{left:?}");
}

#[test]
fn another_model_is_recalibrated_and_the_rest_is_split_under_the_new_one() {
    let site = Site::new(&steady("n 12:00 stranger retweet - ada"));
    site.night("2026-03-13");
    site.run(&["--as-of", "2026-03-14", "--set", "model.scale.points_per_decade=20"])
        .exits(0);
    let snapshot = site.snapshot("2026-03-14");
    check_sums(&snapshot);
    let ada = reasons(&snapshot, "twitter:ada");
    let recalibrated = ada.iter().find(|(cause, ..)| *cause == "recalibrated").unwrap();
    assert!(
        recalibrated.1.starts_with("model 6-") && recalibrated.2 > 1.0,
        "{ada:?}"
    );
    assert!(ada.iter().any(|(cause, ..)| *cause == "new_reactions"), "{ada:?}");
}

#[test]
fn a_rebuild_from_other_input_is_a_cause_and_a_rebuild_from_the_same_input_is_none() {
    let site = Site::new(&steady(""));
    site.night("2026-03-13");
    let other = site.output_named("other");
    run(&site.input(), &other, &["--as-of", "2026-03-13"]).exits(0);
    let nightly = site.night("2026-03-14");
    std::fs::remove_dir_all(other.join("state")).unwrap();
    run(&site.input(), &other, &["--as-of", "2026-03-14"]).exits(0);
    let rebuilt = Snapshot::read(&other, "2026-03-14");
    assert_eq!(rebuilt.table("score_changes"), nightly.table("score_changes"));
    assert_eq!(rebuilt.table("scores"), nightly.table("scores"));
    // One more file of a closed date counts from a rebuild on.
    let more = Warehouse::default().activities(
        "twitter",
        "2026-03-10",
        "z 10:00 fan3 like - ada\n y 10:00 eve like - ada",
    );
    let again = Site::new(&steady(""));
    again.night("2026-03-13");
    more.write_as(&again.input().join("more"), &Default::default());
    let from = again.input().join("more/activities/network=twitter/date=2026-03-10");
    for entry in std::fs::read_dir(from).unwrap() {
        let to = again
            .input()
            .join("activities/network=twitter/date=2026-03-10/more.parquet");
        std::fs::rename(entry.unwrap().path(), to).unwrap();
    }
    std::fs::remove_dir_all(again.input().join("more")).unwrap();
    again.run(&["--as-of", "2026-03-14", "--rebuild"]).exits(0);
    let snapshot = again.snapshot("2026-03-14");
    check_sums(&snapshot);
    let ada = reasons(&snapshot, "twitter:ada");
    assert!(
        ada.iter()
            .any(|(cause, detail, _)| *cause == "recalibrated" && *detail == "other input"),
        "{ada:?}"
    );
}

#[test]
fn the_limits_of_the_scale_are_a_cause() {
    let site = Site::new(&steady("n 12:00 stranger retweet - ada\n o 12:00 bob reply - ada"));
    let scale = ["--set", "model.scale.points_per_decade=400"];
    for date in ["2026-03-13", "2026-03-14"] {
        site.run(&[&["--as-of", date][..], &scale].concat()).exits(0);
    }
    let snapshot = site.snapshot("2026-03-14");
    check_sums(&snapshot);
    assert_eq!(snapshot.score("twitter:ada"), Some(100.0));
    assert!(causes(&snapshot, "twitter:ada").contains("scale_limit"));
}

#[test]
fn new_people_and_runs_after_a_gap_have_no_causes() {
    let site = Site::new(&steady("n 12:00 fan1 like - novice"));
    site.night("2026-03-12");
    let snapshot = site.night("2026-03-14");
    assert!(snapshot.table("score_changes").is_empty());
    let snapshot = fourteenth(&steady("n 12:00 fan1 like - novice"));
    assert!(reasons(&snapshot, "twitter:novice").is_empty());
    assert!(snapshot.scores()["twitter:novice"]["is_new"] == true);
}
