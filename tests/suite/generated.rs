//! Tests the generated warehouse: the same bytes from the same seed, and its planted story.

use crate::support::clout::{Site, clout, path, run};
use crate::support::{files_below, sample_data};

#[test]
fn sample_data_is_generated_again_byte_for_byte() {
    let site = Site::empty();
    clout(&["generate", "--seed", "7", "--to", &path(&site.input())]).exits(0);
    let committed: Vec<String> = files_below(&sample_data())
        .into_iter()
        .filter(|file| file != "README.md")
        .collect();
    assert_eq!(files_below(&site.input()), committed);
    for file in committed {
        let (made, kept) = (site.input().join(&file), sample_data().join(&file));
        assert!(std::fs::read(made).unwrap() == std::fs::read(kept).unwrap(), "{file}");
    }
}

#[test]
fn another_seed_makes_another_valid_warehouse() {
    let site = Site::empty();
    let made = clout(&[
        "generate",
        "--seed",
        "8",
        "--persons",
        "300",
        "--days",
        "12",
        "--to",
        &path(&site.input()),
        "--format",
        "json",
    ]);
    assert!(made.exits(0).json()["activities"].as_u64() > Some(1000));
    site.run(&[]).exits(0);
}

#[test]
fn the_scores_show_the_planted_story_of_the_sample_data() {
    let site = Site::empty();
    run(&sample_data(), &site.output(), &[]).exits(0);
    let snapshot = site.snapshot("2026-10-31");
    let score = |person: &str| snapshot.score(person).unwrap();
    assert_eq!(snapshot.scores()["ada-the-specialist"]["rank"], 1);
    assert!(score("cleo-the-celebrity") < score("ada-the-specialist") - 20.0);
    assert!((score("olga-of-one-network") - score("paul-of-four-networks")).abs() < 3.0);
    assert!(score("bert-the-buyer") < score("sten-the-steady"));
    assert!(
        snapshot
            .people()
            .iter()
            .all(|person| !person.contains("omar") && !person.contains("hazel-yak-0014"))
    );
}
