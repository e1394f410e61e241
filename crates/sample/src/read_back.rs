//! Generates warehouses in memory and reads their activities back, for tests.

use super::network::SampleNetwork;
use super::*;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use clout_base::day::{DAY_MICROS, Day, FIRST_VALID_DAY};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Row of `activities`, with unified types.
pub(crate) struct Activity {
    pub load_day: i32,
    pub network: SampleNetwork,
    pub id: Option<String>,
    pub at: i64,
    pub actor: Option<String>,
    pub verb: String,
    pub target: Option<String>,
}

impl Activity {
    /// Returns true if the contract refuses the row.
    pub(crate) fn is_bad(&self) -> bool {
        let knows = |verb: &str| {
            verb == self.network.post_verb()
                || verb == "check_in"
                || self.network.reactions().iter().any(|known| known.0 == verb)
        };
        let age = Day(self.load_day).start_micros() - self.at;
        self.id.is_none()
            || self.actor.is_none()
            || !knows(&self.verb)
            || self.at >= Day(self.load_day + 1).start_micros()
            || self.at < FIRST_VALID_DAY.start_micros()
            || age > 30 * DAY_MICROS
    }
}

/// Generates a warehouse in memory.
pub(crate) fn generate_in_memory(spec: &GenerateSpec) -> (Vec<GeneratedFile>, GenerateSummary) {
    let mut files = Vec::new();
    let summary = generate_warehouse::<GenerateError>(spec, &mut |file| {
        files.push(file);
        Ok(())
    });
    (files, summary.unwrap())
}

/// Reads the activities of all readable files, with unified types.
pub(crate) fn read_activities(spec: &GenerateSpec, files: &[GeneratedFile]) -> Vec<Activity> {
    let mut all = Vec::new();
    for file in files
        .iter()
        .filter(|file| file.path.starts_with("activities/") && file.rows > 0)
    {
        let is_of = |network: &&SampleNetwork| file.path.contains(&format!("network={}", network.name()));
        let network = *SampleNetwork::ALL.iter().find(is_of).unwrap();
        let has_date = |day: &i32| file.path.contains(&format!("date={}", Day(*day)));
        let load_day = (spec.first_day()..=spec.last_day).find(has_date).unwrap();
        let batch = read_file(file).unwrap();
        let column = |name: &str| batch.column_by_name(name).unwrap();
        let micros = DataType::Timestamp(TimeUnit::Microsecond, time_zone(column("occurred_at")));
        let times = cast(column("occurred_at"), &micros).unwrap();
        let times = cast(&times, &DataType::Int64).unwrap();
        let [ids, actors, verbs, targets] =
            ["activity_id", "actor_id", "verb", "target_id"].map(|name| read_texts(column(name)));
        let text = |array: &StringArray, row| array.is_valid(row).then(|| array.value(row).to_owned());
        all.extend((0..batch.num_rows()).map(|row| Activity {
            load_day,
            network,
            id: text(&ids, row),
            at: times.as_primitive::<Int64Type>().value(row),
            actor: text(&actors, row),
            verb: verbs.value(row).to_owned(),
            target: text(&targets, row),
        }));
    }
    all
}

/// Reads a file with all columns; none if it is not a whole Parquet file.
pub(crate) fn read_file(file: &GeneratedFile) -> Option<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.bytes.clone()).ok()?;
    let schema = reader.schema().clone();
    let batches: Vec<RecordBatch> = reader.build().ok()?.collect::<Result<_, _>>().ok()?;
    concat_batches(&schema, &batches).ok()
}

fn time_zone(times: &ArrayRef) -> Option<std::sync::Arc<str>> {
    match times.data_type() {
        DataType::Timestamp(_, zone) => zone.clone(),
        other => panic!("{other}"),
    }
}

/// Casts a column of any text or integer type to strings.
pub(crate) fn read_texts(column: &ArrayRef) -> StringArray {
    cast(column, &DataType::Utf8).unwrap().as_string().clone()
}
