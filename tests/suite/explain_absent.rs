//! Tests `clout explain` for an absent person, and for an account that belongs to a person.

use serde_json::Value;

use crate::support::clout::Site;
use crate::support::explain::{explain, explain_json, quiet};

#[test]
fn an_opted_out_person_gets_the_answer_of_an_unknown_person() {
    let warehouse = quiet().opt_outs("2026-03-05", "bob");
    let site = Site::new(&warehouse);
    site.night("2026-03-07");
    let ask = |id: &str| {
        let result = explain(&site.output(), &[id]).exits(2);
        let json = explain(&site.output(), &[id, "--format", "json"]).exits(2).json();
        assert_eq!(
            (&json["found"], &json["near"]),
            (&false.into(), &Value::Array(Vec::new()))
        );
        assert!(!result.err.contains(id), "{}", result.err);
        (
            result.out.replace(id, "ID"),
            result.err.lines().last().map(str::to_owned),
        )
    };
    let answers = ["bob", "bub", "twitter:b", "twitter:never"].map(ask);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(
        answers[0].0.trim(),
        "ID is not in the snapshot of 2026-03-07: unknown, or opted out"
    );
}

#[test]
fn a_mistyped_id_gets_similar_ids_on_stdout_alone() {
    let site = Site::new(&quiet());
    site.night("2026-03-07");
    let result = explain(&site.output(), &["twitter:fan99"])
        .exits(2)
        .prints("Similar ids: twitter:fan");
    assert!(!result.err.contains("fan"), "{}", result.err);
    explain(&site.output(), &["ADA"]).exits(2).prints("Similar ids: ada\n");
    explain(&site.output(), &[""]).exits(2).prints("the person id is empty");
    let long = format!("a\n{}", "x".repeat(10_000));
    let result = explain(&site.output(), &[&long]).exits(2);
    assert!(
        result.out.lines().count() == 1 && result.out.len() < 200,
        "{}",
        result.out
    );
    for arguments in [
        &["twitter:fan99", "--log-json"][..],
        &["ada", "--log-json", "--as-of", "2026-01-01"],
    ] {
        let result = explain(&site.output(), arguments);
        assert!(result.code != 0 && result.err.lines().count() > 0);
        for line in result.err.lines() {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
        }
    }
}

#[test]
fn an_account_gets_the_answer_of_its_person() {
    let site = Site::new(&quiet());
    site.night("2026-03-07");
    explain(&site.output(), &["linkedin:in-a"])
        .exits(0)
        .prints("linkedin:in-a belongs to ada on 2026-03-07:")
        .prints("Score (points, 1 to 100)");
    let answer = explain_json(&site.output(), &["linkedin:in-a"]);
    assert_eq!(
        (&answer["asked_id"], &answer["person_id"]),
        (&"linkedin:in-a".into(), &"ada".into())
    );
    // Without the state, the table people knows the owner.
    std::fs::remove_dir_all(site.output().join("state")).unwrap();
    explain(&site.output(), &["linkedin:in-a"])
        .exits(0)
        .prints("linkedin:in-a belongs to ada on 2026-03-07:");
}
