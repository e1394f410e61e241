//! Tests the person to which a row's tags and text are credited.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, ListBuilder, StringArray, StringBuilder, TimestampMicrosecondArray};

use crate::support::clout::Site;
use crate::support::days::day;
use crate::support::tables::{Record, Snapshot, text};
use crate::support::warehouse::{Form, Warehouse, write_file};

const DATE: &str = "2026-03-01";

/// Runs one date of rows: `id actor verb object target tags text…`, with `-` for null and commas between tags.
fn night(network: &str, lines: &[&str]) -> Snapshot {
    let site = Site::empty();
    let topics = "coffee Coffee kaffee\ntea Tea\nhot-tubs Hot_tubs hot_tub\nlatte-art Latte_art\ndrinks Drinks";
    let warehouse = Warehouse::default()
        .topics(topics)
        .topic_edges("drinks coffee\ndrinks tea");
    warehouse.write_topics(&site.input(), &Form::default());
    let rows: Vec<Vec<&str>> = lines.iter().map(|line| line.splitn(7, ' ').collect()).collect();
    let cell = |row: &Vec<&str>, column: usize| row.get(column).copied().filter(|word| *word != "-").map(str::to_owned);
    let column =
        |column: usize| Arc::new(rows.iter().map(|row| cell(row, column)).collect::<StringArray>()) as ArrayRef;
    let mut tags = ListBuilder::new(StringBuilder::new());
    for row in &rows {
        cell(row, 5)
            .iter()
            .flat_map(|tags| tags.split(','))
            .for_each(|tag| tags.values().append_value(tag));
        tags.append(true);
    }
    let start = day(DATE).start_micros();
    let times = (0..rows.len() as i64).map(|row| start + row * 60_000_000);
    let times = TimestampMicrosecondArray::from_iter_values(times).with_timezone("UTC");
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("activity_id", column(0)),
        ("occurred_at", Arc::new(times)),
        ("actor_id", column(1)),
        ("verb", column(2)),
        ("object_id", column(3)),
        ("target_id", column(4)),
        ("text", column(6)),
        ("tags", Arc::new(tags.finish())),
    ];
    let folder = site.input().join(format!("activities/network={network}/date={DATE}"));
    std::fs::create_dir_all(&folder).unwrap();
    write_file(&folder.join("part-0.parquet"), &columns);
    site.night(DATE)
}

/// Returns `person topic reactors` of each row.
fn list_rows(snapshot: &Snapshot) -> BTreeSet<String> {
    let rows = snapshot.table("topic_scores").iter();
    let line = |row| {
        let (person, topic) = (text(row, "person_id"), text(row, "topic_id"));
        format!("{} {topic} {}", person.split_once(':').unwrap().1, row["reactors"])
    };
    rows.map(line).filter(|line| !line.contains(" drinks ")).collect()
}

fn to_set(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn tags_of_a_reaction_are_evidence_for_target_and_actor() {
    let snapshot = night(
        "twitter",
        &["1 bob like o ada #Coffee,HotTubs", "2 cid retweet o ada coffee"],
    );
    let expected = [
        "ada coffee 2",
        "ada hot-tubs 1",
        "bob coffee 0",
        "bob hot-tubs 0",
        "cid coffee 0",
    ];
    assert_eq!(list_rows(&snapshot), to_set(&expected));
}

#[test]
fn tags_of_an_answer_are_evidence_for_its_actor_alone_on_social_networks() {
    for verb in ["reply", "mention", "quote"] {
        let snapshot = night("twitter", &[&format!("1 bob {verb} o ada coffee")]);
        assert_eq!(list_rows(&snapshot), to_set(&["bob coffee 0"]), "{verb}");
    }
    for network in ["linkedin", "facebook"] {
        let snapshot = night(network, &["1 bob comment o ada coffee"]);
        assert_eq!(list_rows(&snapshot), to_set(&["bob coffee 0"]), "{network}");
    }
    let snapshot = night("foursquare", &["1 bob tip_like o ada coffee"]);
    assert_eq!(list_rows(&snapshot), to_set(&["ada coffee 1", "bob coffee 0"]));
}

#[test]
fn a_hashtag_in_the_text_of_a_reaction_is_evidence_for_its_writer_alone() {
    let reactions = [
        ("twitter", "retweet"),
        ("facebook", "share"),
        ("linkedin", "recommend"),
        ("foursquare", "tip_done"),
    ];
    for (network, verb) in reactions {
        let snapshot = night(network, &[&format!("1 bob {verb} o ada - look #HotTubs #tea")]);
        assert_eq!(
            list_rows(&snapshot),
            to_set(&["bob hot-tubs 0", "bob tea 0"]),
            "{network}"
        );
    }
    let post = night("twitter", &["1 ada tweet o - - my #HotTubs", "2 bob like o ada - -"]);
    assert_eq!(list_rows(&post), to_set(&["ada hot-tubs 1"]));
}

#[test]
fn self_reactions_are_no_evidence() {
    let snapshot = night("twitter", &["1 ada tweet o - - hi", "2 ada quote o ada coffee coffee"]);
    assert_eq!(list_rows(&snapshot), to_set(&[]));
}

#[test]
fn one_other_person_is_one_source_for_any_number_of_acts() {
    // Ada once liked something on tea; bob likes an object of hers, with the tag.
    let rows = [
        "1 eve tweet o1 - tea -",
        "2 ada like o1 eve - -",
        "3 ada tweet o2 - - holiday",
        "4 bob like o2 ada tea -",
    ];
    let snapshot = night("twitter", &rows);
    let mut rows = snapshot.table("topic_scores").iter();
    let is_it = |row: &&Record| text(row, "person_id") == "twitter:ada" && text(row, "topic_id") == "tea";
    let ada = rows.find(is_it).unwrap();
    assert_eq!((&ada["reactors"], &ada["is_shown"]), (&1.into(), &false.into()));
}

#[test]
fn a_text_is_evidence_for_its_actor() {
    let text = "1 bob reply o ada - We had KAFFEE; no latte_art() from https://x.org/tea for @hot tubscribers";
    assert_eq!(list_rows(&night("twitter", &[text])), to_set(&["bob coffee 0"]));
}

#[test]
fn a_reaction_without_tags_has_the_topics_of_the_targets_post() {
    let rows = [
        "1 ada tweet o1 - - My hot tub again",
        "2 ada tweet o2 - tea -",
        "3 eve tweet o3 - coffee -",
        "4 bob like o1 ada - -",
        "5 cid reply o2 ada - -",
        // An object of another person gives ada nothing.
        "6 bob like o3 ada - -",
    ];
    // A reaction without a word on the topic does not connect its actor with it.
    let expected = ["ada hot-tubs 1", "ada tea 1", "eve coffee 0"];
    let snapshot = night("twitter", &rows);
    assert_eq!(list_rows(&snapshot), to_set(&expected));
    let evidence = snapshot.table("topic_evidence").iter();
    let of_ada: BTreeSet<(&str, &str)> = evidence
        .filter(|piece| text(piece, "person_id") == "twitter:ada" && text(piece, "topic_id") != "drinks")
        .map(|piece| (text(piece, "kind"), text(piece, "source_id")))
        .collect();
    let named = [
        ("text", "1"),
        ("tag", "o2"),
        ("audience", "twitter:bob"),
        ("audience", "twitter:cid"),
    ];
    assert_eq!(of_ada, BTreeSet::from(named));
}

#[test]
fn own_acts_alone_show_no_topic() {
    let own = [
        "1 ada tweet o1 - coffee -",
        "2 ada tweet o2 - coffee -",
        "3 bob like o9 ada tea -",
    ];
    let snapshot = night("twitter", &own);
    let shown = |topic: &str| {
        let mut rows = snapshot.table("topic_scores").iter();
        let row = rows.find(|row| text(row, "person_id") == "twitter:ada" && text(row, "topic_id") == topic);
        row.unwrap()["is_shown"].clone()
    };
    assert_eq!((shown("coffee"), shown("tea")), (false.into(), false.into()));
    let heard = night("twitter", &["1 ada tweet o1 - coffee -", "2 bob like o1 ada coffee -"]);
    let is_shown = |row: &&Record| row["is_shown"] == true;
    let shown: Vec<&str> = heard
        .table("topic_scores")
        .iter()
        .filter(is_shown)
        .map(|row| text(row, "topic_id"))
        .collect();
    assert_eq!(shown, ["coffee"]);
}
