//! Warnings about optional columns of activities that a file lacks, most likely by mistake.

use std::collections::BTreeMap;

use super::file_rows::TARGET_ID;
use clout_model::networks::Network;
use clout_warehouse::admission::AdmittedFile;

/// Describes the missing optional columns of admitted files, given with the index of their network: once per network
/// and finding, with one file.
///
/// A column with a similar name is a finding for every optional column. A missing `target_id` is one even without, if
/// every verb of the network is a reaction: all its rows would be posts and earn nothing.
pub fn describe<'a>(networks: &[Network], files: impl Iterator<Item = (usize, &'a AdmittedFile)>) -> Vec<String> {
    let mut findings: BTreeMap<(usize, &str, Option<&str>), &AdmittedFile> = BTreeMap::new();
    for (network, file) in files.filter(|(_, file)| file.rows > 0) {
        for similar in &file.similar_columns {
            findings
                .entry((network, similar.column, Some(&similar.found)))
                .or_insert(file);
        }
        let has_similar_name = file.similar_columns.iter().any(|similar| similar.column == "target_id");
        if !file.has_column(TARGET_ID) && !has_similar_name && is_all_reactions(&networks[network]) {
            findings.entry((network, "target_id", None)).or_insert(file);
        }
    }
    let describe = |((network, column, found), file): (&(usize, &str, Option<&str>), &&AdmittedFile)| {
        let found = found.map(|found| format!(", found `{found}`")).unwrap_or_default();
        let effect = match *column {
            "target_id" => "all rows count as posts",
            _ => "it is read as null",
        };
        let (network, file) = (&networks[*network].name, &file.object.key);
        format!("activities of {network}: no column {column}{found}: {effect} (for example in {file})")
    };
    findings.iter().map(describe).collect()
}

fn is_all_reactions(network: &Network) -> bool {
    network.verbs.iter().all(|verb| verb.weight > 0.0)
}
