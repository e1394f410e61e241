//! Snapshots are published once, immutable and complete, as the contract describes them.

use std::collections::BTreeSet;

use parquet::basic::Compression;
use parquet::file::reader::{FileReader, SerializedFileReader};
use rstest::rstest;

use crate::support::clout::{Site, clout, path};
use crate::support::files_below;
use crate::support::tables::{TABLES, part_files};
use crate::support::warehouse::Warehouse;

const DATE: &str = "2026-03-08";

fn published() -> Site {
    let site = Site::new(&crate::nightly::eventful());
    site.run(&[]).exits(0);
    site
}

#[test]
fn a_second_run_of_a_date_changes_nothing_and_says_so() {
    let site = published();
    let before = files(&site);
    site.run(&[])
        .exits(0)
        .prints("already published")
        .prints("same parameters");
    site.run(&["--as-of", DATE, "--rebuild"])
        .exits(0)
        .prints("already published");
    let result = site
        .run(&["--set", "model.repeats.beta=1", "--set", "influences.min_percentile=90"])
        .exits(0);
    result
        .prints("model.repeats.beta")
        .prints("influences.min_percentile")
        .does_not_print("damping");
    let json = site
        .run(&["--set", "model.repeats.beta=1", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(json["differing_parameters"], serde_json::json!(["model.repeats.beta"]));
    assert_eq!(files(&site), before);
}

/// Returns each file below the output with its content.
fn files(site: &Site) -> BTreeSet<(String, Vec<u8>)> {
    let root = site.output();
    files_below(&root)
        .into_iter()
        .map(|file| (file.clone(), std::fs::read(root.join(file)).unwrap()))
        .collect()
}

#[rstest]
#[case("model.trust.rate=8.895040358794515e-8")]
#[case("model.repeats.beta=1.1234567890123457")]
#[case("model.corroboration.half_at=123456.78901234567")]
fn an_equal_parameter_in_another_notation_is_the_same(#[case] parameter: &str) {
    let site = Site::new(&Warehouse::default().activities("twitter", "2026-03-01", "a 10:00 ada like - bob"));
    site.run(&["--set", parameter]).exits(0);
    site.run(&["--set", parameter]).exits(0).prints("same parameters");
}

#[test]
fn the_output_holds_only_parts_manifests_and_the_state() {
    let site = published();
    for file in files_below(&site.output()) {
        let is_part = TABLES.iter().any(|table| {
            file.starts_with(&format!("{table}/snapshot_date={DATE}/part-")) && file.ends_with(".parquet")
        });
        let is_manifest = file == format!("snapshots/{DATE}/manifest.json");
        assert!(is_part || is_manifest || file.starts_with("state/"), "{file}");
    }
}

#[test]
fn the_manifest_has_the_keys_of_the_contract() {
    let manifest = published().snapshot(DATE).manifest;
    let keys: Vec<&String> = manifest.as_object().unwrap().keys().collect();
    let expected = "version snapshot_date model_version run_id commit_id parameters converged residual first_load_dates inputs \
         tables timings";
    assert_eq!(keys, expected.split(' ').collect::<Vec<_>>());
    assert_eq!(
        (&manifest["version"], &manifest["snapshot_date"], &manifest["converged"]),
        (&1.into(), &DATE.into(), &true.into())
    );
    assert!(
        manifest["inputs"]
            .as_array()
            .unwrap()
            .iter()
            .all(|input| input["path"].is_string()
                && input["size"].is_u64()
                && input.get("etag").is_some()
                && input["sha256"].is_string())
    );
    assert_eq!(
        manifest["tables"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect::<BTreeSet<_>>(),
        TABLES.into()
    );
}

#[rstest]
#[case(
    "scores",
    "person_id score score_low score_high coverage rank percentile delta_1d delta_7d delta_30d reach amplification audience_influence networks is_new last_active_at"
)]
#[case(
    "people",
    "person_id network account_id handle display_name created_at followers_count is_verified is_suspended"
)]
#[case("network_scores", "person_id network score reach reactions posts share")]
#[case("influences", "person_id other_person_id direction points reactions")]
#[case("rejects", "table network load_date file row_number reason activity_id")]
#[case("run_metrics", "name network value")]
fn a_table_has_the_columns_of_the_contract_and_is_written_as_it_says(#[case] table: &str, #[case] columns: &str) {
    let site = published();
    let [part] = part_files(&site.output(), table, DATE).try_into().expect("one part");
    let reader = SerializedFileReader::new(std::fs::File::open(part).unwrap()).unwrap();
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema_descr();
    let roots: Vec<&str> = schema
        .root_schema()
        .get_fields()
        .iter()
        .map(|field| field.name())
        .collect();
    assert_eq!(roots, columns.split(' ').collect::<Vec<_>>());
    for group in metadata.row_groups() {
        assert!(
            group
                .sorting_columns()
                .is_some_and(|sorting| sorting[0].column_idx == 0 && !sorting[0].descending)
        );
        for column in group.columns() {
            assert!(
                matches!(column.compression(), Compression::ZSTD(_)),
                "{}",
                column.column_path()
            );
            assert!(column.statistics().is_some(), "{}", column.column_path());
            assert!(column.offset_index_offset().is_some(), "{}", column.column_path());
        }
        if roots[0] == "person_id" {
            assert!(group.column(0).bloom_filter_offset().is_some());
        }
    }
}

#[test]
fn tables_are_sorted_by_their_grain() {
    let snapshot = published().snapshot(DATE);
    let grains: [(&str, &[&str]); 5] = [
        ("scores", &["person_id"]),
        ("people", &["person_id", "network", "account_id"]),
        ("network_scores", &["person_id", "network"]),
        ("influences", &["person_id", "other_person_id", "direction"]),
        ("run_metrics", &["name", "network"]),
    ];
    for (table, grain) in grains {
        let keys = snapshot
            .table(table)
            .iter()
            .map(|row| grain.iter().map(|name| row[*name].as_str()).collect::<Vec<_>>());
        let keys: Vec<Vec<Option<&str>>> = keys.collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{table}");
    }
}

#[test]
fn a_table_without_rows_is_one_part_with_none() {
    let site = Site::new(&Warehouse::default().activities("twitter", "2026-03-01", "a 10:00 ada tweet - -"));
    let snapshot = site.night("2026-03-01");
    for table in ["influences", "rejects"] {
        assert_eq!(snapshot.table(table).len(), 0);
        assert_eq!(part_files(&site.output(), table, "2026-03-01").len(), 1);
        assert_eq!(snapshot.manifest["tables"][table]["rows"], 0);
    }
}

#[test]
fn verify_finds_a_flipped_byte() {
    let site = published();
    let output = path(&site.output());
    let verify = || clout(&["snapshots", "verify", "--output", &output]);
    verify().exits(0);
    let [part] = part_files(&site.output(), "scores", DATE).try_into().expect("one part");
    let good = std::fs::read(&part).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    std::fs::write(&part, &bad).unwrap();
    verify()
        .exits(1)
        .prints(part.file_name().unwrap().to_str().unwrap())
        .prints("SHA-256");
    std::fs::write(&part, &good[..good.len() - 1]).unwrap();
    verify().exits(1).prints("bytes, expected");
    std::fs::remove_file(&part).unwrap();
    verify().exits(1).prints("missing");
    std::fs::write(&part, &good).unwrap();
    std::fs::write(part.with_file_name("part-0000000000000000.parquet"), &good).unwrap();
    verify().exits(1).prints("not named");
}

#[test]
fn the_next_run_deletes_the_parts_of_a_killed_run() {
    let site = Site::new(&crate::nightly::eventful());
    let folder = site.output().join(format!("scores/snapshot_date={DATE}"));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("part-0123456789abcdef.parquet"), b"half a part").unwrap();
    site.run(&[]).exits(0);
    assert_eq!(part_files(&site.output(), "scores", DATE).len(), 1);
    clout(&["snapshots", "verify", "--output", &path(&site.output())]).exits(0);
}
