//! `clout explain` of somebody who is not there, or of an account that is somebody's.

use serde_json::Value;

use crate::support::clout::Site;
use crate::support::explain::{explain, quiet, told};

#[test]
fn who_opted_out_is_answered_like_somebody_who_never_was() {
    let warehouse = quiet().opt_outs("2026-03-05", "bob");
    let site = Site::of(&warehouse);
    site.night("2026-03-07");
    let ask = |id: &str| {
        let said = explain(&site.output(), &[id]).exits(2);
        let json = explain(&site.output(), &[id, "--format", "json"]).exits(2).json();
        assert_eq!(
            (&json["found"], &json["near"]),
            (&false.into(), &Value::Array(Vec::new()))
        );
        assert!(!said.err.contains(id), "{}", said.err);
        (said.out.replace(id, "ID"), said.err.lines().last().map(str::to_owned))
    };
    let answers = ["bob", "bub", "twitter:b", "twitter:never"].map(ask);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(
        answers[0].0.trim(),
        "ID is not in the snapshot of 2026-03-07: unknown, or opted out"
    );
}

#[test]
fn who_mistypes_an_id_is_told_the_near_ones_on_stdout_alone() {
    let site = Site::of(&quiet());
    site.night("2026-03-07");
    let said = explain(&site.output(), &["twitter:fan99"])
        .exits(2)
        .says("Similar ids: twitter:fan");
    assert!(!said.err.contains("fan"), "{}", said.err);
    explain(&site.output(), &["ADA"]).exits(2).says("Similar ids: ada\n");
    explain(&site.output(), &[""]).exits(2).says("the person id is empty");
    let long = format!("a\n{}", "x".repeat(10_000));
    let said = explain(&site.output(), &[&long]).exits(2);
    assert!(said.out.lines().count() == 1 && said.out.len() < 200, "{}", said.out);
    for arguments in [
        &["twitter:fan99", "--log-json"][..],
        &["ada", "--log-json", "--as-of", "2026-01-01"],
    ] {
        let said = explain(&site.output(), arguments);
        assert!(said.code != 0 && said.err.lines().count() > 0);
        for line in said.err.lines() {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
        }
    }
}

#[test]
fn an_account_is_answered_with_the_person_to_whom_it_belongs() {
    let site = Site::of(&quiet());
    site.night("2026-03-07");
    explain(&site.output(), &["linkedin:in-a"])
        .exits(0)
        .says("linkedin:in-a belongs to ada on 2026-03-07:")
        .says("Score (points, 1 to 100)");
    let answer = told(&site.output(), &["linkedin:in-a"]);
    assert_eq!(
        (&answer["asked_id"], &answer["person_id"]),
        (&"linkedin:in-a".into(), &"ada".into())
    );
    std::fs::remove_dir_all(site.output().join("state")).unwrap();
    explain(&site.output(), &["linkedin:in-a"])
        .exits(2)
        .says("unknown, or opted out");
}
