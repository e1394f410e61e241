//! Which input files two runs read: those of one alone, and those that are no longer what they were.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::Serialize;

use clout_warehouse::manifest::{InputFile, Manifest};

/// How the input files of two runs differ. A night reads the load dates after the snapshot before it, so two nights
/// usually have read none in common.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InputChange {
    /// Files of each run.
    pub files: [u64; 2],
    /// Their bytes.
    pub bytes: [u64; 2],
    /// By table, network and load date, where something differs.
    pub partitions: Vec<Partition>,
}

/// The files of one table, network and load date that differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Partition {
    /// The input table.
    pub table: String,
    /// The network; null where the table has none.
    pub network: Option<String>,
    /// The load date; null where the table has none.
    pub load_date: Option<String>,
    /// Paths of files that the earlier run alone has read.
    pub only_from: Vec<String>,
    /// Paths of files that the later run alone has read.
    pub only_to: Vec<String>,
    /// Paths of files that both have read, with another size or etag.
    pub changed: Vec<String>,
}

/// Compares the input files of two manifests.
pub fn compare(manifests: &[Manifest; 2]) -> InputChange {
    let mut paths: BTreeMap<&str, [Option<&InputFile>; 2]> = BTreeMap::new();
    for (side, manifest) in manifests.iter().enumerate() {
        for file in &manifest.inputs {
            paths.entry(&file.path).or_default()[side] = Some(file);
        }
    }
    let mut partitions: BTreeMap<[String; 3], Partition> = BTreeMap::new();
    for (path, sides) in paths {
        let list: fn(&mut Partition) -> &mut Vec<String> = match sides {
            [Some(_), None] => |partition| &mut partition.only_from,
            [None, Some(_)] => |partition| &mut partition.only_to,
            [Some(from), Some(to)] if is_other(from, to) => |partition| &mut partition.changed,
            _ => continue,
        };
        let partition = partition(path);
        let key = [
            partition.table.clone(),
            partition.network.clone().unwrap_or_default(),
            partition.load_date.clone().unwrap_or_default(),
        ];
        list(partitions.entry(key).or_insert(partition)).push(path.to_owned());
    }
    let files = manifests.each_ref().map(|manifest| manifest.inputs.len() as u64);
    let bytes = manifests
        .each_ref()
        .map(|manifest| manifest.inputs.iter().map(|file| file.size).sum());
    InputChange {
        files,
        bytes,
        partitions: partitions.into_values().collect(),
    }
}

/// Whether a file is another than it was. A store that gives no etags says nothing by that.
fn is_other(from: &InputFile, to: &InputFile) -> bool {
    let has_other_etag = from.etag.is_some() && to.etag.is_some() && from.etag != to.etag;
    from.size != to.size || has_other_etag
}

fn partition(path: &str) -> Partition {
    let level = |name: &str| {
        let mut values = path.split('/').filter_map(|level| level.strip_prefix(name));
        values
            .next()
            .map(|value| percent_decode_str(value).decode_utf8_lossy().into_owned())
    };
    Partition {
        table: path.split('/').next().unwrap_or_default().to_owned(),
        network: level("network="),
        load_date: level("date="),
        only_from: Vec::new(),
        only_to: Vec::new(),
        changed: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_base::day::Day;
    use clout_warehouse::manifest::example;

    fn manifest(files: &[(&str, u64, Option<&str>)]) -> Manifest {
        let file = |(path, size, etag): &(&str, u64, Option<&str>)| InputFile {
            path: (*path).to_owned(),
            size: *size,
            etag: etag.map(str::to_owned),
        };
        Manifest {
            inputs: files.iter().map(file).collect(),
            ..example(Day(0), "x")
        }
    }

    #[test]
    fn files_are_told_by_partition() {
        let day = |day: &str, part: &str| format!("activities/network=my%20net/date=2026-10-{day}/{part}");
        let (old, same, cut, new) = (day("01", "a"), day("02", "b"), day("02", "c"), day("03", "d"));
        let from = [
            (&*old, 1, None),
            (&*same, 2, Some("e")),
            (&*cut, 3, Some("e")),
            ("topics/t", 4, None),
        ];
        let to = [
            (&*same, 2, None),
            (&*cut, 3, Some("f")),
            (&*new, 5, None),
            ("topics/t", 6, None),
        ];
        let change = compare(&[manifest(&from), manifest(&to)]);
        assert_eq!((change.files, change.bytes), ([4, 4], [10, 16]));
        let told = |partition: &Partition| {
            let network = partition.network.clone().unwrap_or_default();
            let date = partition.load_date.clone().unwrap_or_default();
            let counts = [&partition.only_from, &partition.only_to, &partition.changed].map(Vec::len);
            format!("{} {network} {date} {counts:?}", partition.table)
        };
        let told: Vec<String> = change.partitions.iter().map(told).collect();
        let expected = [
            "activities my net 2026-10-01 [1, 0, 0]",
            "activities my net 2026-10-02 [0, 0, 1]",
            "activities my net 2026-10-03 [0, 1, 0]",
            "topics   [0, 0, 1]",
        ];
        assert_eq!(told, expected);
        assert_eq!(change.partitions[1].changed, [cut]);
    }
}
