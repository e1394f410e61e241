use std::collections::BTreeSet;

use super::*;
use crate::perks::testing::{DAY, create_store, example_campaign, publish_example, score_lines};
use crate::perks::verify::verify_draw;
use clout_base::day::Day;

/// Creates a store with a snapshot of forty people on the campaigns' date.
fn site() -> (tempfile::TempDir, Store) {
    let (folder, store) = create_store();
    publish_example(&store, DAY, &score_lines(40), "", "");
    (folder, store)
}

#[track_caller]
fn won(store: &Store, campaign: &Campaign, seed: &str) -> Vec<String> {
    match draw_campaign(store, campaign, seed, "id").unwrap() {
        CampaignOutcome::Drawn { winners, .. } => winners.into_iter().map(|winner| winner.person_id).collect(),
        CampaignOutcome::Before(_) => panic!("drawn before"),
    }
}

#[track_caller]
fn problems(store: &Store, id: &str) -> Vec<String> {
    verify_draw(store, id, None).unwrap().problems
}

#[test]
fn a_campaign_is_drawn_once_and_by_one_seed() {
    let (_folder, store) = site();
    let tea = example_campaign("tea");
    won(&store, &tea, "s");
    let before = store.list("").unwrap().objects;
    assert!(matches!(
        draw_campaign(&store, &tea, "s", "again").unwrap(),
        CampaignOutcome::Before(_)
    ));
    let conflict = |campaign: &Campaign, seed: &str| match draw_campaign(&store, campaign, seed, "again") {
        Err(error) => (error.kind(), error.to_string()),
        Ok(_) => panic!("drawn"),
    };
    let (kind, says) = conflict(&tea, "t");
    assert!(
        kind == ErrorKind::Conflict && says.contains("other values of seed"),
        "{says}"
    );
    let two = Campaign {
        winners: 2,
        ..tea.clone()
    };
    assert!(conflict(&two, "s").1.contains("other values of winners"));
    assert_eq!(store.list("").unwrap().objects, before);
}

#[test]
fn a_missing_snapshot_or_draw_is_not_ready() {
    let (_folder, store) = site();
    let kind = |campaign: &Campaign| Some(draw_campaign(&store, campaign, "s", "id").err()?.kind());
    let later = Campaign {
        snapshot_date: Day(DAY.0 + 1),
        ..example_campaign("tea")
    };
    assert_eq!(kind(&later), Some(ErrorKind::NotReady));
    let mut second = example_campaign("coffee");
    second.eligible.not_winners_of = vec!["tea".to_owned()];
    assert_eq!(kind(&second), Some(ErrorKind::NotReady));
    won(&store, &example_campaign("tea"), "s");
    assert_eq!(kind(&second), None);
}

#[test]
fn without_eligible_people_nothing_is_drawn_and_with_too_few_all_win() {
    let (_folder, store) = site();
    let mut tea = example_campaign("tea");
    tea.eligible.min_score = Some(90.0);
    let error = draw_campaign(&store, &tea, "s", "id").err().unwrap();
    assert!(
        error.kind() == ErrorKind::Usage && error.to_string().contains("0 score at least 90"),
        "{error}"
    );
    assert!(
        perk_draws::list_draws(&store).unwrap().is_empty() && store.list("perk_winners").unwrap().objects.is_empty()
    );
    tea.eligible.min_score = None;
    tea.winners = 100;
    let all: BTreeSet<String> = won(&store, &tea, "s").into_iter().collect();
    assert_eq!(all.len(), 40);
    assert_eq!(problems(&store, "tea"), Vec::<String>::new());
}

#[test]
fn past_winners_do_not_win_again_if_the_rules_exclude_them() {
    let (_folder, store) = site();
    let twenty = |id: &str, others: &[&str]| {
        let mut campaign = example_campaign(id);
        campaign.winners = 20;
        campaign.eligible.not_winners_of = others.iter().map(|id| (*id).to_owned()).collect();
        campaign
    };
    let first: BTreeSet<String> = won(&store, &twenty("first", &[]), "s").into_iter().collect();
    let second: BTreeSet<String> = won(&store, &twenty("second", &["first"]), "s").into_iter().collect();
    assert!(first.is_disjoint(&second) && second.len() == 20);
    let error = draw_campaign(&store, &twenty("third", &[ANY_CAMPAIGN]), "s", "id")
        .err()
        .unwrap();
    assert!(error.to_string().contains("0 no winner of first, second"), "{error}");
    won(&store, &twenty("fourth", &[]), "s");
    assert_eq!(
        problems(&store, "second"),
        Vec::<String>::new(),
        "later draws change nothing"
    );
}

#[test]
fn an_opt_out_before_the_draw_excludes_and_one_after_it_changes_nothing() {
    let (_folder, store) = site();
    let all = Campaign {
        winners: 40,
        exclude: vec!["p0001".to_owned(), "p0002".to_owned(), "elsewhere".to_owned()],
        ..example_campaign("tea")
    };
    let without = |opted_out: &[&str]| -> String {
        let crowd = score_lines(40);
        let kept = crowd
            .lines()
            .filter(|line| !opted_out.iter().any(|id| line.starts_with(id)));
        kept.map(|line| format!("{line}\n")).collect()
    };
    publish_example(&store, Day(DAY.0 + 1), &without(&["p0000", "p0001"]), "", "");
    let winners = won(&store, &all, "s");
    assert_eq!(winners.len(), 37);
    let record = String::from_utf8(store.get("perks/tea.json").unwrap().unwrap().to_vec()).unwrap();
    let names = |id: &str| record.contains(id) || winners.iter().any(|winner| winner == id);
    assert!(!names("p0000") && !names("p0001") && !names("elsewhere"));
    assert!(
        record.contains("p0002"),
        "an excluded person eligible by the rules is in the record"
    );
    publish_example(&store, Day(DAY.0 + 2), &without(&["p0000", "p0001", "p0003"]), "", "");
    assert_eq!(problems(&store, "tea"), Vec::<String>::new());
    let verdict = verify_draw(&store, "tea", Some(&all)).unwrap();
    assert_eq!(verdict.problems, Vec::<String>::new());
}

/// Changes a draw and checks that `verify` reports it.
#[track_caller]
fn check_detected(change: impl Fn(&Store, &mut PerkDraw), says: &str) {
    let (_folder, store) = site();
    let mut other = example_campaign("other");
    other.winners = 2;
    won(&store, &other, "s");
    let mut tea = example_campaign("tea");
    tea.winners = 5;
    tea.eligible.not_winners_of = vec!["other".to_owned()];
    won(&store, &tea, "s");
    assert_eq!(problems(&store, "tea"), Vec::<String>::new());
    let mut record = perk_draws::find_draw(&store, "tea").unwrap().unwrap();
    change(&store, &mut record);
    store
        .put("perks/tea.json", serde_json::to_vec(&record).unwrap().into())
        .unwrap();
    let problems = problems(&store, "tea");
    assert!(problems.iter().any(|problem| problem.contains(says)), "{problems:?}");
    assert!(
        !problems.iter().any(|problem| problem.contains("p00")),
        "no person ids: {problems:?}"
    );
}

#[test]
fn each_change_after_the_draw_is_detected() {
    check_detected(
        |_, record| record.seed = "t".to_owned(),
        "place 1: expected the person with ticket",
    );
    check_detected(
        |_, record| record.eligible_count = 39,
        "eligible people: 38, but the record says 39",
    );
    check_detected(
        |_, record| record.campaign["winners"] = 4.into(),
        "expected 4 winners, but the table has 5",
    );
    check_detected(
        |_, record| record.campaign["exclude"] = vec!["p0007", "p0008"].into(),
        "eligible people: 36",
    );
    check_detected(
        |_, record| record.campaign["id"] = "coffee".into(),
        "another campaign or snapshot date",
    );
    check_detected(
        |_, record| record.campaign["winner"] = 4.into(),
        "the campaign in the record is not valid",
    );
    check_detected(|_, record| record.past.clear(), "the record does not list that draw");
    check_detected(
        |_, record| record.past[0].sha256 = "0".repeat(64),
        "the winners of other have changed",
    );
    check_detected(
        |_, record| record.snapshot.commit_id = "x".to_owned(),
        "is not the recorded one",
    );
    check_detected(|_, record| record.newest.snapshot_date = Day(3), "no longer exists");
    check_detected(|_, record| record.part.sha256 = "0".repeat(64), "SHA-256 differs");
    check_detected(|store, record| store.delete(&record.part.path).unwrap(), "missing");
    let hash = "19b25856e1c150ca834cffc8b59b23adbd0ec0389e58eb22b3b64768098d002b";
    let announce = |_: &Store, record: &mut PerkDraw| {
        record.campaign["seed_from"] = Value::Null;
        record.campaign["seed_sha256"] = hash.into();
    };
    check_detected(announce, "is not the announced one");
    let stray = |store: &Store, record: &mut PerkDraw| {
        let lot = crate::perks::tickets::TicketInputs {
            seed: "t",
            campaign_id: "tea",
            snapshot: &record.snapshot,
        };
        let part = encode_winners("tea", &lot.draw_winners(&["zoe".to_owned()], 1), 1).unwrap();
        store
            .put(&perk_draws::locate_winners_file(DAY, &part).path, part.bytes)
            .unwrap();
    };
    check_detected(stray, "the record does not name it");
}

#[test]
fn rules_are_compared_with_the_announced_ones() {
    let (_folder, store) = site();
    let tea = Campaign {
        winners: 2,
        exclude: vec!["p0001".to_owned()],
        ..example_campaign("tea")
    };
    won(&store, &tea, "s");
    let against = |announced: &Campaign| verify_draw(&store, "tea", Some(announced)).unwrap().problems.join("; ");
    assert_eq!(against(&tea), "");
    let three = Campaign {
        winners: 3,
        ..tea.clone()
    };
    assert_eq!(against(&three), "the campaign file has other values of winners");
    let without_exclude = Campaign {
        exclude: Vec::new(),
        ..tea
    };
    assert!(
        against(&without_exclude).contains("the campaign file excludes 0 otherwise eligible people"),
        "{}",
        against(&without_exclude)
    );
}

#[test]
fn a_table_replaced_together_with_its_manifest_entry_is_detected() {
    let (folder, store) = create_store();
    publish_example(&store, DAY, &score_lines(40), "", "p0001 tea 30 true");
    won(&store, &example_campaign("tea"), "s");
    assert_eq!(problems(&store, "tea"), [""; 0]);
    // Another snapshot that differs only in topics: all hashes in its manifest are valid.
    let (other_folder, other) = create_store();
    publish_example(&other, DAY, &score_lines(40), "", "p0002 tea 30 true");
    let key = clout_warehouse::manifest::manifest_key(DAY);
    let topics = clout_warehouse::manifest::part_folder("topic_scores", DAY);
    for name in std::fs::read_dir(other_folder.path().join(&topics)).unwrap() {
        let name = name.unwrap();
        std::fs::copy(name.path(), folder.path().join(&topics).join(name.file_name())).unwrap();
    }
    std::fs::copy(other_folder.path().join(&key), folder.path().join(&key)).unwrap();
    let found = problems(&store, "tea").join("; ");
    assert!(found.contains("its manifest was changed"), "{found}");
}

#[test]
fn an_unknown_topic_or_network_is_reported_with_similar_names() {
    let (_folder, store) = create_store();
    publish_example(
        &store,
        DAY,
        &score_lines(40),
        "p0001 twitter 30",
        "p0001 coffee 30 true",
    );
    let mut tea = example_campaign("tea");
    tea.eligible.topics = vec!["cofee".to_owned(), "coffee".to_owned()];
    let notes = prepare_draw(&store, &tea).unwrap().notes;
    assert_eq!(notes.len(), 1);
    assert!(
        notes[0].contains("topic cofee ") && notes[0].ends_with("did you mean coffee?"),
        "{notes:?}"
    );
    tea.eligible.topics.clear();
    tea.eligible.networks = vec!["zzz".to_owned()];
    let error = draw_campaign(&store, &tea, "s", "id").err().unwrap().to_string();
    let wanted = "no person has network zzz in the snapshot of";
    assert!(error.contains(wanted), "{error}");
}
