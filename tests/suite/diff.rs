//! Tests `clout diff`, which compares two snapshots.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::{DATE, two_nights};
use crate::support::clout::{CommandOutput, Site, clout, path};
use crate::support::tables::Snapshot;
use crate::support::warehouse::Warehouse;

fn diff(output: &str, from: &str, to: &str, more: &[&str]) -> CommandOutput {
    let mut arguments = vec!["diff", from, to, "--output", output];
    arguments.extend(more);
    clout(&arguments)
}

/// Returns scores by person; null if a person has none.
fn scores(snapshot: &Snapshot) -> BTreeMap<String, Option<f64>> {
    let rows = snapshot.scores().into_iter();
    rows.map(|(id, row)| (id.to_owned(), row["score"].as_f64())).collect()
}

#[test]
fn movers_and_counts_equal_the_tables() {
    let (site, output) = two_nights();
    let found = diff(&output, "2026-03-07", DATE, &["-n", "1000", "--format", "json"])
        .exits(0)
        .json();
    let [before, after] = ["2026-03-07", DATE].map(|date| scores(&site.snapshot(date)));
    let delta = |id: &String| Some(after.get(id)?.as_ref()? - before.get(id)?.as_ref()?);
    let mut expected: Vec<(f64, &String)> = after.keys().filter_map(|id| Some((delta(id)?, id))).collect();
    expected.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let people = &found["people"];
    assert_eq!(people["in_both"], expected.len());
    let shown = |list: &Value| -> Vec<(f64, String)> {
        let rows = list.as_array().unwrap().iter();
        rows.map(|row| {
            (
                row["delta"].as_f64().unwrap(),
                row["person_id"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
    };
    let rises: Vec<(f64, String)> = expected
        .iter()
        .filter(|(d, _)| *d > 0.0)
        .map(|(d, id)| (*d, id.to_string()))
        .collect();
    assert_eq!(shown(&people["rises"]), rises);
    assert_eq!(
        shown(&people["falls"]).len(),
        expected.iter().filter(|(d, _)| *d < 0.0).count()
    );
    let only = |a: &BTreeMap<String, Option<f64>>, b: &BTreeMap<String, Option<f64>>| {
        a.keys().filter(|id| !b.contains_key(*id)).count()
    };
    let count = |group: &Value| group["scored"].as_u64().unwrap() + group["unscored"].as_u64().unwrap();
    assert_eq!(count(&people["arrivals"]), only(&after, &before) as u64);
    assert_eq!(count(&people["leavers"]), only(&before, &after) as u64);
    for (side, scores) in [("from", &before), ("to", &after)] {
        let known: Vec<f64> = scores.values().flatten().copied().collect();
        let shown = &found["scores"][side];
        assert_eq!(shown["count"], known.len());
        assert!((shown["mean"].as_f64().unwrap() - known.iter().sum::<f64>() / known.len() as f64).abs() < 1e-9);
        assert_eq!(shown["max"].as_f64(), known.iter().copied().reduce(f64::max));
    }
    let deltas: u64 = people["deltas"]
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(deltas, expected.len() as u64);
    assert_eq!(
        (&found["is_same_model"], &found["parameters"]),
        (&json!(true), &json!([]))
    );
}

#[test]
fn changed_input_files_are_listed_by_partition() {
    let (_site, output) = two_nights();
    let found = diff(&output, "2026-03-07", DATE, &["--format", "json"]).exits(0).json();
    let partitions = found["inputs"]["partitions"].as_array().unwrap();
    let of_day = |date: &str, list: &str| {
        let is_it = |partition: &&Value| partition["load_date"] == date && partition["network"] == "twitter";
        let partition = partitions
            .iter()
            .find(|p| is_it(p) && p["table"] == "activities")
            .unwrap();
        partition[list].as_array().unwrap().len()
    };
    assert_eq!((of_day("2026-03-07", "only_from"), of_day(DATE, "only_to")), (1, 1));
    diff(&output, "2026-03-07", DATE, &[])
        .exits(0)
        .prints("Each run reads only the load dates after");
}

#[test]
fn another_model_is_shown_with_its_parameters() {
    let site = Site::new(&crate::nightly::eventful());
    site.night("2026-03-07");
    site.run(&[
        "--as-of",
        DATE,
        "--set",
        "model.repeats.beta=1",
        "--set",
        "networks.x.verbs.y=1",
    ])
    .exits(0);
    let output = path(&site.output());
    diff(&output, "2026-03-07", DATE, &[])
        .exits(0)
        .prints("The models differ: ")
        .prints("model.repeats.beta");
    let found = diff(&output, "2026-03-07", DATE, &["--format", "json"]).exits(0).json();
    assert_eq!(found["is_same_model"], false);
    assert_eq!(
        found["parameters"][0],
        json!({"name": "model.repeats.beta", "from": 4.0, "to": 1.0})
    );
    assert_eq!(
        (&found["parameters"][1]["name"], &found["parameters"][1]["from"]),
        (&json!("networks.x"), &Value::Null)
    );
}

#[test]
fn dates_that_cannot_be_compared_get_a_clear_answer() {
    let (_site, output) = two_nights();
    diff(&output, DATE, DATE, &[])
        .exits(2)
        .prints("does not differ from itself");
    diff(&output, DATE, "2026-03-07", &[])
        .exits(2)
        .prints("clout diff 2026-03-07 2026-03-08");
    diff(&output, "2026-03-01", DATE, &[])
        .exits(3)
        .prints("the nearest is 2026-03-07");
    diff(&output, "2026-03-07", "2026-03-09", &[])
        .exits(3)
        .prints("the nearest is 2026-03-08");
    diff(&output, "yesterday", DATE, &[]).exits(2).prints("YYYY-MM-DD");
}

#[test]
fn absent_people_are_counted_and_not_named() {
    let day = |date: &str| {
        format!("{date}-a 10:00 ada like - bob\n{date}-b 10:01 bob like - cid\n{date}-c 10:02 cid like - ada")
    };
    let mut warehouse = Warehouse::default().opt_outs("2026-03-03", "twitter:cid");
    for date in ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"] {
        warehouse = warehouse.activities("twitter", date, &day(date));
    }
    let site = Site::new(&warehouse);
    for date in ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"] {
        site.night(date);
    }
    let output = path(&site.output());
    let result = diff(&output, "2026-03-02", "2026-03-03", &[]).exits(0);
    result
        .prints("Not in the later snapshot: 1 person, 1 with a score (1 not in the newest")
        .does_not_print("cid");
    for format in ["text", "json"] {
        diff(&output, "2026-03-01", "2026-03-02", &["--format", format])
            .exits(0)
            .does_not_print("cid");
    }
}
