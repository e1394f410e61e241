//! Suggestion of an input table for a misspelt folder of the root.

use super::inventory::INPUT_TABLES;

/// Returns the input table with a name similar to that of a folder; `None` if the folder is itself one.
pub(super) fn similar_table(folder: &str) -> Option<&'static str> {
    const LEAST_SIMILARITY: f64 = 0.7;
    if INPUT_TABLES.contains(&folder) {
        return None;
    }
    let lower = folder.to_ascii_lowercase();
    let similarity = |table: &str| strsim::normalized_damerau_levenshtein(&lower, table);
    let most_similar = INPUT_TABLES
        .into_iter()
        .max_by(|a, b| similarity(a).total_cmp(&similarity(b)))?;
    (similarity(most_similar) >= LEAST_SIMILARITY).then_some(most_similar)
}

#[cfg(test)]
mod tests {
    use super::similar_table;

    #[test]
    fn a_misspelt_table_folder_is_recognised() {
        for (folder, table) in [
            ("activity", Some("activities")),
            ("Activities", Some("activities")),
            ("optouts", Some("opt_outs")),
            ("identity", Some("identities")),
            ("topic-edges", Some("topic_edges")),
            ("activities", None),
            ("scores", None),
            ("snapshots", None),
            ("network_scores", None),
        ] {
            assert_eq!(similar_table(folder), table, "{folder}");
        }
    }
}
