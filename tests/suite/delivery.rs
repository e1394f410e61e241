//! Tests the selection of input files: partitions, names, and files that are no input.

use std::path::Path;

use rstest::rstest;

use crate::support::clout::{Site, night};
use crate::support::days::day;
use crate::support::warehouse::{Form, Row, Warehouse, activity_columns, write_file};

const ROWS: &str = "a 10:00 ada like - bob\n b 10:01 cid like - bob\n c 10:02 ada tweet - -";

fn twitter() -> Warehouse {
    Warehouse::default().activities("twitter", "2026-03-01", ROWS)
}

/// Writes a file with one like of bob by `actor` at a path below the root.
fn put(root: &Path, path: &str, actor: &str) {
    let row = Row::parse(day("2026-03-01"), &format!("{actor} 10:00 {actor} like - bob"));
    write_file(&root.join(path), &activity_columns(&[row], &Form::default()));
}

#[rstest]
#[case::encoded("activities/network=twitter/date=2026%2D03%2D01/x.parquet", 3)]
#[case::in_another_order("activities/date=2026-03-01/network=twitter/x.parquet", 3)]
#[case::with_further_levels("activities/network=twitter/date=2026-03-01/hour=10/x.parquet", 3)]
#[case::without_an_ending("activities/network=twitter/date=2026-03-01/data_0", 3)]
#[case::hidden_by_an_underscore("activities/network=twitter/date=2026-03-01/_x.parquet", 2)]
#[case::hidden_by_a_dot("activities/network=twitter/date=2026-03-01/.x.parquet", 2)]
#[case::in_a_hidden_folder("activities/network=twitter/date=2026-03-01/_temporary/0/x.parquet", 2)]
#[case::of_a_later_date("activities/network=twitter/date=2026-03-09/x.parquet", 2)]
#[case::of_another_table("perks/date=2026-03-01/x.parquet", 2)]
fn a_file_is_read_if_its_folders_name_a_partition(#[case] path: &str, #[case] reactions: i64) {
    let site = Site::new(&twitter());
    put(&site.input(), path, "zoe");
    let snapshot = site.night("2026-03-01");
    assert_eq!(snapshot.reactions("twitter:bob", "twitter"), reactions);
    assert_eq!(snapshot.rejects(), Vec::<String>::new());
}

#[rstest]
#[case::no_date("activities/network=twitter/x.parquet")]
#[case::no_network("activities/date=2026-03-01/x.parquet")]
#[case::hives_null("activities/network=twitter/date=__HIVE_DEFAULT_PARTITION__/x.parquet")]
#[case::a_date_that_is_none("activities/network=twitter/date=2026-02-30/x.parquet")]
fn a_file_outside_a_partition_is_named_and_skipped(#[case] path: &str) {
    let site = Site::new(&twitter());
    put(&site.input(), path, "zoe");
    site.run(&[]).exits(0).prints(path);
    assert_eq!(site.snapshot("2026-03-01").reactions("twitter:bob", "twitter"), 2);
}

#[test]
fn unknown_networks_are_skipped_and_named() {
    let with_odd = twitter().activities("friend feed", "2026-03-02", "a 10:00 ada wave - bob");
    let site = Site::new(&with_odd);
    site.run(&[]).exits(0).prints("friend feed");
    let snapshot = site.snapshot("2026-03-01");
    assert_eq!(snapshot.people(), ["twitter:ada", "twitter:bob", "twitter:cid"]);
    assert_eq!(snapshot.rejects(), Vec::<String>::new());
    assert!(
        !site.output().join("snapshots/2026-03-02").exists(),
        "a skipped network has no load dates"
    );
}

#[test]
fn a_declared_network_with_an_odd_name_counts_by_its_weights() {
    let site = Site::new(&twitter());
    let row = Row::parse(day("2026-03-01"), "r 10:00 ada wave - bob");
    let path = site
        .input()
        .join("activities/network=friend%20feed/date=2026-03-01/x.parquet");
    write_file(&path, &activity_columns(&[row], &Form::default()));
    let job = site.output_named("job.toml");
    std::fs::write(&job, "[networks.'friend feed'.verbs]\nwave = 2.0\n").unwrap();
    site.run(&[job.to_str().unwrap()]).exits(0);
    let snapshot = site.snapshot("2026-03-01");
    assert_eq!(snapshot.reactions("friend feed:bob", "friend feed"), 1);
}

#[test]
fn identities_of_unknown_networks_are_skipped_and_named() {
    let warehouse = twitter().identities("2026-03-01", "zoe=orkut:z1 ada=twitter:ada");
    let site = Site::new(&warehouse);
    site.run(&[]).exits(0).prints("orkut");
    assert_eq!(
        site.snapshot("2026-03-01").people(),
        ["ada", "twitter:bob", "twitter:cid"]
    );
}

#[test]
fn a_stray_file_is_refused_by_name_and_the_others_count() {
    let site = Site::new(&twitter());
    let folder = "activities/network=twitter/date=2026-03-01";
    let strays: [(&str, &[u8]); 4] = [
        ("README.txt", b"not Parquet, but in its place"),
        ("empty.parquet", b""),
        ("short", b"PAR1"),
        ("x.csv", b"activity_id,occurred_at,actor_id\n1,2,3\n"),
    ];
    for (name, bytes) in strays {
        std::fs::write(site.input().join(folder).join(name), bytes).unwrap();
    }
    let snapshot = site.night("2026-03-01");
    let rejects = snapshot.rejects();
    assert_eq!(rejects.len(), strays.len(), "{rejects:?}");
    for (name, _) in strays {
        assert!(
            rejects
                .iter()
                .any(|reject| reject.starts_with(&format!("{folder}/{name} "))),
            "{name}: {rejects:?}"
        );
    }
    assert_eq!(snapshot.reactions("twitter:bob", "twitter"), 2);
}

#[test]
fn a_partition_may_hold_any_number_of_files() {
    let one = night(&twitter(), "2026-03-01");
    for files in [2, 3] {
        let form = Form {
            files,
            ..Form::default()
        };
        let split = Site::with_form(&twitter(), &form).night("2026-03-01");
        assert_eq!(split.hashes(&[]), one.hashes(&[]));
        assert_eq!(split.manifest["inputs"].as_array().unwrap().len(), files);
    }
}

#[test]
fn a_missing_optional_column_is_null() {
    let posts =
        Warehouse::default().activities("twitter", "2026-03-01", "a 10:00 ada tweet - -\n b 10:00 bob tweet - -");
    let form = Form {
        without: &["object_id", "target_id", "text"],
        ..Form::default()
    };
    let snapshot = Site::with_form(&posts, &form).night("2026-03-01");
    assert_eq!(
        (snapshot.people().len(), snapshot.metric("posts_counted", "")),
        (2, 2.0)
    );
    assert_eq!(snapshot.rejects(), Vec::<String>::new());
}

#[rstest]
#[case("activity_id")]
#[case("occurred_at")]
#[case("actor_id")]
#[case("verb")]
fn a_missing_required_column_refuses_the_file(#[case] column: &'static str) {
    let site = Site::new(&twitter());
    let row = Row::parse(day("2026-03-01"), "z 10:00 zoe like - bob");
    let columns: Vec<_> = activity_columns(&[row], &Form::default())
        .into_iter()
        .filter(|(name, _)| *name != column)
        .collect();
    let path = "activities/network=twitter/date=2026-03-01/lacking.parquet";
    write_file(&site.input().join(path), &columns);
    let snapshot = site.night("2026-03-01");
    let rejects = snapshot.rejects();
    assert!(
        rejects.len() == 1 && rejects[0].starts_with(path) && rejects[0].contains(column),
        "{rejects:?}"
    );
    assert_eq!(snapshot.reactions("twitter:bob", "twitter"), 2);
}

#[test]
fn a_column_of_a_wrong_type_refuses_the_file() {
    let site = Site::new(&twitter());
    let row = Row::parse(day("2026-03-01"), "z 10:00 zoe like - bob");
    let mut columns = activity_columns(&[row], &Form::default());
    columns[1].1 = std::sync::Arc::new(arrow::array::Float64Array::from(vec![1.5]));
    let path = "activities/network=twitter/date=2026-03-01/wrong.parquet";
    write_file(&site.input().join(path), &columns);
    let rejects = site.night("2026-03-01").rejects();
    assert!(rejects.len() == 1 && rejects[0].contains("occurred_at"), "{rejects:?}");
}

#[test]
fn a_partition_without_rows_is_a_delivery() {
    let site = Site::new(&twitter().activities("twitter", "2026-03-02", ""));
    site.run(&["--set", "input.expect=['twitter']"]).exits(0);
    let snapshot = site.snapshot("2026-03-02");
    assert_eq!(snapshot.reactions("twitter:bob", "twitter"), 2);
}
