//! Why scores moved: causes that sum to the published change, each where it belongs.

use std::collections::BTreeSet;

use crate::nightly::{DATES, eventful};
use crate::support::clout::{Site, clout, path, run};
use crate::support::sample_data;
use crate::support::tables::{Record, Snapshot, number, text};
use crate::support::warehouse::Warehouse;

const CAUSES: [&str; 12] = [
    "corroboration",
    "faded_reactions",
    "identity_changed",
    "network_joined",
    "network_left",
    "new_reactions",
    "opted_out_reactors",
    "reactors_fell",
    "reactors_rose",
    "recalibrated",
    "repeats_saturated",
    "scale_limit",
];

/// (cause, detail, points) of a person.
fn reasons<'a>(snapshot: &'a Snapshot, person: &str) -> Vec<(&'a str, &'a str, f64)> {
    let rows = snapshot.table("score_changes").iter();
    let own = rows.filter(|row| row["person_id"] == person);
    own.map(|row| (text(row, "cause"), text(row, "detail"), number(row, "points").unwrap()))
        .collect()
}

fn causes(snapshot: &Snapshot, person: &str) -> BTreeSet<String> {
    let reasons = reasons(snapshot, person);
    reasons.iter().map(|(cause, ..)| (*cause).to_owned()).collect()
}

/// Everybody's points sum to their delta, nobody without one has any, and no cause is one of its own.
#[track_caller]
fn adds_up(snapshot: &Snapshot) -> usize {
    let rows = snapshot.table("score_changes");
    let mut told = 0;
    for row in snapshot.table("scores") {
        let own = rows.iter().filter(|other| other["person_id"] == row["person_id"]);
        let points: Vec<f64> = own.map(|row| number(row, "points").unwrap()).collect();
        match number(row, "delta_1d") {
            None => assert!(points.is_empty(), "{row:?} {points:?}"),
            Some(delta) => {
                let sum: f64 = points.iter().sum();
                assert!((sum - delta).abs() < 1e-9, "{row:?} {points:?}");
                told += usize::from(!points.is_empty());
            }
        }
    }
    assert!(rows.iter().all(|row| CAUSES.contains(&text(row, "cause"))));
    assert!(snapshot.metric("score_changes_missed", "") < 1e-9);
    told
}

#[test]
fn every_delta_is_the_sum_of_its_causes_whatever_happens() {
    let site = Site::of(&eventful());
    let told: usize = DATES.iter().map(|date| adds_up(&site.night(date))).sum();
    assert!(told > 20, "{told}");
}

#[test]
fn every_delta_of_a_month_is_the_sum_of_its_causes() {
    let site = Site::empty();
    let input = path(&site.input());
    clout(&[
        "generate",
        "--to",
        &input,
        "--persons",
        "120",
        "--days",
        "34",
        "--seed",
        "3",
    ])
    .exits(0);
    let output = path(&site.output());
    let newest = clout(&["check", "--input", &input, "--format", "json"]);
    assert!(newest.code == 0 || newest.code == 4);
    let dates = load_dates(&site);
    let (first, last) = (&dates[3], &dates[dates.len() - 1]);
    clout(&[
        "backfill", "--input", &input, "--output", &output, "--from", first, "--to", last,
    ])
    .exits(0);
    let told: usize = dates[4..].iter().map(|date| adds_up(&site.snapshot(date))).sum();
    assert!(told > 1_000, "{told}");
    assert_eq!(dates[4..].len(), 30);
}

/// The load dates of twitter, in order.
fn load_dates(site: &Site) -> Vec<String> {
    let folder = site.input().join("activities/network=twitter");
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let dates: BTreeSet<String> = names
        .filter_map(|name| name.strip_prefix("date=").map(str::to_owned))
        .collect();
    dates.into_iter().collect()
}

#[test]
fn the_sample_adds_up_and_bert_is_told_what_he_bought() {
    let site = Site::empty();
    let night = |date: &str| {
        run(&sample_data(), &site.output(), &["--as-of", date]).exits(0);
        site.snapshot(date)
    };
    night("2026-10-30");
    let last = night("2026-10-31");
    assert!(adds_up(&last) > 1_500);
    let bert = reasons(&last, "bert-the-buyer");
    let largest = bert.iter().max_by(|a, b| a.2.abs().total_cmp(&b.2.abs())).unwrap();
    assert_eq!(largest.0, "reactors_rose", "{bert:?}");
    assert!(largest.1.starts_with("twitter: twitter:"), "{bert:?}");
}

/// Two quiet weeks in which ten fans who are known like ada each day, and then what a test adds.
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

/// The snapshot of the fourteenth, after that of the thirteenth.
fn fourteenth(warehouse: &Warehouse) -> Snapshot {
    let site = Site::of(warehouse);
    site.night("2026-03-13");
    let snapshot = site.night("2026-03-14");
    adds_up(&snapshot);
    snapshot
}

#[test]
fn new_reactions_name_network_and_people_and_stand_only_where_there_were_some() {
    let snapshot = fourteenth(&steady("n 12:00 stranger retweet - ada\n o 12:00 bob reply - ada"));
    let ada = reasons(&snapshot, "twitter:ada");
    let new = ada.iter().find(|(cause, ..)| *cause == "new_reactions").unwrap();
    assert!(new.1.starts_with("twitter: ") && new.2 > 0.0, "{ada:?}");
    assert!(ada.iter().any(|(cause, ..)| *cause == "repeats_saturated"), "{ada:?}");
    // Somebody to whom nobody reacted on that day.
    let quiet = steady("").activities("twitter", "2026-03-13", "q 12:00 fan1 like - eve");
    let snapshot = fourteenth(&quiet);
    let eve = causes(&snapshot, "twitter:eve");
    assert!(
        !eve.contains("new_reactions") && eve.contains("faded_reactions"),
        "{eve:?}"
    );
}

#[test]
fn only_those_with_a_reaction_of_the_day_have_new_reactions() {
    let site = Site::of(&eventful());
    let warehouse = eventful();
    for pair in DATES.windows(2) {
        site.run(&["--as-of", pair[0]]).exits(0);
        let snapshot = site.night(pair[1]);
        let on_day = warehouse
            .activities
            .iter()
            .filter(|((_, day), _)| day.to_string() == pair[1]);
        let named: BTreeSet<String> = on_day
            .flat_map(|((network, _), rows)| rows.iter().map(move |row| (network, row)))
            .filter_map(|(network, row)| Some(format!("{network}:{}", row.target.as_ref()?)))
            .collect();
        let unclaimed = |row: &&Record| text(row, "person_id").contains(':');
        let new = snapshot
            .table("score_changes")
            .iter()
            .filter(|row| row["cause"] == "new_reactions");
        // Co-visits are reactions that no row states.
        let stated = new
            .filter(unclaimed)
            .filter(|row| !text(row, "person_id").starts_with("foursquare"));
        for row in stated {
            assert!(named.contains(text(row, "person_id")), "{row:?}");
        }
    }
}

#[test]
fn an_identity_that_changes_is_told_to_both_sides() {
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
fn who_opts_out_takes_their_reactions_with_them_and_is_not_named() {
    let snapshot = fourteenth(&steady("").opt_outs("2026-03-14", "twitter:fan3"));
    let ada = reasons(&snapshot, "twitter:ada");
    let gone = ada.iter().find(|(cause, ..)| *cause == "opted_out_reactors").unwrap();
    assert!(gone.2 < 0.0 && gone.1 == "twitter: 1 person", "{ada:?}");
    for table in snapshot.manifest["tables"].as_object().unwrap().keys() {
        for row in snapshot.table(table) {
            assert!(!format!("{row:?}").contains("fan3"), "{table}: {row:?}");
        }
    }
}

#[test]
fn a_network_that_is_joined_or_left_is_told_as_that() {
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
    let site = Site::of(&steady("n 12:00 stranger retweet - ada"));
    site.night("2026-03-13");
    site.run(&["--as-of", "2026-03-14", "--set", "model.scale.points_per_decade=20"])
        .exits(0);
    let snapshot = site.snapshot("2026-03-14");
    adds_up(&snapshot);
    let ada = reasons(&snapshot, "twitter:ada");
    let recalibrated = ada.iter().find(|(cause, ..)| *cause == "recalibrated").unwrap();
    assert!(
        recalibrated.1.starts_with("model 2-") && recalibrated.2 > 1.0,
        "{ada:?}"
    );
    assert!(ada.iter().any(|(cause, ..)| *cause == "new_reactions"), "{ada:?}");
}

#[test]
fn a_rebuild_that_reads_other_input_says_so_and_one_that_reads_the_same_gives_the_same_reasons() {
    let site = Site::of(&steady(""));
    site.night("2026-03-13");
    let other = site.another("other");
    run(&site.input(), &other, &["--as-of", "2026-03-13"]).exits(0);
    let nightly = site.night("2026-03-14");
    std::fs::remove_dir_all(other.join("state")).unwrap();
    run(&site.input(), &other, &["--as-of", "2026-03-14"]).exits(0);
    let rebuilt = Snapshot::of(&other, "2026-03-14");
    assert_eq!(rebuilt.table("score_changes"), nightly.table("score_changes"));
    assert_eq!(rebuilt.table("scores"), nightly.table("scores"));
    // One more file of a closed date counts from a rebuild on.
    let more = Warehouse::default().activities(
        "twitter",
        "2026-03-10",
        "z 10:00 fan3 like - ada\n y 10:00 eve like - ada",
    );
    let again = Site::of(&steady(""));
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
    adds_up(&snapshot);
    let ada = reasons(&snapshot, "twitter:ada");
    assert!(
        ada.iter()
            .any(|(cause, detail, _)| *cause == "recalibrated" && *detail == "other input"),
        "{ada:?}"
    );
}

#[test]
fn the_limits_of_the_scale_are_a_cause() {
    let site = Site::of(&steady("n 12:00 stranger retweet - ada\n o 12:00 bob reply - ada"));
    let scale = ["--set", "model.scale.points_per_decade=400"];
    for date in ["2026-03-13", "2026-03-14"] {
        site.run(&[&["--as-of", date][..], &scale].concat()).exits(0);
    }
    let snapshot = site.snapshot("2026-03-14");
    adds_up(&snapshot);
    assert_eq!(snapshot.score("twitter:ada"), Some(100.0));
    assert!(causes(&snapshot, "twitter:ada").contains("scale_limit"));
}

#[test]
fn arrivals_and_nights_after_a_gap_have_no_reasons() {
    let site = Site::of(&steady("n 12:00 fan1 like - novice"));
    site.night("2026-03-12");
    let snapshot = site.night("2026-03-14");
    assert!(snapshot.table("score_changes").is_empty());
    let snapshot = fourteenth(&steady("n 12:00 fan1 like - novice"));
    assert!(reasons(&snapshot, "twitter:novice").is_empty());
    assert!(snapshot.scores()["twitter:novice"]["is_new"] == true);
}
