//! Opted-out people appear in no sum, count, edge, table, message or state.

use std::path::Path;

use crate::support::clout::{CommandOutput, Site, clout, path};
use crate::support::tables::{Snapshot, TABLES, batches};
use crate::support::warehouse::Warehouse;

/// Marks each id that must not appear again.
const MARK: &str = "vanished";
/// Names the account that belongs to her from the fourth on, after her opt-out.
const LATER: &str = "later-3";

/// Builds a warehouse in which many react to bob. Four of them opt out on the third of March: a person with three
/// accounts, one of which was hers only before and one only after, and an account without an owner.
fn warehouse() -> Warehouse {
    let day = |number: usize| {
        let mut rows = String::new();
        for actor in ["stay1", "stay2", "vanished-1", "vanished-2", "later-3", "vanished-own"] {
            rows += &format!(
                "{number}-{actor} 10:{number} {actor} like - bob\n {number}-{actor}-p 11:0{number} {actor} tweet - -\n"
            );
            rows += &format!("{number}-to-{actor} 12:0{number} stay1 reply - {actor}\n");
        }
        rows.replace("vanished-1-p", "x1").replace("-vanished", "-v")
    };
    (1..=5)
        .fold(Warehouse::default(), |all, number| {
            let check_ins = format!("f{number} 09:00 vanished-f check_in v -\n g{number} 10:00 stay-f check_in v -");
            let date = format!("2026-03-0{number}");
            all.activities("twitter", &date, &day(number))
                .activities("foursquare", &date, &check_ins)
        })
        .follows("foursquare", "2026-03-01", "stay-f>vanished-f vanished-f>stay-f")
        .accounts("twitter", "2026-03-01", "stay1 vanished-1 vanished-own")
        .identities(
            "2026-03-01",
            "vanished=twitter:vanished-1 vanished=twitter:vanished-2 vanished=foursquare:vanished-f zoe=twitter:stay2",
        )
        .identities(
            "2026-03-02",
            "vanished=twitter:vanished-1 vanished=twitter:vanished-2 vanished=foursquare:vanished-f zoe=twitter:stay2",
        )
        .identities(
            "2026-03-04",
            "vanished=twitter:vanished-1 vanished=twitter:later-3 zoe=twitter:stay2",
        )
        .identities("2026-03-05", "zoe=twitter:stay2 zoe=twitter:later-3")
        .opt_outs("2026-03-03", "vanished twitter:vanished-own")
}

/// Finds the texts with the mark in a folder's files: values of tables, and raw bytes of all files.
fn find(mark: &str, folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.to_str().unwrap().contains(mark) {
            found.push(format!("{}: its name", path.display()));
        }
        if path.is_dir() {
            find(mark, &path, found);
            continue;
        }
        if std::fs::read(&path)
            .unwrap()
            .windows(mark.len())
            .any(|bytes| bytes == mark.as_bytes())
        {
            found.push(format!("{}: its bytes", path.display()));
        }
        if path.extension().is_some_and(|ending| ending == "parquet") {
            let values = batches(&path)
                .iter()
                .map(|batch| format!("{batch:?}"))
                .collect::<String>();
            found.extend(values.contains(mark).then(|| format!("{}: its values", path.display())));
        }
    }
}

#[track_caller]
fn expect_no(mark: &str, root: &Path, date: &str, result: &CommandOutput) {
    let mut found = Vec::new();
    for folder in [format!("state/{date}"), format!("snapshots/{date}")] {
        find(mark, &root.join(folder), &mut found);
    }
    for table in TABLES {
        find(mark, &root.join(format!("{table}/snapshot_date={date}")), &mut found);
    }
    assert_eq!(found, Vec::<String>::new(), "{date}");
    assert!(
        !result.out.contains(mark) && !result.err.contains(mark),
        "{}\n{}",
        result.out,
        result.err
    );
}

#[test]
fn ids_of_opted_out_people_appear_nowhere_from_then_on() {
    let site = Site::new(&warehouse());
    let mut marks = Vec::new();
    for date in ["2026-03-01", "2026-03-02"] {
        site.run(&["--as-of", date]).exits(0);
        find(
            MARK,
            &site.output().join(format!("scores/snapshot_date={date}")),
            &mut marks,
        );
    }
    assert!(!marks.is_empty(), "the ids are present before");
    for date in ["2026-03-03", "2026-03-04", "2026-03-05"] {
        let result = site.run(&["--as-of", date]).exits(0);
        expect_no(MARK, &site.output(), date, &result);
        if date > "2026-03-03" {
            expect_no(LATER, &site.output(), date, &result);
        }
    }
    let result = site.run_into("at once", &["--as-of", "2026-03-05"]).exits(0);
    for mark in [MARK, LATER] {
        expect_no(mark, &site.output_named("at once"), "2026-03-05", &result);
    }
    crate::nightly::check(
        &site.snapshot("2026-03-05"),
        &Snapshot::read(&site.output_named("at once"), "2026-03-05"),
        "opt-outs",
    );
}

#[test]
fn their_rows_enter_no_sum_count_or_edge() {
    let snapshot = Site::new(&warehouse()).night("2026-03-05");
    assert_eq!(
        snapshot.people(),
        ["foursquare:stay-f", "twitter:bob", "twitter:stay1", "zoe"]
    );
    assert_eq!(
        snapshot.reactions("twitter:bob", "twitter"),
        10,
        "five days of the two remaining people"
    );
    assert_eq!(snapshot.on("foursquare:stay-f", "foursquare")["reactions"], 0);
    let bob = &snapshot.scores()["twitter:bob"];
    assert!(bob["reach"].as_f64().unwrap() <= 2.0 + 1e-9);
}

#[test]
fn their_rows_are_counted_in_no_metric() {
    let (before, after) = (
        Site::new(&warehouse()).night("2026-03-02"),
        Site::new(&warehouse()).night("2026-03-05"),
    );
    assert_eq!(before.metric("posts_counted", "twitter"), 12.0);
    // Ten reactions to bob and five to zoe, by the people that remain.
    assert_eq!(
        after.metric("posts_counted", "twitter"),
        10.0,
        "posts of the remaining people"
    );
    assert_eq!(
        after.metric("reactions_counted", "twitter"),
        15.0,
        "reactions among the remaining people"
    );
}

#[test]
fn an_account_claimed_after_the_opt_out_stays_opted_out_under_any_later_owner() {
    let site = Site::new(&warehouse());
    let snapshot = site.night("2026-03-05");
    // later-3 was hers on the fourth, and zoe's from the fifth on.
    assert_eq!(snapshot.on("zoe", "twitter")["posts"], 5, "of stay2 alone");
}

#[test]
fn a_refused_row_of_an_opted_out_person_is_listed_without_ids() {
    let bad = "bad1 2003-01-01T10:00 vanished-1 like - bob\n bad2 D+1T10:00 bob like - vanished-own\n";
    let site = Site::new(&warehouse().activities("twitter", "2026-03-05", bad));
    let result = site.run(&["--set", "input.max_refused_share=1"]).exits(0);
    assert_eq!(site.snapshot("2026-03-05").rejects().len(), 2);
    expect_no(MARK, &site.output(), "2026-03-05", &result);
}

#[test]
fn another_hash_key_rebuilds_and_gives_the_same_scores() {
    let site = Site::new(&warehouse());
    site.night("2026-03-04");
    site.run(&["--set", "state.hash_key=a secret of our own"])
        .exits(0)
        .prints("Rebuilding");
    site.run_into("plain", &[]).exits(0);
    let plain = Snapshot::read(&site.output_named("plain"), "2026-03-05");
    crate::nightly::check(&site.snapshot("2026-03-05"), &plain, "another key");
}

#[test]
fn no_command_shows_them() {
    let site = Site::new(&warehouse());
    site.night("2026-03-05");
    let (input, output) = (path(&site.input()), path(&site.output()));
    for format in ["text", "json"] {
        let format = ["--format", format];
        let shows = [
            vec!["top", "--output", &output],
            vec!["snapshots", "show", "--output", &output],
            vec!["check", "--input", &input],
            vec!["plan", "--input", &input, "--output", &output],
        ];
        for mut arguments in shows {
            arguments.extend(format);
            clout(&arguments).exits(0).does_not_print(MARK);
        }
    }
}
