//! Synthetic snapshots for tests of campaigns, published without a run.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, new_null_array};
use arrow::array::{StringArray, TimestampMicrosecondArray};

use super::campaign::{Campaign, EligibilityRules};
use clout_base::day::Day;
use clout_base::schema::{NETWORK_SCORES, SCORES, TOPIC_SCORES, TableSchema};
use clout_warehouse::encoded_part::{EncodedPart, encode_part};
use clout_warehouse::manifest::example_manifest;
use clout_warehouse::publish::{SnapshotPublication, publish_snapshot};
use clout_warehouse::store::Store;

/// Date of the snapshot that the example campaigns are drawn from.
pub(super) const DAY: Day = Day(20_000);

/// Creates an empty store in a temporary folder, which is deleted on drop.
pub(super) fn create_store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_str().unwrap(), &Default::default()).unwrap();
    (folder, store)
}

/// Publishes a snapshot. Lines of `scores`: `person score percentile coverage reach days-since-active`; of `networks`:
/// `person network score`; of `topics`: `person topic score is_shown`. `-` is null.
pub(super) fn publish_example(store: &Store, day: Day, scores: &str, networks: &str, topics: &str) {
    let parts: Vec<(&'static TableSchema, EncodedPart)> = vec![
        (&SCORES, scores_part(day, &words(scores))),
        (&NETWORK_SCORES, networks_part(&words(networks))),
        (&TOPIC_SCORES, topics_part(&words(topics))),
    ];
    let publication = SnapshotPublication {
        manifest: example_manifest(day, &format!("commit of {day}")),
        parts,
        state_prefix: None,
    };
    publish_snapshot(store, publication).unwrap();
}

/// Returns lines of `scores` for `count` people with equal scores.
pub(super) fn score_lines(count: usize) -> String {
    (0..count).map(|number| format!("p{number:04} 20 50 1 3 0\n")).collect()
}

/// Returns a valid campaign with one winner and no rules.
pub(super) fn example_campaign(id: &str) -> Campaign {
    Campaign {
        id: id.to_owned(),
        title: "Tea".to_owned(),
        snapshot_date: DAY,
        winners: 1,
        seed_sha256: None,
        seed_from: Some("a lottery".to_owned()),
        eligible: EligibilityRules::default(),
        exclude: Vec::new(),
    }
}

fn words(lines: &str) -> Vec<Vec<&str>> {
    let mut rows: Vec<Vec<&str>> = lines
        .lines()
        .map(|line| line.split_whitespace().collect())
        .filter(|words: &Vec<&str>| !words.is_empty())
        .collect();
    rows.sort();
    rows
}

fn texts(rows: &[Vec<&str>], index: usize) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row[index])))
}

fn measures(rows: &[Vec<&str>], index: usize) -> ArrayRef {
    Arc::new(Float64Array::from_iter(
        rows.iter().map(|row| row[index].parse::<f64>().ok()),
    ))
}

/// Encodes a part from the given columns; other columns are null, false, 0 or empty.
fn part(table: &'static TableSchema, rows: usize, given: &[(&str, ArrayRef)]) -> EncodedPart {
    let schema = table.build_arrow_schema();
    let column = |field: &Arc<arrow::datatypes::Field>| -> ArrayRef {
        if let Some((_, column)) = given.iter().find(|(name, _)| name == field.name()) {
            return column.clone();
        }
        use arrow::datatypes::DataType;
        match field.data_type() {
            _ if field.is_nullable() => new_null_array(field.data_type(), rows),
            DataType::Boolean => Arc::new(BooleanArray::from(vec![false; rows])),
            DataType::Int64 => Arc::new(Int64Array::from(vec![0; rows])),
            DataType::Float64 => Arc::new(Float64Array::from(vec![0.0; rows])),
            _ => {
                let mut lists = arrow::array::ListBuilder::new(arrow::array::StringBuilder::new())
                    .with_field(arrow::datatypes::Field::new("element", DataType::Utf8, false));
                (0..rows).for_each(|_| lists.append(true));
                Arc::new(lists.finish())
            }
        }
    };
    let columns = schema.fields().iter().map(column).collect();
    encode_part(table, &RecordBatch::try_new(schema.clone(), columns).unwrap()).unwrap()
}

fn scores_part(day: Day, rows: &[Vec<&str>]) -> EncodedPart {
    let active = rows.iter().map(|row| {
        let days: Option<i64> = row[5].parse().ok();
        days.map(|days| day.start_micros() - days * clout_base::day::DAY_MICROS)
    });
    let active = TimestampMicrosecondArray::from_iter(active).with_timezone("UTC");
    let given: [(&str, ArrayRef); 6] = [
        ("person_id", texts(rows, 0)),
        ("score", measures(rows, 1)),
        ("percentile", measures(rows, 2)),
        ("coverage", measures(rows, 3)),
        ("reach", measures(rows, 4)),
        ("last_active_at", Arc::new(active)),
    ];
    part(&SCORES, rows.len(), &given)
}

fn networks_part(rows: &[Vec<&str>]) -> EncodedPart {
    let given = [
        ("person_id", texts(rows, 0)),
        ("network", texts(rows, 1)),
        ("score", measures(rows, 2)),
    ];
    part(&NETWORK_SCORES, rows.len(), &given)
}

fn topics_part(rows: &[Vec<&str>]) -> EncodedPart {
    let shown = rows.iter().map(|row| Some(row[3] == "true"));
    let given: [(&str, ArrayRef); 4] = [
        ("person_id", texts(rows, 0)),
        ("topic_id", texts(rows, 1)),
        ("score", measures(rows, 2)),
        ("is_shown", Arc::new(shown.collect::<BooleanArray>())),
    ];
    part(&TOPIC_SCORES, rows.len(), &given)
}
