use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use rstest::rstest;
use serde_json::json;

use super::*;
use clout_base::schema::{ColumnType, TableColumn, TableSchema};
use clout_warehouse::encoded_part::{EncodedPart, encode_part};
use clout_warehouse::publish::{SnapshotPublication, publish_snapshot};
use clout_warehouse::store::StoreOptions;

const TODAY: Day = Day(20_100);

const fn column(name: &'static str, kind: ColumnType) -> TableColumn {
    TableColumn {
        name,
        column_type: kind,
        is_nullable: true,
        description: "",
    }
}

/// The columns of `scores` that changes are read from.
const SCORES: TableSchema = TableSchema {
    name: "scores",
    description: "",
    grain: &["person_id"],
    bloom_column: None,
    columns: &[
        column("person_id", ColumnType::Text),
        column("score", ColumnType::Measure),
        column("delta_1d", ColumnType::Measure),
    ],
};

fn part(table: &'static TableSchema, columns: Vec<ArrayRef>) -> (&'static TableSchema, EncodedPart) {
    let batch = RecordBatch::try_new(table.build_arrow_schema(), columns).unwrap();
    (table, encode_part(table, &batch).unwrap())
}

/// Publishes a snapshot of `date` with ada's score and change, and the reasons (cause, detail, points) if given.
fn night(store: &Store, date: Day, (score, delta): (Option<f64>, Option<f64>), reasons: Option<&[(&str, &str, f64)]>) {
    let score: ArrayRef = Arc::new(Float64Array::from(vec![score]));
    let ada: ArrayRef = Arc::new(StringArray::from(vec!["ada"]));
    let mut parts = vec![part(
        &SCORES,
        vec![ada, score, Arc::new(Float64Array::from(vec![delta]))],
    )];
    if let Some(reasons) = reasons {
        let mut sorted = reasons.to_vec();
        sorted.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec!["ada"; sorted.len()])),
            Arc::new(sorted.iter().map(|reason| Some(reason.0)).collect::<StringArray>()),
            Arc::new(sorted.iter().map(|reason| Some(reason.1)).collect::<StringArray>()),
            Arc::new(sorted.iter().map(|reason| Some(reason.2)).collect::<Float64Array>()),
        ];
        parts.push(part(&SCORE_CHANGES, columns));
    }
    let manifest = Manifest {
        version: 1,
        snapshot_date: date,
        model_version: "2-abc".to_owned(),
        run_id: "run".to_owned(),
        commit_id: format!("c{date}"),
        parameters: BTreeMap::from([("networks".to_owned(), json!({"twitter": {}, "linkedin": {}}))]),
        converged: true,
        residual: 0.0,
        first_load_dates: BTreeMap::new(),
        inputs: Vec::new(),
        tables: BTreeMap::new(),
        timings: BTreeMap::new(),
    };
    let publication = SnapshotPublication {
        manifest,
        parts,
        state_prefix: None,
    };
    publish_snapshot(store, publication).unwrap();
}

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_str().unwrap(), &StoreOptions::default()).unwrap();
    (folder, store)
}

/// Returns ada's changes. `scores` is her row of today.
fn changes(store: &Store, scores: Value, is_there: &dyn Fn(&str) -> bool) -> Vec<ScoreChange> {
    let manifest = snapshots::read_manifest(store, TODAY).unwrap().unwrap();
    let past = PersonHistory {
        store,
        manifest: &manifest,
        person_id: "ada",
        newest: *snapshots::list_dates(store).unwrap().last().unwrap(),
        is_present: is_there,
    };
    past.read_changes(scores.as_object().unwrap()).unwrap()
}

fn points(causes: &[CauseSum]) -> f64 {
    causes.iter().map(|cause| cause.points).sum()
}

/// Publishes eight dates; on each the score rises by 0.1, with reasons of 0.3 and -0.2 points.
fn eight_nights(store: &Store, without: Option<Day>) {
    for back in 0..8 {
        let date = TODAY.days_before(back);
        let reasons: &[(&str, &str, f64)] = &[
            ("faded_reactions", "twitter", -0.2),
            ("new_reactions", "linkedin", 0.1),
            ("new_reactions", "twitter: bob, omar and 3 more", 0.2),
        ];
        if Some(date) == without {
            night(store, date, (Some(20.0), Some(0.1)), None);
        } else {
            night(
                store,
                date,
                (Some(20.0 - 0.1 * f64::from(back)), Some(0.1)),
                Some(reasons),
            );
        }
    }
}

fn today() -> Value {
    json!({"score": 20.0, "delta_1d": 0.1, "delta_7d": 0.7, "delta_30d": null})
}

#[test]
fn the_reasons_of_a_week_are_the_sums_of_its_days() {
    let (_folder, store) = store();
    eight_nights(&store, None);
    let all = changes(&store, today(), &|_| true);
    let [day, week, month] = &all[..] else {
        panic!("{all:?}")
    };
    assert!((points(&day.causes) - 0.1).abs() < 1e-12 && (points(&week.causes) - 0.7).abs() < 1e-12);
    assert!(day.missing_nights.is_empty() && week.missing_nights.is_empty());
    assert_eq!((week.since, week.score), (TODAY.days_before(7), Some(20.0 - 0.7)));
    let first = &week.causes[0];
    assert_eq!((first.cause.as_str(), first.details.len()), ("new_reactions", DETAILS));
    assert!((first.points - 2.1).abs() < 1e-12 && first.details[0].points == 0.2);
    assert_eq!(first.details[0].snapshot_date, TODAY, "ties go to the latest date");
    assert_eq!((month.points, month.causes.len()), (None, 0));
    assert!(month.why_unknown.as_ref().unwrap().contains("no snapshot of"));
}

#[test]
fn a_date_without_reasons_is_listed_and_the_others_are_summed() {
    let (_folder, store) = store();
    let without = TODAY.days_before(3);
    eight_nights(&store, Some(without));
    let week = &changes(&store, today(), &|_| true)[1];
    let missing: Vec<Day> = week.missing_nights.iter().map(|night| night.snapshot_date).collect();
    assert_eq!(missing, [without]);
    assert!(week.missing_nights[0].why.contains("score_changes"));
    assert!((points(&week.causes) - 0.6).abs() < 1e-12);
}

#[test]
fn an_earlier_date_names_only_people_of_the_newest_snapshot() {
    let (_folder, store) = store();
    eight_nights(&store, None);
    let changes = changes(&store, today(), &|id| id != "omar");
    let text = format!("{:?}", changes[1].causes);
    assert_eq!(text.matches("omar").count(), 1, "today's row is as published: {text}");
    assert!(
        changes[1].causes[0].details[1..]
            .iter()
            .all(|detail| detail.detail == "twitter")
    );
}

#[test]
fn an_older_snapshot_names_only_people_of_the_newest_snapshot() {
    let (_folder, store) = store();
    eight_nights(&store, None);
    night(&store, TODAY.days_after(1), (Some(20.0), None), None);
    let changes = changes(&store, today(), &|id| id != "omar");
    assert!(!format!("{changes:?}").contains("omar"), "{changes:?}");
}

#[test]
fn an_earlier_date_with_a_missing_file_is_listed_and_the_others_are_summed() {
    let (folder, store) = store();
    eight_nights(&store, None);
    let damaged = TODAY.days_before(4);
    for table in ["score_changes", "scores"] {
        let path = folder.path().join(format!("{table}/snapshot_date={damaged}"));
        std::fs::remove_dir_all(path).unwrap();
        let week = &changes(&store, today(), &|_| true)[1];
        let missing: Vec<Day> = week.missing_nights.iter().map(|night| night.snapshot_date).collect();
        assert_eq!(missing, [damaged], "{table}");
        assert!(week.missing_nights[0].why.contains("is incomplete or damaged"));
        assert!((points(&week.causes) - 0.6).abs() < 1e-12);
    }
}

#[rstest]
#[case(json!({"score": null, "delta_1d": null}), None, "the person has no score on")]
#[case(json!({"score": 3.0, "delta_1d": null}), None, "no snapshot of")]
#[case(json!({"score": 3.0, "delta_1d": null}), Some(None), "the person had no score on")]
#[case(json!({"score": 3.0, "delta_1d": null}), Some(Some(2.0)), "was published after")]
fn an_unknown_change_has_an_explanation(
    #[case] scores: Value,
    #[case] yesterday: Option<Option<f64>>,
    #[case] says: &str,
) {
    let (_folder, store) = store();
    if let Some(score) = yesterday {
        night(&store, TODAY.days_before(1), (score, None), None);
    }
    night(&store, TODAY, (None, None), None);
    let day = &changes(&store, scores, &|_| true)[0];
    assert!(day.why_unknown.as_ref().unwrap().starts_with(says) || day.why_unknown.as_ref().unwrap().contains(says));
    assert_eq!((day.points, day.causes.len()), (None, 0));
}
