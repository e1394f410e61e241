//! Search index of all people: id, score and rank, sorted by the lower-case id.
//!
//! A search for the beginning of an id (with or without the prefix `<network>:`) needs one shard. A search for an
//! inner part needs all shards; the page loads them only on request, unless there are few.

use serde_json::{Value, json};

use super::folder::ReportFolder;
use super::shards::ShardWriter;
use super::text::to_script_json;
use clout_base::error::Result;

/// Index entry of one person: id, score, rank.
pub(crate) type IndexEntry = (String, Value, Value);

/// Converts an id to lower case, character by character, as `assets/data.js` does.
fn merged(id: &str) -> String {
    id.chars().flat_map(char::to_lowercase).collect()
}

/// Writes the index. Returns the first key of each shard.
pub(crate) fn write_index(mut entries: Vec<IndexEntry>, folder: &mut ReportFolder) -> Result<Vec<String>> {
    // The sort is stable: ids that differ only in case keep the table order.
    entries.sort_by_cached_key(|(id, ..)| merged(id));
    let mut shards = ShardWriter::new("ids");
    for (id, score, rank) in entries {
        let key = merged(&id);
        shards.push(&key, &to_script_json(&json!([id, score, rank])), folder)?;
    }
    shards.finish(folder)
}
