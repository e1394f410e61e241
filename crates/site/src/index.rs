//! The index by which everybody is found: id, score and rank, sorted by the id without its case.
//!
//! Who types the beginning of an id (with or without `<network>:` before it) needs one shard; who wants a part from
//! within needs all of them, which the page reads only when told to, unless they are few.

use serde_json::{Value, json};

use super::folder::Folder;
use super::shards::Shards;
use super::text::script_json;
use clout_base::error::Result;

/// One person: id, score, rank.
pub type Entry = (String, Value, Value);

/// An id without its case, character by character, as `assets/data.js` does it.
fn folded(id: &str) -> String {
    id.chars().flat_map(char::to_lowercase).collect()
}

/// Writes the index; the first key of each shard.
pub fn write(mut entries: Vec<Entry>, folder: &mut Folder) -> Result<Vec<String>> {
    // Equal but for their case, ids stay in the order of the table.
    entries.sort_by_cached_key(|(id, ..)| folded(id));
    let mut shards = Shards::of("ids");
    for (id, score, rank) in entries {
        let key = folded(&id);
        shards.push(&key, &script_json(&json!([id, score, rank])), folder)?;
    }
    shards.finish(folder)
}
