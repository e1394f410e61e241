//! Compares the input files of two runs: files that only one run read, and files that changed.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::Serialize;

use clout_warehouse::manifest::{InputFile, Manifest};

/// Differences between the input files of two runs. A run reads only load dates after the previous snapshot, so two
/// runs usually have no file in common.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InputChange {
    /// Number of files of each run.
    pub files: [u64; 2],
    /// Total size of the files of each run, in bytes.
    pub bytes: [u64; 2],
    /// Partitions with differences, in order of table, network and load date.
    pub partitions: Vec<PartitionChange>,
}

/// Differing files of one table, network and load date.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartitionChange {
    /// Input table.
    pub table: String,
    /// Network; null for tables without networks.
    pub network: Option<String>,
    /// Load date; null for tables without load dates.
    pub load_date: Option<String>,
    /// Paths of files that only the earlier run read.
    pub only_from: Vec<String>,
    /// Paths of files that only the later run read.
    pub only_to: Vec<String>,
    /// Paths of files that both runs read, with a different size or etag.
    pub changed: Vec<String>,
}

/// Compares the input files of two manifests.
pub(super) fn compare_inputs(manifests: &[Manifest; 2]) -> InputChange {
    let mut paths: BTreeMap<&str, [Option<&InputFile>; 2]> = BTreeMap::new();
    for (side, manifest) in manifests.iter().enumerate() {
        for file in &manifest.inputs {
            paths.entry(&file.path).or_default()[side] = Some(file);
        }
    }
    let mut partitions: BTreeMap<[String; 3], PartitionChange> = BTreeMap::new();
    for (path, sides) in paths {
        let list: fn(&mut PartitionChange) -> &mut Vec<String> = match sides {
            [Some(_), None] => |partition| &mut partition.only_from,
            [None, Some(_)] => |partition| &mut partition.only_to,
            [Some(from), Some(to)] if is_changed(from, to) => |partition| &mut partition.changed,
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

/// Returns true if size or etag differ. A missing etag is not a difference: some stores have none.
fn is_changed(from: &InputFile, to: &InputFile) -> bool {
    let has_other_etag = from.etag.is_some() && to.etag.is_some() && from.etag != to.etag;
    from.size != to.size || has_other_etag
}

fn partition(path: &str) -> PartitionChange {
    let level = |name: &str| {
        let mut values = path.split('/').filter_map(|level| level.strip_prefix(name));
        values
            .next()
            .map(|value| percent_decode_str(value).decode_utf8_lossy().into_owned())
    };
    PartitionChange {
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
    use clout_warehouse::manifest::example_manifest;

    fn manifest(files: &[(&str, u64, Option<&str>)]) -> Manifest {
        let file = |(path, size, etag): &(&str, u64, Option<&str>)| InputFile {
            path: (*path).to_owned(),
            size: *size,
            etag: etag.map(str::to_owned),
            sha256: None,
        };
        Manifest {
            inputs: files.iter().map(file).collect(),
            ..example_manifest(Day(0), "x")
        }
    }

    #[test]
    fn files_are_listed_by_partition() {
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
        let change = compare_inputs(&[manifest(&from), manifest(&to)]);
        assert_eq!((change.files, change.bytes), ([4, 4], [10, 16]));
        let shown = |partition: &PartitionChange| {
            let network = partition.network.clone().unwrap_or_default();
            let date = partition.load_date.clone().unwrap_or_default();
            let counts = [&partition.only_from, &partition.only_to, &partition.changed].map(Vec::len);
            format!("{} {network} {date} {counts:?}", partition.table)
        };
        let shown: Vec<String> = change.partitions.iter().map(shown).collect();
        let expected = [
            "activities my net 2026-10-01 [1, 0, 0]",
            "activities my net 2026-10-02 [0, 0, 1]",
            "activities my net 2026-10-03 [0, 1, 0]",
            "topics   [0, 0, 1]",
        ];
        assert_eq!(shown, expected);
        assert_eq!(change.partitions[1].changed, [cut]);
    }
}
