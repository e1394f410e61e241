use std::collections::BTreeSet;

use super::*;
use crate::perks::testing::{DAY, campaign, crowd, snapshot, store};
use crate::perks::verify::verify;
use clout_base::day::Day;

/// A store with a crowd of forty on the day of the campaigns.
fn site() -> (tempfile::TempDir, Store) {
    let (folder, store) = store();
    snapshot(&store, DAY, &crowd(40), "", "");
    (folder, store)
}

#[track_caller]
fn won(store: &Store, campaign: &Campaign, seed: &str) -> Vec<String> {
    match draw(store, campaign, seed, "id").unwrap() {
        Outcome::Drawn { winners, .. } => winners.into_iter().map(|winner| winner.person_id).collect(),
        Outcome::Before(_) => panic!("drawn before"),
    }
}

#[track_caller]
fn problems(store: &Store, id: &str) -> Vec<String> {
    verify(store, id, None).unwrap().problems
}

#[test]
fn a_campaign_is_drawn_once_and_by_one_seed() {
    let (_folder, store) = site();
    let tea = campaign("tea");
    won(&store, &tea, "s");
    let before = store.list("").unwrap().objects;
    assert!(matches!(draw(&store, &tea, "s", "again").unwrap(), Outcome::Before(_)));
    let conflict = |campaign: &Campaign, seed: &str| match draw(&store, campaign, seed, "again") {
        Err(error) => (error.kind(), error.to_string()),
        Ok(_) => panic!("drawn"),
    };
    let (kind, says) = conflict(&tea, "t");
    assert!(
        kind == Kind::Conflict && says.contains("other values of seed"),
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
fn what_is_not_there_yet_can_be_waited_for() {
    let (_folder, store) = site();
    let kind = |campaign: &Campaign| draw(&store, campaign, "s", "id").err().map(|error| error.kind());
    let later = Campaign {
        snapshot_date: Day(DAY.0 + 1),
        ..campaign("tea")
    };
    assert_eq!(kind(&later), Some(Kind::NotReady));
    let mut second = campaign("coffee");
    second.eligible.not_winners_of = vec!["tea".to_owned()];
    assert_eq!(kind(&second), Some(Kind::NotReady));
    won(&store, &campaign("tea"), "s");
    assert_eq!(kind(&second), None);
}

#[test]
fn nobody_to_win_is_no_draw_and_too_few_all_win() {
    let (_folder, store) = site();
    let mut tea = campaign("tea");
    tea.eligible.min_score = Some(90.0);
    let error = draw(&store, &tea, "s", "id").err().unwrap();
    assert!(
        error.kind() == Kind::Usage && error.to_string().contains("0 score at least 90"),
        "{error}"
    );
    assert!(draws::list(&store).unwrap().is_empty() && store.list("perk_winners").unwrap().objects.is_empty());
    tea.eligible.min_score = None;
    tea.winners = 100;
    let all: BTreeSet<String> = won(&store, &tea, "s").into_iter().collect();
    assert_eq!(all.len(), 40);
    assert_eq!(problems(&store, "tea"), Vec::<String>::new());
}

#[test]
fn past_winners_do_not_win_again_where_the_rules_say_so() {
    let (_folder, store) = site();
    let twenty = |id: &str, others: &[&str]| {
        let mut campaign = campaign(id);
        campaign.winners = 20;
        campaign.eligible.not_winners_of = others.iter().map(|id| (*id).to_owned()).collect();
        campaign
    };
    let first: BTreeSet<String> = won(&store, &twenty("first", &[]), "s").into_iter().collect();
    let second: BTreeSet<String> = won(&store, &twenty("second", &["first"]), "s").into_iter().collect();
    assert!(first.is_disjoint(&second) && second.len() == 20);
    let error = draw(&store, &twenty("third", &[ANY]), "s", "id").err().unwrap();
    assert!(error.to_string().contains("0 no winner of first, second"), "{error}");
    won(&store, &twenty("fourth", &[]), "s");
    assert_eq!(
        problems(&store, "second"),
        Vec::<String>::new(),
        "later draws change nothing"
    );
}

#[test]
fn who_opts_out_before_the_draw_does_not_win_and_after_it_changes_nothing() {
    let (_folder, store) = site();
    let all = Campaign {
        winners: 40,
        exclude: vec!["p0001".to_owned(), "p0002".to_owned(), "elsewhere".to_owned()],
        ..campaign("tea")
    };
    let without = |gone: &[&str]| -> String {
        let crowd = crowd(40);
        let kept = crowd.lines().filter(|line| !gone.iter().any(|id| line.starts_with(id)));
        kept.map(|line| format!("{line}\n")).collect()
    };
    snapshot(&store, Day(DAY.0 + 1), &without(&["p0000", "p0001"]), "", "");
    let winners = won(&store, &all, "s");
    assert_eq!(winners.len(), 37);
    let record = String::from_utf8(store.get("perks/tea.json").unwrap().unwrap().to_vec()).unwrap();
    let names = |id: &str| record.contains(id) || winners.iter().any(|winner| winner == id);
    assert!(!names("p0000") && !names("p0001") && !names("elsewhere"));
    assert!(record.contains("p0002"), "who was left out can be checked");
    snapshot(&store, Day(DAY.0 + 2), &without(&["p0000", "p0001", "p0003"]), "", "");
    assert_eq!(problems(&store, "tea"), Vec::<String>::new());
    let verdict = verify(&store, "tea", Some(&all)).unwrap();
    assert_eq!(verdict.problems, Vec::<String>::new());
}

/// What verifying says after something was changed.
#[track_caller]
fn tampered(change: impl Fn(&Store, &mut Draw), says: &str) {
    let (_folder, store) = site();
    let mut other = campaign("other");
    other.winners = 2;
    won(&store, &other, "s");
    let mut tea = campaign("tea");
    tea.winners = 5;
    tea.eligible.not_winners_of = vec!["other".to_owned()];
    won(&store, &tea, "s");
    assert_eq!(problems(&store, "tea"), Vec::<String>::new());
    let mut record = draws::find(&store, "tea").unwrap().unwrap();
    change(&store, &mut record);
    store
        .put("perks/tea.json", serde_json::to_vec(&record).unwrap().into())
        .unwrap();
    let problems = problems(&store, "tea");
    assert!(problems.iter().any(|problem| problem.contains(says)), "{problems:?}");
    assert!(
        !problems.iter().any(|problem| problem.contains("p00")),
        "no names: {problems:?}"
    );
}

#[test]
fn whatever_is_changed_afterwards_is_found() {
    tampered(
        |_, record| record.seed = "t".to_owned(),
        "place 1: expected the person with ticket",
    );
    tampered(
        |_, record| record.eligible_count = 39,
        "eligible people: 38, and the record says 39",
    );
    tampered(
        |_, record| record.campaign["winners"] = 4.into(),
        "4 people should have won, and the table has 5",
    );
    tampered(
        |_, record| record.campaign["exclude"] = vec!["p0007", "p0008"].into(),
        "eligible people: 36",
    );
    tampered(
        |_, record| record.campaign["id"] = "coffee".into(),
        "another campaign or snapshot date",
    );
    tampered(
        |_, record| record.campaign["winner"] = 4.into(),
        "campaign cannot be read",
    );
    tampered(|_, record| record.past.clear(), "does not know of them");
    tampered(
        |_, record| record.past[0].sha256 = "0".repeat(64),
        "the winners of other are others",
    );
    tampered(
        |_, record| record.snapshot.commit_id = "x".to_owned(),
        "is another than the record's",
    );
    tampered(|_, record| record.newest.snapshot_date = Day(3), "not there any more");
    tampered(|_, record| record.part.sha256 = "0".repeat(64), "SHA-256 differs");
    tampered(|store, record| store.delete(&record.part.path).unwrap(), "missing");
    let hash = "19b25856e1c150ca834cffc8b59b23adbd0ec0389e58eb22b3b64768098d002b";
    let announce = |_: &Store, record: &mut Draw| {
        record.campaign["seed_from"] = Value::Null;
        record.campaign["seed_sha256"] = hash.into();
    };
    tampered(announce, "is not the announced one");
    let stray = |store: &Store, record: &mut Draw| {
        let lot = crate::perks::draw::Lot {
            seed: "t",
            campaign_id: "tea",
            snapshot: &record.snapshot,
        };
        let part = part("tea", &lot.winners(&["zoe".to_owned()], 1), 1).unwrap();
        store.put(&draws::part_of(DAY, &part).path, part.bytes).unwrap();
    };
    tampered(stray, "its record does not name it");
}

#[test]
fn rules_are_held_against_what_was_announced() {
    let (_folder, store) = site();
    let tea = Campaign {
        winners: 2,
        exclude: vec!["p0001".to_owned()],
        ..campaign("tea")
    };
    won(&store, &tea, "s");
    let against = |announced: &Campaign| verify(&store, "tea", Some(announced)).unwrap().problems.join("; ");
    assert_eq!(against(&tea), "");
    let three = Campaign {
        winners: 3,
        ..tea.clone()
    };
    assert_eq!(against(&three), "the campaign file has other values of winners");
    let nobody = Campaign {
        exclude: Vec::new(),
        ..tea
    };
    assert!(
        against(&nobody).contains("the campaign file leaves out 0 people"),
        "{}",
        against(&nobody)
    );
}

#[test]
fn a_table_that_was_replaced_together_with_its_entry_in_the_manifest_is_caught() {
    let (folder, store) = store();
    snapshot(&store, DAY, &crowd(40), "", "p0001 tea 30 true");
    won(&store, &campaign("tea"), "s");
    assert_eq!(problems(&store, "tea"), [""; 0]);
    // The same night but for the topics, made elsewhere: every hash of the manifest is right.
    let (other_folder, other) = crate::perks::testing::store();
    snapshot(&other, DAY, &crowd(40), "", "p0002 tea 30 true");
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
fn a_topic_or_network_on_which_nobody_stands_is_told_with_near_names() {
    let (_folder, store) = store();
    snapshot(&store, DAY, &crowd(40), "p0001 twitter 30", "p0001 coffee 30 true");
    let mut tea = campaign("tea");
    tea.eligible.topics = vec!["cofee".to_owned(), "coffee".to_owned()];
    let notes = prepare(&store, &tea).unwrap().notes;
    assert_eq!(notes.len(), 1);
    assert!(
        notes[0].contains("topic cofee ") && notes[0].ends_with("did you mean coffee?"),
        "{notes:?}"
    );
    tea.eligible.topics.clear();
    tea.eligible.networks = vec!["zzz".to_owned()];
    let error = draw(&store, &tea, "s", "id").err().unwrap().to_string();
    assert!(
        error.contains("nobody stands on network zzz in the snapshot of"),
        "{error}"
    );
}
