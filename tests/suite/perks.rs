//! Tests `clout perks`: campaigns drawn once, by rules and a seed that anyone can check.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::cli::DATE;
use crate::support::clout::{CommandOutput, Site, clout, path};
use crate::support::repository;
use crate::support::tables::{part_files, text};

pub const SEED: &str = "a seed, announced: é";

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Publishes a date of the eventful warehouse, and writes a file of campaigns beside it.
pub fn site(campaigns: &str) -> (Site, String, String) {
    let site = Site::new(&crate::nightly::eventful());
    site.night("2026-03-07");
    let (output, file) = (path(&site.output()), path(&site.output_named("perks.toml")));
    std::fs::write(&file, campaigns).unwrap();
    (site, output, file)
}

pub fn campaign(id: &str, winners: usize, more: &str) -> String {
    let hash = sha256(SEED);
    format!(
        "[[campaign]]\nid = '{id}'\ntitle = 'Tea'\nsnapshot_date = '2026-03-07'\nwinners = {winners}\nseed_sha256 = '{hash}'\n{more}\n"
    )
}

pub fn draw(output: &str, file: &str, id: &str, more: &[&str]) -> CommandOutput {
    let mut arguments = vec![
        "perks",
        "draw",
        id,
        "--output",
        output,
        "--campaigns",
        file,
        "--seed",
        SEED,
    ];
    arguments.extend(more);
    clout(&arguments)
}

pub fn verify(output: &str, id: &str) -> CommandOutput {
    clout(&["perks", "verify", id, "--output", output])
}

fn winners(output: &str) -> Vec<Value> {
    let sql = "SELECT * FROM perk_winners ORDER BY campaign_id, place";
    let asked = [
        "query",
        sql,
        "--output",
        output,
        "--as-of",
        "2026-03-07",
        "--format",
        "json",
    ];
    clout(&asked).exits(0).json().as_array().unwrap().clone()
}

#[test]
fn a_draw_can_be_repeated_from_the_tables() {
    let rules = "[campaign.eligible]\nmin_score = 13\nnetworks = ['twitter']";
    let (site, output, file) = site(&campaign("tea", 3, rules));
    let drawn = draw(&output, &file, "tea", &["--format", "json"]).exits(0).json();
    let snapshot = site.snapshot("2026-03-07");
    let scores = snapshot.manifest["tables"]["scores"]["files"][0]["sha256"]
        .as_str()
        .unwrap();
    let is_eligible = |id: &&&str| {
        let on_twitter = snapshot.table("network_scores").iter();
        let mut on_twitter = on_twitter.filter(|row| text(row, "person_id") == **id && row["network"] == "twitter");
        snapshot.score(id) >= Some(13.0) && on_twitter.any(|row| row["score"].is_number())
    };
    let people = snapshot.people();
    let eligible: Vec<&&str> = people.iter().filter(is_eligible).collect();
    let netstring = |text: &str| format!("{}:{text},", text.len());
    let ticket = |id: &str| {
        let texts = ["clout perk draw 1", SEED, "tea", "2026-03-07", scores, id];
        sha256(&texts.map(netstring).concat())
    };
    let mut expected: Vec<(String, &str)> = eligible.iter().map(|id| (ticket(id), **id)).collect();
    expected.sort();
    assert!(
        eligible.len() > 3 && eligible.len() < people.len(),
        "{}",
        eligible.len()
    );
    assert_eq!(drawn["eligible_count"], eligible.len());
    let table = winners(&output);
    assert_eq!(table.len(), 3);
    for (index, (row, (hash, id))) in table.iter().zip(&expected).enumerate() {
        assert_eq!(
            (&row["draw_hash"], &row["person_id"]),
            (&hash.as_str().into(), &(*id).into())
        );
        assert_eq!(
            (&row["place"], &row["eligible_count"]),
            (&(index + 1).into(), &eligible.len().into())
        );
        assert_eq!(drawn["winners"][index]["person_id"], *id);
    }
    verify(&output, "tea").exits(0).prints("All checks passed");
    clout(&["perks", "verify", "tea", "--output", &output, "--campaigns", &file])
        .exits(0)
        .prints("the rules equal those of the campaign file");
}

#[test]
fn the_seed_must_be_the_announced_one() {
    let (site, output, file) = site(&campaign("tea", 3, ""));
    let wrong = [
        "perks",
        "draw",
        "tea",
        "--output",
        &output,
        "--campaigns",
        &file,
        "--seed",
        "hunter2",
    ];
    clout(&wrong)
        .exits(2)
        .prints("not the announced one")
        .does_not_print("hunter2");
    let none = ["perks", "draw", "tea", "--output", &output, "--campaigns", &file];
    clout(&none).exits(2).prints("--seed");
    clout(&[&none[..], &["--dry-run"]].concat())
        .exits(0)
        .prints("Nothing was drawn");
    assert!(!site.output().join("perks").exists());
}

#[test]
fn an_impossible_draw_gets_a_clear_answer() {
    let later = campaign("later", 1, "").replace("2026-03-07", "2026-03-09");
    let nobody = campaign("nobody", 1, "[campaign.eligible]\nmin_score = 99");
    let second = campaign("second", 1, "[campaign.eligible]\nnot_winners_of = ['later']");
    let (_site, output, file) = site(&format!("{later}{nobody}{second}"));
    draw(&output, &file, "later", &[])
        .exits(3)
        .prints("no snapshot of 2026-03-09");
    draw(&output, &file, "nobody", &[])
        .exits(2)
        .prints("no person is eligible for nobody")
        .prints("0 score at least 99");
    draw(&output, &file, "second", &[])
        .exits(3)
        .prints("later, which has not been drawn");
    draw(&output, &file, "tea", &[])
        .exits(2)
        .prints("it has later, nobody, second");
    draw(&output, "/nowhere.toml", "tea", &[])
        .exits(2)
        .prints("/nowhere.toml");
    verify(&output, "tea").exits(3).prints("has not been drawn");
    verify(&output, "../tea").exits(2).prints("id is");
    let list = [
        "perks",
        "list",
        "--output",
        &output,
        "--campaigns",
        &file,
        "--format",
        "json",
    ];
    let list = clout(&list).exits(0).json();
    let status: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["status"].as_str().unwrap())
        .collect();
    assert!(
        status[0].starts_with("waits: no snapshot") && status[1] == "no eligible person",
        "{status:?}"
    );
    assert_eq!(list[1]["eligible_count"], 0);
}

#[test]
fn a_person_that_opted_out_since_cannot_win_and_is_not_named() {
    let (site, output, file) = site(&campaign("all", 1000, ""));
    let person = "twitter:u10";
    let opted_out = crate::nightly::eventful().opt_outs(DATE, person);
    opted_out.write(&site.input());
    assert!(site.snapshot("2026-03-07").score(person).is_some());
    let night = site.night(DATE);
    assert!(!night.people().contains(&person));
    let drawn = draw(&output, &file, "all", &[]).exits(0);
    drawn
        .prints("present in the newest snapshot (2026-03-08)")
        .prints("All eligible people won")
        .does_not_print(&format!("{person} "));
    assert!(winners(&output).iter().all(|row| row["person_id"] != person));
    let record = std::fs::read_to_string(site.output().join("perks/all.json")).unwrap();
    assert!(!record.contains(person));
    verify(&output, "all").exits(0);
}

#[test]
fn verify_finds_a_wrong_winner_without_naming_anyone() {
    let (site, output, file) = site(&campaign("tea", 3, ""));
    draw(&output, &file, "tea", &[]).exits(0);
    let record = site.output().join("perks/tea.json");
    let text = std::fs::read_to_string(&record).unwrap();
    std::fs::write(&record, text.replace("\"winners\": 3", "\"winners\": 2")).unwrap();
    let result = verify(&output, "tea").exits(1);
    result
        .prints("WRONG  expected 2 winners, but the table has 3")
        .does_not_print("twitter:");
    std::fs::write(&record, &text).unwrap();
    let [part] = part_files(&site.output(), "perk_winners", "2026-03-07")
        .try_into()
        .expect("one part");
    let mut bytes = std::fs::read(&part).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&part, bytes).unwrap();
    verify(&output, "tea").exits(1).prints("SHA-256 differs");
}

#[test]
fn the_campaigns_of_the_project_are_documented_step_by_step() {
    let guide = std::fs::read_to_string(repository().join("jobs/perks.md")).unwrap();
    let campaigns = std::fs::read_to_string(repository().join("jobs/perks.toml")).unwrap();
    let (_, seed) = guide.split_once("SEED='").unwrap();
    let (seed, _) = seed.split_once('\'').unwrap();
    assert!(
        campaigns.contains(&sha256(seed)),
        "the seed of the guide is the one that the file announces"
    );
}

#[test]
fn campaigns_are_printed_without_control_characters_and_a_misspelt_network_is_named() {
    let hostile = campaign("tea", 1, "[campaign.eligible]\nnetworks = ['twiter', 'twitter']");
    let hostile = hostile.replace("'Tea'", "\"\\u001b[2JTea\\u202e\"");
    let (_site, output, file) = site(&hostile);
    let list = ["perks", "list", "--output", &output, "--campaigns", &file];
    let dry = [
        "perks",
        "draw",
        "tea",
        "--dry-run",
        "--output",
        &output,
        "--campaigns",
        &file,
    ];
    for arguments in [&list[..], &dry[..]] {
        let result = clout(arguments)
            .exits(0)
            .prints("no person has network twiter in the snapshot of 2026-03-07: did you mean twitter?");
        assert!(!result.out.contains(['\u{1b}', '\u{202e}']), "{}", result.out);
    }
    std::fs::write(&file, "").unwrap();
    clout(&dry).exits(2).prints("has no campaign tea; it has none");
}
