//! Reads published tables back through the manifest into plain values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, ListArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value};

/// A row: values by column name. Instants are microseconds since 1970, dates days.
pub type Record = Map<String, Value>;

/// Names each table of the first version.
pub const TABLES: [&str; 10] = [
    "scores",
    "people",
    "network_scores",
    "topic_scores",
    "topic_evidence",
    "influences",
    "score_changes",
    "alerts",
    "rejects",
    "run_metrics",
];

/// One published snapshot, read once.
#[derive(Debug)]
pub struct Snapshot {
    pub manifest: Value,
    tables: BTreeMap<String, Vec<Record>>,
}

impl Snapshot {
    /// Reads the snapshot of a date below an output root.
    #[track_caller]
    pub fn read(root: &Path, date: &str) -> Snapshot {
        let path = root.join(format!("snapshots/{date}/manifest.json"));
        let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let manifest: Value = serde_json::from_slice(&text).expect("a manifest of JSON");
        let mut tables = BTreeMap::new();
        for (name, table) in manifest["tables"].as_object().expect("tables") {
            let files = table["files"].as_array().expect("files").iter();
            let rows = files.flat_map(|file| rows_of(&root.join(file["path"].as_str().expect("a path"))));
            tables.insert(name.clone(), rows.collect());
        }
        Snapshot { manifest, tables }
    }

    /// Returns the rows of a table.
    pub fn table(&self, name: &str) -> &[Record] {
        &self.tables[name]
    }

    /// Returns the rows of `scores` by person.
    pub fn scores(&self) -> BTreeMap<&str, &Record> {
        self.table("scores")
            .iter()
            .map(|row| (text(row, "person_id"), row))
            .collect()
    }

    /// Returns the persons of `scores`.
    pub fn people(&self) -> Vec<&str> {
        self.scores().into_keys().collect()
    }

    /// Returns a person's score; none if it is null. The person must exist.
    #[track_caller]
    pub fn score(&self, person: &str) -> Option<f64> {
        let scores = self.scores();
        number(
            scores
                .get(person)
                .unwrap_or_else(|| panic!("no {person} among {:?}", scores.keys())),
            "score",
        )
    }

    /// Returns a row of `network_scores`.
    #[track_caller]
    pub fn on(&self, person: &str, network: &str) -> &Record {
        let is_it = |row: &&Record| text(row, "person_id") == person && text(row, "network") == network;
        self.table("network_scores")
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("no {person} on {network}"))
    }

    /// Returns the counted reactions to a person on a network.
    #[track_caller]
    pub fn reactions(&self, person: &str, network: &str) -> i64 {
        self.on(person, network)["reactions"].as_i64().expect("a count")
    }

    /// Returns a metric of a network, or of the whole warehouse for "".
    pub fn metric(&self, name: &str, network: &str) -> f64 {
        let is_it = |row: &&Record| row["name"] == name && row["network"].as_str().unwrap_or("") == network;
        self.table("run_metrics")
            .iter()
            .find(is_it)
            .map_or(0.0, |row| number(row, "value").expect("a value"))
    }

    /// Returns the rejects as `file:row reason`, in order; a whole file has no row.
    pub fn rejects(&self) -> Vec<String> {
        let row = |row: &Record| {
            row["row_number"]
                .as_i64()
                .map(|number| format!(":{number}"))
                .unwrap_or_default()
        };
        self.table("rejects")
            .iter()
            .map(|r| format!("{}{} {}", text(r, "file"), row(r), text(r, "reason")))
            .collect()
    }

    /// Returns the SHA-256 of the files of each table except `left_out`.
    pub fn hashes(&self, left_out: &[&str]) -> BTreeMap<String, String> {
        let tables = self.manifest["tables"].as_object().expect("tables").iter();
        let kept = tables.filter(|(name, _)| !left_out.contains(&name.as_str()));
        kept.map(|(name, table)| (name.clone(), table["files"].to_string()))
            .collect()
    }
}

/// Returns a text of a row.
pub fn text<'a>(row: &'a Record, column: &str) -> &'a str {
    row[column].as_str().expect("a text")
}

/// Returns a measure or count of a row.
pub fn number(row: &Record, column: &str) -> Option<f64> {
    row[column].as_f64()
}

/// Lists files of a table below an output root, named by the manifest or not.
pub fn part_files(root: &Path, table: &str, date: &str) -> Vec<PathBuf> {
    let folder = root.join(format!("{table}/snapshot_date={date}"));
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

/// Reads the batches of one Parquet file.
pub fn batches(path: &Path) -> Vec<RecordBatch> {
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .expect("a Parquet file")
        .build()
        .expect("a reader");
    reader.map(|batch| batch.expect("a batch")).collect()
}

fn rows_of(path: &Path) -> Vec<Record> {
    let of_batch = |batch: RecordBatch| {
        let names: Vec<String> = batch
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        let record = |row: usize| {
            names
                .iter()
                .cloned()
                .zip(batch.columns().iter().map(|c| value(c, row)))
                .collect()
        };
        (0..batch.num_rows()).map(record).collect::<Vec<Record>>()
    };
    batches(path).into_iter().flat_map(of_batch).collect()
}

fn value(column: &dyn Array, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Date32 => column.as_primitive::<Date32Type>().value(row).into(),
        DataType::Timestamp(..) => column.as_primitive::<TimestampMicrosecondType>().value(row).into(),
        DataType::List(_) => {
            let list: &ListArray = column.as_list();
            let items = list.value(row);
            (0..items.len())
                .map(|item| value(&items, item))
                .collect::<Vec<_>>()
                .into()
        }
        other => panic!("{other} is no published type"),
    }
}
