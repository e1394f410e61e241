//! Writes rows as many small scripts, in key order, so that the page loads one script per person.
//!
//! A script calls `clout.take(kind, number, rows)`. The page finds the right script by the first key of each, which
//! is in the plan. Keys are compared by code point, which is the order of their UTF-8 bytes.

use super::folder::ReportFolder;
use clout_base::error::Result;

/// Size limit of a shard in bytes, unless a single row is larger. A shard holds about a hundred people.
pub(crate) const SHARD_BYTES: usize = 256 << 10;

/// Length of a first key in the plan, in characters. Ids may be long; a cut key sorts before the full one, so the
/// search stays correct.
const KEY_CHARS: usize = 64;

/// Writer for the shards of one kind.
pub(crate) struct ShardWriter {
    kind: &'static str,
    first_keys: Vec<String>,
    body: String,
}

impl ShardWriter {
    /// Creates a writer without shards.
    pub(crate) fn new(kind: &'static str) -> ShardWriter {
        ShardWriter {
            kind,
            first_keys: Vec::new(),
            body: String::new(),
        }
    }

    /// Adds a row under a key. The row is script-safe JSON, and keys must be ascending.
    pub(crate) fn push(&mut self, key: &str, row: &str, folder: &mut ReportFolder) -> Result<()> {
        if !self.body.is_empty() && self.body.len() + row.len() > SHARD_BYTES {
            self.write(folder)?;
        }
        if self.body.is_empty() {
            self.first_keys.push(key.chars().take(KEY_CHARS).collect());
        } else {
            self.body.push_str(",\n");
        }
        self.body.push_str(row);
        Ok(())
    }

    /// Writes the last shard. Returns the first key of each shard.
    pub(crate) fn finish(mut self, folder: &mut ReportFolder) -> Result<Vec<String>> {
        if !self.body.is_empty() {
            self.write(folder)?;
        }
        Ok(self.first_keys)
    }

    fn write(&mut self, folder: &mut ReportFolder) -> Result<()> {
        let number = self.first_keys.len() - 1;
        let script = format!("clout.take(\"{}\", {number}, [\n{}\n]);\n", self.kind, self.body);
        self.body.clear();
        folder.write_file(&format!("{}/{number:05}.js", self.kind), script.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_bounded_and_hold_each_row_once_in_order() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = ReportFolder::create(root.path(), "night-2026-10-31-0").unwrap();
        let mut shards = ShardWriter::new("ids");
        let row = format!("\"{}\"", "x".repeat(1000));
        for number in 0..1000 {
            shards
                .push(&format!("{number:04}{}", "k".repeat(100)), &row, &mut folder)
                .unwrap();
        }
        let keys = shards.finish(&mut folder).unwrap();
        assert_eq!(keys.len(), 4);
        assert!(keys.iter().all(|key| key.len() == KEY_CHARS) && keys.is_sorted());
        let mut rows = 0;
        for number in 0..4 {
            let path = root.path().join(format!("night-2026-10-31-0/ids/{number:05}.js"));
            let text = std::fs::read_to_string(path).unwrap();
            assert!(text.len() < SHARD_BYTES + 100, "{}", text.len());
            assert!(text.starts_with(&format!("clout.take(\"ids\", {number}, [\n")) && text.ends_with("\n]);\n"));
            rows += text.matches(&row).count();
        }
        assert_eq!(rows, 1000);
    }

    #[test]
    fn a_row_larger_than_the_limit_gets_its_own_shard() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = ReportFolder::create(root.path(), "night-2026-10-31-0").unwrap();
        let mut shards = ShardWriter::new("ids");
        for (key, length) in [("a", 1), ("b", 2 * SHARD_BYTES), ("c", 1)] {
            shards.push(key, &"1".repeat(length), &mut folder).unwrap();
        }
        assert_eq!(shards.finish(&mut folder).unwrap(), ["a", "b", "c"]);
    }
}
