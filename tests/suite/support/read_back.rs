//! Reads any warehouse on disk as Rust data, for the reference. Skips files that cannot be read.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use clout_base::day::Day;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::warehouse::{Row, Warehouse};

/// Reads the tables that move a score.
pub fn read(root: &Path) -> Warehouse {
    let mut warehouse = Warehouse::default();
    for (network, date, batch) in partitions(&root.join("activities")) {
        let (Some(id), Some(at)) = (texts(&batch, "activity_id"), instants(&batch)) else {
            continue;
        };
        let (Some(actor), Some(verb)) = (texts(&batch, "actor_id"), texts(&batch, "verb")) else {
            continue;
        };
        let nothing = || vec![None; batch.num_rows()];
        let object = texts(&batch, "object_id").unwrap_or_else(nothing);
        let target = texts(&batch, "target_id").unwrap_or_else(nothing);
        let row = |r: usize| Row {
            id: id[r].clone(),
            at: at[r],
            actor: actor[r].clone(),
            verb: verb[r].clone(),
            object: object[r].clone(),
            target: target[r].clone(),
        };
        warehouse
            .activities
            .entry((network, date))
            .or_default()
            .extend((0..batch.num_rows()).map(row));
    }
    for (network, date, batch) in partitions(&root.join("accounts")) {
        let ids = whole(&batch, ["account_id"]).map(|[id]| id);
        warehouse.accounts.entry((network, date)).or_default().extend(ids);
    }
    for (network, date, batch) in partitions(&root.join("follows")) {
        let pairs = whole(&batch, ["follower_id", "followee_id"]).map(|[from, to]| (from, to));
        warehouse.follows.entry((network, date)).or_default().extend(pairs);
    }
    for (_, date, batch) in partitions(&root.join("identities")) {
        let claims = whole(&batch, ["person_id", "network", "account_id"]);
        warehouse.identities.entry(date).or_default().extend(claims);
    }
    for (_, date, batch) in partitions(&root.join("opt_outs")) {
        let persons = whole(&batch, ["person_id"]).map(|[person]| person);
        warehouse.opt_outs.entry(date).or_default().extend(persons);
    }
    warehouse
}

/// Returns the rows without a null in the columns.
fn whole<const N: usize>(batch: &RecordBatch, names: [&str; N]) -> impl Iterator<Item = [String; N]> {
    let columns: Vec<Vec<Option<String>>> = names.iter().filter_map(|name| texts(batch, name)).collect();
    let rows = if columns.len() == N { batch.num_rows() } else { 0 };
    (0..rows).filter_map(move |row| {
        let values: Option<Vec<String>> = columns.iter().map(|column| column[row].clone()).collect();
        values?.try_into().ok()
    })
}

/// Returns network, load date and rows of each readable file below a table's folder.
fn partitions(folder: &Path) -> Vec<(String, Day, RecordBatch)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let key = path.to_str().expect("a path of UTF-8");
            let level = |name: &str| {
                key.split('/')
                    .find_map(|part| part.strip_prefix(name))
                    .map(str::to_owned)
            };
            let Some(date) = level("date=").and_then(|text| text.parse().ok()) else {
                continue;
            };
            let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).expect("a file")).ok();
            for batch in reader
                .and_then(|reader| reader.build().ok())
                .into_iter()
                .flatten()
                .flatten()
            {
                found.push((level("network=").unwrap_or_default(), date, batch));
            }
        }
    }
    found
}

fn texts(batch: &RecordBatch, name: &str) -> Option<Vec<Option<String>>> {
    let column = cast(batch.column_by_name(name)?, &DataType::Utf8).ok()?;
    Some(
        column
            .as_string::<i32>()
            .iter()
            .map(|text| text.map(str::to_owned))
            .collect(),
    )
}

fn instants(batch: &RecordBatch) -> Option<Vec<Option<i64>>> {
    let column = batch.column_by_name("occurred_at")?;
    let DataType::Timestamp(_, zone) = column.data_type() else {
        return None;
    };
    let micros = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, zone.clone())).ok()?;
    let micros = micros.as_primitive::<TimestampMicrosecondType>();
    Some(
        (0..micros.len())
            .map(|row| micros.is_valid(row).then(|| micros.value(row)))
            .collect(),
    )
}
