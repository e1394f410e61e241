//! Tests topics of the sample and of Advogato's developers, and the commands that show them.

use std::collections::BTreeMap;

use arrow::array::{AsArray, BooleanArray, LargeStringArray};
use arrow::compute::{cast, concat_batches, filter_record_batch};
use arrow::datatypes::DataType;
use serde_json::Value;

use crate::support::clout::{Site, clout, path, run};
use crate::support::tables::{Record, Snapshot, batches, number, text};
use crate::support::warehouse::{Warehouse, write_file};
use crate::support::{files_below, sample_data, shared_data};
use crate::topics::CLOSE;

const DATE: &str = "2026-10-31";

fn sample(date: &str) -> (Site, Snapshot) {
    let site = Site::empty();
    run(&sample_data(), &site.output(), &["--as-of", date]).exits(0);
    let snapshot = site.snapshot(date);
    (site, snapshot)
}

fn key(row: &Record) -> (&str, &str) {
    (text(row, "person_id"), text(row, "topic_id"))
}

fn count(row: &Record, column: &str) -> i64 {
    row[column].as_i64().unwrap()
}

#[test]
fn the_endorsements_of_the_ring_show_no_topic_of_bert() {
    // Endorsers, whether the row is shown, reactors.
    let of_bert = |date: &str| -> BTreeMap<String, (i64, bool, i64)> {
        let (_site, snapshot) = sample(date);
        let rows = snapshot.table("topic_scores").iter();
        let own = rows.filter(|row| key(row).0 == "bert-the-buyer");
        own.map(|row| {
            (
                key(row).1.to_owned(),
                (count(row, "endorsers"), row["is_shown"] == true, count(row, "reactors")),
            )
        })
        .collect()
    };
    let shown = |rows: &BTreeMap<String, (i64, bool, i64)>| -> Vec<String> {
        let shown = rows.iter().filter(|(_, (_, is_shown, _))| *is_shown);
        shown.map(|(topic, _)| topic.clone()).collect()
    };
    let (eve, first, second) = (of_bert("2026-10-29"), of_bert("2026-10-30"), of_bert(DATE));
    assert!(first.values().all(|(endorsers, ..)| *endorsers == 0), "{first:?}");
    assert_eq!(
        (shown(&eve), shown(&first)),
        (vec!["data-science".to_owned()], vec!["data-science".to_owned()])
    );
    // On the second day the bots are trusted, react to him with tags, and endorse him. His shown topics rest on others,
    // or on posts of his own that the bots react to.
    assert!(second.len() > first.len());
    let by_bots_alone = second.iter().filter(|(_, row)| row.0 > 0 && row.2 == 0);
    for (topic, (_, is_shown, _)) in by_bots_alone {
        assert!(!is_shown, "{topic}");
    }
    let talked_up = ["cartography", "databases", "machine-learning", "open-data"];
    assert!(talked_up.iter().all(|topic| second.contains_key(*topic)), "{second:?}");
}

/// Returns true if two values are equal; the last digit of a number's text may differ.
fn is_same(a: &Value, b: &Value) -> bool {
    let is_close = |(a, b): (f64, f64)| (a - b).abs() <= CLOSE;
    a == b || a.as_f64().zip(b.as_f64()).is_some_and(is_close)
}

#[test]
fn top_and_explain_show_the_published_topic_rows_under_the_contracts_names() {
    let (site, snapshot) = sample(DATE);
    let output = path(&site.output());
    let say = |arguments: &[&str]| clout(&[arguments, &["--output", &output]].concat());
    let top = say(&["top", "--topic", "coffee", "--format", "json", "-n", "10"])
        .exits(0)
        .json();
    let table = snapshot.table("topic_scores");
    let find = |person: &str, topic: &str| table.iter().find(|row| key(row) == (person, topic)).unwrap();
    let mut rank = 0;
    for shown in top.as_array().unwrap() {
        let row = find(shown["person_id"].as_str().unwrap(), "coffee");
        let shown = shown.as_object().unwrap();
        assert!(
            shown
                .iter()
                .all(|(name, value)| name == "handle" || is_same(&row[name], value)),
            "{shown:?}"
        );
        assert!(count(row, "rank_in_topic") >= rank && row["is_shown"] == true);
        rank = count(row, "rank_in_topic");
    }
    assert_eq!(
        (top.as_array().unwrap().len(), &top[0]["person_id"]),
        (10, &"ada-the-specialist".into())
    );
    let answer = say(&["explain", "ada-the-specialist", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(answer["person_id"], "ada-the-specialist");
    let topics = answer["topics"].as_array().unwrap();
    assert_eq!(
        topics.len(),
        table.iter().filter(|row| key(row).0 == "ada-the-specialist").count()
    );
    for topic in topics {
        let row = find("ada-the-specialist", topic["topic_id"].as_str().unwrap());
        for column in row.keys().filter(|name| *name != "person_id") {
            assert!(is_same(&topic[column], &row[column]), "{column}: {topic}");
        }
        let pieces = snapshot.table("topic_evidence").iter();
        let known = pieces.filter(|piece| key(piece) == key(row)).count();
        let evidence = topic["evidence"].as_array().unwrap();
        assert_eq!(evidence.len(), known);
        let columns = ["kind", "source_id", "weight"];
        assert!(
            evidence
                .iter()
                .all(|piece| columns.iter().all(|column| !piece[column].is_null()))
        );
    }
    let one = say(&["explain", "ada-the-specialist", "--topic", "coffee", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(one["topics"].as_array().unwrap().len(), 1);
    assert!(topics.contains(&one["topics"][0]));
}

#[test]
fn an_unknown_topic_or_person_gets_suggestions() {
    let (site, _) = sample(DATE);
    let output = path(&site.output());
    let say = |arguments: &[&str]| clout(&[arguments, &["--output", &output]].concat()).exits(2);
    say(&["top", "--topic", "unknown"])
        .prints("unknown")
        .prints("SELECT DISTINCT topic_id");
    say(&["top", "--topic", "cofee"]).prints("coffee");
    say(&["explain", "ada-the-specalist"]).prints("ada-the-specialist");
    say(&["explain", "ada-the-specialist", "--topic", "no-such-topic"]).prints("topic no-such-topic is unknown");
    say(&["explain", "ada-the-specialist", "--topic", "Coffe"]).prints("did you mean coffee");
}

/// Builds two hundred of Advogato's people. Each reacts to five others a day, all on free software.
fn developers() -> Warehouse {
    let claims: Vec<String> = (1..=200).map(|i| format!("u{i}=twitter:a{i}")).collect();
    let empty = Warehouse::default()
        .topics("free-software Free_software")
        .identities("2009-01-01", &claims.join(" "));
    (1..=5).fold(empty, |all, day: u32| {
        let mut rows = String::new();
        for i in 0..200 {
            for step in [1, 2, 5, 11, 30].map(|step| step * day) {
                let target = (i + step) % 200 + 1;
                let (minute, from) = (i % 60, i + 1);
                rows += &format!("{day}-{i}-{step} 10:{minute} a{from} like o{target}#free-software a{target}\n");
            }
        }
        all.activities("twitter", &format!("2009-01-0{day}"), &rows)
    })
}

#[test]
fn self_certifications_of_advogatos_developers_count_nothing() {
    let Some(data) = shared_data()
        .map(|data| data.join("advogato/endorsements"))
        .filter(|root| root.is_dir())
    else {
        println!("skipped: no ../shared/data/advogato");
        return;
    };
    let (all, others) = (Site::new(&developers()), Site::new(&developers()));
    for file in files_below(&data).iter().filter(|file| file.ends_with(".parquet")) {
        let to = all.input().join("endorsements").join(file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(data.join(file), to).unwrap();
        let read = batches(&data.join(file));
        let whole = concat_batches(&read[0].schema(), &read).unwrap();
        let ids = |name: &str| cast(whole.column_by_name(name).unwrap(), &DataType::LargeUtf8).unwrap();
        let (from, to) = (ids("endorser_id"), ids("endorsee_id"));
        let [from, to]: [&LargeStringArray; 2] = [from.as_string(), to.as_string()];
        let is_of_another: BooleanArray = from.iter().zip(to).map(|(from, to)| Some(from != to)).collect();
        let kept = filter_record_batch(&whole, &is_of_another).unwrap();
        let schema = kept.schema();
        let names = schema.fields().iter().map(|field| field.name().as_str());
        let columns: Vec<_> = names.zip(kept.columns().iter().cloned()).collect();
        write_file(&others.input().join("endorsements").join(file), &columns);
    }
    let (all, others) = (all.night("2009-01-05"), others.night("2009-01-05"));
    let [counted, own, copies] =
        ["counted", "self", "copies"].map(|name| all.metric(&format!("endorsements_{name}"), ""));
    assert_eq!((counted + own + copies, own), (51_127.0, 3_992.0));
    assert_eq!(others.metric("endorsements_self", ""), 0.0);
    let (with, without) = (all.table("topic_scores"), others.table("topic_scores"));
    assert_eq!(with.len(), without.len());
    for (with, without) in with.iter().zip(without) {
        assert_eq!((key(with), &with["endorsers"]), (key(without), &without["endorsers"]));
        let gain = number(with, "score").unwrap() - number(without, "score").unwrap();
        assert!(gain.abs() <= CLOSE, "{gain} {with:?}");
    }
    let endorsed = with.iter().filter(|row| count(row, "endorsers") > 0).count();
    println!("{endorsed} of {} are endorsed by a known person", with.len());
    assert!(endorsed > 100, "{endorsed}");
}
